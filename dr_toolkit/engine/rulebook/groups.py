"""Rules on security groups, their rules and prefix lists: who else gets in or out, and what no longer does."""

from __future__ import annotations

from dr_toolkit.engine import ranges
from dr_toolkit.engine.exposure import EGRESS, GROUP, INGRESS, LIST, RULE
from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.case import Case, Check, Rule, is_gone, is_new, made_anew
from dr_toolkit.engine.rulebook.reach import from_everywhere, open_to_all, told
from dr_toolkit.engine.traffic import Peers, Traffic, joined, network
from dr_toolkit.model.alerts import HIGH, LOW, MEDIUM, NOTE

_PRIVATE = joined(
    network(cidr)
    for cidr in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"),
        *("fc00::/7", "fe80::/10", "::1/128"),
    )
)
_FOREIGN = "ec2.foreign_security_group/"
_BOTH = (RULE, LIST)


def _parts(case: Case, direction: str) -> list[Traffic]:
    """What a change newly lets through in a direction, without what the whole world has now."""
    found = []
    for exposure, way, part in case.opened:
        if way == direction:
            found.append(part - open_to_all(exposure, way))
    return found


def _of(parts: list[Traffic], pick: str) -> str:
    """The part of some traffic that is about one kind of peers, told; nothing where there is none."""
    picked = [_only(part, pick) for part in parts]
    return "; ".join(told(part) for part in picked if part)


def _only(part: Traffic, pick: str) -> Traffic:
    return Traffic(tuple((a, b, found) for a, b, peers in part.slabs if (found := _kind(peers, pick))))


def _kind(peers: Peers, pick: str) -> Peers:
    if pick in ("public", "private"):
        cut = ranges.common if pick == "private" else ranges.minus
        return Peers(cut(peers.v4, _PRIVATE.v4), cut(peers.v6, _PRIVATE.v6))
    return Peers(
        named4=frozenset(n for n in peers.named4 if _sort(n) == pick),
        named6=frozenset(n for n in peers.named6 if _sort(n) == pick),
    )


def _sort(name: str) -> str:
    if name.startswith(_FOREIGN):
        return "foreign"
    return "group" if name.startswith(f"{GROUP}/") else "list"


def _account(case: Case) -> str:
    """The account of the group that a rule names, where that is another one."""
    owner = str((case.new.get("ReferencedGroupInfo") or {}).get("UserId") or "")
    return owner if owner.isdigit() else ""


def _other_account(case: Case) -> str:
    text = _of(_parts(case, INGRESS), "foreign")
    return f"{text}: a group of account {_account(case)}" if text and _account(case) else ""


def _peered(case: Case) -> str:
    return "" if _account(case) else _of(_parts(case, INGRESS), "foreign")


def _egress_everywhere(case: Case) -> str:
    return "; ".join(told(part, EGRESS) for part in from_everywhere(case, EGRESS))


def _egress(case: Case) -> str:
    return "; ".join(told(part, EGRESS) for part in _parts(case, EGRESS) if part)


def _refused(direction: str) -> Check:
    def check(case: Case) -> str:
        return "; ".join(told(part, way) for _, way, part in case.closed if way == direction)

    return check


def _from(kind: str) -> Check:
    """A check whether peers of a kind come in that did not."""
    return lambda case: _of(_parts(case, INGRESS), kind)


def _default_opened(case: Case) -> str:
    found = [part for e, way, part in case.opened if e.key.name == "default" and way == INGRESS]
    return "; ".join(told(part) for part in found)


def _regrouped(case: Case) -> str:
    said = "the same traffic is allowed as before"
    about = case.change.key.type == RULE or "Entries" in case.change.names
    return said if about and not case.opened and not case.closed and not _words_only(case) else ""


def _words_only(case: Case) -> str:
    names = case.change.names
    return f"{', '.join(sorted(names))} only" if case.edit and names and names <= {"Description", "Tags"} else ""


def _entries(case: Case) -> str:
    """The entries of a list that are new, where no rule of the estate is known to use it."""
    if case.opened or case.closed or not case.touched("Entries"):
        return ""
    old, new = ({str(e["Cidr"]) for e in side.get("Entries", ())} for side in (case.old, case.new))
    return f"{len(new - old)} added, {len(old - new)} removed" if old != new else ""


def _size(case: Case) -> str:
    old, new = case.pair("MaxEntries")
    text = f"from {old} to {new}: so many of the rules that a group may have, for each rule that names it"
    return text if case.touched("MaxEntries") else ""


_UNATTACHED = "whatever used it by its id does not use this one"
_TEXT, _LISTS = references.GROUP_RULES, references.PREFIX_LISTS
RULES = (
    Rule("sg-ingress-public", HIGH, "More public addresses get in", _TEXT, _BOTH, _from("public")),
    Rule("sg-ingress-private", MEDIUM, "More private addresses get in", _TEXT, _BOTH, _from("private")),
    Rule("sg-ingress-account", HIGH, "A group of another account gets in", _TEXT, (RULE,), _other_account),
    Rule("sg-ingress-elsewhere", MEDIUM, "A group that is not of this region gets in", _TEXT, (RULE,), _peered),
    Rule("sg-ingress-group", MEDIUM, "Another group gets in", _TEXT, (RULE,), _from("group")),
    Rule("sg-ingress-list", MEDIUM, "A prefix list with unknown entries gets in", _TEXT, (RULE,), _from("list")),
    Rule("sg-ingress-refused", MEDIUM, "Traffic that came in is refused now", _TEXT, _BOTH, _refused(INGRESS)),
    Rule("sg-egress-world", MEDIUM, "Traffic may leave to everywhere", _TEXT, _BOTH, _egress_everywhere),
    Rule("sg-egress-widened", LOW, "More traffic may leave", _TEXT, _BOTH, _egress),
    Rule("sg-egress-refused", MEDIUM, "Traffic that left is refused now", _TEXT, _BOTH, _refused(EGRESS)),
    Rule("sg-default-opened", HIGH, "A default group lets more in", references.DEFAULT_CLOSED, _BOTH, _default_opened),
    Rule("sg-regrouped", NOTE, "Rules are written otherwise, and mean the same", _TEXT, _BOTH, _regrouped),
    Rule("sg-described", NOTE, "Only a description or tags", _TEXT, (RULE, GROUP, LIST), _words_only),
    Rule("sg-added", LOW, "A security group is new", _TEXT, (GROUP,), is_new),
    Rule("sg-recreated", HIGH, "A security group was made anew", _TEXT, (GROUP,), made_anew(_UNATTACHED)),
    Rule("sg-removed", HIGH, "A security group is gone", _TEXT, (GROUP,), is_gone),
    Rule("pl-entries", LOW, "A prefix list that no group uses has other entries", _LISTS, (LIST,), _entries),
    Rule("pl-size", LOW, "A prefix list takes up another number of rules", _LISTS, (LIST,), _size),
    Rule("pl-added", NOTE, "A prefix list is new", _LISTS, (LIST,), is_new),
    Rule("pl-recreated", MEDIUM, "A prefix list was made anew", _LISTS, (LIST,), made_anew(_UNATTACHED)),
    Rule("pl-removed", MEDIUM, "A prefix list is gone", _LISTS, (LIST,), is_gone),
)

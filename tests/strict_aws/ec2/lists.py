"""Prefix lists as rules see them: which there are, AWS's own among them, what they count, and how their changes end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from tests.strict_aws.call import Call, Region
from tests.strict_aws.ec2.state import Group, PrefixList, held
from tests.strict_aws.ec2.tags import drop_tags
from tests.strict_aws.rules import rule

Document = dict[str, Any]

OWN_LISTS = rule(
    "ec2.aws-lists",
    "Every region has lists of AWS's own, without size and version, that count by a weight of their own",
    "AWS notes, section 2.4; recorded: test_prefix_list_entry",
)
LIST_WEIGHT = rule(
    "ec2.list-weight", "A customer's list counts as many rules as it may have entries", "AWS notes, section 2.4"
)
DELETE_FAILS = rule(
    "ec2.delete-of-used-list",
    "The delete of a list that a rule refers to is accepted and ends in delete-failed",
    "AWS notes, appendix B",
)
SIZE_FAILS = rule(
    "ec2.size-of-used-list",
    "A size that a group with the list can't have ends in modify-failed",
    "botocore: ModifyManagedPrefixList.MaxEntries",
)

_KNOWN_IDS = {
    ("us-east-1", "com.amazonaws.us-east-1.s3"): "pl-63a5400a",
    ("us-east-1", "com.amazonaws.us-east-1.dynamodb"): "pl-02cd2c6b",
    ("us-east-1", "com.amazonaws.global.cloudfront.origin-facing"): "pl-3b927c52",
}
_OWN = {
    "com.amazonaws.{}.s3": (1, ("54.231.0.0/17", "52.216.0.0/15")),
    "com.amazonaws.{}.dynamodb": (1, ("52.94.0.0/22", "52.119.224.0/20")),
    "com.amazonaws.{}.vpc-lattice": (10, ("169.254.171.0/24",)),
    "com.amazonaws.global.cloudfront.origin-facing": (55, ("13.124.199.0/24", "130.176.0.0/18", "15.158.0.0/16")),
    "com.amazonaws.global.groundstation": (5, ("3.2.16.0/26", "15.220.250.0/25")),
}


def aws_lists(call: Call) -> dict[str, Document]:
    """AWS's own lists by id, as they are described."""
    return lists_in(call.region) if call.holds(OWN_LISTS) else {}


def lists_in(region: Region) -> dict[str, Document]:
    """AWS's own lists that a region has."""
    found = {}
    for pattern in _OWN:
        name = pattern.format(region.name)
        digest = hashlib.sha256(f"{name}/{region.name}".encode()).hexdigest()[:8]
        list_id = _KNOWN_IDS.get((region.name, name), f"pl-{digest}")
        found[list_id] = {
            "PrefixListId": list_id,
            "AddressFamily": "IPv4",
            "State": "create-complete",
            "PrefixListArn": region.arn("ec2", f"prefix-list/{list_id}", account="aws"),
            "PrefixListName": name,
            "OwnerId": "AWS",
        }
    return found


def aws_entries(call: Call, list_id: str) -> list[str]:
    """The blocks of one of AWS's own lists."""
    return list(_OWN[_pattern(call, aws_lists(call)[list_id])][1])


def _pattern(call: Call, fields: Document) -> str:
    return str(fields["PrefixListName"]).replace(f".{call.region.name}.", ".{}.")


def list_exists(call: Call, list_id: str) -> bool:
    """Whether there is such a list, of the customer's or of AWS's."""
    settle_lists(call)
    return list_id in held(call).prefix_lists or list_id in aws_lists(call)


def weight_of(call: Call, list_id: str) -> tuple[str, int]:
    """The family of a list, and how many rules a reference to it counts."""
    own = held(call).prefix_lists.get(list_id)
    if own is not None:
        return own.fields["AddressFamily"], own.fields["MaxEntries"] if call.holds(LIST_WEIGHT) else 1
    fields = aws_lists(call).get(list_id)
    return ("IPv4", _OWN[_pattern(call, fields)][0]) if fields else ("IPv4", 1)


def weights(call: Call, rules: Iterable[Document], sizes: dict[str, int] | None = None) -> tuple[int, int]:
    """How much rules count against the quota for IPv4 and for IPv6; a group counts in both.

    ``sizes`` are prefix lists that are taken to have another size than they have.
    """
    four = six = 0
    for made in rules:
        list_id = made.get("PrefixListId")
        if list_id:
            family, weight = weight_of(call, list_id)
            weight = (sizes or {}).get(list_id, weight)
            four, six = (four + weight, six) if family == "IPv4" else (four, six + weight)
        elif "ReferencedGroupInfo" in made:
            four, six = four + 1, six + 1
        else:
            four, six = four + ("CidrIpv4" in made), six + ("CidrIpv6" in made)
    return four, six


def holders_of(call: Call, list_id: str) -> list[Group]:
    """The groups whose rules refer to a list."""
    groups = held(call).groups.values()
    return [group for group in groups if any(each.get("PrefixListId") == list_id for each in group.rules.values())]


def settle_lists(call: Call) -> None:
    """Let all changes of lists that are due by now have come to their end."""
    for kept in list(held(call).prefix_lists.values()):
        if kept.turn is not None and kept.turn.due <= call.now:
            _end(call, kept)


def _end(call: Call, kept: PrefixList) -> None:
    assert kept.turn is not None
    list_id, state, size = kept.fields["PrefixListId"], kept.turn.state, kept.wanted_size
    kept.turn = kept.wanted_size = None
    if state is None:
        users = holders_of(call, list_id)
        if users and call.holds(DELETE_FAILS):
            _fail(kept, "delete-failed", f"The prefix list is in use by {', '.join(group.id for group in users[:10])}")
            return
        del held(call).prefix_lists[list_id]
        drop_tags(call, list_id)
        return
    if size is not None:
        full = [group.id for group in holders_of(call, list_id) if _too_large(call, group, list_id, size)]
        if full and call.holds(SIZE_FAILS):
            _fail(kept, "modify-failed", f"The following resources do not support the new size: {', '.join(full[:10])}")
            return
        kept.fields["MaxEntries"] = size
    kept.fields["State"] = state
    kept.fields.pop("StateMessage", None)


def _fail(kept: PrefixList, state: str, text: str) -> None:
    kept.fields |= {"State": state, "StateMessage": text}


def _too_large(call: Call, group: Group, list_id: str, size: int) -> bool:
    most = call.aws.limits.rules_per_group
    return any(max(weights(call, group.of(egress=each), {list_id: size})) > most for each in (False, True))

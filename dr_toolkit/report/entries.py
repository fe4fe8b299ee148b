"""Changes as the reports tell them that are read away from a terminal: the worst first, everything in words."""

from __future__ import annotations

from dataclasses import dataclass

from dr_toolkit.model.alerts import NOTE, SEVERITIES, Alert
from dr_toolkit.model.changes import CREATE, DELETE, Change, FieldChange
from dr_toolkit.model.deeds import Deed
from dr_toolkit.report import vocabulary, words
from dr_toolkit.report.outline import top
from dr_toolkit.report.results import DriftReport, DriftResult
from dr_toolkit.spec.registry import Registry


@dataclass(frozen=True)
class Entry:
    """One change: what it is called, how bad it is and why, what it was and is, and who it was.

    Of what comes or goes as a whole, every attribute is a field with one side alone.
    """

    change: Change
    severity: str
    word: str
    title: str
    whole: str
    alerts: tuple[Alert, ...]
    fields: tuple[FieldChange, ...]
    deeds: tuple[Deed, ...] = ()
    state: str = ""

    @property
    def key(self) -> str:
        """The printed key."""
        return self.change.key.text


def entries(result: DriftResult, registry: Registry) -> list[Entry]:
    """All changes of a result, the worst first, then in the order of their keys."""
    told = [_entry(result, change, registry) for change in result.changes]
    return sorted(told, key=lambda e: (SEVERITIES.index(e.severity), e.change.key))


def _entry(result: DriftResult, change: Change, registry: Registry) -> Entry:
    return Entry(
        change=change,
        severity=result.severity(change),
        word=vocabulary.DRIFT[change.action],
        title=words.described(change, registry),
        whole=words.headline(top(change.key, registry), registry),
        alerts=tuple(a for a in result.alerts if a.key == change.key and not a.standing),
        fields=_fields(change),
        deeds=result.deeds.of(change.key.text) if result.deeds else (),
        state=result.deeds.state(change.key.text) if result.deeds else "",
    )


def _fields(change: Change) -> tuple[FieldChange, ...]:
    if change.action == CREATE and change.after is not None:
        return tuple(FieldChange((name,), None, value) for name, value in change.after.attributes.items())
    if change.action == DELETE and change.before is not None:
        return tuple(FieldChange((name,), value, None) for name, value in change.before.attributes.items())
    return change.fields


@dataclass(frozen=True)
class Told:
    """What a rule says, of one thing or of several in the same words."""

    rule: str
    severity: str
    text: str
    keys: tuple[str, ...]


def alerts(result: DriftResult) -> list[Told]:
    """What the rule book says, the worst first, each thing once; that a change means nothing is said with it alone."""
    found: dict[tuple[str, str], list[Alert]] = {}
    for alert in result.alerts:
        if alert.severity != NOTE or alert.standing:
            found.setdefault((alert.rule, alert.text), []).append(alert)
    told = [Told(rule, a[0].severity, text, tuple(x.key.text for x in a)) for (rule, text), a in found.items()]
    return sorted(told, key=lambda t: SEVERITIES.index(t.severity))


def sides(result: DriftResult) -> tuple[str, str]:
    """What is compared, and with what, in words."""
    where = f" ({result.scope})" if result.scope else ""
    taken = f" of {result.baseline_taken_at}" if result.baseline_taken_at else ""
    live = f"live at {result.live_taken_at}"
    if result.live_id:
        live = f"snapshot {result.live_id} of {result.live_taken_at}"
    what = result.against if result.against in ("baseline", "latest") else "snapshot"
    against = result.against if result.baseline_id == "live" else f"{what} {result.baseline_id}"
    return f"{where}, {live}", f"against {against}{taken}"


def state(report: DriftReport) -> str:
    """In a word what the report comes to: ``clean``, ``drift``, ``incomplete`` or ``failed``."""
    return {0: "clean", 2: "drift", 3: "incomplete"}.get(report.exit_code, "failed")

"""What the last run on a target left behind: what it made, what it owes, and what it can't know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dr_toolkit.engine.selection import WHOLE, Part
from dr_toolkit.engine.survey import Survey
from dr_toolkit.model.changes import CREATE, Plan
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec.served import APIS, DEPLOYMENTS, STAGES, kind_of
from dr_toolkit.store.journal import END, Runs, RunState
from dr_toolkit.workflows import secrets
from dr_toolkit.workflows.targets import Made, Planned, View


@dataclass
class History:
    """``unfinished`` is the last run, where it has no end; ``made`` what it, or the last one that ended, left behind.

    ``doubtful`` are the intents whose outcome nobody wrote down, and ``adopted`` what came to light of them.
    ``unknown`` holds the printed keys of what a last run that failed had made with values that nobody knew.
    """

    unfinished: RunState | None = None
    made: Made = field(default_factory=Made)
    doubtful: list[dict[str, Any]] = field(default_factory=list)
    adopted: dict[str, str] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    def settle(self, seen: View) -> Made:
        """What was made, with what has no name and is in doubt looked for."""
        if not self.nameless or self.unfinished is None:
            return self.made
        before = self.unfinished.begin.get("deployments", [])
        self.adopted = self.come_to_light(seen.survey(self.made, served=False), {*before, *self.made.ids.values()})
        return Made({**self.made.ids, **self.adopted}, self.made.owed - _keys(self.adopted))

    @property
    def nameless(self) -> list[ResourceKey]:
        """What has no name, was to be made, and may be there or not."""
        creations = [r for r in self.doubtful if r.get("action") == CREATE and r.get("keys")]
        keys = [ResourceKey.parse(record["keys"][0]) for record in creations]
        return [key for key in keys if registry()[key.type].nameless]

    def come_to_light(self, found: Survey, known: set[str]) -> dict[str, str]:
        """The physical ids of what is in doubt and was found, by printed key; ``known`` are those of other things.

        A deployment that no stage serves, and that was not there before, is the one in doubt; so is an integration that
        no route leads to.
        """
        adopted: dict[str, str] = {}
        for key in self.nameless:
            outer = found.bindings.get(kind_of(key.type).api_of(key).text, "")
            new = [i for i in found.unbound(key.type, outer) if i not in {*known, *adopted.values()}]
            if len(new) == 1:
                adopted[key.text] = new[0]
        return adopted


def history(runs: Runs) -> History:
    """Read it: one record where the last run has ended, all of them where it has not."""
    latest = runs.latest()
    if latest is None:
        return History()
    if latest["kind"] == END:
        made = Made(dict(latest.get("unserved", {})), _keys(latest.get("owed", [])))
        return History(made=made, unknown=frozenset(latest.get("unknown", [])))
    state = runs.last()
    if state is not None and "undoes" in state.begin:
        return History(state)
    return of_run(state) if state is not None else History()


def of_run(state: RunState) -> History:
    """What a run's own records say, in their order."""
    made, intents = Made(), dict[str, dict[str, Any]]()
    for record in state.records:
        made.ids |= {**record.get("found", {}), **record.get("bound", {})}
        made.owed = (made.owed | _keys(record.get("owed", []))) - _keys(record.get("bound", {}))
        if record["kind"] == "intent":
            intents[record["step"]] = record
        elif record["kind"] in ("done", "failed"):
            intents.pop(record["step"], None)
        elif record["kind"] == "resumed":
            intents = {f"earlier {name}": r for name, r in intents.items()}
    return History(None if state.finished else state, made, list(intents.values()))


def options_of(state: RunState) -> Mapping[str, Any]:
    """The options that a run was last gone on with."""
    return next((r["options"] for r in reversed(state.records) if "options" in r), {})


def found_apis(plan: Plan, bindings: Mapping[str, str]) -> dict[str, str]:
    """The ids of the plan's APIs that are there already: what lies in them is known by them."""
    keys = [c.key for c in plan.changes if c.key.type.startswith("apigateway")]
    apis = {kind_of(key.type).api_of(key).text for key in keys}
    return {text: bindings[text] for text in sorted(apis) if text in bindings}


def all_nameless(found: Survey) -> list[str]:
    """The ids of all deployments in the target, and of whatever else has no name."""
    return sorted(t.physical(row.data) for t in registry() if t.nameless for row in found.reading.of(t.name))


def left_over(left: Plan, made: Made, part: Part = WHOLE) -> dict[str, Any]:
    """What a run that ends leaves to the next: deployments to make, and those made that no stage serves yet.

    Of what was outside of its part it knows no more than it was told.
    """
    owed = {c.key for c in left.changes if c.key.type in DEPLOYMENTS and c.action == CREATE} | made.owed
    moving = {kind_of(c.key.type).api_of(c.key) for c in left.changes if c.key.type in STAGES}
    kept = {
        text: physical_id
        for text, physical_id in made.ids.items()
        if (key := ResourceKey.parse(text)).type in DEPLOYMENTS | APIS
        and (kind_of(key.type).api_of(key) in moving or not part.holds(key))
    }
    return {"owed": sorted(key.text for key in owed), "unserved": kept}


def with_ids(made: Made, ids: Mapping[str, str]) -> Made:
    """The same, with more that is known."""
    return replace(made, ids={**made.ids, **ids})


def unknown_values(plan: Plan) -> list[str]:
    """The printed keys of what a plan makes with a value that nobody knows."""
    return sorted(f.key for f in plan.findings if f.code == secrets.UNKNOWN)


def made_unknown(records: Iterable[Mapping[str, Any]], left: Planned) -> list[str]:
    """What a run that failed leaves to the next to name: the keys in the target whose values nobody knew."""
    told = {key for record in records for key in record.get("unknown", [])}
    return sorted(told & left.survey.bindings.keys())


def with_kept_gaps(planned: Planned, unfinished: RunState | None, failed: Iterable[str] = ()) -> Planned:
    """A plan that also names what the unfinished run, or one that ``failed``, made with a value that nobody knew."""
    plan = planned.plan
    told = {key for record in unfinished.records for key in record.get("unknown", [])} if unfinished else set()
    told |= planned.survey.bindings.keys() & set(failed)
    made = told - {c.key.text for c in plan.changes if c.action == CREATE}
    if not made:
        return planned
    findings = {*plan.findings, *(secrets.made_with_new_value(key) for key in made)}
    return replace(planned, plan=replace(plan, findings=tuple(sorted(findings))))


def _keys(texts: Iterable[str]) -> frozenset[ResourceKey]:
    return frozenset(ResourceKey.parse(text) for text in texts)

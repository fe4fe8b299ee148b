"""How long a plan takes and what of it is for good. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from dr_toolkit.model.changes import DELETE, REPLACE, Change, Step
from dr_toolkit.model.forecasts import Estimate, Final
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.rates import READY, Rate, rates
from dr_toolkit.spec.registry import Registry


def estimate(calls: Iterable[Step], parts: Mapping[str, Sequence[str]] | None = None) -> Estimate:
    """How long these calls take: by the quota that is slowest, and what is waited for till it is ready.

    ``calls`` are the steps as they are really made; ``parts`` are the steps of a plan that one stands for, by its id.
    """
    operations: Counter[str] = Counter()
    buckets: dict[str, tuple[Rate, int]] = {}
    waits: dict[str, float] = {}
    for step in calls:
        name = f"{step.service}:{step.call.operation}"
        operations[name] += 1
        if step.call.until is not None:
            waits[name] = READY.get(name, 0.0)
        for rate in rates(step.service, step.call.operation, step.call.params):
            buckets[rate.name] = (rate, buckets.get(rate.name, (rate, 0))[1] + 1)
    times = {name: max(0.0, number - rate.burst) / rate.per_second for name, (rate, number) in buckets.items()}
    slowest = max(sorted(times), key=times.__getitem__, default="")
    longest = max(sorted(waits), key=waits.__getitem__, default="")
    carried = {part: whole for whole, ids in (parts or {}).items() for part in ids if part != whole}
    limited = bool(slowest) and times[slowest] > 0
    return Estimate(
        calls=operations.total(),
        seconds=(times[slowest] if slowest else 0.0) + waits.get(longest, 0.0),
        operations=dict(sorted(operations.items())),
        limit=slowest if limited else "",
        limited=buckets[slowest][1] if limited else 0,
        per_second=buckets[slowest][0].per_second if limited else 0.0,
        waiting=waits.get(longest, 0.0),
        waits_for=longest if waits.get(longest) else "",
        carried=carried,
    )


def final(changes: Iterable[Change], steps: Iterable[Step], registry: Registry) -> tuple[Final, ...]:
    """The changes that can't be undone whole: what is deleted or made anew, and is known by what AWS gave it."""
    by_key: dict[ResourceKey, list[str]] = {}
    for step in steps:
        if step.action in (DELETE, REPLACE):
            for key in step.keys:
                by_key.setdefault(key, []).append(step.id)
    found = []
    for change in changes:
        t = registry.get(change.key.type)
        if t is not None and t.lost and change.action in (DELETE, REPLACE):
            found.append(Final(change.key, t.lost, tuple(by_key.get(change.key, ()))))
    return tuple(found)

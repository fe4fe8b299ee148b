"""Drift that the config accepts: by key and field, with an owner, a reason and an end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dr_toolkit.config import IgnoreRule, matches
from dr_toolkit.model.changes import Change, FieldChange
from dr_toolkit.model.documents import INFO, WARNING, Finding, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report.results import Ignored
from dr_toolkit.resources import registry


@dataclass(frozen=True)
class Kept:
    """The changes that count, the estate as if the others had not been made, and what was ignored by which rule."""

    changes: tuple[Change, ...]
    estate: Estate
    ignored: tuple[Ignored, ...] = ()


def ignore(changes: Sequence[Change], after: Estate, rules: Sequence[IgnoreRule], today: date) -> Kept:
    """Take out what rules that still hold (``until`` is their last day, in UTC) accept."""
    holding = [rule for rule in rules if not expired(rule, today)]
    if not holding:
        return Kept(tuple(changes), after)
    kept: list[Change] = []
    ignored: list[Ignored] = []
    estate = replace(after, lines=dict(after.lines))
    for change in changes:
        left: Change | None = change
        for rule in (r for r in holding if _concerns(r, change.key)):
            if left is None:
                break
            left, dropped = _without(left, rule)
            if dropped is not None:
                ignored.append(_told(change, dropped, rule))
        if left is not None:
            kept.append(left)
        if left is not change:
            _put_back(estate, change, left)
    return Kept(tuple(kept), estate, tuple(ignored))


def expired(rule: IgnoreRule, today: date) -> bool:
    """Whether a rule's last day is over."""
    return rule.until is not None and rule.until < today


def _concerns(rule: IgnoreRule, key: ResourceKey) -> bool:
    """Whether a rule's glob matches a key, or that of what it belongs to."""
    above: ResourceKey | None = key
    while above is not None:
        if matches(rule.key, above.text):
            return True
        above = registry().parent(above)
    return False


def _without(change: Change, rule: IgnoreRule) -> tuple[Change | None, tuple[FieldChange, ...] | None]:
    """What is left of a change, and the fields that were dropped of it (none, where the whole was; None: nothing)."""
    if rule.field is None:
        return None, ()
    dropped = tuple(f for f in change.fields if _is_of(f, rule.field))
    if not dropped:
        return change, None
    rest = tuple(f for f in change.fields if f not in dropped)
    if not rest:
        return None, dropped
    after = change.after and replace(change.after, attributes=_restored(change, rule.field.split(".")))
    return replace(change, fields=rest, after=after), dropped


def _is_of(field: FieldChange, name: str) -> bool:
    path = ".".join(field.path)
    return path == name or path.startswith(f"{name}.")


def _restored(change: Change, path: list[str]) -> dict[str, Any]:
    """What is live, with one field as it was before."""
    assert change.before is not None and change.after is not None
    return _with(dict(change.after.attributes), change.before.attributes, path)


def _with(value: dict[str, Any], old: Any, path: list[str]) -> dict[str, Any]:
    first, *rest = path
    was = old.get(first) if isinstance(old, dict) else None
    if rest and isinstance(value.get(first), dict):
        return {**value, first: _with(value[first], was, rest)}
    if was is None:
        return {k: v for k, v in value.items() if k != first}
    return {**value, first: was}


def _put_back(estate: Estate, change: Change, left: Change | None) -> None:
    """Have the estate be as if what is ignored had not happened."""
    resource: Resource | None = left.after if left is not None else change.before
    if resource is None:
        estate.lines.pop(change.key.text, None)
    else:
        estate.put(replace(resource, physical_id=None, observed={}))


def _told(change: Change, dropped: tuple[FieldChange, ...], rule: IgnoreRule) -> Ignored:
    names = tuple(".".join(f.path) for f in dropped)
    until = rule.until.isoformat() if rule.until else ""
    return Ignored(change.key, change.action, names, rule.key, rule.field or "", rule.reason, rule.owner or "", until)


def remarks(
    rules: Sequence[IgnoreRule], used: Collection[tuple[str, str]], today: date, *, everything: bool
) -> tuple[Finding, ...]:
    """What is to be said of the rules themselves: expired ones alarm, and ones that nothing needs are named.

    ``used`` are key and field of those that ignored something; ``everything`` whether all sources were looked at.
    """
    told = []
    for rule in rules:
        owner = f"{rule.owner}: " if rule.owner else ""
        if expired(rule, today):
            text = f"{owner}expired after {rule.until}, so that its drift counts again; it was: {rule.reason}"
            told.append(Finding(WARNING, "ignore-expired", rule.key, text))
        elif everything and (rule.key, rule.field or "") not in used:
            text = f"{owner}ignores nothing any more; take it out of the config. It was: {rule.reason}"
            told.append(Finding(INFO, "ignore-unused", rule.key, text))
    return tuple(told)

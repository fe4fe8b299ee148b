"""What differs between two estates. Pairs are made by key; deepdiff only names the fields of a pair that differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dr_toolkit.model import wire
from dr_toolkit.model.changes import CREATE, DELETE, REPLACE, UPDATE, Change, FieldChange
from dr_toolkit.model.documents import READ, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec import policies
from dr_toolkit.spec.fields import Field
from dr_toolkit.spec.registry import Registry

_MISSING = object()


def compare(
    before: Estate, after: Estate, registry: Registry, skip: Callable[[str], bool] = lambda type_name: False
) -> list[Change]:
    """The changes that turn one estate into the other, in the order of their keys.

    Landmarks, types that this version does not know and types for which ``skip`` says so are left out.
    """
    left_out: dict[str, bool] = {}

    def compared(text: str) -> bool:
        name = text.partition("/")[0]
        if name not in left_out:
            t = registry.get(name)
            left_out[name] = t is None or t.landmark or skip(name)
        return not left_out[name]

    old, new = before.lines, after.lines
    differing = [text for text in old.keys() | new.keys() if old.get(text) != new.get(text) and compared(text)]
    found = (_change(before.get(text), after.get(text), registry) for text in sorted(differing))
    return [change for change in found if change is not None]


def both_read(before: Estate, after: Estate) -> Callable[[str], bool]:
    """Whether to skip a type: it can be compared only where both sides read it."""

    def skip(name: str) -> bool:
        sides = (before.coverage.get(name), after.coverage.get(name))
        return any(c is None or c.status != READ for c in sides)

    return skip


def same(before: Resource, after: Resource, registry: Registry) -> bool:
    """Whether two resources of one key say the same, be it in other words."""
    return before.attributes == after.attributes or _change(before, after, registry) is None


def _change(before: Resource | None, after: Resource | None, registry: Registry) -> Change | None:
    """The change from one to the other; None where they only say the same in other words."""
    if before is None:
        assert after is not None
        return Change(after.key, CREATE, None, after)
    key = before.key
    if after is None:
        return Change(key, DELETE, before, None)
    described = registry[key.type].fields
    found = field_changes(before.attributes, after.attributes, key, registry)
    fields = tuple(f for f in found if not _same_policy(f.name, before, after, described))
    if found and not fields:
        return None
    fixed = sorted({f.name for f in fields if f.name in described and described[f.name].fixed})
    if fixed:
        return Change(key, REPLACE, before, after, fields, f"{', '.join(fixed)} can't be changed in place")
    return Change(key, UPDATE, before, after, fields)


def _same_policy(name: str, before: Resource, after: Resource, described: Mapping[str, Field]) -> bool:
    """Whether a member is a policy that says the same on both sides."""
    if name not in described or not described[name].policy:
        return False
    return bool(policies.form(before.attributes.get(name)) == policies.form(after.attributes.get(name)))


def field_changes(
    before: Mapping[str, Any], after: Mapping[str, Any], key: ResourceKey, registry: Registry
) -> tuple[FieldChange, ...]:
    """The fields in which two sets of attributes differ, each as deep as it can be named."""
    t = registry.get(key.type)
    keyed = {name: f.keyed for name, f in t.fields.items() if f.keyed} if t else {}
    old, new = _comparable(before, keyed), _comparable(after, keyed)
    paths = sorted({_cut(path, old, new) for path in _paths(old, new)})
    return tuple(FieldChange(path, _at(old, path), _at(new, path)) for path in paths)


def _comparable(attributes: Mapping[str, Any], keyed: Mapping[str, str]) -> dict[str, Any]:
    """Attributes in which lists whose items have a name are maps by that name."""
    return {
        name: {str(item[keyed[name]]): item for item in value} if name in keyed and isinstance(value, list) else value
        for name, value in attributes.items()
    }


def _paths(old: Any, new: Any) -> list[tuple[str | int, ...]]:
    from deepdiff import DeepDiff

    tree = DeepDiff(
        _scalar_refs(old),
        _scalar_refs(new),
        view="tree",
        threshold_to_diff_deeper=0,
        ignore_numeric_type_changes=False,
        ignore_private_variables=False,
    )
    return [tuple(level.path(output_format="list")) for kind in tree for level in tree[kind]]


def _scalar_refs(value: Any) -> Any:
    """References as one text each, so that they are compared whole."""
    match value:
        case dict():
            return {k: _scalar_refs(v) for k, v in value.items()}
        case list() | tuple():
            return [_scalar_refs(v) for v in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return wire.canonical(value).decode()


def _cut(path: tuple[str | int, ...], old: Any, new: Any) -> tuple[str, ...]:
    """A path up to the first list: a list is told whole, for its order is part of it."""
    cut: list[str] = []
    for part in path:
        if isinstance(old, list) or isinstance(new, list):
            break
        cut.append(str(part))
        old = old.get(part) if isinstance(old, dict) else None
        new = new.get(part) if isinstance(new, dict) else None
    return tuple(cut)


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value

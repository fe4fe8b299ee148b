"""API Gateway's patch operations: JSON-pointer paths, and every value a string."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_toolkit.model.changes import Join
from dr_toolkit.model.keys import Ref

Patch = dict[str, Any]


def text(value: Any) -> Any:
    """A value as patch operations want it: booleans in lower case, numbers in their shortest form.

    What is only known when a restore runs (a Ref or a Join) stays as it is, and is text then.
    """
    if isinstance(value, Ref | Join):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def pointer(name: str) -> str:
    """One segment of a path, escaped."""
    return name.replace("~", "~0").replace("/", "~1")


def replace(path: str, value: Any) -> Patch:
    """Set a member."""
    return {"op": "replace", "path": path, "value": text(value)}


def add(path: str, value: Any = None) -> Patch:
    """Add a member, or an item."""
    return {"op": "add", "path": path} | ({} if value is None else {"value": text(value)})


def remove(path: str, value: Any = None) -> Patch:
    """Remove a member, or an item."""
    return {"op": "remove", "path": path} | ({} if value is None else {"value": text(value)})


def scalar(path: str, after: Any, empty: Any = "") -> list[Patch]:
    """Set a member, or what stands for its absence."""
    return [replace(path, empty if after is None else after)]


def mapping(prefix: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Patch]:
    """Turn one map into another, entry by entry."""
    old, new = before or {}, after or {}
    gone = [remove(f"{prefix}/{pointer(name)}") for name in sorted(old.keys() - new.keys())]
    put = [
        replace(f"{prefix}/{pointer(name)}", new[name])
        for name in sorted(new)
        if name not in old or old[name] != new[name]
    ]
    return gone + put


def names(prefix: str, before: Iterable[str] | None, after: Iterable[str] | None) -> list[Patch]:
    """Turn one set of names, which stand in the path itself, into another."""
    old, new = set(before or ()), set(after or ())
    gone = [remove(f"{prefix}/{pointer(name)}") for name in sorted(old - new)]
    return gone + [add(f"{prefix}/{pointer(name)}") for name in sorted(new - old)]


def items(path: str, before: Iterable[Any] | None, after: Iterable[Any] | None) -> list[Patch]:
    """Turn one list of values, which stand in the value, into another."""
    old, new = list(before or ()), list(after or ())
    put = [add(path, value) for value in new if value not in old]
    return put + [remove(path, value) for value in old if value not in new]

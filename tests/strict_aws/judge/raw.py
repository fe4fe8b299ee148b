"""A region's raw state as one tree of plain dicts, lists and values, by the names of the classes that hold it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from tests.strict_aws.call import Region

Path = tuple[Any, ...]
_LEAVES = frozenset({str, int, float, bool, type(None)})


def tree(region: Region) -> dict[str, Any]:
    """The state: class name -> member -> ...; dataclasses are dicts by member, values are the very same objects."""
    return {kind.__name__: plain(part) for kind, part in region.parts.items()}


def plain(value: Any) -> Any:
    """A value with every dataclass in it made a dict."""
    if isinstance(value, dict):
        return {key: each if type(each) in _LEAVES else plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if type(value) in _LEAVES or not is_dataclass(value):
        return value
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}

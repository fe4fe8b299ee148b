"""What stands in a document where something else has to: said by its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def mapped(value: Any, where: str) -> Mapping[str, Any]:
    """An object; an empty one where there is none. Raises ValueError where something else stands."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ValueError(f"{where} of the export is no object")
    return value


def listed(value: Any, where: str) -> list[Any]:
    """A list; an empty one where there is none. Raises ValueError where something else stands."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"{where} of the export is no list")
    return value


def text_of(value: Any, where: str) -> str:
    """A text. Raises ValueError where something else stands."""
    if not isinstance(value, str):
        raise ValueError(f"{where} of the export is no text")
    return value

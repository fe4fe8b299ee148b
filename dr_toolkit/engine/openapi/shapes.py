"""What stands in an exported document where something else has to, said by its place; and what nobody knows."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from dr_toolkit.engine.openapi.rest_words import X


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


def unknown(holder: Mapping[str, Any], known: Container[str]) -> dict[str, Any]:
    """API Gateway's own members of an object that are none of the known ones, which are named without their prefix."""
    return {name: value for name, value in holder.items() if name.startswith(X) and name[len(X) :] not in known}

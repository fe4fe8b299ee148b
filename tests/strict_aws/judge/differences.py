"""Two canonical trees beside each other: what differs, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One place where two regions are not the same. What is on one side only is None on the other."""

    where: str
    left: Any
    right: Any

    def __str__(self) -> str:
        return f"{self.where}: {_short(self.left)} | {_short(self.right)}"


@dataclass(frozen=True)
class Free:
    """A text that AWS doesn't read: the customer's own words, as they are and with names in them. It is the same on
    both sides if either form is, since nobody can say whether a word in it was meant to move."""

    raw: str
    plain: str

    def __str__(self) -> str:
        return self.plain


class Bag(list[Any]):
    """A list whose order means nothing."""


def differences(left: Any, right: Any, where: str = "") -> Iterator[Difference]:
    """What differs, in the order of names."""
    if left is right:
        return
    if isinstance(left, dict) and isinstance(right, dict):
        for name in sorted({*left, *right}, key=str):
            below = f"{where} / {name}" if where else str(name)
            yield from differences(left.get(name), right.get(name), below)
    elif isinstance(left, Bag) and isinstance(right, Bag):
        yield from _bags(left, right, where)
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{where}[{number}]")
    elif not _same_value(left, right):
        yield Difference(where, left, right)


def _same_value(left: Any, right: Any) -> bool:
    if isinstance(left, Free) and isinstance(right, Free):
        return left.raw == right.raw or left.plain == right.plain
    return isinstance(left, bool) is isinstance(right, bool) and bool(left == right)


def _bags(left: Bag, right: Bag, where: str) -> Iterator[Difference]:
    """What is in one and not in the other; where one element is left on both sides, how these two differ."""
    rest = list(right)
    only = []
    for each in left:
        found = next((n for n, other in enumerate(rest) if not any(differences(each, other))), None)
        if found is None:
            only.append(each)
        else:
            del rest[found]
    if len(only) == len(rest) == 1:
        yield from differences(only[0], rest[0], f"{where}[]")
    else:
        yield from (Difference(f"{where}[]", each, None) for each in only)
        yield from (Difference(f"{where}[]", None, each) for each in rest)


def _short(value: Any, most: int = 200) -> str:
    text = "nothing" if value is None else _text(value)
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _text(value: Any) -> str:
    if isinstance(value, Free):
        return repr(value.plain)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_text(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_text(each) for each in value) + "]"
    return repr(value)

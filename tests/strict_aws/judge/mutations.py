"""Every single change that a region's raw state can suffer, one at a time: by these the judge proves itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from tests.strict_aws.call import Region
from tests.strict_aws.judge.raw import Path


@dataclass(frozen=True)
class Mutation:
    """A change of one leaf of the state: `make` it, and `undo` it again."""

    path: Path
    before: Any
    after: Any
    put: Callable[[Any], None]

    def make(self) -> None:
        """Change the leaf."""
        self.put(self.after)

    def undo(self) -> None:
        """Make it what it was."""
        self.put(self.before)

    def __str__(self) -> str:
        return f"{' / '.join(map(str, self.path))}: {self.before!r} -> {self.after!r}"


@dataclass(frozen=True)
class Removal:
    """Something taken out of a dict or a list of the state: `make` it, and `undo` it again."""

    path: Path
    holder: Any
    was: Any

    def make(self) -> None:
        """Take it out."""
        del self.holder[self.path[-1]]

    def undo(self) -> None:
        """Make the holder what it was, its order too."""
        self.holder.clear()
        if isinstance(self.holder, dict):
            self.holder.update(self.was)
        else:
            self.holder.extend(self.was)

    def __str__(self) -> str:
        return f"{' / '.join(map(str, self.path))}: taken out"


def removals(region: Region) -> Iterator[Removal]:
    """Everything that a dict or a list holds taken out, but for what says nothing: an empty list or map, and None."""
    for kind, part in region.parts.items():
        yield from _removals(part, (kind.__name__,))


def _removals(value: Any, path: Path) -> Iterator[Removal]:
    for name, each, _ in _inside(value):
        if isinstance(value, dict | list) and each not in (None, [], {}):
            yield Removal((*path, name), value, value.copy())
        if is_dataclass(each) or isinstance(each, dict | list):
            yield from _removals(each, (*path, name))


def mutations(region: Region) -> Iterator[Mutation]:
    """Every leaf made another value; an id also the id of something else of its kind."""
    others = dict(_others(region.parts))
    for kind, part in region.parts.items():
        for path, value, put in _leaves(part, (kind.__name__,)):
            for after in _changed(value, others):
                yield Mutation(path, value, after, put)


def _changed(value: Any, others: dict[str, str]) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield value + 1
    else:
        yield f"{value or ''}x"
        if value in others:
            yield others[value]


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any, Callable[[Any], None]]]:
    """(where, what, how to put another value there) of every leaf."""
    for name, each, put in _inside(value):
        if is_dataclass(each) or isinstance(each, dict | list):
            yield from _leaves(each, (*path, name))
        elif isinstance(each, str | int | float) or each is None:
            yield (*path, name), each, put


def _inside(value: Any) -> Iterator[tuple[Any, Any, Callable[[Any], None]]]:
    if is_dataclass(value):
        for field in fields(value):
            yield field.name, getattr(value, field.name), lambda new, n=field.name: setattr(value, n, new)
    else:
        for name, each in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield name, each, lambda new, n=name: value.__setitem__(n, new)


def _others(value: Any) -> Iterator[tuple[str, str]]:
    """(an id, the id of its neighbour) of all that is kept by id."""
    if isinstance(value, dict) and len(value) > 1 and all(isinstance(key, str) for key in value):
        keys = list(value)
        yield from zip(keys, keys[1:] + keys[:1], strict=True)
    if is_dataclass(value) or isinstance(value, dict | list):
        for _, each, _ in _inside(value):
            yield from _others(each)

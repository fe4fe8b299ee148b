"""A type's fields as flat rows: every member by its path, with what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dr_toolkit.report import words
from dr_toolkit.spec.fields import ABSENT, Field


@dataclass(frozen=True)
class FieldRow:
    """One member: ``Entries[].Cidr`` is in each item of a list, ``tags.*`` each value of a map."""

    path: str
    kind: str
    note: str
    field: Field


def rows(fields: Mapping[str, Field], above: str = "") -> Iterator[FieldRow]:
    """All members, each followed by what is inside it."""
    for name, field in fields.items():
        yield from _row(f"{above}{name}", field)


def _row(path: str, field: Field) -> Iterator[FieldRow]:
    yield FieldRow(path, field.kind.value, _note(field), field)
    if field.members:
        yield from rows(field.members, f"{path}.")
    if field.values:
        yield from _row(f"{path}.*", field.values)
    if field.items:
        yield from _row(f"{path}[]", field.items)


def _note(field: Field) -> str:
    notes = [f"to {', '.join(field.to)}"] if field.to else []
    notes += [field.why] if field.why else []
    if field.default is not ABSENT:
        notes.append(f"absent means {words.compact(field.default)}")
    if field.keyed:
        notes.append(f"items known by {field.keyed}")
    flags = {
        "order means nothing": field.unordered,
        "compared as JSON": field.json,
        "free text": field.free,
        "a change replaces": field.fixed,
    }
    return "; ".join([*notes, *(text for text, on in flags.items() if on)])

"""What a person mapped, found in a target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dr_toolkit.engine.capture import Reading
from dr_toolkit.engine.pairing import Identity
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.marks import bare
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.types import Row


@dataclass
class Given:
    """What a person mapped, looked up in a target: ``known`` for pairing, ``missing`` what could not be found."""

    known: dict[Identity, ResourceKey] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def look_up(given: Mapping[str, str], reading: Reading, registry: Registry) -> Given:
    """Find what a person mapped keys to: a physical id, an ARN or a name in the target.

    A type that is never listed by itself (a group elsewhere) is taken at the person's word.
    """
    found = Given()
    for text, value in given.items():
        key = ResourceKey.parse(text)
        t = registry[key.type]
        if t.landmark and t.listing.within:
            found.known[(key.type, "", value)] = key
            found.ids[text] = value
            continue
        rows = [row for row in reading.of(key.type) if {value, bare(value)} & {*_names(row, registry)}]
        if len(rows) != 1:
            found.missing[text] = (
                f"{value} is not there" if not rows else f"{value} is the name of {len(rows)} things there"
            )
            continue
        physical_id = t.physical(rows[0].data)
        outer = registry[rows[0].root.type].physical(rows[0].root.data) if t.listing.per else ""
        found.known[(key.type, outer, physical_id)] = key
        found.ids[text] = physical_id
    return found


def _names(row: Row, registry: Registry) -> Iterator[str]:
    """Everything by which a person may have named a row."""
    yield registry[row.type].physical(row.data)
    for member, value in row.data.items():
        if isinstance(value, str) and (member.endswith(("Arn", "Name")) or member in ("name", "Name")):
            yield value
    tags = row.data.get("Tags") or ()
    for tag in () if isinstance(tags, Mapping) else tags:
        if tag.get("Key") == "Name":
            yield str(tag.get("Value", ""))


def inverse(estate: Estate) -> dict[str, str]:
    """Printed keys by physical id."""
    return {physical_id: text for text, physical_id in estate.ids.items()}

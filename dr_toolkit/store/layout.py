"""Every object's name in a store, and back again. Pure: nothing here reads or writes.

    v1/<source>/<id>.jsonl.gz                  the body of a snapshot
    v1/<source>/<id>.ids.jsonl.gz              physical ids and observed facts
    v1/<source>/<id>.served.jsonl.gz           what stages serve, where that is known
    v1/<source>/<id>.manifest.json             commits them
    v1/<source>/<id>.partial.manifest.json     commits them, where the capture is incomplete
    v1/<source>/<id>.pruned.json               says that the body and ids were pruned
    baselines/<source>/<n>.json                numbered sequences, n with six digits or more
    runs/<target>/<run>/<n>.json
    pairings/<source>/<target>/<n>.json
    anchors/<source>/<n>.json                  in a store of their own

``<id>`` is ``20261122T030000Z-`` and the first 12 hex digits of the body's SHA-256. In the name of a
source or target every byte but letters, digits, ``_``, ``-`` and ``.`` (not as the first) stands as
``!`` and two hex digits: S3 counts ``!`` among the safe characters and ``%`` among those to avoid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes

from dr_toolkit.errors import UsageError
from dr_toolkit.store.clock import utc

_VERSION = "v1"
_TIME = "%Y%m%dT%H%M%SZ"
_ID = re.compile(r"([0-9]{8}T[0-9]{6}Z)-[0-9a-f]{12}")
_NUMBER = re.compile(r"0[0-9]{5}|[1-9][0-9]{5,}")
_PLAIN = re.compile(r"[^A-Za-z0-9_.-]|^\.")
_COMPLETE, _PARTIAL, _PRUNED = ".manifest.json", ".partial.manifest.json", ".pruned.json"


# --- names of sources and targets -------------------------------------------------------------------


def quoted(name: str) -> str:
    """A source's or target's name as one segment of an object's name; raises UsageError for an empty one."""
    if not name:
        raise UsageError(reason="a source or target needs a name")
    return _PLAIN.sub(lambda m: "".join(f"!{byte:02X}" for byte in m[0].encode(errors="surrogateescape")), name)


def unquoted(segment: str) -> str | None:
    """The inverse of ``quoted``; None for what ``quoted`` can't have written."""
    name = unquote_to_bytes(segment.replace("!", "%")).decode(errors="surrogateescape")
    return name if name and quoted(name) == segment else None


# --- snapshots --------------------------------------------------------------------------------------


def snapshot_id(taken_at: datetime, digest: str) -> str:
    """The id of a snapshot: its time in whole seconds (cut off), and the digest (hex) of its body."""
    return f"{utc(taken_at).strftime(_TIME)}-{digest[:12]}"


def taken_at(snapshot: str) -> datetime:
    """The time (UTC) in a snapshot's id; raises ValueError for what is no id."""
    match = _ID.fullmatch(snapshot)
    if match is None:
        raise ValueError(f"{snapshot!r} is not a snapshot id such as 20261122T030000Z-1a2b3c4d5e6f")
    return datetime.strptime(match[1], _TIME).replace(tzinfo=UTC)


def is_snapshot_id(text: str) -> bool:
    """Whether ``taken_at`` can read ``text``."""
    try:
        taken_at(text)
    except ValueError:
        return False
    return True


def snapshots(source: str | None = None) -> str:
    """What the names of a source's snapshots start with; of all sources' without one."""
    return f"{_VERSION}/{quoted(source)}/" if source is not None else f"{_VERSION}/"


def parts(source: str, snapshot: str) -> str:
    """What the names of all objects of one snapshot start with."""
    return f"{snapshots(source)}{snapshot}."


def body(source: str, snapshot: str) -> str:
    """The name of a snapshot's body."""
    return f"{parts(source, snapshot)}jsonl.gz"


def ids(source: str, snapshot: str) -> str:
    """The name of a snapshot's physical ids."""
    return f"{parts(source, snapshot)}ids.jsonl.gz"


def served(source: str, snapshot: str) -> str:
    """The name of what a snapshot's stages serve."""
    return f"{parts(source, snapshot)}served.jsonl.gz"


def secrets(source: str, snapshot: str) -> str:
    """The name of a snapshot's encrypted secrets."""
    return f"{parts(source, snapshot)}secrets.jsonl.gz"


def manifest(source: str, snapshot: str, complete: bool) -> str:
    """The name of a snapshot's manifest."""
    return f"{snapshots(source)}{snapshot}{_COMPLETE if complete else _PARTIAL}"


def tombstone(source: str, snapshot: str) -> str:
    """The name of what says that a snapshot was pruned."""
    return f"{snapshots(source)}{snapshot}{_PRUNED}"


def parse_tombstone(name: str) -> tuple[str, str] | None:
    """The inverse of ``tombstone``: source and id; None for any other object's name."""
    return _parse(name, _PRUNED)


@dataclass(frozen=True)
class ManifestName:
    """What a manifest's name says."""

    source: str
    snapshot: str
    complete: bool


def parse_manifest(name: str) -> ManifestName | None:
    """The inverse of ``manifest``; None for any other object's name."""
    complete = not name.endswith(_PARTIAL)
    found = _parse(name, _COMPLETE if complete else _PARTIAL)
    return ManifestName(*found, complete) if found else None


def _parse(name: str, suffix: str) -> tuple[str, str] | None:
    version, _, rest = name.partition("/")
    segment, _, file = rest.partition("/")
    snapshot = file.removesuffix(suffix)
    source = unquoted(segment) if segment else None
    if version != _VERSION or source is None or snapshot == file or not is_snapshot_id(snapshot):
        return None
    return source, snapshot


# --- numbered sequences -----------------------------------------------------------------------------


def baselines(source: str) -> str:
    """What the names of a source's baselines start with."""
    return f"baselines/{quoted(source)}/"


def pairings(source: str, target: str) -> str:
    """What the names of the pairing tables of a source and a target start with."""
    return f"{pairings_of(source)}{quoted(target)}/"


def pairings_of(source: str) -> str:
    """What the names of all pairing tables of a source start with."""
    return f"pairings/{quoted(source)}/"


def anchors(source: str) -> str:
    """What the names of the records of how far a source has come start with."""
    return f"anchors/{quoted(source)}/"


def runs(target: str) -> str:
    """What the names of all journals of a target start with."""
    return f"runs/{quoted(target)}/"


def run(target: str, name: str) -> str:
    """What the names of one run's records start with."""
    return f"{runs(target)}{name}/"


def number(value: int) -> str:
    """A number as names hold it: six digits or more, counted from 1."""
    return f"{value:06d}"


def parse_number(text: str) -> int | None:
    """The inverse of ``number``; None for what it can't have written."""
    value = int(text) if _NUMBER.fullmatch(text) else 0
    return value or None


def record(prefix: str, value: int) -> str:
    """The name of record number ``value`` of the sequence under ``prefix``."""
    return f"{prefix}{number(value)}.json"


def parse_record(prefix: str, name: str) -> int | None:
    """The inverse of ``record``; None for any other object's name."""
    file = name.removeprefix(prefix)
    stem = file.removesuffix(".json")
    return parse_number(stem) if len(stem) < len(file) < len(name) else None

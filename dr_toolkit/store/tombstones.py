"""What tells a snapshot that was pruned from one that was robbed of its body: ``<id>.pruned.json``, signed.

Its manifest stays for ever, and with it the chain. A tombstone is written before the first object goes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from dr_toolkit.errors import IntegrityError, ObjectExists, UnknownFormat
from dr_toolkit.model.documents import FORMAT
from dr_toolkit.store import layout, seals
from dr_toolkit.store.mirrored import copies
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.seals import Seal

_MEMBERS = ("source", "id", "manifest_sha256", "pruned_at", "pruned_by", "reason")


@dataclass(frozen=True)
class Tombstone:
    """A snapshot's end: whose it was, its manifest's SHA-256, when (UTC), by whom and why it was pruned."""

    source: str
    id: str
    manifest_sha256: str
    pruned_at: str
    pruned_by: str
    reason: str


def write(objects: ObjectStore, stone: Tombstone, seal: Seal) -> Tombstone:
    """Put a tombstone; the one that is there already, if one is. Raises what ``read`` raises for that."""
    document = {"format": FORMAT, **{name: getattr(stone, name) for name in _MEMBERS}}
    data = (json.dumps(seals.sealed(seal, seals.TOMBSTONE, document), indent=1, sort_keys=True) + "\n").encode()
    name = layout.tombstone(stone.source, stone.id)
    try:
        objects.put_if_absent(name, data)
    except ObjectExists:
        there = read(objects, stone.source, stone.id, seal)
        objects.put_if_absent(name, objects.get(name))  # to the places that lack it
        return there
    return stone


def read(objects: ObjectStore, source: str, snapshot: str, seal: Seal) -> Tombstone:
    """A snapshot's tombstone; raises ObjectNotFound, and IntegrityError for what is none or isn't signed."""
    name, fault = layout.tombstone(source, snapshot), None
    for copy in copies(objects, name):
        try:
            return _read(copy.data, source, snapshot, seal, name, copy.store)
        except IntegrityError as error:
            fault = fault or error
    assert fault is not None
    raise fault


def _read(data: bytes, source: str, snapshot: str, seal: Seal, name: str, store: str) -> Tombstone:
    try:
        document = json.loads(data)
        if document["format"] != FORMAT:
            raise UnknownFormat(name=name, store=store, format=document["format"], supported=FORMAT)
        stone = Tombstone(**{member: document[member] for member in _MEMBERS})
        if not all(isinstance(getattr(stone, member), str) for member in _MEMBERS):
            raise ValueError("a member is not a text")
        if (stone.source, stone.id) != (source, snapshot):
            raise ValueError(f"it is the tombstone of {stone.source}/{stone.id}")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        reason = f"it is no tombstone of {source}/{snapshot}: {error}"
        raise IntegrityError(name=name, store=store, reason=reason) from None
    seal.check(seals.TOMBSTONE, document, name=name, store=store)
    return stone

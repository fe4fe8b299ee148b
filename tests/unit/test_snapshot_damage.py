"""What was cut off, flipped, swapped or made up is refused, and the object that is wrong is named."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dr_toolkit.errors import BodyDamaged, IntegrityError, ManifestDamaged, ObjectMissing, UnknownFormat
from dr_toolkit.model import wire
from dr_toolkit.store import content, layout
from dr_toolkit.store.entries import Entry
from dr_toolkit.store.snapshots import Snapshots
from tests.unit.estates import AT, SCOPE, estate
from tests.unit.stores import Store

ROLES = {"body": layout.body, "ids": layout.ids}


@pytest.fixture
def store() -> Store:
    """Two snapshots of prod: many groups, then fewer."""
    made = Store()
    Snapshots(made).write("prod", SCOPE, estate(*map(str, range(40))), AT, "0.1.0")
    Snapshots(made).write("prod", SCOPE, estate("web", "db"), AT + timedelta(seconds=60), "0.1.0")
    return made


def first(store: Store) -> Entry:
    return Snapshots(store).entries("prod")[0]


def refused(store: Store, error: type[IntegrityError], name: str, reason: str = ".") -> None:
    """Loading the first snapshot raises this very error, with this object's name."""
    with pytest.raises(error, match=reason) as caught:
        Snapshots(store).load(first(store))
    assert type(caught.value) is error
    assert caught.value.facts["name"] == name
    assert caught.value.facts["store"] == store.url
    assert caught.value.exit_code == 12


def edit(store: Store, change: Callable[[dict[str, Any]], object]) -> str:
    """Change the first manifest's document in its place; returns its name."""
    name = first(store).name
    document = json.loads(store.get(name))
    change(document)
    store.replace(name, json.dumps(document).encode())
    return name


# --- bodies -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_a_body_cut_off_anywhere_is_damaged(store: Store, role: str) -> None:
    name = ROLES[role]("prod", first(store).id)
    whole = store.get(name)
    for end in [*range(0, 24), *range(24, len(whole), 7), len(whole) - 1]:
        store.replace(name, whole[:end])
        refused(store, BodyDamaged, name)


@pytest.mark.parametrize("role", ROLES)
def test_a_flipped_bit_of_the_content_is_damage(store: Store, role: str) -> None:
    name = ROLES[role]("prod", first(store).id)
    whole = store.get(name)
    unharmed = Snapshots(store).load(first(store)).estate
    for offset in [*range(0, 24), *range(24, len(whole), 5)]:
        flipped = bytearray(whole)
        flipped[offset] ^= 1 << offset % 8
        store.replace(name, bytes(flipped))
        if 3 < offset < 10:  # gzip's time, effort and system: no part of the content
            assert Snapshots(store).load(first(store)).estate == unharmed
        else:
            refused(store, BodyDamaged, name)


def test_swapped_bodies_are_damage(store: Store) -> None:
    one, two = Snapshots(store).entries("prod")
    for role in ROLES.values():
        a, b = role("prod", one.id), role("prod", two.id)
        before = store.get(a), store.get(b)
        store.replace(a, before[1])
        store.replace(b, before[0])
        refused(store, BodyDamaged, a)
        with pytest.raises(BodyDamaged, match="longer than") as caught:
            Snapshots(store).load(two)
        assert caught.value.facts["name"] == b
        store.replace(a, before[0])
        store.replace(b, before[1])


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (lambda data: data + b"\n", "longer than"),
        (lambda data: data * 1000, "longer than"),
        (lambda data: data[:-1], "not"),
        (lambda data: data.replace(b"main", b"fain"), "SHA-256"),
        (lambda data: b"", "not"),
    ],
)
def test_a_body_packed_anew_with_other_content_is_damaged(
    store: Store, forge: Callable[[bytes], bytes], reason: str
) -> None:
    name = layout.body("prod", first(store).id)
    store.replace(name, content.pack(forge(gzip.decompress(store.get(name)))))
    refused(store, BodyDamaged, name, reason)


@pytest.mark.parametrize("tail", [b"\0", b"\0" * 512, b"x", content.pack(b""), content.pack(b"more")])
def test_nothing_may_follow_a_body(store: Store, tail: bytes) -> None:
    name = layout.body("prod", first(store).id)
    store.replace(name, store.get(name) + tail)
    refused(store, BodyDamaged, name, "follows")


def test_a_bomb_is_not_inflated(store: Store) -> None:
    name = layout.body("prod", first(store).id)
    store.replace(name, gzip.compress(b"\0" * 200_000_000, 1))
    refused(store, BodyDamaged, name, "longer than")


@pytest.mark.parametrize("role", ROLES)
def test_a_missing_object_is_named(store: Store, role: str) -> None:
    name = ROLES[role]("prod", first(store).id)
    store.delete(name)
    refused(store, ObjectMissing, name)


def forge(store: Store, role: str, data: bytes) -> str:
    """Put a body in place that its manifest vouches for; returns its name."""
    name = ROLES[role]("prod", first(store).id)
    store.replace(name, content.pack(data))
    edit(store, lambda m: m["objects"][role].update(sha256=wire.digest(data), size=len(data)))
    return name


def test_a_body_and_its_manifest_changed_together_do_not_fit_the_id(store: Store) -> None:
    data = gzip.decompress(store.get(layout.body("prod", first(store).id)))
    refused(store, BodyDamaged, forge(store, "body", data.replace(b"main", b"fain")), "fit the id")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"key":5,"attributes":{}}',
        b'{"key":"web","attributes":{}}',
        b'{"key":"ec2.vpc/main","attributes":{}}',
        b'{"key":"ec2.vpc/\xff","attributes":{}}',
        b"[" * 100_000,
    ],
)
def test_a_body_line_that_cant_be_read_is_damage(store: Store, line: bytes) -> None:
    whole = gzip.decompress(store.get(layout.body("prod", first(store).id)))
    refused(store, BodyDamaged, forge(store, "body", whole + line + b"\n"), "line 42|nested")


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b"null", b"[" * 100_000])
def test_an_ids_line_that_cant_be_read_is_damage(store: Store, line: bytes) -> None:
    refused(store, BodyDamaged, forge(store, "ids", line + b"\n"))


# --- manifests --------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2, 99, 0, -1])
def test_an_unknown_format_is_told_before_anything_else(store: Store, number: int) -> None:
    entry = first(store)
    store.replace(entry.name, json.dumps({"format": number, "id": 7, "objects": "elsewhere"}).encode())
    store.delete(layout.body("prod", entry.id))
    refused(store, UnknownFormat, entry.name, f"has format {number}, and this version reads up to format 1")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b"null",
        b'"format"',
        b"{}",
        b'{"format": "1"}',
        b'{"format": 1}',
        b'{"format": 1.5}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_manifest_that_cant_be_read_is_damaged(store: Store, data: bytes) -> None:
    name = first(store).name
    store.replace(name, data)
    refused(store, ManifestDamaged, name)


def test_a_manifest_cut_off_anywhere_is_damaged(store: Store) -> None:
    name = first(store).name
    whole = store.get(name)
    for end in range(0, len(whole) - 2, 11):
        store.replace(name, whole[:end])
        refused(store, ManifestDamaged, name)


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.pop("objects"),
        lambda m: m.pop("scope"),
        lambda m: m.update(objects=[]),
        lambda m: m.update(objects={}),
        lambda m: m.update(coverage=[]),
        lambda m: m.update(findings=5),
        lambda m: m.update(parent="x"),
        lambda m: m["objects"].pop("body"),
        lambda m: m["objects"].pop("ids"),
        lambda m: m["objects"]["body"].pop("sha256"),
        lambda m: m["objects"]["body"].update(size=-1),
        lambda m: m["objects"]["body"].update(size="12"),
        lambda m: m["objects"]["body"].update(size=True),
        lambda m: m["objects"]["body"].update(sha256=None),
        lambda m: m["objects"]["body"].update(name=5),
        lambda m: m["objects"]["body"].update(name="../../etc/passwd"),
        lambda m: m["objects"]["body"].update(name="v1/other/20261122T030000Z-1a2b3c4d5e6f.jsonl.gz"),
        lambda m: m["objects"]["body"].update(name=f"v1/prod/{m['id']}.x/../y"),
        lambda m: m.update(id="20261122T030000Z-1a2b3c4d5e6f"),
        lambda m: m.update(source="staging"),
        lambda m: m.update(taken_at="2026-11-23T03:00:00Z"),
        lambda m: m["coverage"].update({"apigateway.rest_api": {"status": "failed", "reason": "denied"}}),
        lambda m: m["coverage"].update({"apigateway.rest_api": {"status": "skipped"}}),
    ],
)
def test_a_manifest_that_is_not_what_its_name_says_is_damaged(store: Store, change: Callable[..., object]) -> None:
    refused(store, ManifestDamaged, edit(store, change))


def test_a_manifest_of_another_source_or_time_is_damaged(store: Store) -> None:
    one, two = Snapshots(store).entries("prod")
    store.replace(one.name, store.get(two.name))
    refused(store, ManifestDamaged, one.name, "its name says")
    alien = layout.manifest("staging", two.id, complete=True)
    store.put_if_absent(alien, store.get(two.name))
    with pytest.raises(ManifestDamaged, match="staging"):
        Snapshots(store).manifest(Snapshots(store).resolve("staging", "latest"))


@pytest.mark.parametrize("counts", [{}, {"ec2.vpc": 1}, [], None, {"ec2.security_group": 39, "ec2.vpc": 1}])
def test_counts_are_compared(store: Store, counts: object) -> None:
    edit(store, lambda m: m.update(counts=counts))
    refused(store, BodyDamaged, layout.body("prod", first(store).id))


def test_a_manifest_may_name_another_object_of_its_snapshot_but_it_must_be_there(store: Store) -> None:
    other = f"v1/prod/{first(store).id}.again.jsonl.gz"
    edit(store, lambda m: m["objects"]["body"].update(name=other))
    refused(store, ObjectMissing, other)
    store.put_if_absent(other, store.get(layout.body("prod", first(store).id)))
    assert len(Snapshots(store).load(first(store)).estate) == 41


def test_roles_of_later_releases_are_left_alone(store: Store) -> None:
    before = Snapshots(store).load(first(store))
    later = {"name": "anywhere", "sha256": "?", "size": 0}
    edit(store, lambda m: m["objects"].update(secrets=later, attachments=later))
    edit(store, lambda m: m.update(signature="?"))
    loaded = Snapshots(store).load(first(store))
    assert loaded.estate == before.estate
    assert set(loaded.manifest.objects) == {"body", "ids", "secrets", "attachments"}

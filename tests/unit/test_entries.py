"""Choosing a snapshot from what a listing tells."""

from __future__ import annotations

import pytest

from dr_toolkit.errors import SnapshotAmbiguous, SnapshotNotFound, UsageError
from dr_toolkit.store import entries, layout
from dr_toolkit.store.entries import Entry

A = "20261121T030002Z-aaaaaaaaaaaa"
B = "20261122T030000Z-bbbbbbbbbbbb"
C = "20261122T030001Z-cccccccccccc"
D = "20261122T235959Z-dddddddddddd"
PARTIAL = "20261123T030000Z-eeeeeeeeeeee"


def listed(*complete: str, partial: tuple[str, ...] = ()) -> list[Entry]:
    names = [layout.manifest("prod", i, True) for i in complete]
    return entries.read(names + [layout.manifest("prod", i, False) for i in partial])


ALL = listed(D, B, A, C, partial=(PARTIAL,))


def choose(spec: str, among: list[Entry] = ALL) -> str:
    return entries.choose(among, spec, source="prod", store="memory://x").id


def test_entries_are_sorted_by_time_and_foreign_names_left_out() -> None:
    names = [
        layout.manifest("b", C, False),
        "README",
        layout.body("a", A),
        layout.manifest("a", A, True),
        "v1/",
    ]
    assert [(e.id, e.source, e.complete) for e in entries.read(names)] == [(A, "a", True), (C, "b", False)]
    assert [e.id for e in ALL] == [A, B, C, D, PARTIAL]


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("latest", D),
        (B, B),
        ("20261121", A),
        ("20261122T030000", B),
        ("20261123", PARTIAL),
        (PARTIAL, PARTIAL),
        ("2026-11-21", A),
        ("2026-11-22", D),
        ("2026-12-01", D),
        ("2026-11-23T03:00", D),
        ("2026-11-22T03:00", C),
        ("2026-11-22T03:00Z", C),
        ("2026-11-22T03:00:00", B),
        ("2026-11-22T03:00:01Z", C),
        ("2026-11-22T02:59", A),
        ("2026-11-21T03:00", A),
    ],
)
def test_what_a_choice_finds(spec: str, found: str) -> None:
    assert choose(spec) == found


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "baseline",
        "x",
        "20251122",
        "2026-11-20",
        "2026-11-21T03:00:01",
        "2026-11-22T03",
        "0000",
        B + "0",
        B.upper(),
    ],
)
def test_what_a_choice_does_not_find(spec: str) -> None:
    with pytest.raises(SnapshotNotFound, match="of source prod in memory://x"):
        choose(spec)


@pytest.mark.parametrize("spec", ["2026-02-30", "2026-11-22T24:30", "2026-11-22T03:61", "9999-12-31"])
def test_a_time_that_does_not_exist_is_wrong_usage(spec: str) -> None:
    with pytest.raises(UsageError, match=spec):
        choose(spec)


def test_an_ambiguous_beginning_names_its_matches() -> None:
    with pytest.raises(SnapshotAmbiguous, match=f"{B}, {C}"):
        choose("20261122T0300")
    with pytest.raises(SnapshotAmbiguous):
        choose("2")
    many = listed(*(f"20261122T0300{n:02d}Z-bbbbbbbbbbbb" for n in range(8)))
    with pytest.raises(SnapshotAmbiguous, match="and 3 more"):
        choose("2026", many)


def test_partial_ones_are_never_the_latest_and_a_hint_names_them() -> None:
    with pytest.raises(SnapshotNotFound) as caught:
        choose("latest", listed(partial=(PARTIAL,)))
    assert PARTIAL in caught.value.next_step
    with pytest.raises(SnapshotNotFound) as caught:
        choose("latest", [])
    assert "snapshot list --source prod" in caught.value.next_step


def test_an_id_that_stands_twice_means_the_complete_one() -> None:
    twice = listed(B, partial=(B,))
    assert len(twice) == 2
    assert entries.choose(twice, B[:10], source="prod", store="").complete

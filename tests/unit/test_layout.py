"""Names of objects: literal, read back, and nothing else taken for one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_toolkit.errors import UsageError
from dr_toolkit.store import layout
from dr_toolkit.store.objects import is_name

ID = "20261122T030000Z-1a2b3c4d5e6f"


def test_names_are_as_documented() -> None:
    assert layout.body("prod", ID) == f"v1/prod/{ID}.jsonl.gz"
    assert layout.ids("prod", ID) == f"v1/prod/{ID}.ids.jsonl.gz"
    assert layout.manifest("prod", ID, complete=True) == f"v1/prod/{ID}.manifest.json"
    assert layout.manifest("prod", ID, complete=False) == f"v1/prod/{ID}.partial.manifest.json"
    assert layout.record(layout.baselines("prod"), 7) == "baselines/prod/000007.json"
    assert layout.record(layout.run("dr", "000012"), 1) == "runs/dr/000012/000001.json"
    assert layout.record(layout.pairings("prod", "dr"), 3) == "pairings/prod/dr/000003.json"


@pytest.mark.parametrize(
    ("name", "segment"),
    [
        ("prod-use1", "prod-use1"),
        ("us-west-2", "us-west-2"),
        ("a/b", "a!2Fb"),
        ("..", "!2E."),
        (".part-x", "!2Epart-x"),
        ("a!b", "a!21b"),
        ("50%", "50!25"),
        ("größe", "gr!C3!B6!C3!9Fe"),
        ("a b", "a!20b"),
    ],
)
def test_names_of_sources_are_quoted(name: str, segment: str) -> None:
    assert layout.quoted(name) == segment
    assert layout.unquoted(segment) == name


@given(st.text(min_size=1, max_size=20))
def test_every_name_makes_a_good_segment_and_comes_back(name: str) -> None:
    segment = layout.quoted(name)
    assert layout.unquoted(segment) == name
    assert is_name(segment)
    assert segment.isascii()
    assert "/" not in segment


@pytest.mark.parametrize("segment", ["", "a b", "a%2Fb", "a!2fb", "a!41", "!", "!zz", ".x"])
def test_what_quoting_cant_have_written_is_no_name(segment: str) -> None:
    assert layout.unquoted(segment) is None


def test_a_source_needs_a_name() -> None:
    with pytest.raises(UsageError):
        layout.quoted("")


def test_an_id_is_utc_in_whole_seconds_and_a_digest() -> None:
    at = datetime(2026, 11, 22, 4, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert layout.snapshot_id(at, "1a2b3c4d5e6f" + "0" * 52) == ID
    assert layout.taken_at(ID) == datetime(2026, 11, 22, 3, tzinfo=UTC)
    with pytest.raises(ValueError, match="no time zone"):
        layout.snapshot_id(datetime(2026, 11, 22), "0" * 64)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "latest",
        ID[:-1],
        ID + "0",
        ID.upper(),
        ID + "\n",
        "20261322T030000Z-1a2b3c4d5e6f",
        "20261122T250000Z-1a2b3c4d5e6f",
        "\u0662\u0660261122T030000Z-1a2b3c4d5e6f",
    ],
)
def test_what_is_no_id(text: str) -> None:
    assert not layout.is_snapshot_id(text)
    with pytest.raises(ValueError, match=r"snapshot id|does not match|unconverted"):
        layout.taken_at(text)


@given(st.text(min_size=1, max_size=9), st.booleans(), st.datetimes(min_value=datetime(1000, 1, 1)))
def test_manifest_names_come_back(source: str, complete: bool, at: datetime) -> None:
    snapshot = layout.snapshot_id(at.replace(tzinfo=UTC), "ab" * 32)
    name = layout.manifest(source, snapshot, complete)
    assert layout.parse_manifest(name) == layout.ManifestName(source, snapshot, complete)
    assert name.startswith(layout.snapshots(source))
    assert name.startswith(layout.snapshots())


@pytest.mark.parametrize(
    "name",
    [
        f"v1/prod/{ID}.jsonl.gz",
        f"v1/prod/{ID}.ids.jsonl.gz",
        f"v1/prod/{ID}.secrets.jsonl.gz",
        f"v1/prod/{ID}.pruned.json",
        f"v1/prod/{ID}.other.manifest.json",
        f"v1/prod/{ID}.partial.partial.manifest.json",
        f"v1/prod/deep/{ID}.manifest.json",
        f"v1/{ID}.manifest.json",
        f"v1//{ID}.manifest.json",
        f"v1/a b/{ID}.manifest.json",
        f"v2/prod/{ID}.manifest.json",
        f"prod/{ID}.manifest.json",
        "v1/prod/x.manifest.json",
        "v1/prod/.manifest.json",
        f"v1/prod/{ID}",
        "",
    ],
)
def test_any_other_name_is_no_manifest(name: str) -> None:
    assert layout.parse_manifest(name) is None


def test_numbers_have_six_digits_or_more() -> None:
    for value in (1, 12, 999_999, 1_000_000):
        assert layout.parse_number(layout.number(value)) == value
        assert layout.parse_record("runs/dr/", layout.record("runs/dr/", value)) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "000000",
        "1",
        "00001",
        "0000001",
        "0123456",
        "00000a",
        "+00001",
        "\u0660\u0660\u0660\u0660\u0660\u0661",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert layout.parse_number(text) is None


@pytest.mark.parametrize("name", ["000001.json", "p/000001", "p/x/000001.json", "q/000001.json", "p/000001.json.gz"])
def test_what_is_no_record_of_a_sequence(name: str) -> None:
    assert layout.parse_record("p/", name) is None

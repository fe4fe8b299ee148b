"""Invariant 7, for what stages serve: a sample of format 1, against literal expectations, and read by hand."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
from pathlib import Path

import pytest

from dr_toolkit.errors import BodyDamaged, ObjectMissing
from dr_toolkit.model import wire
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.store.file import FileStore
from dr_toolkit.store.memory import MemoryStore
from dr_toolkit.store.snapshots import Snapshots
from tests.golden import make_served

ID, PLACE = "20261122T030000Z-be38e49a1259", "v1/prod!2Fuse1"
SERVED_NAME = f"{PLACE}/{ID}.served.jsonl.gz"
PINNED = {
    f"{PLACE}/{ID}.ids.jsonl.gz": "63586bbcc8e1826a",
    f"{PLACE}/{ID}.jsonl.gz": "43c2cf6aa4020a3c",
    f"{PLACE}/{ID}.manifest.json": "d35fface948f53c5",
    SERVED_NAME: "67e235cc117c0563",
}
SERVED = r"""
{"attributes":{"name":"keeper","type":"TOKEN"},"key":"apigateway.authorizer/a%2Fb/stage/dev/deployed/keeper"}
{"attributes":{"authorizationType":"CUSTOM","authorizerId":{"@ref":"apigateway.authorizer/a%2Fb/keeper"}},"key":"apigateway.method/a%2Fb/stage/dev/deployed/%2Fpets%2F{id}/GET"}
{"attributes":{"operationName":"Größe 🙂"},"key":"apigateway.method/a%2Fb/stage/prod/deployed/%2Fpets%2F{id}/GET"}
{"attributes":{},"key":"apigateway.rest_api/a%2Fb/stage/dev/deployed"}
{"attributes":{"binaryMediaTypes":["image/png"]},"key":"apigateway.rest_api/a%2Fb/stage/prod/deployed"}
""".lstrip()  # fmt: skip
_numbers = itertools.count()
STORE = FileStore(make_served.FOLDER)


def test_the_sample_is_the_one_that_was_released() -> None:
    assert {name: hashlib.sha256(STORE.get(name)).hexdigest()[:16] for name in STORE.list("")} == PINNED


def test_what_is_written_today_is_what_the_sample_is(tmp_path: Path) -> None:
    written = FileStore(tmp_path / "store")
    make_served.write(written)
    assert {name: written.get(name) for name in written.list("")} == {name: STORE.get(name) for name in STORE.list("")}


def test_it_loads_with_the_draft_s_keys() -> None:
    snapshots = Snapshots(STORE)
    estate = snapshots.load(snapshots.resolve("prod/use1", "latest")).estate
    assert sorted(estate.served) == ["apigateway.stage/a%2Fb/dev", "apigateway.stage/a%2Fb/prod"]
    dev, prod = (estate.served[f"apigateway.stage/a%2Fb/{name}"] for name in ("dev", "prod"))
    method = "apigateway.method/a%2Fb/%2Fpets%2F{id}/GET"
    assert sorted(dev) == ["apigateway.authorizer/a%2Fb/keeper", method, "apigateway.rest_api/a%2Fb"]
    assert dev[method] is estate.lines[method], "what a stage serves of the draft is held once"
    keeper = ResourceKey("apigateway.authorizer", ("a/b", "keeper"))
    assert wire.read_line(dev[method]).attributes == {"authorizationType": "CUSTOM", "authorizerId": Ref(keeper)}
    assert wire.read_line(prod[method]).attributes == {"operationName": "Größe 🙂"}
    assert sorted(estate.lines) == sorted(make_served.estate().lines), "it is no part of the body"


def test_it_is_to_the_byte_what_format_md_says() -> None:
    assert gzip.decompress(STORE.get(SERVED_NAME)) == SERVED.encode()
    stored = json.loads(STORE.get(f"{PLACE}/{ID}.manifest.json"))["objects"]["served"]
    assert stored == {
        "name": SERVED_NAME,
        "sha256": hashlib.sha256(SERVED.encode()).hexdigest(),
        "size": len(SERVED.encode()),
    }


def damaged(data: bytes | None) -> Snapshots:
    """The sample with another object of what stages serve, or with none."""
    store = MemoryStore(f"memory://served-{next(_numbers)}")
    for name in STORE.list(""):
        if name != SERVED_NAME:
            store.put_if_absent(name, STORE.get(name))
        elif data is not None:
            store.put_if_absent(name, gzip.compress(data))
    return Snapshots(store)


@pytest.mark.parametrize("line", range(5))
def test_no_line_of_it_can_be_another(line: int) -> None:
    lines = SERVED.encode().splitlines(keepends=True)
    lines[line] = lines[line].replace(b'"attributes":{', b'"attributes":{"a":1,', 1).replace(b",}", b"}")
    snapshots = damaged(b"".join(lines))
    with pytest.raises(BodyDamaged, match=r"\.served\.jsonl\.gz"):
        snapshots.load(snapshots.resolve("prod/use1", ID))


def test_it_can_t_be_missing() -> None:
    snapshots = damaged(None)
    with pytest.raises(ObjectMissing, match=r"\.served\.jsonl\.gz"):
        snapshots.load(snapshots.resolve("prod/use1", ID))


def test_a_line_that_is_of_no_stage_is_none() -> None:
    with pytest.raises(ValueError, match="not the key of something that a stage serves"):
        wire.read_served(b'{"attributes":{},"key":"apigateway.rest_api/a"}\n', {})

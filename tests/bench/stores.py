"""What a store costs: calls to look through a thousand snapshots of each source, and a body at an account's quotas."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from dr_toolkit.config import Config, Retention, Source, StoreSettings
from dr_toolkit.model.documents import READ, Coverage, Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.store import layout
from dr_toolkit.store.baselines import Baselines
from dr_toolkit.store.file import FileStore
from dr_toolkit.store.memory import MemoryStore
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.snapshots import Snapshots
from dr_toolkit.workflows import capture, pruning
from dr_toolkit.workflows.context import Context, Flags
from tests.bench.engines import Sizes
from tests.bench.measure import HOW_PEAK, cpu, peak_kib
from tests.bench.section import Section

SOURCES, SNAPSHOTS, MEGABYTES = 20, 1_000, 50
TARGET_SECONDS, TARGET_TIMES = 2.0, 4.0
"""What committing a body of 50 MB should take at most: CPU seconds, and memory in bodies."""
PAGE = 1_000
"""How many names S3 gives in one answer."""

_BEGIN = datetime(2024, 2, 29, 3, 0, 0, tzinfo=UTC)
_SCOPE = Scope("111122223333", "us-east-1")
_numbers = count(1)


class _Counted(MemoryStore):
    """A store in memory that counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(f"memory://bench-stores-{next(_numbers)}")
        self.calls: Counter[str] = Counter()

    def get(self, name: str) -> bytes:
        self.calls["reads"] += 1
        return super().get(name)

    def list(self, prefix: str) -> list[str]:
        names = super().list(prefix)
        self.calls["listings"] += 1
        self.calls["pages"] += -(-max(1, len(names)) // PAGE)
        return names


@dataclass
class _Command(Context):
    """A command on a store that is there."""

    given: ObjectStore = field(default_factory=_Counted)

    def open_store(self, settings: StoreSettings | None) -> ObjectStore:
        """The store that is there."""
        return self.given


def _filled(sources: int, snapshots: int) -> _Counted:
    """A store with so many snapshots of each source, a day apart; those that are read are real."""
    store = _Counted()
    real = {snapshots // 2, snapshots // 2 + 1, snapshots - 1}
    for source in (f"source-{n:02d}" for n in range(sources)):
        kept = Snapshots(store)
        for n in sorted(real):
            made = kept.write(source, _SCOPE, _small(n), _BEGIN + timedelta(days=n), "0")
        Baselines(store).set(source, made.id, "0" * 64, set_by="bench", reason="the last one")
        for n in set(range(snapshots)) - real:
            identity = layout.snapshot_id(_BEGIN + timedelta(days=n), f"{n:064x}"[::-1])
            names = (layout.body, layout.ids, lambda s, i: layout.manifest(s, i, True))
            for name in names:
                store.put_if_absent(name(source, identity), b"")
    return store


def _small(number: int) -> Estate:
    made = Estate(coverage={"ec2.vpc": Coverage(READ)})
    made.put(Resource(ResourceKey("ec2.vpc", ("main",)), {"CidrBlock": "10.0.0.0/16", "n": number}, "vpc-0a"))
    return made


def measure_listing(sizes: Sizes) -> Section:
    """Calls and CPU of what only looks through a store."""
    snapshots = min(SNAPSHOTS, sizes.most)
    store = _filled(SOURCES, snapshots)
    section = Section("stores", f"looking through {snapshots:,} snapshots of each of {SOURCES} sources")
    middle = (_BEGIN + timedelta(days=snapshots // 2)).strftime("%Y-%m-%d")
    work: dict[str, Callable[[], object]] = {
        "list, all sources": lambda: capture.listing(_command(store, snapshots)),
        "list, one source": lambda: capture.listing(_command(store, snapshots, "source-07")),
        "latest": lambda: capture.load(_command(store, snapshots), "source-07", "latest"),
        "as of a time": lambda: capture.load(_command(store, snapshots), "source-07", middle),
        "prune --dry-run, all": lambda: pruning.prune(_command(store, snapshots), dry_run=True),
        "prune --dry-run, one": lambda: pruning.prune(_command(store, snapshots, "source-07"), dry_run=True),
    }
    for what, run in work.items():
        store.calls.clear()
        seconds, _ = cpu(run, 1)
        counted = {name: store.calls[name] for name in ("listings", "pages", "reads")}
        section.add(work=what, **counted, cpu_seconds=seconds)
    section.notes += [
        f"a page is a call: a listing of S3 is one for each {PAGE:,} names; a snapshot is three names",
        "of one source its own few names are listed by their prefixes, of all sources the whole store at once",
        "latest and as of a time are loaded: manifest, body and ids; the other reads are of baselines",
    ]
    return section


def _command(store: _Counted, snapshots: int, source: str | None = None) -> _Command:
    kept = Retention(keep_daily=14, keep_weekly=8, keep_monthly=12)
    names = [f"source-{n:02d}" for n in range(SOURCES)]
    sources = {name: Source(name, "us-east-1", retention=kept) for name in names}
    now = _BEGIN + timedelta(days=snapshots)
    config = Config(store=StoreSettings(store.url), sources=sources)
    return _Command(config, Flags(source=source), now=lambda: now, given=store)


# --- a body at an account's quotas ------------------------------------------------------------------


def measure_body(sizes: Sizes) -> Section:
    """A body from lines in memory to a committed snapshot in a folder, in a process of its own."""
    megabytes = max(1, min(MEGABYTES, sizes.most // 400))
    section = Section("body", "a large body, from canonical lines to a committed snapshot in a folder, and read back")
    command = [sys.executable, "-m", "tests.bench.stores", str(megabytes)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    section.add(**json.loads(done.stdout))
    section.notes += [HOW_PEAK, f"target: {MEGABYTES} MB in {TARGET_SECONDS} s of CPU, {TARGET_TIMES} bodies of memory"]
    return section


def _large(megabytes: int) -> Estate:
    """Lines of about a kilobyte that don't repeat each other."""
    dice, made = random.Random(1), Estate(coverage={"apigateway.method": Coverage(READ)})
    number, size = 0, 0
    while size < megabytes * 1_000_000:
        number += 1
        template = f'{{"n": {number}, "t": "{dice.getrandbits(1600):x}"}} ' + "#set($x = $input.path('$.a'))" * 16
        key = ResourceKey("apigateway.method", ("shop", f"/path/{number}", "GET"))
        made.put(Resource(key, {"requestTemplates": {"application/json": template}, "n": number}))
        size += len(made.lines[key.text]) + 1
    return made


def _body(megabytes: int) -> dict[str, float | int]:
    before = peak_kib()
    estate = _large(megabytes)
    with TemporaryDirectory() as folder:
        snapshots = Snapshots(FileStore(Path(folder) / "store"))
        writing, manifest = cpu(lambda: snapshots.write("bench", _SCOPE, estate, _BEGIN, "0"), 1)
        after = peak_kib()
        size = manifest.objects["body"].size
        reading, _ = cpu(lambda: snapshots.load(snapshots.resolve("bench", "latest")), 1)
        return {
            "megabytes": round(size / 1e6, 1),
            "cpu_seconds_writing": writing,
            "cpu_seconds_loading": reading,
            "bodies_of_memory_writing": round((after - before) * 1024 / size, 2),
            "bodies_of_memory_with_reading_back": round(peak_kib() * 1024 / size, 2),
        }


if __name__ == "__main__":
    print(json.dumps(_body(int(sys.argv[1]))))

"""A daemon in a process of its own, with a clock that a test sets and captures that only pretend.

Its one argument is a JSON object: ``store`` (a URL), ``sources`` (names, with their schedules), ``clock`` (a file
that says by how many seconds the clock is ahead), ``notes`` (a file that gets a line at the begin and the end of
every capture), ``takes`` (seconds of a capture) and ``pace`` (see ``scheduler.Pace``).
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dr_toolkit import scheduler
from dr_toolkit.config import Config, Source, StoreSettings
from dr_toolkit.crontab import Crontab
from dr_toolkit.report.listings import CreateEntry
from dr_toolkit.store.leases import acquire
from dr_toolkit.workflows import capture
from dr_toolkit.workflows.context import LEASE_SECONDS, Context
from tests.unit.estates import SCOPE, estate


def main(given: dict[str, Any]) -> int:
    """Run the daemon; the exit code is the result."""
    clock, notes = Path(given["clock"]), os.open(given["notes"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=int(clock.read_text()))

    def note(source: Source, what: str) -> None:
        os.write(notes, f"{time.monotonic()} {source.name} {what}\n".encode())

    def take(context: Context, source: Source) -> CreateEntry:
        began = now()
        with acquire(context.store, f"capture/{source.name}", LEASE_SECONDS, context.now):
            note(source, "begin")
            time.sleep(given["takes"])
            manifest = context.snapshots.write(source.name, SCOPE, estate("web"), began, "1")
            note(source, "end")
        return CreateEntry(source.name, manifest, seconds=given["takes"])

    capture.take = take
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    sources = {
        name: Source(name, "us-east-1", schedule=Crontab.parse(text), rpo=timedelta(hours=26))
        for name, text in given["sources"].items()
    }
    config = Config(store=StoreSettings(given["store"]), sources=sources)
    return scheduler.run(Context(config, now=now), pace=scheduler.Pace(**given["pace"]))


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))

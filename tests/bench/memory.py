"""The heavy work, one kind after another, in a process of its own.

`python -m tests.bench.memory RULES` prints as JSON how many KiB the process has held at most after each.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from tests.bench.engines import drift_of, judged, new_store, planned, written
from tests.bench.measure import peak_kib
from tests.bench.synthetic import Region, bare, edited


def peaks(rules: int) -> dict[str, int]:
    """The peaks so far: a later one includes the earlier ones."""
    found = {"imports": peak_kib()}
    estate = Region(rules=rules).estate()
    found["capture"] = peak_kib()
    snapshots = new_store()
    drift_of(snapshots, written(snapshots, estate), written(snapshots, edited(estate), 1))
    found["drift"] = peak_kib()
    judged(estate, edited(estate))
    found["drift, judged"] = peak_kib()
    del snapshots
    planned(estate, bare(estate))
    found["plan for an empty target"] = peak_kib()
    return found


def main(arguments: Sequence[str]) -> None:
    """Measure, and print."""
    print(json.dumps(peaks(int(arguments[0]))))


if __name__ == "__main__":
    main(sys.argv[1:])

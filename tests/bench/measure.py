"""How time and memory are measured."""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_STATUS = Path("/proc/self/status")
HOW_PEAK = "peak resident memory of a child process (VmHWM where there is /proc, else ru_maxrss)"
HOW_CPU = "CPU seconds of the process (time.process_time), the best of several runs"
ENOUGH_SECONDS = 0.4
"""A measurement that took so long in all is not repeated again."""


def cpu(work: Callable[[], T], repeats: int = 3) -> tuple[float, T]:
    """CPU seconds of the best of several runs, and what the last one returned; what takes long is run less often."""
    best, spent = float("inf"), 0.0
    for _ in range(repeats):
        gc.collect()
        began = time.process_time()
        result = work()
        took = time.process_time() - began
        best, spent = min(best, took), spent + took
        if spent > ENOUGH_SECONDS:
            break
    return round(best, 4), result


def wall(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds on the wall of one run, and what it returned."""
    began = time.monotonic()
    result = work()
    return round(time.monotonic() - began, 3), result


def peak_kib() -> int:
    """The most memory that this process has held so far, in KiB.

    Linux hands a parent's ru_maxrss on to the children that it starts, but not its VmHWM.
    """
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def peaks_of_child(rules: int) -> dict[str, int]:
    """KiB that a child `python -m tests.bench.memory` held at most, by the work that it did last."""
    command = [sys.executable, "-m", "tests.bench.memory", str(rules)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    peaks: dict[str, int] = json.loads(done.stdout)
    return peaks

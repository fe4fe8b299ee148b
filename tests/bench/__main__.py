"""`python -m tests.bench`: prints what the toolkit costs in calls, time and memory."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence

from tests.bench.engines import (
    Sizes,
    measure_capture_cpu,
    measure_compare,
    measure_drift,
    measure_judged,
    measure_memory,
    measure_plan,
    measure_snapshot,
)
from tests.bench.section import Section


def _measure_capture(sizes: Sizes) -> Section:
    from tests.bench.stand import measure_capture

    return measure_capture(sizes)


def _measure_restore(sizes: Sizes) -> Section:
    from tests.bench.stand import measure_restore

    return measure_restore(sizes)


def _measure_quotas(sizes: Sizes) -> Section:
    from tests.bench.quotas import measure_quotas

    return measure_quotas(sizes)


def _measure_extremes(sizes: Sizes) -> Section:
    from tests.bench.extremes import measure_extremes

    return measure_extremes(sizes)


def _measure_listing(sizes: Sizes) -> Section:
    from tests.bench.stores import measure_listing

    return measure_listing(sizes)


def _measure_body(sizes: Sizes) -> Section:
    from tests.bench.stores import measure_body

    return measure_body(sizes)


SECTIONS: dict[str, Callable[[Sizes], Section]] = {
    "compare": measure_compare,
    "drift": measure_drift,
    "judged": measure_judged,
    "snapshot": measure_snapshot,
    "canonical": measure_capture_cpu,
    "plan": measure_plan,
    "memory": measure_memory,
    "stores": _measure_listing,
    "body": _measure_body,
    "capture": _measure_capture,
    "restore": _measure_restore,
    "quotas": _measure_quotas,
    "extremes": _measure_extremes,
}
"""What can be measured, in the order in which it is."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measures calls, time and memory of capture, compare, plan and restore. "
        "Capture and restore run against a stand-in for AWS in this process; quotas tells what AWS would take.",
    )
    usual = Sizes()
    numbers = ",".join(map(str, usual.rules))
    parser.add_argument(
        "--only", action="append", choices=SECTIONS, metavar="SECTION", help=f"one of {', '.join(SECTIONS)}; repeatable"
    )
    parser.add_argument("--scale", type=_positive, default=usual.scale, help="size of the estate (default %(default)s)")
    parser.add_argument("--rules", type=_sizes, default=usual.rules, help=f"numbers of rules (default {numbers})")
    parser.add_argument("--apis", type=_positive, default=usual.apis, help="REST APIs to plan (default %(default)s)")
    parser.add_argument("--methods", type=_positive, default=usual.methods, help="methods an API (default %(default)s)")
    parser.add_argument(
        "--repeats", type=_positive, default=usual.repeats, help="best of so many (default %(default)s)"
    )
    parser.add_argument(
        "--estate",
        choices=("standard", "small"),
        default=usual.estate,
        help="which estate the quotas section takes (default %(default)s)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(default %(default)s)")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(_positive(part) for part in text.split(","))


def stay_here() -> None:
    """No AWS settings and proxies of the machine's own; credentials that open nothing."""
    from tests.stand import ACCESS_KEY, SECRET_KEY

    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ |= {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "*",
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print each section as soon as it is done; JSON all at once."""
    given = _parser().parse_args(arguments)
    sizes = Sizes(given.rules, given.apis, given.methods, given.repeats, given.scale, given.estate)
    machine = f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {platform.system()} {platform.machine()}"
    found: dict[str, Section] = {}
    if given.format == "text":
        print(machine, flush=True)
    for name in [n for n in SECTIONS if not given.only or n in given.only]:
        found[name] = SECTIONS[name](sizes)
        if given.format == "text":
            print("\n" + found[name].as_text(), flush=True)
    if given.format == "json":
        document = {"machine": machine, "sections": {name: section.as_json() for name, section in found.items()}}
        print(json.dumps(document, indent=2))
    return 0


if __name__ == "__main__":
    stay_here()
    sys.exit(main())

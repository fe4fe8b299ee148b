"""The largest things that AWS lets one have, each captured and restored in a process of its own.

`python -m tests.bench.extremes NAME` prints as JSON what it took.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.bench.engines import Sizes
from tests.bench.measure import peak_kib
from tests.bench.quotas import HOME, Scene, scene
from tests.bench.section import Section
from tests.strict_aws.estates import Size
from tests.strict_aws.estates.clients import StrictClients

NOTHING = Size(
    rest_apis=0, edge=0, http_apis=0, websocket_apis=0, groups=0, prefix_lists=0, endpoints=0, keys=0, plans=0,
    domains=0,
)  # fmt: skip
_TEMPLATE_BYTES = 8_400


def _nothing_more(on: Scene) -> None:
    """The estate as it is built."""


def _large_api(on: Scene, template: str = '{"statusCode": 200}') -> None:
    """An API of 300 resources, the root among them, with two methods each; it is put there by an import."""
    client = StrictClients(on.aws).client("apigateway", HOME)
    integration = {"type": "mock", "responses": {"default": {"statusCode": "200"}}}
    method = {
        "responses": {"200": {"description": "done"}},
        "x-amazon-apigateway-integration": {**integration, "requestTemplates": {"application/json": template}},
    }
    paths = {f"/{name}": {"get": method, "post": method} for name in ("", *(f"p{n:03d}" for n in range(299)))}
    document: dict[str, Any] = {"openapi": "3.0.1", "info": {"title": "large", "version": "1"}, "paths": paths}
    with on.aws.weather.calm():
        api = client.create_rest_api(name="large", endpointConfiguration={"types": ["REGIONAL"]})["id"]
        client.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(document).encode())
        client.create_deployment(restApiId=api, stageName="live")


def _large_definition(on: Scene) -> None:
    """The same with 600 templates that make 5 MB."""
    _large_api(on, "## " + "x" * _TEMPLATE_BYTES)


EXTREMES: dict[str, tuple[Size, Callable[[Scene], None]]] = {
    "300 resources with 2 methods each": (NOTHING, _large_api),
    "a definition of 5 MB": (NOTHING, _large_definition),
    "2,500 groups with 5 rules each": (replace(NOTHING, groups=2500, rules=5), _nothing_more),
    "200 groups with 60 rules each": (replace(NOTHING, groups=200, rules=75), _nothing_more),
}
"""By what they are; of the rules of a group a fifth goes out, so that 75 are 60 a direction."""


def measured(name: str) -> dict[str, int | float]:
    """What the capture and the restore of one took: calls, seconds of AWS's time, CPU seconds, and the peak in KiB."""
    size, more = EXTREMES[name]
    with scene(size, workers=1) as on:
        more(on)
        built, began = peak_kib(), time.process_time()
        taken, capturing = on.watched(on.capture)
        made, restoring = on.watched(on.restore)
    return {
        "capture_calls": len(taken),
        "capture_seconds": capturing,
        "restore_calls": len(made),
        "restore_seconds": restoring,
        "cpu_seconds": time.process_time() - began,
        "mib_more_than_built": (peak_kib() - built) / 1024,
    }


def measure_extremes(sizes: Sizes) -> Section:  # they are what they are
    """Each in a process of its own, for its memory."""
    section = Section("extremes", "the largest things, under AWS's quotas, in AWS's time")
    for name in EXTREMES:
        command = [sys.executable, "-m", "tests.bench.extremes", name]
        told = subprocess.run(command, check=True, capture_output=True, text=True)
        section.add(what=name, **json.loads(told.stdout))
    return section


def main(arguments: Sequence[str]) -> None:
    """Measure, and print."""
    print(json.dumps(measured(arguments[0])))


if __name__ == "__main__":
    main(sys.argv[1:])

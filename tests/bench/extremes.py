"""The largest things that AWS lets one have, each captured and restored in a process of its own.

`python -m tests.bench.extremes NAME` prints as JSON what it took.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from dr_toolkit.workflows import capture, restore
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
TEMPLATE_BYTES = 8_400
"""Of each of 600 templates, which makes 5 MB of them."""


def _nothing_more(_: Scene) -> None:
    return None


def _large_api(on: Scene, template: str = "") -> None:
    """An API of 300 resources, the root among them, with two methods each, put there by an import."""
    client = StrictClients(on.aws).client("apigateway", HOME)
    answers = {"200": {"description": "done"}}
    integration: dict[str, Any] = {"type": "mock", "responses": {"default": {"statusCode": "200"}}}
    integration["requestTemplates"] = {"application/json": template or '{"statusCode": 200}'}
    method = {"responses": answers, "x-amazon-apigateway-integration": integration}
    paths = {f"/{name}": {"get": method, "post": method} for name in ["", *(f"p{n:03d}" for n in range(299))]}
    document = {"openapi": "3.0.1", "info": {"title": "large", "version": "1"}, "paths": paths}
    api = client.create_rest_api(name="large", endpointConfiguration={"types": ["REGIONAL"]})["id"]
    client.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(document).encode())
    client.create_deployment(restApiId=api, stageName="live")


def _large_definition(on: Scene) -> None:
    """The same with templates that make 5 MB."""
    _large_api(on, "## " + "x" * TEMPLATE_BYTES)


EXTREMES: dict[str, tuple[str, Size, Callable[[Scene], None]]] = {
    "resources": ("one API of 300 resources with 2 methods each", NOTHING, _large_api),
    "definition": ("one API with a definition of 5 MB", NOTHING, _large_definition),
    "groups": ("2,500 groups with 6 rules each", _sized(groups=2500, rules=6) if False else NOTHING, _nothing_more),
}

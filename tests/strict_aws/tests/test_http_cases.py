"""Definitions for HTTP APIs that nobody here wrote, by ImportApi: made, or refused for a reason that was checked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cases import cases, find_cases
from tests.strict_aws import StrictAws
from tests.strict_aws.http.state import HttpRegion
from tests.strict_aws.tests.http_compared import by_name
from tests.strict_aws.tests.refused import refused

REFUSED = {
    # its authorizer is one of a REST API: no payload format, and an identity source of v1
    "a3c836f7067e": "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer",
}
WARNED = {
    # a service's action that only REST and WebSocket APIs call like that
    "0c7bf31d9d5b": "may only be associated with proxy integrations",
    # a mock for the preflight request
    "086de3d5d753": "may only be associated with proxy integrations",
}


def definitions() -> list[str]:
    """The ids of the definitions for HTTP APIs; none where the material is not at hand."""
    folder = find_cases()
    if folder is None:
        return []
    rows = [json.loads(line) for line in (folder / "openapi" / "manifest.jsonl").read_text().splitlines()]
    return [row["id"] for row in rows if row["kind"] == "HTTP"]


def test_that_the_material_is_at_hand() -> None:
    assert len(list(cases("openapi").glob("*.json"))) >= len(definitions()) > 0


@pytest.mark.parametrize("name", definitions())
def test_a_definition_is_imported(http: Any, strict: StrictAws, name: str) -> None:
    text = (cases("openapi") / f"{name}.json").read_text()
    if name in REFUSED:
        code, message = refused(http.import_api, Body=text)
        assert code == "BadRequestException" and REFUSED[name] in message
        return
    made = http.import_api(Body=text)
    for warning in made.get("Warnings", []):
        assert WARNED[name] in warning
    assert ("Warnings" in made) == (name in WARNED)
    said = json.loads(text)
    operations = sum(key in METHODS for item in said["paths"].values() for key in item)
    assert len(http.get_routes(ApiId=made["ApiId"], MaxResults="500")["Items"]) == operations
    body = http.export_api(ApiId=made["ApiId"], Specification="OAS30", OutputType="JSON")["body"].read().decode()
    again = http.import_api(Body=body)["ApiId"]
    apis = strict.region("us-east-1").part(HttpRegion).apis
    wanted, found = by_name(apis[made["ApiId"]]), by_name(apis[again])
    for each in (wanted, found):  # tags and a missing version are not exported as they are
        each["api"].pop("Tags")
        each["api"].pop("Version", None)
    assert found == wanted


METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"}

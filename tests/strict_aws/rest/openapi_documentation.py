"""Documentation parts that a document carries, in an import of an API or by themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.models import operation_model
from tests.strict_aws.refusals import Refusal, bad_request
from tests.strict_aws.rest.documentation import PARTS, check_properties, location_of
from tests.strict_aws.rest.openapi_document import EXT, read_body
from tests.strict_aws.rest.openapi_findings import Findings
from tests.strict_aws.rest.state import Document, RestApi, find_api
from tests.strict_aws.rules import rule
from tests.strict_aws.wire.rest_json import iso_date

KINDS = operation_model("apigateway", "CreateDocumentationPart").input_shape.members["location"].members["type"].enum

READABLE = rule(
    "rest.import-documentation-readable",
    "A body that is no document is refused",
    "recorded: test_import_documentation_parts_bad_file",
)
ATTRIBUTES = rule(
    "rest.import-documentation-merged",
    "Merging a part into one of the same location replaces the attributes that it has, and leaves the others",
    "quoted: the developer guide on importing API documentation",
)
LOCATIONS = rule(
    "rest.import-documentation-locations",
    "A part whose location or properties can't be is left out, with a warning",
    "botocore: DocumentationPartLocation; the warning is recalled",
    recalled=True,
)


def make_parts(call: Call, api: RestApi, document: Document, findings: Findings, *, overwrite: bool) -> list[str]:
    """Make or replace the parts that a document carries, and return their ids; overwriting takes away all others."""
    carried = document.get(EXT + "documentation") or {}
    parts = carried.get("documentationParts") if isinstance(carried, dict) else None
    if overwrite:
        api.documentation_parts.clear()
    made = []
    for location, properties in _read(call, parts if isinstance(parts, list) else [], findings):
        own = next((i for i, each in api.documentation_parts.items() if each["location"] == location), None)
        if own is not None and call.holds(ATTRIBUTES):
            properties = json.loads(api.documentation_parts[own]["properties"]) | properties
        own = own or call.aws.ids.gateway(6)
        api.documentation_parts[own] = {"id": own, "location": location, "properties": json.dumps(properties)}
        made.append(own)
    most = call.aws.limits.documentation_parts_per_api
    if len(api.documentation_parts) > most and call.holds(PARTS):
        findings.fail(f"Maximum number of documentation parts for this API has been reached: {most}")
    return made


def _read(call: Call, parts: list[Any], findings: Findings) -> Iterator[tuple[Document, Document]]:
    """(location with its defaults, properties) of every part."""
    for part in parts:
        given = {str(k): str(v) for k, v in (part.get("location") or {}).items() if v is not None}
        try:
            if given.get("type") not in KINDS:
                raise bad_request(f"Invalid location: unknown type {given.get('type')}")
            location, text = location_of(call, given), part.get("properties")
            text = text if isinstance(text, str) else json.dumps(text or {})
            check_properties(call, text)
        except Refusal as refusal:
            if call.holds(LOCATIONS):
                findings.warn(f"{refusal.message}. Ignoring.")
            continue
        yield location, json.loads(text)


@answers("apigateway", "ImportDocumentationParts")
def import_documentation_parts(call: Call) -> Document:
    """Take documentation parts out of a document; nothing else of it counts."""
    document = read_body(call.params["body"])
    if document is None and call.holds(READABLE):
        raise bad_request("Unable to build importer with provided input.")
    api, findings = find_api(call), Findings()
    before = dict(api.documentation_parts)
    overwrite = call.params.get("mode", "merge") == "overwrite"
    ids = make_parts(call, api, document or {}, findings, overwrite=overwrite)
    refusal = findings.refusal(call)
    if refusal:
        api.documentation_parts = before
        raise refusal
    return {"ids": ids, "warnings": findings.warnings or None}


# --- the way back ---------------------------------------------------------------------------------------


def exported(api: RestApi, version: str) -> Document:
    """A documentation version as the extension of an export."""
    created = api.documentation_versions.get(version, {}).get("createdDate")
    made: Document = {"version": version} | ({"createdDate": iso_date(created)} if created else {})
    parts = api.documented.get(version, {}).values()
    made["documentationParts"] = [
        {"location": _shortened(part["location"]), "properties": json.loads(part["properties"])} for part in parts
    ]
    return {EXT + "documentation": made}


def _shortened(location: Document) -> Document:
    return {k: v for k, v in location.items() if (k, v) not in (("path", "/"), ("method", "*"), ("statusCode", "*"))}

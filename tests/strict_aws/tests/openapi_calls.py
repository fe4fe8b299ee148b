"""Imports of small definitions, and what comes of them."""

from __future__ import annotations

import json
from typing import Any

from tests.strict_aws.tests.openapi_samples import Document
from tests.strict_aws.tests.refused import refused

PREFIX = "Errors found during import:\n\t"


def import_api(rest: Any, document: Document, **params: Any) -> Any:
    """The answer to the import of a document as an API of its own."""
    return rest.import_rest_api(body=json.dumps(document), **params)


def method_of(rest: Any, api: str, path: str = "/", verb: str = "GET") -> Any:
    """A method of an API by its path."""
    resources = {row["path"]: row["id"] for row in rest.get_resources(restApiId=api, limit=500)["items"]}
    return rest.get_method(restApiId=api, resourceId=resources[path], httpMethod=verb)


def errors_of(rest: Any, document: Document, **params: Any) -> str:
    """What the import of a document is refused with."""
    code, message = refused(rest.import_rest_api, body=json.dumps(document), **params)
    assert code == "BadRequestException"
    return message

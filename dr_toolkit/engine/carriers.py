"""How each kind of API is imported: what a definition of it holds, how that is written, and the call that brings it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from dr_toolkit.engine.openapi import http_document, rest_document
from dr_toolkit.engine.openapi.written import Written
from dr_toolkit.model.changes import Call, Dumped
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.served import HTTP, REST


@dataclass(frozen=True)
class Carrier:
    """A kind of API: the types that a definition holds beneath it, the writer of the definition, and the call.

    The writer is told the API's own noun, and what of the nouns is there already.
    """

    api: str
    types: frozenset[str]
    document: Callable[[Iterable[Resource], Resource, Collection[ResourceKey]], Written]
    call: Callable[[ResourceKey, Any], Call]


def _put_rest_api(api: ResourceKey, document: Any) -> Call:
    params = {"restApiId": Ref(api), "mode": "overwrite", "failOnWarnings": True, "body": Dumped(document)}
    return Call("PutRestApi", params)


def _reimport_api(api: ResourceKey, document: Any) -> Call:
    return Call("ReimportApi", {"ApiId": Ref(api), "FailOnWarnings": True, "Body": Dumped(document)})


CARRIERS = (
    Carrier(
        api=REST.api,
        types=frozenset(
            {
                *("apigateway.resource", "apigateway.method", "apigateway.model", "apigateway.authorizer"),
                *("apigateway.request_validator", "apigateway.gateway_response", "apigateway.documentation_part"),
            }
        ),
        document=lambda nouns, api, there: rest_document.document(nouns, api, bound=there),
        call=_put_rest_api,
    ),
    Carrier(
        api=HTTP.api,
        types=frozenset({"apigatewayv2.route", "apigatewayv2.integration", "apigatewayv2.authorizer"}),
        document=lambda nouns, api, there: http_document.document(nouns, api.key),
        call=_reimport_api,
    ),
)
"""Imports overwrite what is there: PutRestApi and ReimportApi of botocore's models."""

IMPORTS = frozenset({"PutRestApi", "ReimportApi"})
"""The operations of the imports."""

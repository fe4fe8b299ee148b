"""Integrations of HTTP and WebSocket APIs: they have no name, and are known by the routes that lead to them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec.fields import located, observed, physical, reference, setting
from dr_toolkit.spec.http_apis import API, INTEGRATION, ROUTE, V2_PAGES, VPC_LINK, api, changed, given, merged, of_api
from dr_toolkit.spec.served import UNUSED
from dr_toolkit.spec.types import Listing, Names, ResourceType, Row

_EMPTY: dict[str, Any] = {
    "ConnectionId": "",
    "ConnectionType": "INTERNET",
    "ContentHandlingStrategy": "",
    "CredentialsArn": "",
    "Description": "",
    "IntegrationMethod": "",
    "IntegrationSubtype": "",
    "IntegrationType": "",
    "IntegrationUri": "",
    "PassthroughBehavior": "WHEN_NO_MATCH",
    "PayloadFormatVersion": "1.0",
    "RequestTemplates": {},
    "TemplateSelectionExpression": "",
    "TimeoutInMillis": 29000,
    "TlsConfig": {},
}
IMPORTED = "AutoCreate from OpenAPI Import"
"""AWS's own words for an integration that an import made, which says nothing of it."""

_MAPS = {"RequestParameters": "", "ResponseParameters": {}}
_PLACE = re.compile(r"\b[a-z]{2}(?:-[a-z]+)+-\d\b|\b\d{12}\b")


def _identity(row: Row, names: Names) -> str:
    """The smallest key of the routes that lead to it."""
    target = f"integrations/{row.data['IntegrationId']}"
    keys = [str(r.data["RouteKey"]) for r in row.beside.get(ROUTE, ()) if r.data.get("Target") == target]
    return min(keys, default=UNUSED)


def _content(data: Mapping[str, Any]) -> str:
    """What is said of it, but for where it lies: by this those that no route leads to are put in order."""
    said = {name: value for name, value in data.items() if name not in ("IntegrationId", "ConnectionId")}
    return _PLACE.sub("", json.dumps(said, sort_keys=True, default=str))


def _create(integration: Resource) -> list[Call]:
    a = integration.attributes
    params = {"ApiId": api(integration.key), "PayloadFormatVersion": "1.0"} | given(a, _EMPTY | _MAPS)
    return [Call("CreateIntegration", params, {integration.key: "IntegrationId"})]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after = change.before.attributes, change.after.attributes
    params = changed(change, _EMPTY)
    for name, gone in _MAPS.items():
        if name in change.names:
            params[name] = merged(before.get(name), after.get(name), gone)
    target = {"ApiId": api(change.key), "IntegrationId": Ref(change.key)}
    return [Call("UpdateIntegration", target | params)]


def _delete(integration: Resource) -> list[Call]:
    params = {"ApiId": api(integration.key), "IntegrationId": Ref(integration.key)}
    return [Call("DeleteIntegration", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name=INTEGRATION,
        service="apigatewayv2",
        shape="Integration",
        title="Integration (HTTP, WebSocket)",
        listing=Listing("GetIntegrations", "Items", paging=V2_PAGES, per=API, arguments=of_api),
        asks=(ROUTE,),
        physical=lambda data: str(data["IntegrationId"]),
        identity=_identity,
        parent=API,
        pairs_by_id=True,
        nameless=True,
        born=_content,
        facts=("ApiGatewayManaged",),
        fields={
            "IntegrationId": physical(),
            "IntegrationType": setting(),
            "IntegrationSubtype": setting(),
            "IntegrationMethod": setting(),
            "IntegrationUri": located(),
            "ConnectionType": setting(default="INTERNET"),
            "ConnectionId": reference(VPC_LINK, "apigateway.vpc_link", free=True),
            "CredentialsArn": located(),
            "Description": setting(default=IMPORTED),
            "ContentHandlingStrategy": setting(),
            "PassthroughBehavior": setting(default="WHEN_NO_MATCH"),
            "PayloadFormatVersion": setting(default="1.0"),
            "RequestParameters": located(),
            "RequestTemplates": setting(free=True),
            "ResponseParameters": setting(free=True),
            "TemplateSelectionExpression": setting(),
            "TimeoutInMillis": setting(),
            "TlsConfig": setting(members={"ServerNameToVerify": setting()}),
            "IntegrationResponseSelectionExpression": observed("follows from the type"),
            "ApiGatewayManaged": observed("quick create made it; it is restored like any other"),
        },
        calls=("CreateIntegration", "UpdateIntegration", "DeleteIntegration"),
        create=_create,
        update=_update,
        delete=_delete,
        notes="Known by the smallest key of the routes that lead to it; where there are none, by an ordinal.",
    ),
)

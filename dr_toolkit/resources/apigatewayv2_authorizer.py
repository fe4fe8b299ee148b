"""Authorizers of HTTP and WebSocket APIs: JWT and REQUEST."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec.fields import located, physical, setting
from dr_toolkit.spec.http_apis import API, AUTHORIZER, V2_PAGES, api, changed, given, of_api
from dr_toolkit.spec.types import Listing, ResourceType

_EMPTY: dict[str, Any] = {
    "Name": "",
    "AuthorizerType": "",
    "AuthorizerUri": "",
    "AuthorizerCredentialsArn": "",
    "AuthorizerPayloadFormatVersion": "",
    "AuthorizerResultTtlInSeconds": 0,
    "EnableSimpleResponses": False,
    "IdentitySource": [],
    "IdentityValidationExpression": "",
    "JwtConfiguration": {},
}


def _create(authorizer: Resource) -> list[Call]:
    a = authorizer.attributes
    params = {"ApiId": api(authorizer.key), "IdentitySource": []} | given(a, _EMPTY)
    return [Call("CreateAuthorizer", params, {authorizer.key: "AuthorizerId"}, {"BadRequestException": "check"})]


def _update(change: Change) -> list[Call]:
    target = {"ApiId": api(change.key), "AuthorizerId": Ref(change.key)}
    return [Call("UpdateAuthorizer", target | changed(change, _EMPTY))]


def _delete(authorizer: Resource) -> list[Call]:
    params = {"ApiId": api(authorizer.key), "AuthorizerId": Ref(authorizer.key)}
    return [Call("DeleteAuthorizer", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name=AUTHORIZER,
        service="apigatewayv2",
        shape="Authorizer",
        title="Authorizer (HTTP, WebSocket)",
        listing=Listing("GetAuthorizers", "Items", paging=V2_PAGES, per=API, arguments=of_api),
        physical=lambda data: str(data["AuthorizerId"]),
        identity=lambda row, names: str(row.data.get("Name") or "unnamed"),
        parent=API,
        pairs_by_id=True,
        fields={
            "AuthorizerId": physical(),
            "Name": setting(),
            "AuthorizerType": setting(),
            "AuthorizerUri": located(),
            "AuthorizerCredentialsArn": located(),
            "AuthorizerPayloadFormatVersion": setting(),
            "AuthorizerResultTtlInSeconds": setting(default=0),
            "EnableSimpleResponses": setting(default=False),
            "IdentitySource": setting(unordered=True),
            "IdentityValidationExpression": setting(),
            "JwtConfiguration": setting(members={"Audience": located(unordered=True), "Issuer": located()}),
        },
        calls=("CreateAuthorizer", "UpdateAuthorizer", "DeleteAuthorizer"),
        create=_create,
        update=_update,
        delete=_delete,
        notes="A Cognito user pool can't be moved: map its id, and those of its clients, to what stands in for them.",
    ),
)

"""Authorizers of a REST API: TOKEN, REQUEST and COGNITO_USER_POOLS."""

from __future__ import annotations

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec import patches
from dr_toolkit.spec.arns import REST_API, rest_api
from dr_toolkit.spec.fields import located, physical, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, ResourceType

_EMPTY = {
    "name": "",
    "type": "",
    "authType": "",
    "authorizerUri": "",
    "authorizerCredentials": "",
    "identitySource": "",
    "identityValidationExpression": "",
    "authorizerResultTtlInSeconds": 300,
}


def _create(authorizer: Resource) -> list[Call]:
    a = authorizer.attributes
    params = {"restApiId": rest_api(authorizer.key)} | {name: a[name] for name in _EMPTY if name in a}
    if "providerARNs" in a:
        params["providerARNs"] = a["providerARNs"]
    return [Call("CreateAuthorizer", params, {authorizer.key: "id"}, {"ConflictException": "check"})]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after = change.before.attributes, change.after.attributes
    operations = [
        patch
        for name, empty in _EMPTY.items()
        if name in change.names
        for patch in patches.scalar(f"/{name}", after.get(name), empty)
    ]
    operations += patches.items("/providerARNs", before.get("providerARNs"), after.get("providerARNs"))
    target = {"restApiId": rest_api(change.key), "authorizerId": Ref(change.key)}
    return [Call("UpdateAuthorizer", target | {"patchOperations": operations})]


def _delete(authorizer: Resource) -> list[Call]:
    params = {"restApiId": rest_api(authorizer.key), "authorizerId": Ref(authorizer.key)}
    return [Call("DeleteAuthorizer", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name="apigateway.authorizer",
        service="apigateway",
        shape="Authorizer",
        title="Authorizer",
        listing=Listing(
            "GetAuthorizers",
            "items",
            paging=V1_PAGES,
            per=REST_API,
            arguments=lambda row: {"restApiId": row.data["id"]},
        ),
        physical=lambda data: str(data["id"]),
        identity=lambda row, names: str(row.data.get("name") or "unnamed"),
        parent=REST_API,
        pairs_by_id=True,
        fields={
            "id": physical(),
            "name": setting(),
            "type": setting(),
            "providerARNs": located(unordered=True),
            "authType": setting(),
            "authorizerUri": located(),
            "authorizerCredentials": located(),
            "identitySource": setting(),
            "identityValidationExpression": setting(),
            "authorizerResultTtlInSeconds": setting(default=300),
        },
        calls=("CreateAuthorizer", "UpdateAuthorizer", "DeleteAuthorizer"),
        create=_create,
        update=_update,
        delete=_delete,
        notes="A Cognito user pool is found by its name in the target; map its ARN where that is another one.",
    ),
)

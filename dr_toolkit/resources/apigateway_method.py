"""Methods of a REST API, each with its integration and all its responses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec import patches
from dr_toolkit.spec.arns import rest_api
from dr_toolkit.spec.fields import fixed, located, observed, reference, setting
from dr_toolkit.spec.types import Listing, ResourceType, Row

PATH = "apigateway.resource"
_METHOD = (
    *("authorizationType", "authorizerId", "apiKeyRequired", "operationName", "requestParameters"),
    *("requestModels", "requestValidatorId", "authorizationScopes"),
)
_INTEGRATION = (
    *("uri", "connectionType", "connectionId", "credentials", "requestParameters", "requestTemplates"),
    *("passthroughBehavior", "cacheNamespace", "cacheKeyParameters", "contentHandling", "timeoutInMillis"),
    *("tlsConfig", "responseTransferMode", "integrationTarget"),
)


def _split(row: Row) -> Iterable[dict[str, Any]]:
    """The methods of a resource: the map's key is the verb, whether or not the value repeats it."""
    for verb, method in (row.data.get("resourceMethods") or {}).items():
        yield dict(method or {}) | {"httpMethod": verb}


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    data: dict[str, Any] = dict(row.data)
    data["requestModels"] = data.get("requestModels") or {}
    if integration := data.get("methodIntegration"):
        integration = dict(integration)
        if row.parent is not None and integration.get("cacheNamespace") == row.parent.data.get("id"):
            del integration["cacheNamespace"]
        integration["requestTemplates"] = _texts(integration.get("requestTemplates"))
        integration["integrationResponses"] = {
            status: dict(r) | {"responseTemplates": _texts(r.get("responseTemplates"))}
            for status, r in (integration.get("integrationResponses") or {}).items()
        }
        data["methodIntegration"] = integration
    return data


def _texts(templates: Mapping[str, Any] | None) -> dict[str, str]:
    """An empty template is returned as null and has to be sent as an empty text."""
    return {kind: text or "" for kind, text in (templates or {}).items()}


def _target(key: ResourceKey) -> dict[str, Any]:
    api, path, verb = key.path
    return {
        "restApiId": rest_api(key),
        "resourceId": Ref(ResourceKey(PATH, (api, path))),
        "httpMethod": verb,
    }


def _create(method: Resource) -> list[Call]:
    target, a = _target(method.key), method.attributes
    params = target | {"authorizationType": "NONE"} | {name: a[name] for name in _METHOD if name in a}
    calls = [Call("PutMethod", params, tolerates={"ConflictException": "check"})]
    for status, response in sorted(a.get("methodResponses", {}).items()):
        given = {m: response[m] for m in ("responseParameters", "responseModels") if m in response}
        calls.append(Call("PutMethodResponse", target | {"statusCode": status} | given, tolerates=_EXISTS))
    if integration := a.get("methodIntegration"):
        calls += _integration(target, integration)
    return calls


_EXISTS = {"ConflictException": "check"}


def _integration(target: Mapping[str, Any], integration: Mapping[str, Any]) -> list[Call]:
    params = {**target, "type": integration["type"]}
    if "httpMethod" in integration:
        params["integrationHttpMethod"] = integration["httpMethod"]
    params |= {name: integration[name] for name in _INTEGRATION if name in integration}
    calls = [Call("PutIntegration", params)]
    for status, response in sorted(integration.get("integrationResponses", {}).items()):
        members = ("selectionPattern", "responseParameters", "responseTemplates", "contentHandling")
        given = {m: response[m] for m in members if m in response}
        calls.append(Call("PutIntegrationResponse", {**target, "statusCode": status} | given))
    return calls


def _delete(method: Resource) -> list[Call]:
    return [Call("DeleteMethod", _target(method.key), tolerates={"NotFoundException": "done"})]


def _update(change: Change) -> list[Call]:
    """Made anew: the draft serves nobody until it is deployed, and no patch can leave a mixture behind.

    Parameters alone are patched: an import declares them in its own way.
    """
    assert change.before is not None and change.after is not None
    if not all(map(_is_parameter, (field.path for field in change.fields))):
        return _delete(change.after) + _create(change.after)
    target, before, after = _target(change.key), change.before.attributes, change.after.attributes
    calls = [Call("UpdateMethod", target | _parameters("requestParameters", before, after))]
    for status, response in sorted((after.get("methodResponses") or {}).items()):
        old = (before.get("methodResponses") or {}).get(status, {})
        place = target | {"statusCode": status}
        calls.append(Call("UpdateMethodResponse", place | _parameters("responseParameters", old, response)))
    return [call for call in calls if call.params["patchOperations"]]


def _parameters(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {"patchOperations": patches.mapping(f"/{name}", before.get(name), after.get(name))}


def _is_parameter(path: tuple[str, ...]) -> bool:
    """Whether a changed field is a method's parameter, or a header of one of its responses."""
    if path[0] == "requestParameters":
        return True
    return path[0] == "methodResponses" and len(path) > 2 and path[2] == "responseParameters"


_RESPONSES = setting(
    values=setting(
        members={
            "statusCode": observed("is the map's key"),
            "responseParameters": setting(),
            "responseModels": setting(),
        }
    )
)
_INTEGRATION_RESPONSES = setting(
    values=setting(
        members={
            "statusCode": observed("is the map's key"),
            "selectionPattern": setting(),
            "responseParameters": setting(free=True),
            "responseTemplates": setting(free=True),
            "contentHandling": setting(),
        }
    )
)

TYPES = (
    ResourceType(
        name="apigateway.method",
        service="apigateway",
        shape="Method",
        title="Method, integration and responses",
        listing=Listing(within=PATH, split=_split),
        identity=lambda row, names: str(row.data["httpMethod"]),
        parent=PATH,
        after=("apigateway.authorizer", "apigateway.request_validator", "apigateway.model"),
        fields={
            "httpMethod": fixed(),
            "authorizationType": setting(default="NONE"),
            "authorizerId": reference("apigateway.authorizer"),
            "apiKeyRequired": setting(default=False),
            "requestValidatorId": reference("apigateway.request_validator"),
            "operationName": setting(),
            "requestParameters": setting(),
            "requestModels": setting(),
            "authorizationScopes": setting(unordered=True),
            "methodResponses": _RESPONSES,
            "methodIntegration": setting(
                members={
                    "type": setting(),
                    "httpMethod": setting(),
                    "uri": located(),
                    "connectionType": setting(default="INTERNET"),
                    "connectionId": reference("apigateway.vpc_link", free=True),
                    "credentials": located(),
                    "requestParameters": setting(free=True),
                    "requestTemplates": setting(free=True),
                    "passthroughBehavior": setting(default="WHEN_NO_MATCH"),
                    "contentHandling": setting(),
                    "timeoutInMillis": setting(default=29000),
                    "cacheNamespace": reference("apigateway.resource", free=True),
                    "cacheKeyParameters": setting(unordered=True),
                    "integrationResponses": _INTEGRATION_RESPONSES,
                    "tlsConfig": setting(members={"insecureSkipVerification": setting(default=False)}),
                    "responseTransferMode": setting(default="BUFFERED"),
                    "integrationTarget": located(),
                }
            ),
        },
        prepare=_prepare,
        calls=(
            *("PutIntegration", "PutIntegrationResponse", "PutMethod", "PutMethodResponse", "DeleteMethod"),
            *("UpdateMethod", "UpdateMethodResponse"),
        ),
        create=_create,
        update=_update,
        delete=_delete,
        mentions=lambda method: [
            ResourceKey("apigateway.model", (method.key.path[0], name)) for name in sorted(_models(method))
        ],
        notes="Made anew in the draft where more than parameters changes; stages serve it from the next deployment on.",
    ),
)


def _models(method: Resource) -> set[str]:
    a = method.attributes
    responses = a.get("methodResponses", {}).values()
    used = [a.get("requestModels", {}), *(r.get("responseModels", {}) for r in responses)]
    return {str(name) for models in used for name in models.values()}

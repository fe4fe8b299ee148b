"""What an API holds, by the names that a document has for it: two APIs made of one document are equal."""

from __future__ import annotations

import json
from typing import Any

State = dict[str, Any]
SETTINGS = ("name", "description", "apiKeySource", "binaryMediaTypes", "minimumCompressionSize", "policy")
SETTINGS += ("securityPolicy", "endpointAccessMode")


def state(rest: Any, api: str) -> State:
    """Settings, paths with their methods, models, authorizers, validators, gateway responses and documentation."""
    fields = rest.get_rest_api(restApiId=api)
    authorizers = {row["id"]: row for row in rest.get_authorizers(restApiId=api)["items"]}
    validators = {row["id"]: row for row in rest.get_request_validators(restApiId=api)["items"]}
    names = {own: row["name"] for own, row in (authorizers | validators).items()}
    resources = rest.get_resources(restApiId=api, limit=500, embed=["methods"])["items"]
    return {
        "settings": {name: fields[name] for name in SETTINGS if name in fields},
        "paths": {row["path"]: _methods(row, names) for row in resources},
        "models": {row["name"]: _schema(row, api) for row in rest.get_models(restApiId=api, limit=500)["items"]},
        "authorizers": {row["name"]: _without_id(row) for row in authorizers.values()},
        "validators": {row["name"]: _without_id(row) for row in validators.values()},
        "gateway responses": {
            row["responseType"]: row
            for row in rest.get_gateway_responses(restApiId=api)["items"]
            if not row["defaultResponse"]
        },
        "documentation": {
            json.dumps(row["location"], sort_keys=True): json.loads(row["properties"])
            for row in rest.get_documentation_parts(restApiId=api, limit=500)["items"]
        },
    }


def _without_id(row: State) -> State:
    return {key: value for key, value in row.items() if key != "id"}


def _schema(model: State, api: str) -> Any:
    schema = json.loads(model["schema"].replace(f"/restapis/{api}/", "/restapis/own/"))
    return {key: value for key, value in schema.items() if key != "$schema"}


def _methods(resource: State, names: dict[str, str]) -> State:
    found = {}
    for verb, method in resource.get("resourceMethods", {}).items():
        held = dict(method)
        for member in ("authorizerId", "requestValidatorId"):
            if member in held:
                held[member] = names[held[member]]
        integration = dict(held.get("methodIntegration", {}))
        if integration.get("cacheNamespace") == resource["id"]:
            integration["cacheNamespace"] = "own"
        found[verb] = held | ({"methodIntegration": integration} if integration else {})
    return found

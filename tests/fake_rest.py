"""The API Gateway half of the small AWS in memory: REST APIs and all that is in them."""

# ruff: noqa: N802, N803 - the calls are named as AWS names them

from __future__ import annotations

import copy
import json
import re
from typing import Any

from dr_toolkit.errors import CloudRefused
from dr_toolkit.resources.apigateway_stage import _METHOD_DEFAULTS, _METHOD_PATHS
from tests.fake_rest_around import Around

Row = dict[str, Any]
MOST = {"Empty": {}, "Error": {"properties": {"message": {"type": "string"}}}}
_MEMBERS = {path: member for member, path in _METHOD_PATHS.items()}


def _refused(code: str, reason: str) -> CloudRefused:
    return CloudRefused(service="apigateway", operation="", region="", code=code, reason=reason)


class Api:
    """A REST API: its own row, and the rows of what is in it by id or name."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.resources: dict[str, Row] = {}
        self.models: dict[str, Row] = {}
        self.authorizers: dict[str, Row] = {}
        self.validators: dict[str, Row] = {}
        self.responses: dict[str, Row] = {}
        self.deployments: dict[str, Row] = {}
        self.frozen: dict[str, Any] = {}
        self.stages: dict[str, Row] = {}
        self.parts: dict[str, Row] = {}
        self.versions: dict[str, Row] = {}

    def methods(self) -> list[Row]:
        """Every method in it."""
        return [m for r in self.resources.values() for m in r.get("resourceMethods", {}).values()]

    def content(self) -> Any:
        """What a deployment freezes."""
        parts = (self.resources, self.models, self.authorizers, self.validators, self.responses)
        return copy.deepcopy(parts)


class Rest(Around):
    """The calls; each is named like AWS's own."""

    def __init__(self, cloud: Any) -> None:
        super().__init__()
        self.cloud = cloud
        self.apis: dict[str, Api] = {}

    # --- reads ----------------------------------------------------------------------------------------

    def GetRestApis(self, **_: Any) -> Row:
        return {"items": [api.row for api in self.apis.values()]}

    def GetResources(self, restApiId: str, embed: list[str], **_: Any) -> Row:
        assert embed == ["methods"]
        return {"items": list(self.apis[restApiId].resources.values())}

    def GetModels(self, restApiId: str, **_: Any) -> Row:
        return {"items": list(self.apis[restApiId].models.values())}

    def GetAuthorizers(self, restApiId: str, **_: Any) -> Row:
        return {"items": list(self.apis[restApiId].authorizers.values())}

    def GetRequestValidators(self, restApiId: str, **_: Any) -> Row:
        return {"items": list(self.apis[restApiId].validators.values())}

    def GetGatewayResponses(self, restApiId: str, **_: Any) -> Row:
        default = {"responseType": "THROTTLED", "statusCode": "429", "defaultResponse": True}
        return {"items": [default, *self.apis[restApiId].responses.values()]}

    def GetDeployments(self, restApiId: str, **_: Any) -> Row:
        return {"items": list(self.apis[restApiId].deployments.values())}

    def GetStages(self, restApiId: str) -> Row:
        return {"item": list(self.apis[restApiId].stages.values())}

    # --- APIs -----------------------------------------------------------------------------------------

    def CreateRestApi(self, **given: Any) -> Row:
        made, root = self.cloud.new_id(""), self.cloud.new_id("")
        fixed = {"id": made, "rootResourceId": root, "createdDate": self.cloud.now()}
        api = self.apis[made] = Api({"apiKeySource": "HEADER", "disableExecuteApiEndpoint": False, **given, **fixed})
        api.resources[root] = {"id": root, "path": "/"}
        for name, more in MOST.items():
            schema = {"$schema": "http://json-schema.org/draft-04/schema#", "title": f"{name} Schema", "type": "object"}
            self._model(
                api, name, json.dumps(schema | more, indent=2), f"This is a default {name.lower()} schema model"
            )
        return api.row

    def UpdateRestApi(self, restApiId: str, patchOperations: list[Row]) -> None:
        row = self.apis[restApiId].row
        for patch in patchOperations:
            name, *rest = _path(patch["path"])
            if name == "binaryMediaTypes":
                _in_list(row, name, patch["op"], rest[0])
            elif name == "endpointConfiguration" and rest[0] == "types":
                assert row[name]["types"] == [rest[1]]
                row[name]["types"] = [patch["value"]]
            elif name == "endpointConfiguration" and rest[0] == "vpcEndpointIds":
                assert patch["value"] in self.cloud.ec2.endpoints
                _in_list(row[name], rest[0], patch["op"], patch["value"])
            elif name == "endpointConfiguration":
                row[name][rest[0]] = patch["value"]
            else:
                _set(row, name, patch["value"], {"disableExecuteApiEndpoint": bool, "minimumCompressionSize": int})

    def DeleteRestApi(self, restApiId: str) -> None:
        del self.apis[restApiId]

    def stage_of(self, arn: str) -> Row:
        """The stage that an ARN names."""
        return self._tagged(arn)

    def _tagged(self, arn: str) -> Row:
        around = re.fullmatch(r"arn:[a-z-]+:apigateway:[a-z0-9-]+::/(?!restapis)([a-z]+)/(\w+)", arn)
        if around:
            return self.tagged_around(around[1], around[2])
        found = re.fullmatch(
            rf"arn:{self.cloud.scope.partition}:apigateway:{self.cloud.scope.region}::/restapis/(\w+)(?:/stages/(.+))?",
            arn,
        )
        assert found, arn
        api = self.apis[found[1]]
        return api.stages[found[2]] if found[2] else api.row

    def TagResource(self, resourceArn: str, tags: Row) -> None:
        row = self._tagged(resourceArn)
        row["tags"] = {**row.get("tags", {}), **tags}

    def UntagResource(self, resourceArn: str, tagKeys: list[str]) -> None:
        row = self._tagged(resourceArn)
        row["tags"] = {k: v for k, v in row.get("tags", {}).items() if k not in tagKeys}

    # --- paths and methods ----------------------------------------------------------------------------

    def CreateResource(self, restApiId: str, parentId: str, pathPart: str) -> Row:
        api = self.apis[restApiId]
        parent = api.resources[parentId]
        beside = [r for r in api.resources.values() if r.get("parentId") == parentId]
        if any(r["pathPart"] == pathPart or r["pathPart"][0] == pathPart[0] == "{" for r in beside):
            raise _refused("ConflictException", f"{pathPart} beside {beside}")
        made = self.cloud.new_id("")
        path = f"{parent['path'].rstrip('/')}/{pathPart}"
        api.resources[made] = {"id": made, "parentId": parentId, "pathPart": pathPart, "path": path}
        return api.resources[made]

    def DeleteResource(self, restApiId: str, resourceId: str) -> None:
        api = self.apis[restApiId]
        for child in [i for i, r in api.resources.items() if r.get("parentId") == resourceId]:
            self.DeleteResource(restApiId, child)
        del api.resources[resourceId]

    def _method(self, given: Row) -> Row:
        resource = self.apis[given["restApiId"]].resources[given["resourceId"]]
        return dict(resource["resourceMethods"])[given["httpMethod"]]

    def PutMethod(self, restApiId: str, resourceId: str, httpMethod: str, **given: Any) -> None:
        api = self.apis[restApiId]
        methods = api.resources[resourceId].setdefault("resourceMethods", {})
        if httpMethod in methods:
            raise _refused("ConflictException", httpMethod)
        assert given.get("authorizerId") is None or given["authorizerId"] in api.authorizers
        assert given.get("requestValidatorId") is None or given["requestValidatorId"] in api.validators
        assert set(given.get("requestModels", {}).values()) <= set(api.models)
        methods[httpMethod] = {"httpMethod": httpMethod, "apiKeyRequired": False, **given}

    def DeleteMethod(self, restApiId: str, resourceId: str, httpMethod: str) -> None:
        del self.apis[restApiId].resources[resourceId]["resourceMethods"][httpMethod]

    def PutMethodResponse(self, statusCode: str, **given: Any) -> None:
        assert set(given.get("responseModels", {}).values()) <= set(self.apis[given["restApiId"]].models)
        responses = self._method(given).setdefault("methodResponses", {})
        if statusCode in responses:
            raise _refused("ConflictException", statusCode)
        responses[statusCode] = {"statusCode": statusCode, **_without_place(given)}

    def PutIntegration(self, integrationHttpMethod: str | None = None, **given: Any) -> None:
        own = {"httpMethod": integrationHttpMethod} if integrationHttpMethod else {}
        filled = {
            "timeoutInMillis": 29000,
            "passthroughBehavior": "WHEN_NO_MATCH",
            "cacheNamespace": given["resourceId"],
        }
        link = given.get("connectionId", "")
        assert not link or "${" in link or link in self.links, link
        self._method(given)["methodIntegration"] = filled | _without_place(given) | own

    def PutIntegrationResponse(self, statusCode: str, **given: Any) -> None:
        responses = self._method(given)["methodIntegration"].setdefault("integrationResponses", {})
        templates = {k: v or None for k, v in given.pop("responseTemplates", {}).items()}
        responses[statusCode] = {"statusCode": statusCode, **_without_place(given), "responseTemplates": templates}

    # --- models, authorizers, validators, gateway responses -------------------------------------------

    def _model(self, api: Api, name: str, schema: str, description: str | None = None) -> Row:
        row = {"id": self.cloud.new_id(""), "name": name, "schema": schema, "contentType": "application/json"}
        api.models[name] = row | ({"description": description} if description else {})
        return api.models[name]

    def _check_schema(self, api: Api, schema: str) -> None:
        for found in re.finditer(r"/restapis/([^/]+)/models/(\w+)", schema):
            assert found[1] == api.row["id"], f"a model of another API: {schema}"
            assert found[2] in api.models, f"no model {found[2]}"

    def CreateModel(self, restApiId: str, name: str, **given: Any) -> Row:
        api = self.apis[restApiId]
        if name in api.models:
            raise _refused("ConflictException", name)
        self._check_schema(api, given.get("schema", ""))
        return self._model(api, name, given.get("schema", ""), given.get("description"))

    def UpdateModel(self, restApiId: str, modelName: str, patchOperations: list[Row]) -> None:
        api = self.apis[restApiId]
        for patch in patchOperations:
            self._check_schema(api, patch["value"])
            _set(api.models[modelName], _path(patch["path"])[0], patch["value"])

    def DeleteModel(self, restApiId: str, modelName: str) -> None:
        api = self.apis[restApiId]
        others = [m["schema"] for n, m in api.models.items() if n != modelName]
        used = [m.get("requestModels", {}) for m in api.methods()]
        used += [r.get("responseModels", {}) for m in api.methods() for r in m.get("methodResponses", {}).values()]
        if any(re.search(rf"/models/{modelName}\b", s) for s in others) or any(modelName in u.values() for u in used):
            raise _refused("ConflictException", f"{modelName} is in use")
        del api.models[modelName]

    def CreateAuthorizer(self, restApiId: str, **given: Any) -> Row:
        made = self.cloud.new_id("")
        api = self.apis[restApiId]
        if given["name"] in {a["name"] for a in api.authorizers.values()}:
            raise _refused("ConflictException", given["name"])
        api.authorizers[made] = {"id": made, "authorizerResultTtlInSeconds": 300, **given}
        return api.authorizers[made]

    def UpdateAuthorizer(self, restApiId: str, authorizerId: str, patchOperations: list[Row]) -> None:
        row = self.apis[restApiId].authorizers[authorizerId]
        for patch in patchOperations:
            (name,) = _path(patch["path"])
            if name == "providerARNs":
                _in_list(row, name, patch["op"], patch["value"])
            else:
                _set(row, name, patch["value"], {"authorizerResultTtlInSeconds": int})

    def DeleteAuthorizer(self, restApiId: str, authorizerId: str) -> None:
        api = self.apis[restApiId]
        assert authorizerId not in [m.get("authorizerId") for m in api.methods()], "it is in use"
        del api.authorizers[authorizerId]

    def CreateRequestValidator(self, restApiId: str, **given: Any) -> Row:
        made = self.cloud.new_id("")
        row = {"id": made, "validateRequestBody": False, "validateRequestParameters": False, **given}
        self.apis[restApiId].validators[made] = row
        return row

    def UpdateRequestValidator(self, restApiId: str, requestValidatorId: str, patchOperations: list[Row]) -> None:
        for patch in patchOperations:
            row = self.apis[restApiId].validators[requestValidatorId]
            types = {"validateRequestBody": bool, "validateRequestParameters": bool}
            _set(row, _path(patch["path"])[0], patch["value"], types)

    def DeleteRequestValidator(self, restApiId: str, requestValidatorId: str) -> None:
        api = self.apis[restApiId]
        assert requestValidatorId not in [m.get("requestValidatorId") for m in api.methods()], "it is in use"
        del api.validators[requestValidatorId]

    def PutGatewayResponse(self, restApiId: str, responseType: str, **given: Any) -> None:
        row = {"responseType": responseType, "defaultResponse": False, **given}
        self.apis[restApiId].responses[responseType] = row

    def DeleteGatewayResponse(self, restApiId: str, responseType: str) -> None:
        del self.apis[restApiId].responses[responseType]

    # --- deployments and stages -----------------------------------------------------------------------

    def CreateDeployment(self, restApiId: str, **given: Any) -> Row:
        made, api = self.cloud.new_id(""), self.apis[restApiId]
        assert api.methods(), "The REST API doesn't contain any methods"
        api.deployments[made] = {"id": made, "createdDate": self.cloud.now(), **given}
        api.frozen[made] = api.content()
        return api.deployments[made]

    def UpdateDeployment(self, restApiId: str, deploymentId: str, patchOperations: list[Row]) -> None:
        for patch in patchOperations:
            _set(self.apis[restApiId].deployments[deploymentId], _path(patch["path"])[0], patch["value"])

    def CreateStage(self, restApiId: str, stageName: str, deploymentId: str, **given: Any) -> None:
        api = self.apis[restApiId]
        assert deploymentId in api.deployments
        assert given.get("documentationVersion") in (None, *api.versions)
        assert given.get("canarySettings", {}).get("deploymentId", deploymentId) in api.deployments
        if stageName in api.stages:
            raise _refused("ConflictException", stageName)
        off = {"cacheClusterEnabled": False, "tracingEnabled": False, "createdDate": self.cloud.now()}
        api.stages[stageName] = off | {"stageName": stageName, "deploymentId": deploymentId, **given}

    def UpdateStage(self, restApiId: str, stageName: str, patchOperations: list[Row]) -> None:
        api = self.apis[restApiId]
        row = api.stages[stageName]
        for patch in patchOperations:
            self._patch_stage(api, row, patch["op"], _path(patch["path"]), patch.get("value"))

    def _patch_stage(self, api: Api, row: Row, op: str, path: list[str], value: Any) -> None:
        match op, path:
            case "remove", [("accessLogSettings" | "canarySettings") as name]:
                row.pop(name, None)
            case _, ["variables", name]:
                _entry(row, "variables", op, name, value)
            case _, ["canarySettings", "stageVariableOverrides", name]:
                _entry(row.setdefault("canarySettings", {}), "stageVariableOverrides", op, name, value)
            case "replace", [("accessLogSettings" | "canarySettings") as outer, name]:
                assert name != "deploymentId" or value in api.deployments
                _set(row.setdefault(outer, {}), name, value, {"percentTraffic": float, "useStageCache": bool})
            case "replace", [name]:
                assert name != "deploymentId" or value in api.deployments
                assert name != "documentationVersion" or not value or value in api.versions
                assert name != "clientCertificateId" or not value or value in self.certificates
                _set(row, name, value, {"cacheClusterEnabled": bool, "tracingEnabled": bool})
            case "remove", [resource, verb]:
                del row["methodSettings"][_settings_key(row["methodSettings"], resource, verb)]
            case "replace", [resource, verb, group, member]:
                settings = row.setdefault("methodSettings", {})
                key = _settings_key(settings, resource, verb)
                name = _MEMBERS[f"{group}/{member}"]
                default = _METHOD_DEFAULTS[name]
                convert = float if name == "throttlingRateLimit" else type(default)
                _set(settings.setdefault(key, dict(_METHOD_DEFAULTS)), name, value, {name: convert})
            case _:
                raise AssertionError(f"no such patch: {op} {path}")

    def DeleteStage(self, restApiId: str, stageName: str) -> None:
        places = [(e["apiId"], e["stage"]) for plan in self.plans.values() for e in plan["apiStages"]]
        assert (restApiId, stageName) not in places, "a usage plan has it"
        for key in self.keys.values():
            key["stageKeys"] = [text for text in key["stageKeys"] if text != f"{restApiId}/{stageName}"]
        del self.apis[restApiId].stages[stageName]


def _path(text: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in text.removeprefix("/").split("/")]


def _settings_key(settings: Row, resource: str, verb: str) -> str:
    """The key under which a method's settings stand: as they were first sent, with or without the leading slash."""
    wanted = f"{resource.strip('/')}/{verb}"
    held = (k for k in settings if k.replace("~1", "/").strip("/") == wanted)
    return next(held, f"{resource.replace('/', '~1')}/{verb}")


def _set(row: Row, name: str, value: str, types: dict[str, Any] | None = None) -> None:
    """Set a member from a patch's text; an empty text takes it away."""
    convert = (types or {}).get(name, str)
    if value == "":
        row.pop(name, None)
    else:
        row[name] = value == "true" if convert is bool else convert(value)


def _entry(row: Row, member: str, op: str, name: str, value: Any) -> None:
    held = row.setdefault(member, {})
    if op == "remove":
        del held[name]
    else:
        held[name] = value


def _in_list(row: Row, member: str, op: str, value: str) -> None:
    held = row.setdefault(member, [])
    if op == "add":
        assert value not in held
        held.append(value)
    else:
        held.remove(value)


def _without_place(given: Row) -> Row:
    return {k: v for k, v in given.items() if k not in ("restApiId", "resourceId", "httpMethod")}

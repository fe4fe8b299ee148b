"""What API Gateway holds around its REST APIs, in the small AWS in memory: keys, plans, links, documentation."""

# ruff: noqa: N802, N803 - the calls are named as AWS names them

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any

from dr_toolkit.errors import CloudRefused

Row = dict[str, Any]


def _refused(code: str, reason: str) -> CloudRefused:
    return CloudRefused(service="apigateway", operation="", region="", code=code, reason=reason)


def _set(row: Row, patch: Row, names: tuple[str, ...]) -> None:
    name = patch["path"].removeprefix("/")
    assert patch["op"] == "replace" and name in names, patch
    if patch["value"] == "":
        row.pop(name, None)
    else:
        row[name] = patch["value"] == "true" if name == "enabled" else patch["value"]


class Around(ABC):
    """The calls; each is named like AWS's own."""

    cloud: Any
    apis: dict[str, Any]

    def __init__(self) -> None:
        self.links: dict[str, Row] = {}
        self.certificates: dict[str, Row] = {}
        self.keys: dict[str, Row] = {}
        self.plans: dict[str, Row] = {}
        self.members: list[Row] = []
        self.account: Row = {}
        self.acls: dict[str, str] = {}

    def tagged_around(self, kind: str, thing: str) -> Row:
        """What an ARN names."""
        tables = {"vpclinks": self.links, "clientcertificates": self.certificates, "apikeys": self.keys}
        return (tables | {"usageplans": self.plans})[kind][thing]

    # --- the account ----------------------------------------------------------------------------------

    def GetAccount(self) -> Row:
        return {"features": ["UsagePlans"], "throttleSettings": {"burstLimit": 5000}, **self.account}

    def UpdateAccount(self, patchOperations: list[Row]) -> None:
        for patch in patchOperations:
            _set(self.account, patch, ("cloudwatchRoleArn",))

    # --- links and certificates -----------------------------------------------------------------------

    def GetVpcLinks(self, **_: Any) -> Row:
        return {"items": list(self.links.values())}

    def GetVpcLink(self, vpcLinkId: str) -> Row:
        return self.links[vpcLinkId]

    def CreateVpcLink(self, **given: Any) -> Row:
        made = self.cloud.new_id("")
        self.links[made] = {"id": made, "status": "AVAILABLE", **given}
        return self.links[made]

    def UpdateVpcLink(self, vpcLinkId: str, patchOperations: list[Row]) -> None:
        for patch in patchOperations:
            _set(self.links[vpcLinkId], patch, ("name", "description"))

    def DeleteVpcLink(self, vpcLinkId: str) -> None:
        used = [m.get("methodIntegration", {}).get("connectionId") for api in self.apis.values() for m in api.methods()]
        assert vpcLinkId not in used, "it is in use"
        del self.links[vpcLinkId]

    def GetClientCertificates(self, **_: Any) -> Row:
        return {"items": list(self.certificates.values())}

    def GenerateClientCertificate(self, **given: Any) -> Row:
        made = self.cloud.new_id("")
        self.certificates[made] = {"clientCertificateId": made, "createdDate": self.cloud.now(), **given}
        return self.certificates[made]

    def UpdateClientCertificate(self, clientCertificateId: str, patchOperations: list[Row]) -> None:
        for patch in patchOperations:
            _set(self.certificates[clientCertificateId], patch, ("description",))

    def DeleteClientCertificate(self, clientCertificateId: str) -> None:
        stages = [stage for api in self.apis.values() for stage in api.stages.values()]
        assert clientCertificateId not in [s.get("clientCertificateId") for s in stages], "it is in use"
        del self.certificates[clientCertificateId]

    def AssociateWebACL(self, WebACLArn: str, ResourceArn: str) -> None:
        self.stage_of(ResourceArn)["webAclArn"] = WebACLArn

    def DisassociateWebACL(self, ResourceArn: str) -> None:
        self.stage_of(ResourceArn).pop("webAclArn", None)

    @abstractmethod
    def stage_of(self, arn: str) -> Row:
        """The stage that an ARN names."""

    # --- keys -----------------------------------------------------------------------------------------

    def GetApiKeys(self, **_: Any) -> Row:
        return {"items": [{k: v for k, v in row.items() if k != "value"} for row in self.keys.values()]}

    def CreateApiKey(self, stageKeys: list[Row] | None = None, **given: Any) -> Row:
        made = self.cloud.new_id("")
        stages = [f"{s['restApiId']}/{s['stageName']}" for s in stageKeys or ()]
        assert all(self._has_stage(*text.split("/", 1)) for text in stages)
        fixed = {"id": made, "createdDate": self.cloud.now(), "value": "v" * 20 + made}
        self.keys[made] = {"enabled": False, **given, **fixed, "stageKeys": stages}
        return self.keys[made]

    def _has_stage(self, api: str, stage: str) -> bool:
        return stage in self.apis[api].stages

    def UpdateApiKey(self, apiKey: str, patchOperations: list[Row]) -> None:
        row = self.keys[apiKey]
        for patch in patchOperations:
            if patch["path"] != "/stages":
                _set(row, patch, ("name", "description", "customerId", "enabled"))
            elif patch["op"] == "add":
                assert self._has_stage(*patch["value"].split("/", 1))
                row["stageKeys"].append(patch["value"])
            else:
                row["stageKeys"].remove(patch["value"])

    def DeleteApiKey(self, apiKey: str) -> None:
        del self.keys[apiKey]
        self.members = [m for m in self.members if m["keyId"] != apiKey]

    # --- plans ----------------------------------------------------------------------------------------

    def GetUsagePlans(self, **_: Any) -> Row:
        return {"items": list(self.plans.values())}

    def CreateUsagePlan(self, **given: Any) -> Row:
        made = self.cloud.new_id("")
        for entry in given.get("apiStages", ()):
            assert self._has_stage(entry["apiId"], entry["stage"])
        self.plans[made] = {"apiStages": [], **given, "id": made}
        return self.plans[made]

    def UpdateUsagePlan(self, usagePlanId: str, patchOperations: list[Row]) -> None:
        plan = self.plans[usagePlanId]
        for patch in patchOperations:
            path = [p.replace("~1", "/").replace("~0", "~") for p in patch["path"].strip("/").split("/")]
            self._patch_plan(plan, patch["op"], path, patch.get("value"))

    def _patch_plan(self, plan: Row, op: str, path: list[str], value: Any) -> None:
        match op, path:
            case "add", ["apiStages"]:
                api, _, stage = value.partition(":")
                assert self._has_stage(api, stage)
                plan["apiStages"].append({"apiId": api, "stage": stage})
            case "remove", ["apiStages"]:
                plan["apiStages"].remove(self._entry(plan, value))
            case "remove", ["apiStages", place, "throttle", method]:
                del self._entry(plan, place)["throttle"][method]
            case "replace", ["apiStages", place, "throttle", method, limit]:
                throttles = self._entry(plan, place).setdefault("throttle", {})
                throttles.setdefault(method, {"burstLimit": 0, "rateLimit": 0.0})[limit] = float(value)
            case "remove", [("quota" | "throttle") as name]:
                del plan[name]
            case "replace", [("quota" | "throttle") as name, member]:
                plan.setdefault(name, {})[member] = value if member == "period" else float(value)
            case _:
                _set(plan, {"op": op, "path": "/" + "/".join(path), "value": value}, ("name", "description"))

    def _entry(self, plan: Row, place: str) -> Row:
        found: Row = next(e for e in plan["apiStages"] if f"{e['apiId']}:{e['stage']}" == place)
        return found

    def DeleteUsagePlan(self, usagePlanId: str) -> None:
        assert not self.plans[usagePlanId]["apiStages"], "it has stages"
        del self.plans[usagePlanId]
        self.members = [m for m in self.members if m["usagePlanId"] != usagePlanId]

    def GetUsagePlanKeys(self, usagePlanId: str, **_: Any) -> Row:
        held = [m for m in self.members if m["usagePlanId"] == usagePlanId]
        return {"items": [{"id": m["keyId"], "type": m["keyType"], "value": "v" * 20} for m in held]}

    def CreateUsagePlanKey(self, **given: Any) -> None:
        assert given["usagePlanId"] in self.plans and given["keyId"] in self.keys
        mine = self._places(given["usagePlanId"])
        others = [m["usagePlanId"] for m in self.members if m["keyId"] == given["keyId"]]
        if any(mine & self._places(plan) for plan in others) or given["usagePlanId"] in others:
            raise _refused("ConflictException", "the key has another plan for a stage of this one")
        self.members.append(given)

    def _places(self, plan: str) -> set[tuple[str, str]]:
        return {(e["apiId"], e["stage"]) for e in self.plans[plan]["apiStages"]}

    def DeleteUsagePlanKey(self, usagePlanId: str, keyId: str) -> None:
        (gone,) = (m for m in self.members if (m["usagePlanId"], m["keyId"]) == (usagePlanId, keyId))
        self.members.remove(gone)

    # --- documentation --------------------------------------------------------------------------------

    def GetDocumentationParts(self, restApiId: str, **_: Any) -> Row:
        return {"items": list(self.apis[restApiId].parts.values())}

    def CreateDocumentationPart(self, restApiId: str, location: Row, properties: str) -> Row:
        parts, made = self.apis[restApiId].parts, self.cloud.new_id("")
        assert location not in [p["location"] for p in parts.values()]
        parts[made] = {"id": made, "location": location, "properties": properties}
        return dict(parts[made])

    def UpdateDocumentationPart(self, restApiId: str, documentationPartId: str, patchOperations: list[Row]) -> None:
        for patch in patchOperations:
            json.loads(patch["value"])
            _set(self.apis[restApiId].parts[documentationPartId], patch, ("properties",))

    def DeleteDocumentationPart(self, restApiId: str, documentationPartId: str) -> None:
        del self.apis[restApiId].parts[documentationPartId]

    def GetDocumentationVersions(self, restApiId: str, **_: Any) -> Row:
        return {"items": list(self.apis[restApiId].versions.values())}

    def CreateDocumentationVersion(self, restApiId: str, documentationVersion: str, **given: Any) -> None:
        versions = self.apis[restApiId].versions
        assert documentationVersion not in versions
        versions[documentationVersion] = {"version": documentationVersion, "createdDate": self.cloud.now(), **given}

    def UpdateDocumentationVersion(self, restApiId: str, documentationVersion: str, patchOperations: list[Row]) -> None:
        for patch in patchOperations:
            _set(self.apis[restApiId].versions[documentationVersion], patch, ("description",))

    def DeleteDocumentationVersion(self, restApiId: str, documentationVersion: str) -> None:
        stages = self.apis[restApiId].stages.values()
        assert documentationVersion not in [s.get("documentationVersion") for s in stages], "it is in use"
        del self.apis[restApiId].versions[documentationVersion]

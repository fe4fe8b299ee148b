"""Deployments that a stage serves: known by the stage, since they have no name of their own."""

from __future__ import annotations

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec import patches
from dr_toolkit.spec.arns import REST_API, rest_api
from dr_toolkit.spec.fields import observed, physical, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, Names, ResourceType, Row

STAGE = "apigateway.stage"
CANARY = "@canary"


def _identity(row: Row, names: Names) -> str | None:
    """The first stage that serves it, in the order of names; else the first canary; None for history."""
    stages = sorted(names.siblings(STAGE, row), key=lambda s: str(s.data["stageName"]))
    for stage in stages:
        if stage.data.get("deploymentId") == row.data["id"]:
            return str(stage.data["stageName"])
    for stage in stages:
        if (stage.data.get("canarySettings") or {}).get("deploymentId") == row.data["id"]:
            return str(stage.data["stageName"]) + CANARY
    return None


def _owner(key: ResourceKey) -> ResourceKey:
    return ResourceKey(STAGE, (*key.path[:-1], key.name.removesuffix(CANARY)))


def _create(deployment: Resource) -> list[Call]:
    a = deployment.attributes
    params = {"restApiId": rest_api(deployment.key)} | {k: a[k] for k in ("description",) if k in a}
    return [Call("CreateDeployment", params, {deployment.key: "id"})]


def _update(change: Change) -> list[Call]:
    assert change.after is not None
    operations = patches.scalar("/description", change.after.attributes.get("description"))
    target = {"restApiId": rest_api(change.key), "deploymentId": Ref(change.key)}
    return [Call("UpdateDeployment", target | {"patchOperations": operations})]


def _take_back(deployment: Resource) -> list[Call]:
    params = {"restApiId": rest_api(deployment.key), "deploymentId": Ref(deployment.key)}
    return [Call("DeleteDeployment", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name="apigateway.deployment",
        service="apigateway",
        shape="Deployment",
        title="Deployment",
        listing=Listing(
            "GetDeployments",
            "items",
            paging=V1_PAGES,
            per=REST_API,
            arguments=lambda row: {"restApiId": row.data["id"]},
        ),
        physical=lambda data: str(data["id"]),
        identity=_identity,
        parent=REST_API,
        owner=_owner,
        pairs_by_id=True,
        nameless=True,
        facts=("createdDate",),
        freezes=(
            *(REST_API, "apigateway.resource", "apigateway.method", "apigateway.model", "apigateway.authorizer"),
            *("apigateway.request_validator", "apigateway.gateway_response"),
        ),
        fields={
            "id": physical(),
            "description": setting(),
            "createdDate": observed("when AWS made it"),
            "apiSummary": observed("a digest of the content; the content itself can't be read here"),
        },
        calls=("CreateDeployment", "UpdateDeployment", "DeleteDeployment"),
        create=_create,
        update=_update,
        take_back=_take_back,
        notes="Immutable. Only those that a stage serves are captured, with what AWS exports of them.",
    ),
)

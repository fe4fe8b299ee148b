"""Deployments of HTTP and WebSocket APIs that a stage is tied to: known by the stage, for they have no name."""

from __future__ import annotations

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.fields import observed, physical, setting
from dr_toolkit.spec.http_apis import API, CONTENT, DEPLOYMENT, STAGE, V2_PAGES, api, of_api, tied
from dr_toolkit.spec.types import Listing, Names, ResourceType, Row


def _identity(row: Row, names: Names) -> str | None:
    """The first stage that is tied to it, in the order of names; None for history."""
    stages = [s.data for s in row.beside.get(STAGE, ()) if tied(s.data)]
    served = [str(s["StageName"]) for s in stages if s["DeploymentId"] == row.data["DeploymentId"]]
    return min(served, default=None)


def _create(deployment: Resource) -> list[Call]:
    a = deployment.attributes
    params = {"ApiId": api(deployment.key)} | {k: a[k] for k in ("Description",) if k in a}
    return [Call("CreateDeployment", params, {deployment.key: "DeploymentId"})]


def _update(change: Change) -> list[Call]:
    assert change.after is not None
    target = {"ApiId": api(change.key), "DeploymentId": Ref(change.key)}
    return [Call("UpdateDeployment", target | {"Description": change.after.attributes.get("Description", "")})]


def _take_back(deployment: Resource) -> list[Call]:
    params = {"ApiId": api(deployment.key), "DeploymentId": Ref(deployment.key)}
    return [Call("DeleteDeployment", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name=DEPLOYMENT,
        service="apigatewayv2",
        shape="Deployment",
        title="Deployment (HTTP, WebSocket)",
        listing=Listing(
            "GetDeployments",
            "Items",
            paging=V2_PAGES,
            per=API,
            arguments=of_api,
            when=lambda row: any(tied(s.data) for s in row.beside.get(STAGE, ())),
        ),
        asks=(STAGE,),
        physical=lambda data: str(data["DeploymentId"]),
        identity=_identity,
        parent=API,
        owner=lambda key: ResourceKey(STAGE, key.path),
        pairs_by_id=True,
        nameless=True,
        facts=("CreatedDate",),
        freezes=CONTENT,
        fields={
            "DeploymentId": physical(),
            "Description": setting(),
            "CreatedDate": observed("when AWS made it"),
            "AutoDeployed": observed("whether a stage that deploys by itself made it"),
            "DeploymentStatus": observed("state"),
            "DeploymentStatusMessage": observed("state"),
        },
        calls=("CreateDeployment", "UpdateDeployment", "DeleteDeployment"),
        create=_create,
        update=_update,
        take_back=_take_back,
        notes="Immutable. Only those that a stage is tied to are captured, with content as far as AWS exports it.",
    ),
)

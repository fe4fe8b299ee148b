"""API mappings: which paths of a public domain name lead to which stage, of REST, HTTP and WebSocket APIs alike.

Read and written with v2, since v1 makes no paths of several levels; but one that leaves the stage to the caller, which
only v1 makes.
"""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec.domains import APIS, DOMAIN, domain_of, named, stages
from dr_toolkit.spec.fields import fixed, physical, reference, setting
from dr_toolkit.spec.types import Listing, Paging, ResourceType

_PAGES = Paging("NextToken", "NextToken", {"MaxResults": "500"})
_NO_PATH = "(none)"


def _leads_to(mapping: Resource) -> dict[str, Any]:
    return {"ApiId": mapping.attributes["ApiId"], "Stage": mapping.attributes["Stage"]}


def _without_stage(mapping: Resource) -> Call:
    params = {"domainName": Ref(domain_of(mapping.key)), "restApiId": mapping.attributes["ApiId"]}
    if path := mapping.attributes.get("ApiMappingKey"):
        params["basePath"] = path
    return Call("CreateBasePathMapping", params, tolerates={"ConflictException": "check"}, service="apigateway")


def _create(mapping: Resource) -> list[Call]:
    if not mapping.attributes.get("Stage"):
        return [_without_stage(mapping)]
    params = {"DomainName": Ref(domain_of(mapping.key)), **_leads_to(mapping)}
    if path := mapping.attributes.get("ApiMappingKey"):
        params["ApiMappingKey"] = path
    return [Call("CreateApiMapping", params, {mapping.key: "ApiMappingId"}, {"ConflictException": "check"})]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    if not change.after.attributes.get("Stage"):  # v2 can't take a stage away
        return [*_delete(change.before), _without_stage(change.after)]
    named = {"DomainName": Ref(domain_of(change.key)), "ApiMappingId": Ref(change.key)}
    return [Call("UpdateApiMapping", named | _leads_to(change.after))]


def _delete(mapping: Resource) -> list[Call]:
    params = {"DomainName": Ref(domain_of(mapping.key)), "ApiMappingId": Ref(mapping.key)}
    return [Call("DeleteApiMapping", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name="apigatewayv2.api_mapping",
        service="apigatewayv2",
        shape="ApiMapping",
        title="API mapping",
        listing=Listing(
            "GetApiMappings",
            "Items",
            paging=_PAGES,
            per=DOMAIN,
            arguments=lambda row: {"DomainName": row.data["domainName"]},
            when=named,
        ),
        physical=lambda data: str(data["ApiMappingId"]),
        identity=lambda row, names: str(row.data.get("ApiMappingKey") or _NO_PATH),
        parent=DOMAIN,
        after=APIS,
        fields={
            "ApiMappingId": physical(),
            "ApiMappingKey": fixed(),
            "ApiId": reference(*APIS),
            "Stage": setting(),
        },
        mentions=lambda mapping: list(stages(mapping.attributes.get("ApiId"), mapping.attributes.get("Stage"))),
        calls=("CreateApiMapping", "UpdateApiMapping", "DeleteApiMapping"),
        create=_create,
        update=_update,
        delete=_delete,
    ),
)

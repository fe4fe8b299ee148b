"""Access of VPC endpoints to private domain names, of this account and of others."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec import tags
from dr_toolkit.spec.domains import DOMAIN
from dr_toolkit.spec.fields import Field, Kind, fixed, physical, reference, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, Names, ResourceType, Row

ENDPOINT = "ec2.vpc_endpoint"


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    source = str(row.data.get("accessAssociationSource", "")).rpartition("/")[2]
    return dict(row.data) | {"accessAssociationSource": source, "tags": tags.of_map(row.data.get("tags"))}


def _identity(row: Row, names: Names) -> tuple[str, str]:
    data = _prepare(row, names.scope)
    endpoint = names.key((ENDPOINT,), data["accessAssociationSource"], row)
    domain = str(data["domainNameArn"]).rpartition("/")[2].partition("+")[0]
    return domain, "/".join(endpoint.path) if endpoint else "unknown"


def _create(access: Resource) -> list[Call]:
    a = access.attributes
    names = ("domainNameArn", "accessAssociationSourceType", "accessAssociationSource")
    params = {name: a[name] for name in names}
    params["tags"] = dict(a.get("tags") or {}) | {tags.RUN_TAG: tags.RUN_TOKEN}
    bound = {access.key: "domainNameAccessAssociationArn"}
    return [Call("CreateDomainNameAccessAssociation", params, bound, {"ConflictException": "check"})]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    return tags.v1_calls(Ref(change.key), change.before.attributes.get("tags"), change.after.attributes.get("tags"))


def _delete(access: Resource) -> list[Call]:
    params = {"domainNameAccessAssociationArn": Ref(access.key)}
    return [Call("DeleteDomainNameAccessAssociation", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name="apigateway.domain_name_access_association",
        service="apigateway",
        shape="DomainNameAccessAssociation",
        title="Access to a private domain",
        listing=Listing("GetDomainNameAccessAssociations", "items", params={"resourceOwner": "SELF"}, paging=V1_PAGES),
        physical=lambda data: str(data["domainNameAccessAssociationArn"]),
        identity=_identity,
        segments=2,
        root=True,
        after=(DOMAIN, ENDPOINT),
        fields={
            "domainNameAccessAssociationArn": physical(),
            "domainNameArn": Field(Kind.LOCATED, fixed=True),
            "accessAssociationSourceType": fixed(),
            "accessAssociationSource": reference(ENDPOINT, fixed=True),
            "tags": setting(),
        },
        prepare=_prepare,
        calls=("CreateDomainNameAccessAssociation", "DeleteDomainNameAccessAssociation", *tags.GATEWAY_CALLS),
        create=_create,
        update=_update,
        delete=_delete,
        notes="Known by the domain and the endpoint. A domain of another account has to be mapped elsewhere.",
    ),
)

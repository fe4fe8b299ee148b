"""Client certificates, with which API Gateway shows itself to back ends: AWS keeps the private keys."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec import patches, tags
from dr_toolkit.spec.arns import around
from dr_toolkit.spec.fields import observed, physical, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, ResourceType, Row

_NO_EXPORT = "the private key is AWS's own, and can't be exported"


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    return dict(row.data) | {"tags": tags.of_map(row.data.get("tags"))}


def _create(certificate: Resource) -> list[Call]:
    a = certificate.attributes
    params = {name: a[name] for name in ("description",) if name in a}
    params["tags"] = dict(a.get("tags") or {}) | {tags.RUN_TAG: tags.RUN_TOKEN}
    return [Call("GenerateClientCertificate", params, {certificate.key: "clientCertificateId"})]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after, calls = change.before.attributes, change.after.attributes, []
    if "description" in change.names:
        operations = patches.scalar("/description", after.get("description"))
        params = {"clientCertificateId": Ref(change.key), "patchOperations": operations}
        calls.append(Call("UpdateClientCertificate", params))
    arn = around("clientcertificates", change.key)
    return calls + tags.v1_calls(arn, before.get("tags"), after.get("tags"))


def _delete(certificate: Resource) -> list[Call]:
    params = {"clientCertificateId": Ref(certificate.key)}
    return [Call("DeleteClientCertificate", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name="apigateway.client_certificate",
        service="apigateway",
        shape="ClientCertificate",
        title="Client certificate",
        listing=Listing("GetClientCertificates", "items", paging=V1_PAGES),
        physical=lambda data: str(data["clientCertificateId"]),
        identity=lambda row, names: str(row.data.get("description") or "unnamed"),
        root=True,
        lost="its private key: back ends have to trust the certificate of another",
        pairs_by_id=True,
        once_landmark=True,
        born=lambda data: data.get("createdDate", ""),
        fields={
            "clientCertificateId": physical(),
            "description": setting(),
            "tags": setting(),
            "pemEncodedCertificate": observed(_NO_EXPORT),
            "createdDate": observed("when AWS made it"),
            "expirationDate": observed("a year after it was made"),
        },
        facts=("createdDate", "expirationDate"),
        prepare=_prepare,
        calls=("GenerateClientCertificate", "UpdateClientCertificate", "DeleteClientCertificate", *tags.GATEWAY_CALLS),
        create=_create,
        update=_update,
        delete=_delete,
        caution="a new pair of keys is made: back ends that check the certificate have to trust the new one",
        notes="Known by its description. A restored one is another: its private key can't be exported.",
    ),
)

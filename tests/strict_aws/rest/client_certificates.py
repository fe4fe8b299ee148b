"""Client certificates, which API Gateway makes itself and shows to back ends."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, limit_exceeded, not_found
from tests.strict_aws.rest.patches import patched, scalar
from tests.strict_aws.rest.state import RestRegion, shown
from tests.strict_aws.rest.tagging import check_tags
from tests.strict_aws.rules import rule

Document = dict[str, Any]

YEAR = 365 * 24 * 3600
LIMIT = rule("rest.client-certificates-60", "A region has at most 60", "AWS notes, section 2.2; the text is recalled")
USED = rule(
    "rest.client-certificate-in-use", "A certificate that a stage has can't be deleted", "from memory", recalled=True
)


def _find(call: Call) -> Document:
    found = call.part(RestRegion).client_certificates.get(call.params["clientCertificateId"])
    if found is None:
        raise not_found("Invalid Client Certificate identifier specified")
    return found


def _pem(call: Call) -> str:
    """What looks like a certificate; the key to it is nobody's."""
    lines = [call.aws.ids.secret(64) for _ in range(16)]
    return "\r\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----"))


@answers("apigateway", "GenerateClientCertificate")
def generate_client_certificate(call: Call) -> Document:
    """A certificate that is good for a year."""
    held = call.part(RestRegion).client_certificates
    most = call.aws.limits.client_certificates
    if call.holds(LIMIT) and len(held) >= most:
        raise limit_exceeded(f"Maximum number of client certificates has been reached: {most}")
    check_tags(call, call.params.get("tags"))
    created = call.created()
    made: Document = {"clientCertificateId": call.aws.ids.gateway(6), "pemEncodedCertificate": _pem(call)}
    made |= {"createdDate": created, "expirationDate": created + YEAR} | call.given("description", "tags")
    held[made["clientCertificateId"]] = made
    return shown(made)


@answers("apigateway", "GetClientCertificates")
def get_client_certificates(call: Call) -> Document:
    """One page of the certificates."""
    held = call.part(RestRegion).client_certificates
    items, position = call.page([shown(each) for _, each in sorted(held.items())])
    return {"items": items, "position": position}


@answers("apigateway", "GetClientCertificate")
def get_client_certificate(call: Call) -> Document:
    """A certificate."""
    return shown(_find(call))


@answers("apigateway", "UpdateClientCertificate")
def update_client_certificate(call: Call) -> Document:
    """Patch a certificate's description."""
    certificate = _find(call)
    changed = patched(call, certificate, {"/description": scalar("description", clears=True)})
    call.part(RestRegion).client_certificates[certificate["clientCertificateId"]] = changed
    return shown(changed)


@answers("apigateway", "DeleteClientCertificate")
def delete_client_certificate(call: Call) -> None:
    """Delete a certificate that no stage has."""
    region, certificate = call.part(RestRegion), _find(call)["clientCertificateId"]
    for api in region.apis.values():
        for stage in api.stages.values():
            if stage.get("clientCertificateId") == certificate and call.holds(USED):
                text = f"it is used by the stage {stage['stageName']} of {api.id}"
                raise bad_request(f"Cannot delete client certificate {certificate}, {text}")
    del region.client_certificates[certificate]

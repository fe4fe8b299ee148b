"""VPC links, client certificates, the account, documentation and tags: what stands around REST APIs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.rest.state import RestRegion
from tests.strict_aws.tests.refused import refused

ACCOUNT = "123456789012"
LOAD_BALANCER = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/net/lb/50dc6c495c0c9188"
BAD, MISSING, CONFLICT, LIMIT = (
    "BadRequestException",
    "NotFoundException",
    "ConflictException",
    "LimitExceededException",
)


def patch(op: str, path: str, value: str | None = None) -> list[dict[str, str | None]]:
    """One patch operation."""
    return [{"op": op, "path": path} | ({} if value is None else {"value": value})]


@pytest.fixture
def api(rest: Any) -> dict[str, Any]:
    """An API with GET / that goes to a mock: its id and its root's."""
    made = rest.create_rest_api(name="around")
    own = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="NONE")
    rest.put_integration(**own, type="MOCK")
    return {"restApiId": made["id"], "resourceId": made["rootResourceId"]}


# --- VPC links ------------------------------------------------------------------------------------------------------


def test_a_link_is_pending_first_and_available_after_minutes(rest: Any, strict: StrictAws) -> None:
    made = rest.create_vpc_link(name="link", description="to the fleet", targetArns=[LOAD_BALANCER], tags={"a": "b"})
    wanted = {"name": "link", "description": "to the fleet", "targetArns": [LOAD_BALANCER], "tags": {"a": "b"}}
    assert (wanted | {"status": "PENDING"}).items() <= made.items()
    assert "statusMessage" not in made
    own = {"vpcLinkId": made["id"]}
    strict.clock.sleep(60)
    assert rest.get_vpc_link(**own)["status"] == "PENDING"
    strict.clock.sleep(180)
    assert rest.get_vpc_links()["items"][0]["status"] == "AVAILABLE"
    assert rest.get_vpc_link(**own)["statusMessage"] == "Your vpc link is ready for use"
    changed = rest.update_vpc_link(**own, patchOperations=patch("replace", "/description", ""))
    assert "description" not in changed
    text = "Target arns are not allowed to be changed/added."
    assert refused(rest.update_vpc_link, **own, patchOperations=patch("replace", "/targetArns", "x")) == (BAD, text)
    rest.delete_vpc_link(**own)
    assert rest.get_vpc_link(**own)["status"] == "DELETING"
    strict.clock.sleep(120)
    assert refused(rest.get_vpc_link, **own) == (MISSING, "Invalid Vpc Link identifier specified")
    assert rest.get_vpc_links()["items"] == []


def test_a_link_that_can_not_be(rest: Any) -> None:
    create = rest.create_vpc_link
    text = "More than one target arn specified for vpc link."
    assert refused(create, name="two", targetArns=[LOAD_BALANCER, LOAD_BALANCER]) == (BAD, text)
    assert refused(create, name="none", targetArns=[])[0] == BAD
    for number in range(20):
        create(name=f"l{number}", targetArns=[LOAD_BALANCER])
    assert refused(create, name="l20", targetArns=[LOAD_BALANCER])[0] == LIMIT


def test_a_link_is_held_by_the_draft_and_by_what_stages_have_deployed(rest: Any, api: dict[str, Any]) -> None:
    link = rest.create_vpc_link(name="link", targetArns=[LOAD_BALANCER])["id"]
    own = {**api, "httpMethod": "GET"}
    http = {"type": "HTTP_PROXY", "integrationHttpMethod": "GET", "uri": "http://internal.example.com"}
    rest.put_integration(**own, **http, connectionType="VPC_LINK", connectionId=link)
    where = f"{api['restApiId']}:GET:{api['resourceId']}"
    text = (
        f"Cannot delete vpc link. Vpc link '{link}', is referenced in [%s] in format of [RESTApiId:Method:Resource%s]."
    )
    assert refused(rest.delete_vpc_link, vpcLinkId=link) == (BAD, text % (where, ""))
    first = rest.create_deployment(restApiId=api["restApiId"], stageName="dev")["id"]
    rest.put_integration(**own, type="MOCK")
    assert refused(rest.delete_vpc_link, vpcLinkId=link) == (BAD, text % (f"{where}:dev", ":Stage"))
    rest.create_deployment(restApiId=api["restApiId"], stageName="dev")
    assert rest.get_deployment(restApiId=api["restApiId"], deploymentId=first)["id"] == first
    rest.delete_vpc_link(vpcLinkId=link)
    rest.put_integration(**own, **http, connectionType="VPC_LINK", connectionId=link)
    code, text = refused(rest.create_deployment, restApiId=api["restApiId"])
    assert code == BAD
    assert link in text


# --- client certificates --------------------------------------------------------------------------------------------


def test_client_certificates(rest: Any, api: dict[str, Any]) -> None:
    made = rest.generate_client_certificate(description="ours", tags={"a": "b"})
    own = {"clientCertificateId": made["clientCertificateId"]}
    assert made["pemEncodedCertificate"].startswith("-----BEGIN CERTIFICATE-----\r\n")
    assert (made["expirationDate"] - made["createdDate"]).days == 365
    assert rest.get_client_certificate(**own)["pemEncodedCertificate"] == made["pemEncodedCertificate"]
    assert rest.get_client_certificates()["items"][0]["tags"] == {"a": "b"}
    changed = rest.update_client_certificate(**own, patchOperations=patch("replace", "/description", "new"))
    assert changed["description"] == "new"
    rest.create_deployment(restApiId=api["restApiId"], stageName="dev")
    stage = {"restApiId": api["restApiId"], "stageName": "dev"}
    certificate = own["clientCertificateId"]
    rest.update_stage(**stage, patchOperations=patch("replace", "/clientCertificateId", certificate))
    assert refused(rest.delete_client_certificate, **own)[0] == BAD
    rest.update_stage(**stage, patchOperations=patch("replace", "/clientCertificateId", ""))
    rest.delete_client_certificate(**own)
    assert refused(rest.get_client_certificate, **own)[0] == MISSING
    for _ in range(60):
        rest.generate_client_certificate()
    assert refused(rest.generate_client_certificate)[0] == LIMIT
    assert len(rest.get_client_certificates(limit=500)["items"]) == 60


# --- the account ----------------------------------------------------------------------------------------------------


def test_the_account(rest: Any, client: Callable[..., Any]) -> None:
    before = rest.get_account()
    assert before["throttleSettings"] == {"burstLimit": 5000, "rateLimit": 10000.0}
    assert (before["features"], before["apiKeyVersion"]) == (["UsagePlans"], "4")
    assert "cloudwatchRoleArn" not in before
    role = f"arn:aws:iam::{ACCOUNT}:role/logs"
    assert (
        rest.update_account(patchOperations=patch("replace", "/cloudwatchRoleArn", role))["cloudwatchRoleArn"] == role
    )
    assert rest.get_account()["cloudwatchRoleArn"] == role
    assert refused(rest.update_account, patchOperations=patch("replace", "/cloudwatchRoleArn", "role"))[0] == BAD
    assert refused(rest.update_account, patchOperations=patch("replace", "/throttleSettings", "1"))[0] == BAD
    assert "cloudwatchRoleArn" not in client("apigateway", region="us-west-2").get_account()
    small = client("apigateway", region="eu-south-1").get_account()
    assert small["throttleSettings"] == {"burstLimit": 1250, "rateLimit": 2500.0}
    rest.update_account(patchOperations=patch("replace", "/cloudwatchRoleArn", ""))
    assert "cloudwatchRoleArn" not in rest.get_account()


# --- documentation --------------------------------------------------------------------------------------------------


def _part(rest: Any, api_id: str, text: str = "", **location: str) -> dict[str, Any]:
    return dict(
        rest.create_documentation_part(
            restApiId=api_id, location=location, properties=json.dumps({"description": text or "words"})
        )
    )


def test_parts_have_the_location_of_their_type(rest: Any, api: dict[str, Any]) -> None:
    own = api["restApiId"]
    assert _part(rest, own, type="METHOD", path="/pets")["location"] == {
        "type": "METHOD",
        "path": "/pets",
        "method": "*",
    }
    response = {"type": "RESPONSE", "path": "/", "method": "GET", "statusCode": "200"}
    assert _part(rest, own, **response)["location"] == response
    assert _part(rest, own, type="MODEL", name="Pet")["location"] == {"type": "MODEL", "name": "Pet"}
    assert refused(_part, rest=rest, api_id=own, type="MODEL")[0] == BAD
    assert refused(_part, rest=rest, api_id=own, type="API", path="/")[0] == BAD
    assert refused(_part, rest=rest, api_id=own, type="RESOURCE", method="GET")[0] == BAD
    assert refused(_part, rest=rest, api_id=own, type="METHOD", path="/pets", method="*")[0] == CONFLICT
    location = {"type": "API"}
    assert refused(rest.create_documentation_part, restApiId=own, location=location, properties="words")[0] == BAD
    kinds = lambda **params: [  # noqa: E731
        each["location"]["type"] for each in rest.get_documentation_parts(restApiId=own, **params)["items"]
    ]
    assert kinds() == ["METHOD", "RESPONSE", "MODEL"]
    assert kinds(type="MODEL") == ["MODEL"]
    assert kinds(path="/pets") == ["METHOD"]
    assert kinds(nameQuery="Pe") == ["MODEL"]
    assert kinds(locationStatus="UNDOCUMENTED") == []
    page = rest.get_documentation_parts(restApiId=own, limit=2)
    assert len(page["items"]) == 2
    assert kinds(limit=2, position=page["position"]) == ["MODEL"]


def test_versions_freeze_parts_and_are_shown_by_stages(rest: Any, strict: StrictAws, api: dict[str, Any]) -> None:
    own = {"restApiId": api["restApiId"]}
    assert refused(rest.create_documentation_version, **own, documentationVersion="v1")[0] == BAD
    part = _part(rest, api["restApiId"], "first", type="API")
    rest.create_deployment(**own, stageName="dev")
    made = rest.create_documentation_version(**own, documentationVersion="v1", stageName="dev", description="one")
    assert (made["version"], made["description"]) == ("v1", "one")
    assert rest.get_stage(**own, stageName="dev")["documentationVersion"] == "v1"
    assert refused(rest.create_documentation_version, **own, documentationVersion="v1")[0] == CONFLICT
    other = {"documentationVersion": "v2"}
    assert refused(rest.create_documentation_version, **own, **other, stageName="no")[0] == MISSING
    properties = patch("replace", "/properties", '{"description": "second"}')
    rest.update_documentation_part(**own, documentationPartId=part["id"], patchOperations=properties)
    rest.create_documentation_version(**own, **other)
    rest.delete_documentation_part(**own, documentationPartId=part["id"])
    documented = strict.region("us-east-1").part(RestRegion).apis[api["restApiId"]].documented
    words = [json.loads(each["properties"])["description"] for name in documented for each in documented[name].values()]
    assert words == ["first", "second"]
    assert [each["version"] for each in rest.get_documentation_versions(**own)["items"]] == ["v1", "v2"]
    changed = rest.update_documentation_version(**own, **other, patchOperations=patch("replace", "/description", "two"))
    assert changed["description"] == "two"
    assert rest.get_documentation_version(**own, **other)["description"] == "two"
    assert refused(rest.delete_documentation_version, **own, documentationVersion="v1")[0] == BAD
    rest.delete_documentation_version(**own, **other)
    missing = (MISSING, "Invalid Documentation version specified")
    assert refused(rest.get_documentation_version, **own, **other) == missing


# --- tags -----------------------------------------------------------------------------------------------------------


def _everything(rest: Any, api: dict[str, Any]) -> dict[str, Callable[[], dict[str, Any]]]:
    """One of each that can have tags: the end of its ARN, and how it is shown."""
    own = {"restApiId": api["restApiId"]}
    rest.create_deployment(**own, stageName="dev")
    key, plan = rest.create_api_key(name="k")["id"], rest.create_usage_plan(name="p")["id"]
    link = rest.create_vpc_link(name="l", targetArns=[LOAD_BALANCER])["id"]
    certificate = rest.generate_client_certificate()["clientCertificateId"]
    name = "api.example.com"
    arn = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1"
    rest.create_domain_name(domainName=name, certificateArn=arn)
    only = lambda answer, listed="items": answer[listed][0]  # noqa: E731
    return {
        f"restapis/{own['restApiId']}": lambda: only(rest.get_rest_apis()),
        f"restapis/{own['restApiId']}/stages/dev": lambda: only(rest.get_stages(**own), "item"),
        f"apikeys/{key}": lambda: only(rest.get_api_keys()),
        f"usageplans/{plan}": lambda: only(rest.get_usage_plans()),
        f"vpclinks/{link}": lambda: only(rest.get_vpc_links()),
        f"clientcertificates/{certificate}": lambda: only(rest.get_client_certificates()),
        f"domainnames/{name}": lambda: only(rest.get_domain_names()),
    }


def test_tags_are_shown_wherever_the_resource_is(rest: Any, api: dict[str, Any]) -> None:
    for path, show in _everything(rest, api).items():
        own = {"resourceArn": f"arn:aws:apigateway:us-east-1::/{path}"}
        assert rest.get_tags(**own)["tags"] == {}
        rest.tag_resource(**own, tags={"a": "1", "b": "2"})
        rest.tag_resource(**own, tags={"b": "3"})
        assert rest.get_tags(**own)["tags"] == {"a": "1", "b": "3"}
        assert show()["tags"] == {"a": "1", "b": "3"}
        rest.untag_resource(**own, tagKeys=["a", "no"])
        assert show()["tags"] == {"b": "3"}
        rest.untag_resource(**own, tagKeys=["b"])
        assert "tags" not in show()


def test_tags_that_can_not_be(rest: Any, api: dict[str, Any]) -> None:
    own = {"resourceArn": f"arn:aws:apigateway:us-east-1::/restapis/{api['restApiId']}"}
    assert refused(rest.tag_resource, **own, tags={"aws:x": "1"})[0] == BAD
    assert refused(rest.tag_resource, **own, tags={f"k{number}": "1" for number in range(51)})[0] == BAD
    assert rest.get_tags(**own)["tags"] == {}
    wrong = {"tags": {"aws:x": "1"}}
    for create in (
        lambda: rest.create_api_key(name="k", **wrong),
        lambda: rest.create_usage_plan(name="p", **wrong),
        lambda: rest.create_vpc_link(name="l", targetArns=[LOAD_BALANCER], **wrong),
        lambda: rest.generate_client_certificate(**wrong),
    ):
        assert refused(create)[0] == BAD
    for arn, code in (
        ("arn:aws:apigateway:us-east-1::/restapis/no", MISSING),
        (own["resourceArn"].replace("us-east-1", "us-west-2"), MISSING),
        ("arn:aws:apigateway:us-east-1::/nothing/no", MISSING),
        ("restapis/no", BAD),
    ):
        assert refused(rest.get_tags, resourceArn=arn)[0] == code

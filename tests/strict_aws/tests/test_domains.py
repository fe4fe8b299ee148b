"""Custom domain names: v1 and v2 see the same ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.tests.domain_names import (
    ACCOUNT,
    BAD,
    CERTIFICATE,
    NAME,
    NO_DOMAIN,
    POLICY,
    PRIVATE,
    REGIONAL,
    patch,
    staged_api,
)
from tests.strict_aws.tests.refused import refused


@pytest.fixture
def api(rest: Any) -> str:
    """A REST API with the stages dev and prod."""
    return staged_api(rest)


# --- v1 -------------------------------------------------------------------------------------------------------------


def test_an_edge_domain(rest: Any) -> None:
    made = rest.create_domain_name(domainName=NAME, certificateArn=CERTIFICATE, certificateName="mine", tags={"a": "b"})
    wanted = {
        "domainName": NAME,
        "domainNameArn": f"arn:aws:apigateway:us-east-1::/domainnames/{NAME}",
        "certificateArn": CERTIFICATE,
        "certificateName": "mine",
        "distributionHostedZoneId": "Z2FDTNDATAQYW2",
        "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
        "domainNameStatus": "AVAILABLE",
        "securityPolicy": "TLS_1_2",
        "routingMode": "BASE_PATH_MAPPING_ONLY",
        "tags": {"a": "b"},
    }
    assert wanted.items() <= made.items()
    assert made["distributionDomainName"].endswith(".cloudfront.net")
    assert not {"regionalDomainName", "regionalHostedZoneId", "domainNameId"} & set(made)
    assert wanted.items() <= rest.get_domain_name(domainName=NAME).items()
    assert wanted.items() <= rest.get_domain_names()["items"][0].items()


def test_a_regional_domain_with_everything(rest: Any) -> None:
    trust = {"truststoreUri": "s3://trust/store.pem", "truststoreVersion": "v1"}
    whole = REGIONAL | {
        "regionalCertificateName": "mine",
        "securityPolicy": "TLS_1_2",
        "mutualTlsAuthentication": trust,
        "ownershipVerificationCertificateArn": f"{CERTIFICATE}-owner",
        "routingMode": "ROUTING_RULE_THEN_BASE_PATH_MAPPING",
    }
    whole["endpointConfiguration"] = {"types": ["REGIONAL"], "ipAddressType": "dualstack"}
    made = rest.create_domain_name(domainName=NAME, **whole)
    assert whole.items() <= made.items()
    assert made["regionalHostedZoneId"] == "Z1UJRXOUMOOFQ8"
    assert made["regionalDomainName"].endswith(".execute-api.us-east-1.amazonaws.com")
    assert not {"distributionDomainName", "distributionHostedZoneId"} & set(made)
    assert whole.items() <= rest.get_domain_name(domainName=NAME).items()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"certificateArn": CERTIFICATE.replace("us-east-1", "us-west-2")},
        REGIONAL | {"regionalCertificateArn": CERTIFICATE.replace("us-east-1", "us-west-2")},
        REGIONAL | {"endpointConfiguration": {"types": ["REGIONAL", "EDGE"]}},
        REGIONAL | {"mutualTlsAuthentication": {"truststoreUri": "https://example.com/store.pem"}},
        REGIONAL | {"policy": POLICY},
        REGIONAL | {"endpointAccessMode": "STRICT"},
        REGIONAL | {"domainName": "no host"},
        {"certificateArn": CERTIFICATE, "mutualTlsAuthentication": {"truststoreUri": "s3://trust/store.pem"}},
        PRIVATE | {"policy": "words"},
    ],
)
def test_a_domain_that_can_not_be(rest: Any, wrong: dict[str, Any]) -> None:
    assert refused(rest.create_domain_name, **({"domainName": NAME} | wrong))[0] == BAD
    assert rest.get_domain_names()["items"] == []


def test_public_names_are_there_once_edge_ones_in_the_world(rest: Any, client: Callable[..., Any]) -> None:
    rest.create_domain_name(domainName=NAME, **REGIONAL)
    assert refused(rest.create_domain_name, domainName=NAME, **REGIONAL) == (
        BAD,
        "The domain name you provided already exists.",
    )
    away = client("apigateway", region="us-west-2")
    there = CERTIFICATE.replace("us-east-1", "us-west-2")
    assert (
        away.create_domain_name(domainName=NAME, **(REGIONAL | {"regionalCertificateArn": there}))["domainName"] == NAME
    )
    rest.create_domain_name(domainName="edge.example.com", certificateArn=CERTIFICATE)
    code, text = refused(away.create_domain_name, domainName="edge.example.com", certificateArn=CERTIFICATE)
    assert code == BAD
    assert "already associated with an existing CloudFront distribution" in text


def test_private_names_may_be_shared_and_are_found_by_id(rest: Any, http: Any, api: str) -> None:
    made = [rest.create_domain_name(domainName=NAME, policy=POLICY, **PRIVATE) for _ in range(2)]
    ids = [each["domainNameId"] for each in made]
    assert len(set(ids)) == 2
    assert made[0]["domainNameArn"] == f"arn:aws:apigateway:us-east-1:{ACCOUNT}:/domainnames/{NAME}+{ids[0]}"
    assert made[0]["endpointConfiguration"] == {"types": ["PRIVATE"], "ipAddressType": "dualstack"}
    assert json.loads(made[0]["policy"]) == json.loads(POLICY)
    assert {each["domainNameId"] for each in rest.get_domain_names()["items"]} == set(ids)
    assert rest.get_domain_names(resourceOwner="OTHER_ACCOUNTS")["items"] == []
    assert refused(rest.get_domain_name, domainName=NAME) == NO_DOMAIN
    own = {"domainName": NAME, "domainNameId": ids[0]}
    changed = rest.update_domain_name(**own, patchOperations=patch("/managementPolicy", POLICY))
    assert changed["managementPolicy"] == POLICY
    assert changed["domainNameStatus"] == "AVAILABLE"
    rest.create_base_path_mapping(**own, restApiId=api, stage="dev")
    assert rest.get_base_path_mappings(**own)["items"] == [{"basePath": "(none)", "restApiId": api, "stage": "dev"}]
    assert rest.get_base_path_mappings(domainName=NAME, domainNameId=ids[1])["items"] == []
    assert http.get_domain_names()["Items"] == []
    assert refused(http.get_domain_name, DomainName=NAME) == NO_DOMAIN
    assert refused(rest.delete_domain_name, domainName=NAME) == NO_DOMAIN
    rest.delete_domain_name(**own)
    assert [each["domainNameId"] for each in rest.get_domain_names()["items"]] == [ids[1]]


def test_a_change_takes_a_while_and_no_other_one_meanwhile(rest: Any, strict: StrictAws) -> None:
    rest.create_domain_name(domainName=NAME, **(REGIONAL | {"securityPolicy": "TLS_1_0"}))
    own = {"domainName": NAME}
    text = "Update is in progress. Please wait until the update finishes before making another request."
    changed = rest.update_domain_name(**own, patchOperations=patch("/securityPolicy", "TLS_1_2"))
    assert (changed["domainNameStatus"], changed["domainNameStatusMessage"]) == ("UPDATING", text)
    assert changed["securityPolicy"] == "TLS_1_2"
    assert changed["tags"] == {}
    assert rest.get_domain_name(**own)["domainNameStatus"] == "UPDATING"
    assert refused(rest.update_domain_name, **own, patchOperations=patch("/securityPolicy", "TLS_1_0")) == (BAD, text)
    strict.clock.sleep(120)
    after = rest.get_domain_name(**own)
    assert after["domainNameStatus"] == "AVAILABLE"
    assert "domainNameStatusMessage" not in after
    changed = rest.update_domain_name(**own, patchOperations=patch("/routingMode", "ROUTING_RULE_ONLY"))
    assert (changed["routingMode"], changed["domainNameStatus"]) == ("ROUTING_RULE_ONLY", "AVAILABLE")


def test_patches_of_a_domain(rest: Any, strict: StrictAws) -> None:
    rest.create_domain_name(domainName=NAME, **REGIONAL)
    own = {"domainName": NAME}

    def change(*patches: tuple[str, str]) -> dict[str, Any]:
        rows = [row for path, value in patches for row in patch(path, value)]
        changed = rest.update_domain_name(**own, patchOperations=rows)
        strict.clock.sleep(120)
        return dict(changed)

    uri, version = "/mutualTlsAuthentication/truststoreUri", "/mutualTlsAuthentication/truststoreVersion"
    changed = change(
        (uri, "s3://trust/store.pem"), (version, "3"), ("/ownershipVerificationCertificateArn", CERTIFICATE)
    )
    assert changed["mutualTlsAuthentication"] == {"truststoreUri": "s3://trust/store.pem", "truststoreVersion": "3"}
    assert changed["ownershipVerificationCertificateArn"] == CERTIFICATE
    assert "mutualTlsAuthentication" not in change((uri, ""))
    changed = change(("/securityPolicy", "SecurityPolicy_TLS13_1_3_2025_09"), ("/endpointAccessMode", "STRICT"))
    assert changed["endpointAccessMode"] == "STRICT"
    changed = change(
        ("/endpointConfiguration/ipAddressType", "dualstack"), ("/regionalCertificateArn", f"{CERTIFICATE}2")
    )
    assert changed["endpointConfiguration"] == {"types": ["REGIONAL"], "ipAddressType": "dualstack"}
    assert changed["regionalCertificateArn"] == f"{CERTIFICATE}2"
    host = changed["regionalDomainName"]
    changed = change(("/endpointConfiguration/types/REGIONAL", "EDGE"), ("/certificateArn", CERTIFICATE))
    assert changed["endpointConfiguration"]["types"] == ["EDGE"]
    assert changed["distributionDomainName"]
    assert host not in changed.values()
    for path, value in (
        ("/routingMode", "NONE"),
        ("/policy", POLICY),
        ("/endpointConfiguration/types/EDGE", "PRIVATE"),
        ("/domainName", "other.example.com"),
    ):
        assert refused(rest.update_domain_name, **own, patchOperations=patch(path, value))[0] == BAD
    assert refused(rest.update_domain_name, domainName="no.example.com", patchOperations=[]) == NO_DOMAIN


# --- v2 -------------------------------------------------------------------------------------------------------------


def test_v1_and_v2_see_the_same_domains(rest: Any, http: Any, strict: StrictAws) -> None:
    configuration = {"CertificateArn": CERTIFICATE, "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2"}
    trust = {"TruststoreUri": "s3://trust/store.pem", "TruststoreVersion": "v1"}
    made = http.create_domain_name(
        DomainName=NAME, DomainNameConfigurations=[configuration], MutualTlsAuthentication=trust, Tags={"a": "b"}
    )
    wanted = {
        "DomainName": NAME,
        "RoutingMode": "API_MAPPING_ONLY",
        "MutualTlsAuthentication": trust,
        "Tags": {"a": "b"},
    }
    wanted |= {"ApiMappingSelectionExpression": "$request.basepath"}
    assert wanted.items() <= made.items()
    inner = made["DomainNameConfigurations"][0]
    assert configuration.items() <= inner.items()
    assert (inner["DomainNameStatus"], inner["IpAddressType"]) == ("AVAILABLE", "ipv4")
    assert inner["ApiGatewayDomainName"].endswith(".execute-api.us-east-1.amazonaws.com")
    assert inner["HostedZoneId"] == "Z1UJRXOUMOOFQ8"
    one = rest.get_domain_name(domainName=NAME)
    assert one["regionalDomainName"] == inner["ApiGatewayDomainName"]
    assert (one["routingMode"], one["tags"]) == ("BASE_PATH_MAPPING_ONLY", {"a": "b"})
    assert one["mutualTlsAuthentication"] == {"truststoreUri": "s3://trust/store.pem", "truststoreVersion": "v1"}
    changed = http.update_domain_name(DomainName=NAME, RoutingMode="ROUTING_RULE_THEN_API_MAPPING")
    assert changed["RoutingMode"] == "ROUTING_RULE_THEN_API_MAPPING"
    assert rest.get_domain_name(domainName=NAME)["routingMode"] == "ROUTING_RULE_THEN_BASE_PATH_MAPPING"
    changed = http.update_domain_name(DomainName=NAME, MutualTlsAuthentication={"TruststoreUri": ""})
    assert "MutualTlsAuthentication" not in changed
    assert changed["DomainNameConfigurations"][0]["DomainNameStatus"] == "UPDATING"
    assert refused(http.update_domain_name, DomainName=NAME, DomainNameConfigurations=[configuration])[0] == BAD
    strict.clock.sleep(120)
    http.delete_domain_name(DomainName=NAME)
    assert refused(rest.get_domain_name, domainName=NAME) == NO_DOMAIN
    rest.create_domain_name(domainName=NAME, **(REGIONAL | {"securityPolicy": "SecurityPolicy_TLS13_1_3_2025_09"}))
    assert "SecurityPolicy" not in http.get_domain_names()["Items"][0]["DomainNameConfigurations"][0]


def test_v2_wants_one_configuration(http: Any) -> None:
    text = "Invalid input. Expected one domain name configuration"
    assert refused(http.create_domain_name, DomainName=NAME) == (BAD, text)
    two = [{"CertificateArn": CERTIFICATE}] * 2
    assert refused(http.create_domain_name, DomainName=NAME, DomainNameConfigurations=two) == (BAD, text)
    assert refused(http.create_domain_name, DomainName=NAME, DomainNameConfigurations=[{}])[0] == BAD


def test_v2_lists_domains_in_pages(rest: Any, http: Any) -> None:
    for number in range(3):
        rest.create_domain_name(domainName=f"d{number}.example.com", **REGIONAL)
    page = http.get_domain_names(MaxResults="2")
    rest_of_them = http.get_domain_names(MaxResults="2", NextToken=page["NextToken"])
    assert [each["DomainName"][:2] for each in page["Items"] + rest_of_them["Items"]] == ["d0", "d1", "d2"]

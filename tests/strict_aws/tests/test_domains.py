"""Custom domain names: v1 and v2 see the same ones, and what they lead to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.tests.refused import refused

ACCOUNT = "123456789012"
CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/11111111-2222"
NAME = "api.example.com"
REGIONAL = {"regionalCertificateArn": CERTIFICATE, "endpointConfiguration": {"types": ["REGIONAL"]}}
PRIVATE = {"certificateArn": CERTIFICATE, "endpointConfiguration": {"types": ["PRIVATE"]}}
BAD, MISSING, CONFLICT = "BadRequestException", "NotFoundException", "ConflictException"
NO_DOMAIN = (MISSING, "Invalid domain name identifier specified")
POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})


def patch(path: str, value: str, op: str = "replace") -> list[dict[str, str]]:
    """One patch operation."""
    return [{"op": op, "path": path, "value": value}]


@pytest.fixture
def api(rest: Any) -> str:
    """A REST API with the stages dev and prod."""
    made = rest.create_rest_api(name="mapped")
    own = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="NONE")
    rest.put_integration(**own, type="MOCK")
    rest.create_deployment(restApiId=made["id"], stageName="dev")
    rest.create_deployment(restApiId=made["id"], stageName="prod")
    return str(made["id"])


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


# --- mappings -------------------------------------------------------------------------------------------------------


def test_base_path_mappings_and_api_mappings_are_the_same(rest: Any, http: Any, api: str) -> None:
    rest.create_domain_name(domainName=NAME, **REGIONAL)
    own = {"domainName": NAME}
    assert rest.create_base_path_mapping(**own, restApiId=api, stage="dev")["basePath"] == "(none)"
    assert "stage" not in rest.create_base_path_mapping(**own, restApiId=api, basePath="v1", stage="(none)")
    mapped = http.get_api_mappings(DomainName=NAME)["Items"]
    assert {each["ApiMappingKey"]: each["Stage"] for each in mapped} == {"": "dev", "v1": ""}
    made = http.create_api_mapping(DomainName=NAME, ApiId=api, Stage="prod", ApiMappingKey="shop/v2")
    assert (made["ApiId"], made["Stage"], made["ApiMappingKey"]) == (api, "prod", "shop/v2")
    assert http.get_api_mapping(DomainName=NAME, ApiMappingId=made["ApiMappingId"])["Stage"] == "prod"
    paths = [each["basePath"] for each in rest.get_base_path_mappings(**own)["items"]]
    assert paths == ["(none)", "shop/v2", "v1"]
    changed = http.update_api_mapping(DomainName=NAME, ApiId=api, ApiMappingId=made["ApiMappingId"], Stage="dev")
    assert (changed["Stage"], changed["ApiMappingKey"]) == ("dev", "shop/v2")
    rows = patch("/basePath", "v3") + patch("/stage", "prod") + patch("/restapiId", api)
    changed = rest.update_base_path_mapping(**own, basePath="v1", patchOperations=rows)
    assert {"basePath": "v3", "restApiId": api, "stage": "prod"}.items() <= changed.items()
    assert refused(rest.get_base_path_mapping, **own, basePath="v1")[0] == MISSING
    assert rest.get_base_path_mapping(**own, basePath="(none)")["stage"] == "dev"
    rest.delete_base_path_mapping(**own, basePath="(none)")
    http.delete_api_mapping(DomainName=NAME, ApiMappingId=made["ApiMappingId"])
    assert [each["ApiMappingKey"] for each in http.get_api_mappings(DomainName=NAME)["Items"]] == ["v3"]


def test_mappings_that_can_not_be(rest: Any, http: Any, api: str) -> None:
    rest.create_domain_name(domainName=NAME, **REGIONAL)
    create, own = rest.create_base_path_mapping, {"domainName": NAME, "restApiId": api, "stage": "dev"}
    create(**own)
    create(**own, basePath="v1")
    text = "Only one base path mapping is allowed if the base path is empty."
    assert refused(create, **own) == (CONFLICT, text)
    assert refused(create, **own, basePath="v1") == (CONFLICT, "Base path already exists for this domain name")
    assert refused(create, **own, basePath="a/b")[0] == BAD
    assert refused(create, **(own | {"stage": "no"}), basePath="x") == (BAD, "Invalid stage identifier specified")
    assert refused(create, **(own | {"restApiId": "no"}), basePath="x")[0] == BAD
    assert refused(create, **(own | {"domainName": "no.example.com"})) == NO_DOMAIN
    create, two = http.create_api_mapping, {"DomainName": NAME, "ApiId": api, "Stage": "dev"}
    taken = (CONFLICT, "ApiMapping key already exists for this domain name")
    assert refused(create, **two, ApiMappingKey="v1") == taken
    assert refused(create, **two) == taken
    signs = (BAD, "An ApiMapping key may contain only letters, numbers and one of $-_.+!*'(),")
    for key in ("/", "/a", "a/", "a//b", "a b"):
        assert refused(create, **two, ApiMappingKey=key) == signs
    assert refused(create, **(two | {"Stage": "no"}), ApiMappingKey="x") == (BAD, "Invalid stage identifier specified")
    assert refused(create, **(two | {"ApiId": "no"}), ApiMappingKey="x")[0] == BAD
    rest.create_domain_name(domainName="edge.example.com", certificateArn=CERTIFICATE)
    assert refused(create, **(two | {"DomainName": "edge.example.com"}), ApiMappingKey="a/b")[0] == BAD
    assert len(http.get_api_mappings(DomainName=NAME)["Items"]) == 2


def test_what_a_domain_leads_to_is_not_deleted(rest: Any, http: Any, api: str) -> None:
    rest.create_domain_name(domainName=NAME, **REGIONAL)
    rest.create_base_path_mapping(domainName=NAME, restApiId=api, stage="dev")
    code, text = refused(rest.delete_rest_api, restApiId=api)
    assert (code, NAME in text) == (BAD, True)
    code, text = refused(rest.delete_stage, restApiId=api, stageName="dev")
    assert (code, NAME in text) == (BAD, True)
    rest.delete_stage(restApiId=api, stageName="prod")
    rest.delete_domain_name(domainName=NAME)
    rest.create_domain_name(domainName=NAME, **REGIONAL)
    assert http.get_api_mappings(DomainName=NAME)["Items"] == []
    rest.delete_stage(restApiId=api, stageName="dev")
    rest.delete_rest_api(restApiId=api)


def test_http_apis_are_mapped_by_v2(rest: Any, http: Any) -> None:
    rest.create_domain_name(domainName=NAME, **REGIONAL)
    made = http.create_api(Name="h", ProtocolType="HTTP")["ApiId"]
    http.create_stage(ApiId=made, StageName="$default", AutoDeploy=True)
    http.create_api_mapping(DomainName=NAME, ApiId=made, Stage="$default")
    code, text = refused(http.delete_api, ApiId=made)
    assert code == BAD
    assert "Please remove all API mappings for the API from your custom domain names." in text


# --- routing rules --------------------------------------------------------------------------------------------------


def _rule(api: str, priority: int, **more: Any) -> dict[str, Any]:
    headers = {"MatchHeaders": {"AnyOf": [{"Header": "x-version", "ValueGlob": "alpha*"}]}}
    conditions = [headers, {"MatchBasePaths": {"AnyOf": ["shop"]}}]
    actions = [{"InvokeApi": {"ApiId": api, "Stage": "dev", "StripBasePath": True}}]
    return {"DomainName": NAME, "Priority": priority, "Conditions": conditions, "Actions": actions} | more


def test_routing_rules(rest: Any, http: Any, api: str) -> None:
    rest.create_domain_name(domainName=NAME, **REGIONAL)
    second = http.create_routing_rule(**_rule(api, 200))
    first = http.create_routing_rule(**_rule(api, 100, Conditions=[]))
    path = f"/domainnames/{NAME}/routingrules/{first['RoutingRuleId']}"
    assert first["RoutingRuleArn"] == f"arn:aws:apigateway:us-east-1:{ACCOUNT}:{path}"
    wanted = _rule(api, 200)
    assert all(second[name] == wanted[name] for name in ("Priority", "Conditions", "Actions"))
    listed = http.list_routing_rules(DomainName=NAME)["RoutingRules"]
    assert [each["Priority"] for each in listed] == [100, 200]
    page = http.list_routing_rules(DomainName=NAME, MaxResults=1)
    after = http.list_routing_rules(DomainName=NAME, MaxResults=1, NextToken=page["NextToken"])
    assert [each["Priority"] for each in page["RoutingRules"] + after["RoutingRules"]] == [100, 200]
    assert refused(http.list_routing_rules, DomainName=NAME, MaxResults=101)[0] == BAD
    own = {"RoutingRuleId": first["RoutingRuleId"]}
    for _ in range(2):
        changed = http.put_routing_rule(**_rule(api, 300), **own)
    assert (changed["Priority"], changed["RoutingRuleArn"]) == (300, first["RoutingRuleArn"])
    assert http.get_routing_rule(DomainName=NAME, **own)["Conditions"] == wanted["Conditions"]
    http.delete_routing_rule(DomainName=NAME, **own)
    assert refused(http.get_routing_rule, DomainName=NAME, **own)[0] == MISSING
    assert refused(http.put_routing_rule, **_rule(api, 300), **own)[0] == MISSING
    assert refused(rest.delete_stage, restApiId=api, stageName="dev")[0] == BAD


def test_routing_rules_of_a_private_domain_name_its_id(rest: Any, http: Any, api: str) -> None:
    domain = rest.create_domain_name(domainName=NAME, routingMode="ROUTING_RULE_ONLY", **PRIVATE)["domainNameId"]
    made = http.create_routing_rule(**_rule(api, 1), DomainNameId=domain)
    assert f"/domainnames/{NAME}+{domain}/routingrules/" in made["RoutingRuleArn"]
    assert len(http.list_routing_rules(DomainName=NAME, DomainNameId=domain)["RoutingRules"]) == 1
    assert refused(http.list_routing_rules, DomainName=NAME) == NO_DOMAIN
    own = {"DomainName": NAME, "DomainNameId": domain, "RoutingRuleId": made["RoutingRuleId"]}
    assert http.get_routing_rule(**own)["Priority"] == 1
    http.delete_routing_rule(**own)


def test_routing_rules_that_can_not_be(rest: Any, http: Any, api: str) -> None:
    rest.create_domain_name(domainName=NAME, **REGIONAL)
    create = http.create_routing_rule
    create(**_rule(api, 1))
    rule = _rule(api, 2)
    assert refused(create, **_rule(api, 1))[0] == CONFLICT
    assert refused(create, **_rule(api, 0))[0] == BAD
    assert refused(create, **_rule(api, 1_000_001))[0] == BAD
    assert refused(create, **(rule | {"Conditions": rule["Conditions"] * 2}))[0] == BAD
    assert refused(create, **(rule | {"Actions": []}))[0] == BAD
    assert refused(create, **_rule("no", 2))[0] == BAD
    assert refused(create, **(rule | {"DomainName": "no.example.com"})) == NO_DOMAIN
    for number in range(49):
        create(**_rule(api, 10 + number))
    assert refused(create, **rule)[0] == "TooManyRequestsException"


# --- access of VPC endpoints ----------------------------------------------------------------------------------------


def test_access_associations(rest: Any, client: Callable[..., Any]) -> None:
    made = rest.create_domain_name(domainName=NAME, **PRIVATE)
    arn, name = made["domainNameArn"], f"{NAME}+{made['domainNameId']}"
    own = {
        "domainNameArn": arn,
        "accessAssociationSourceType": "VPCE",
        "accessAssociationSource": "vpce-0123456789abcdef0",
    }
    create = rest.create_domain_name_access_association
    association = create(**own, tags={"a": "b"})
    path = f"/domainnameaccessassociations/domainname/{name}/vpcesource/vpce-0123456789abcdef0"
    assert association["domainNameAccessAssociationArn"] == f"arn:aws:apigateway:us-east-1:{ACCOUNT}:{path}"
    assert (own | {"tags": {"a": "b"}}).items() <= association.items()
    listed = rest.get_domain_name_access_associations(resourceOwner="SELF")["items"]
    assert listed == [{k: v for k, v in association.items() if k != "ResponseMetadata"}]
    assert rest.get_domain_name_access_associations(resourceOwner="OTHER_ACCOUNTS")["items"] == []
    assert refused(create, **own)[0] == CONFLICT
    assert refused(create, **(own | {"domainNameArn": f"{arn}x"}))[0] == BAD
    assert refused(create, **(own | {"accessAssociationSource": "vpc-1"}))[0] == BAD
    assert refused(rest.delete_domain_name, domainName=NAME, domainNameId=made["domainNameId"])[0] == BAD
    other = client("apigateway", account="222222222222")
    theirs = other.create_domain_name_access_association(**own)["domainNameAccessAssociationArn"]
    seen = rest.get_domain_name_access_associations(resourceOwner="OTHER_ACCOUNTS")["items"]
    assert [each["domainNameAccessAssociationArn"] for each in seen] == [theirs]
    rest.reject_domain_name_access_association(domainNameAccessAssociationArn=theirs, domainNameArn=arn)
    assert other.get_domain_name_access_associations()["items"] == []
    mine = {"domainNameAccessAssociationArn": association["domainNameAccessAssociationArn"]}
    rest.tag_resource(resourceArn=mine["domainNameAccessAssociationArn"], tags={"c": "d"})
    assert rest.get_domain_name_access_associations()["items"][0]["tags"] == {"a": "b", "c": "d"}
    rest.delete_domain_name_access_association(**mine)
    assert refused(rest.delete_domain_name_access_association, **mine)[0] == MISSING
    rest.delete_domain_name(domainName=NAME, domainNameId=made["domainNameId"])

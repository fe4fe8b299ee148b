"""What custom domain names lead to: mappings, routing rules, and who has access to private ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.strict_aws.tests.domain_names import (
    ACCOUNT,
    BAD,
    CERTIFICATE,
    CONFLICT,
    MISSING,
    NAME,
    NO_DOMAIN,
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

"""Canonical form: one way of saying each thing, and nothing of the place in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dr_toolkit.model import wire
from dr_toolkit.model.documents import Finding, Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from tests.engines import of_rows

HERE = Scope("123456789012", "us-east-1")
VPC = {"VpcId": "vpc-0123456789abcdef0", "Tags": [{"Key": "Name", "Value": "main"}]}
GROUP = {"GroupId": "sg-0123456789abcdef0", "GroupName": "web", "Description": "d", "VpcId": VPC["VpcId"]}
PLACE = {"ec2__vpc": [VPC], "ec2__security_group": [GROUP]}
API = {"id": "abcde12345", "name": "shop", "endpointConfiguration": {"types": ["REGIONAL"]}}
RULE = "ec2.security_group_rule/main/web/"


def rule(**members: Any) -> dict[str, Any]:
    """A rule of the group."""
    row = {"SecurityGroupRuleId": "sgr-1", "GroupId": GROUP["GroupId"], "IsEgress": False, "IpProtocol": "tcp"}
    return {**row, "FromPort": 443, "ToPort": 443, **members}


def rules(*rows: dict[str, Any], **more: Any) -> Estate:
    """The estate of rules in the group."""
    return of_rows(
        HERE,
        **PLACE,
        ec2__security_group_rule=[{"SecurityGroupRuleId": f"sgr-{n}", **r} for n, r in enumerate(rows)],
        **more,
    )


def only(estate: Estate, type_name: str) -> Resource:
    """The one resource of a type."""
    (found,) = [r for r in estate if r.key.type == type_name]
    return found


def keys(estate: Estate) -> list[str]:
    """Printed keys of the rules, without what all have."""
    return sorted(k.removeprefix(RULE) for k in estate.lines if k.startswith(RULE))


def api(**members: Any) -> Resource:
    """An API with these members."""
    return only(of_rows(HERE, apigateway__rest_api=[{**API, **members}]), "apigateway.rest_api")


def method(**integration: Any) -> dict[str, Any]:
    """A method with an integration of these members."""
    return {"httpMethod": "GET", "authorizationType": "NONE", "methodIntegration": {"type": "MOCK", **integration}}


def of_method(row: dict[str, Any], **others: Any) -> tuple[dict[str, Any], list[Finding]]:
    """The attributes of a method beneath the API's root, and what was said of it."""
    from dr_toolkit.engine.canonical import canonicalise
    from dr_toolkit.engine.capture import Reading
    from dr_toolkit.engine.pairing import pair
    from dr_toolkit.resources import registry
    from dr_toolkit.spec.types import Row

    top = Row("apigateway.rest_api", dict(API))
    path = Row("apigateway.resource", {"id": "root000001", "path": "/"}, top)
    other = Row(
        "apigateway.resource", {"id": "pets000001", "path": "/pets", "parentId": "root000001", "pathPart": "pets"}, top
    )
    rows = {"apigateway.rest_api": [top], "apigateway.resource": [path, other]}
    rows["apigateway.method"] = [Row("apigateway.method", row, path)]
    reading = Reading(
        rows | {k.replace("__", "."): [Row(k.replace("__", "."), r, top) for r in v] for k, v in others.items()}
    )
    estate = canonicalise(reading, registry(), pair(reading, registry(), HERE, {}), all_landmarks=True)
    return dict(only(estate, "apigateway.method").attributes), estate.findings


def stage(**members: Any) -> dict[str, Any]:
    """The attributes of a stage."""
    from dr_toolkit.engine.canonical import canonicalise
    from dr_toolkit.engine.capture import Reading
    from dr_toolkit.engine.pairing import pair
    from dr_toolkit.resources import registry
    from dr_toolkit.spec.types import Row

    top = Row("apigateway.rest_api", dict(API))
    row = Row("apigateway.stage", {"stageName": "live", **members}, top)
    reading = Reading({"apigateway.rest_api": [top], "apigateway.stage": [row]})
    estate = canonicalise(reading, registry(), pair(reading, registry(), HERE, {}))
    return dict(only(estate, "apigateway.stage").attributes)


# --- absent, empty, default ---------------------------------------------------------------------------


def test_absent_empty_and_default_are_the_same() -> None:
    bare = api()
    assert bare == api(description="", tags={}, binaryMediaTypes=[], policy=None, apiKeySource="HEADER")
    assert bare == api(disableExecuteApiEndpoint=False)
    assert bare != api(disableExecuteApiEndpoint=True)
    assert api(minimumCompressionSize=0).attributes["minimumCompressionSize"] == 0


def test_a_number_is_no_boolean_and_a_default_may_be_said_as_a_float() -> None:
    setting = {
        "throttlingRateLimit": -1.0,
        "throttlingBurstLimit": -1,
        "cacheTtlInSeconds": 300,
        "cachingEnabled": False,
    }
    assert stage(methodSettings={"*/*": setting})["methodSettings"] == {"*/*": {}}
    assert stage(methodSettings={"*/*": {"cacheTtlInSeconds": 0}})["methodSettings"] == {
        "*/*": {"cacheTtlInSeconds": 0}
    }


def test_an_address_type_that_follows_from_the_endpoint_type_says_nothing() -> None:
    for kind, default in (("REGIONAL", "ipv4"), ("EDGE", "ipv4"), ("PRIVATE", "dualstack")):
        endpoint = {"types": [kind]}
        assert api(endpointConfiguration=endpoint) == api(endpointConfiguration=endpoint | {"ipAddressType": default})
    assert (
        "ipAddressType"
        in api(endpointConfiguration={"types": ["PRIVATE"], "ipAddressType": "ipv4"}).attributes[
            "endpointConfiguration"
        ]
    )


def test_an_empty_template_is_told_from_none() -> None:
    attributes, _ = of_method(method(requestTemplates={"application/json": None, "text/plain": ""}))
    assert attributes["methodIntegration"]["requestTemplates"] == {"application/json": "", "text/plain": ""}
    assert "requestTemplates" not in of_method(method(requestTemplates={}))[0]["methodIntegration"]


def test_what_an_integration_is_filled_up_with_is_dropped() -> None:
    filled = {"timeoutInMillis": 29000, "passthroughBehavior": "WHEN_NO_MATCH", "cacheNamespace": "root000001"}
    assert of_method(method(**filled, connectionType="INTERNET", cacheKeyParameters=[]))[0] == of_method(method())[0]


def test_a_cache_namespace_of_another_path_or_a_name_is_kept() -> None:
    shared, _ = of_method(method(cacheNamespace="pets000001"))
    assert shared["methodIntegration"]["cacheNamespace"] == Ref(ResourceKey("apigateway.resource", ("shop", "/pets")))
    assert of_method(method(cacheNamespace="mine"))[0]["methodIntegration"]["cacheNamespace"] == "mine"


# --- policies and schemas -----------------------------------------------------------------------------

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "execute-api:/*", "Note": 'é " \\ x'}]}


def test_a_doubly_escaped_policy_is_the_same_as_a_plain_one() -> None:
    plain = json.dumps(POLICY)
    assert api(policy=json.dumps(plain)[1:-1]) == api(policy=plain) == api(policy=json.dumps(POLICY, indent=4))
    assert api(policy=plain).attributes["policy"] == POLICY
    assert api(policy=json.dumps(plain)[1:-1].replace("/", "\\/")) == api(policy=plain)


def test_an_arn_of_the_api_itself_is_said_in_the_short_form() -> None:
    arn = "arn:aws:execute-api:us-east-1:123456789012:abcde12345/live/GET/pets"
    policy = json.dumps({"Resource": [arn, arn.replace("abcde12345", "zzzzz99999")]})
    assert api(policy=policy).attributes["policy"]["Resource"] == [
        "execute-api:/live/GET/pets",
        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:zzzzz99999/live/GET/pets",
    ]


@pytest.mark.parametrize("text", ["no policy", '{\\"half', '"text"', "7", '{"a": "\\ud800"}', '{"a": 1e999}'])
def test_a_text_that_can_t_be_parsed_and_written_again_is_kept_as_it_is(text: str) -> None:
    attributes = api(policy=text).attributes
    assert attributes["policy"] == text
    assert wire.rich(json.loads(wire.canonical(attributes)))["policy"] == text


def test_a_large_number_stays_a_float() -> None:
    row = {
        "id": "m1",
        "name": "Pet",
        "contentType": "application/json",
        "schema": '{"maximum": 1.5e300, "multipleOf": 10.0}',
    }
    _, found = of_method(method())
    attributes = _model(row)
    assert attributes["schema"] == {"maximum": 1.5e300, "multipleOf": 10}
    assert found == []


def _model(row: dict[str, Any]) -> dict[str, Any]:
    from dr_toolkit.engine.canonical import canonicalise
    from dr_toolkit.engine.capture import Reading
    from dr_toolkit.engine.pairing import pair
    from dr_toolkit.resources import registry
    from dr_toolkit.spec.types import Row

    top = Row("apigateway.rest_api", dict(API))
    reading = Reading({"apigateway.rest_api": [top], "apigateway.model": [Row("apigateway.model", row, top)]})
    estate = canonicalise(reading, registry(), pair(reading, registry(), HERE, {}))
    return dict(only(estate, "apigateway.model").attributes)


def test_a_schema_that_names_a_model_names_it_without_the_id() -> None:
    url = "https://apigateway.amazonaws.com/restapis/abcde12345/models/Pet"
    row = {
        "id": "m1",
        "name": "Pets",
        "contentType": "application/json",
        "schema": json.dumps({"items": {"$ref": url}}),
    }
    assert _model(row)["schema"] == {
        "items": {"$ref": "https://apigateway.amazonaws.com/restapis/${Ref:apigateway.rest_api/shop}/models/Pet"}
    }


# --- rules --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "key"),
    [
        ({"CidrIpv4": "100.68.0.18/18"}, "ingress/tcp/443-443/100.68.0.0%2F18"),
        ({"CidrIpv6": "2001:DB8:0:0::1/32"}, "ingress/tcp/443-443/2001:db8::%2F32"),
        ({"IpProtocol": "6", "CidrIpv4": "10.0.0.0/8"}, "ingress/tcp/443-443/10.0.0.0%2F8"),
        ({"IpProtocol": "TCP", "CidrIpv4": "10.0.0.0/8"}, "ingress/tcp/443-443/10.0.0.0%2F8"),
        ({"IpProtocol": "17", "IsEgress": True, "CidrIpv4": "0.0.0.0/0"}, "egress/udp/443-443/0.0.0.0%2F0"),
        ({"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv4": "0.0.0.0/0"}, "ingress/all/all/0.0.0.0%2F0"),
        ({"IpProtocol": "50", "FromPort": 0, "ToPort": 0, "CidrIpv4": "0.0.0.0/0"}, "ingress/50/all/0.0.0.0%2F0"),
        ({"IpProtocol": "1", "FromPort": 8, "ToPort": -1, "CidrIpv4": "0.0.0.0/0"}, "ingress/icmp/8--1/0.0.0.0%2F0"),
        ({"IpProtocol": "icmp", "FromPort": -1, "ToPort": 3, "CidrIpv6": "::/0"}, "ingress/icmp/-1--1/::%2F0"),
        ({"IpProtocol": "58", "FromPort": None, "ToPort": None, "CidrIpv6": "::/0"}, "ingress/icmpv6/-1--1/::%2F0"),
        ({"PrefixListId": "pl-00000000000000001"}, "ingress/tcp/443-443/pl:com.amazonaws.${AWS::Region}.s3"),
        ({"ReferencedGroupInfo": {"GroupId": GROUP["GroupId"]}}, "ingress/tcp/443-443/sg:main%2Fweb"),
    ],
)  # fmt: skip
def test_a_rule_is_known_by_what_it_lets_through(members: dict[str, Any], key: str) -> None:
    lists = [{"PrefixListId": "pl-00000000000000001", "PrefixListName": "com.amazonaws.us-east-1.s3", "OwnerId": "AWS"}]
    estate = rules(rule(**members), ec2__foreign_prefix_list=lists)
    assert keys(estate) == [key]
    assert estate.findings == []
    found = only(estate, "ec2.security_group_rule").attributes
    assert ("FromPort" in found) == ("/all/" not in key.split("/", 2)[1] + "/" + key.split("/")[2] + "/")


def test_ways_to_say_a_rule_give_one_line() -> None:
    a = rules(rule(IpProtocol="-1", FromPort=-1, ToPort=-1, CidrIpv4="0.0.0.0/0"))
    bare = rule(IpProtocol="-1", CidrIpv4="0.0.0.0/0", Description="", Tags=[])
    del bare["FromPort"], bare["ToPort"]
    assert rules(bare).lines == a.lines


def test_a_group_name_with_a_slash_is_told_apart_in_a_peer() -> None:
    vpcs = [
        {"VpcId": "vpc-1", "Tags": [{"Key": "Name", "Value": "a/b"}]},
        {"VpcId": "vpc-2", "Tags": [{"Key": "Name", "Value": "a"}]},
    ]
    groups = [
        {"GroupId": "sg-1", "GroupName": "c", "VpcId": "vpc-1"},
        {"GroupId": "sg-2", "GroupName": "b/c", "VpcId": "vpc-2"},
    ]
    peers = [rule(GroupId="sg-1", ReferencedGroupInfo={"GroupId": g["GroupId"]}) for g in groups]
    rows = [{**row, "SecurityGroupRuleId": f"sgr-{n}"} for n, row in enumerate(peers)]
    estate = of_rows(HERE, ec2__vpc=vpcs, ec2__security_group=groups, ec2__security_group_rule=rows)
    assert [f for f in estate.findings if f.code == "homonym"] == []
    assert sorted(r.key.name for r in estate if r.key.type.endswith("_rule")) == ["sg:a%2Fb/c", "sg:a/b%2Fc"]


def test_a_group_elsewhere_or_deleted_is_a_landmark_without_its_id() -> None:
    from dr_toolkit.engine.canonical import canonicalise
    from dr_toolkit.engine.capture import Reader
    from dr_toolkit.engine.pairing import pair
    from dr_toolkit.resources import registry
    from tests.fakes import FakeCloud

    cloud = FakeCloud(HERE)
    cloud.ec2.vpcs["v"], cloud.ec2.groups["g"] = VPC, {**GROUP, "OwnerId": HERE.account}
    foreign = {"GroupId": "sg-0fffffffffffffff0", "UserId": "999988887777", "VpcPeeringConnectionId": "pcx-1"}
    cloud.ec2.rules = {
        "1": rule(ReferencedGroupInfo=foreign),
        "2": rule(SecurityGroupRuleId="sgr-2", ReferencedGroupInfo={"GroupId": "sg-0eeeeeeeeeeeeeee0"}),
    }
    reading = Reader(cloud, registry()).read()
    estate = canonicalise(reading, registry(), pair(reading, registry(), HERE, {}))
    assert estate.counts["ec2.foreign_security_group"] == 2
    assert not any("sg-0" in line.decode() for line in estate.lines.values())
    other = [r for r in estate if r.key.type.endswith("_rule") and "UserId" in r.attributes["ReferencedGroupInfo"]]
    assert [r.attributes["ReferencedGroupInfo"]["UserId"] for r in other] == ["999988887777"]


# --- tags, entries, unknown members -------------------------------------------------------------------


def test_tags_of_aws_and_of_this_tool_are_no_configuration() -> None:
    tags = [
        {"Key": "b", "Value": ""},
        {"Key": "a", "Value": "1"},
        {"Key": "aws:x", "Value": "y"},
        {"Key": "dr-toolkit:run", "Value": "7-ab"},
    ]
    group = only(of_rows(HERE, ec2__vpc=[VPC], ec2__security_group=[{**GROUP, "Tags": tags}]), "ec2.security_group")
    assert group.attributes["Tags"] == [{"Key": "a", "Value": "1"}, {"Key": "b"}]
    assert group.observed["dr-toolkit:run"] == "7-ab"
    assert api(tags={"aws:cloudformation:stack-name": "s", "dr-toolkit:run": "x"}) == api()


def test_entries_are_sorted_canonical_and_looked_into() -> None:
    row = {
        "PrefixListId": "pl-1",
        "PrefixListName": "office",
        "OwnerId": HERE.account,
        "MaxEntries": 3,
        "AddressFamily": "IPv4",
    }
    entries = [{"Cidr": "10.1.0.0/16", "Description": ""}, {"Cidr": "10.0.0.9/16", "Description": "x", "New": 1}]
    estate = of_rows(HERE, ec2__prefix_list=[{**row, "Entries": entries}])
    assert only(estate, "ec2.prefix_list").attributes["Entries"] == [
        {"Cidr": "10.0.0.0/16", "Description": "x"},
        {"Cidr": "10.1.0.0/16"},
    ]
    assert [(f.severity, f.code) for f in estate.findings] == [("gap", "unknown-member")]
    assert "Entries[10.0.0.0/16].New" in estate.findings[0].text


def test_a_member_that_is_not_known_is_a_gap_wherever_it_stands() -> None:
    estate = of_rows(
        HERE, apigateway__rest_api=[{**API, "newThing": 1, "endpointConfiguration": {"types": ["EDGE"], "deeper": 2}}]
    )
    assert {f.text.split(",")[0] for f in estate.findings if f.severity == "gap"} == {
        "AWS returned newThing",
        "AWS returned endpointConfiguration.deeper",
    }
    _, found = of_method(method(novel=True))
    assert [f.severity for f in found] == ["gap"]


# --- method settings ----------------------------------------------------------------------------------


def test_method_settings_are_known_by_one_form_of_their_path() -> None:
    on = {"metricsEnabled": True}
    for given, known in (
        ("~1pets~1{id}/GET", "~1pets~1{id}/GET"),
        ("pets/GET", "~1pets/GET"),
        ("test/GET", "~1test/GET"),
        ("~1/GET", "~1/GET"),
        ("/GET", "~1/GET"),
        ("*/*", "*/*"),
    ):
        assert stage(methodSettings={given: on})["methodSettings"] == {known: on}


def test_a_cache_size_says_nothing_where_the_cache_is_off() -> None:
    assert stage(cacheClusterSize="1.6", cacheClusterEnabled=False) == stage()
    assert stage(cacheClusterSize="1.6", cacheClusterEnabled=True)["cacheClusterSize"] == "1.6"
    assert stage(cacheClusterSize="0.5", cacheClusterEnabled=True) == stage(cacheClusterEnabled=True)


# --- text of the customer's own -----------------------------------------------------------------------


def test_free_text_is_kept_and_what_looks_located_is_said() -> None:
    texts = {"a": "call us-east-1 now", "b": "sg-0123456789abcdef0", "c": f"account {HERE.account}", "d": "fine"}
    attributes, found = of_method(method(requestTemplates=texts))
    assert attributes["methodIntegration"]["requestTemplates"] == texts
    assert [f.code for f in found] == ["looks-located"] * 3


def test_a_name_that_holds_the_region_is_kept_and_said() -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:pay-us-east-1"
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    attributes, found = of_method(method(uri=uri))
    assert attributes["methodIntegration"]["uri"].endswith(":${AWS::AccountId}:function:pay-us-east-1/invocations")
    assert [f.code for f in found] == ["looks-located"]

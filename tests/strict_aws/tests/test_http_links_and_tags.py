"""VPC links by the clock, tags by ARN, pages of every list."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.tests.http_samples import (
    function,
    http_api,
    jwt,
    mock,
    plain,
    route,
    subnet,
    vpc_link,
    websocket_api,
)
from tests.strict_aws.tests.refused import refused

ARN = "arn:aws:apigateway:us-east-1::"


def private(http: Any, api: str, link: str) -> str:
    made = http.create_integration(
        ApiId=api,
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="ANY",
        IntegrationUri="arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/1/2",
        PayloadFormatVersion="1.0",
        ConnectionType="VPC_LINK",
        ConnectionId=link,
    )
    return str(made["IntegrationId"])


def test_a_vpc_link_is_pending_and_then_available(http: Any, ec2: Any, strict: StrictAws) -> None:
    subnets = [subnet(ec2), subnet(ec2)]
    groups = [each["GroupId"] for each in ec2.describe_security_groups()["SecurityGroups"]][:1]
    given = {"Name": "l", "SecurityGroupIds": groups, "SubnetIds": subnets, "Tags": {"a": "b"}}
    made = plain(http.create_vpc_link(**given))
    link = made["VpcLinkId"]
    assert {name: made[name] for name in given} == given
    assert (made["VpcLinkStatus"], made["VpcLinkVersion"]) == ("PENDING", "V2")
    assert http.get_vpc_link(VpcLinkId=link)["VpcLinkStatus"] == "PENDING"
    strict.clock.sleep(121)
    found = plain(http.get_vpc_link(VpcLinkId=link))
    assert (found["VpcLinkStatus"], found["VpcLinkStatusMessage"]) == (
        "AVAILABLE",
        "VPC link is ready to route traffic",
    )
    assert http.get_vpc_links()["Items"] == [found]
    http.delete_vpc_link(VpcLinkId=link)
    assert http.get_vpc_link(VpcLinkId=link)["VpcLinkStatus"] == "DELETING"
    strict.clock.sleep(61)
    assert refused(http.get_vpc_link, VpcLinkId=link)[0] == "NotFoundException"
    assert http.get_vpc_links()["Items"] == []


def test_only_the_name_of_a_vpc_link_changes(http: Any, ec2: Any) -> None:
    link = vpc_link(http, ec2)
    assert http.update_vpc_link(VpcLinkId=link, Name="m")["Name"] == "m"
    assert http.get_vpc_link(VpcLinkId=link)["Name"] == "m"
    assert "SubnetIds" not in http.meta.service_model.operation_model("UpdateVpcLink").input_shape.members
    assert refused(http.create_vpc_link, Name="n", SubnetIds=[])[0] == "BadRequestException"


def test_ten_vpc_links_at_most(http: Any, ec2: Any) -> None:
    there = subnet(ec2)
    for number in range(10):
        http.create_vpc_link(Name=f"l{number}", SubnetIds=[there])
    assert refused(http.create_vpc_link, Name="more", SubnetIds=[there])[0] == "ConflictException"


def test_the_network_of_a_vpc_link_is_there(http: Any, ec2: Any) -> None:
    there = subnet(ec2)
    for wrong in ({"SubnetIds": ["subnet-0"]}, {"SubnetIds": [there], "SecurityGroupIds": ["sg-0"]}):
        assert refused(http.create_vpc_link, Name="l", **wrong)[0] == "BadRequestException"
    assert http.get_vpc_links()["Items"] == []


def test_a_vpc_link_in_use_can_t_be_deleted(http: Any, ec2: Any) -> None:
    api = http_api(http)
    link = vpc_link(http, ec2)
    integration = private(http, api, link)
    user = route(http, api, "GET /", integration)
    assert refused(http.delete_vpc_link, VpcLinkId=link) == (
        "BadRequestException",
        f"Cannot delete vpc link. Vpc link '{link}', is referenced in [ANY:{user}] in format of [Method:Resource].",
    )
    http.create_stage(ApiId=api, StageName="live")
    http.create_deployment(ApiId=api, StageName="live")
    http.delete_route(ApiId=api, RouteId=user)
    http.delete_integration(ApiId=api, IntegrationId=integration)
    code, message = refused(http.delete_vpc_link, VpcLinkId=link)
    assert (code, f"ANY:{user}:live" in message) == ("BadRequestException", True)
    http.delete_stage(ApiId=api, StageName="live")
    http.delete_vpc_link(VpcLinkId=link)


def test_tags_show_wherever_the_object_does(http: Any, ec2: Any) -> None:
    api = http_api(http, Tags={"a": "1"})
    http.create_stage(ApiId=api, StageName="$default", Tags={"s": "1"})
    link = http.create_vpc_link(Name="l", SubnetIds=[subnet(ec2)], Tags={"v": "1"})["VpcLinkId"]
    places = {
        f"{ARN}/apis/{api}": lambda: http.get_apis()["Items"][0]["Tags"],
        f"{ARN}/apis/{api}/stages/$default": lambda: http.get_stages(ApiId=api)["Items"][0]["Tags"],
        f"{ARN}/vpclinks/{link}": lambda: http.get_vpc_links()["Items"][0]["Tags"],
    }
    for arn, shown in places.items():
        first = http.get_tags(ResourceArn=arn)["Tags"]
        assert first == shown()
        http.tag_resource(ResourceArn=arn, Tags={"b": "2"})
        assert http.get_tags(ResourceArn=arn)["Tags"] == shown() == first | {"b": "2"}
        http.untag_resource(ResourceArn=arn, TagKeys=[*first, "nothing"])
        assert http.get_tags(ResourceArn=arn)["Tags"] == shown() == {"b": "2"}


def test_tags_that_can_t_be(http: Any) -> None:
    arn = f"{ARN}/apis/{http_api(http)}"
    for tags in ({"aws:a": "b"}, {"a": "b" * 257}, {f"k{n}": "v" for n in range(51)}):
        assert refused(http.tag_resource, ResourceArn=arn, Tags=tags)[0] == "BadRequestException"
        assert refused(http.create_api, Name="a", ProtocolType="HTTP", Tags=tags)[0] == "BadRequestException"
    assert http.get_tags(ResourceArn=arn)["Tags"] == {}
    for missing in (f"{ARN}/apis/nothing", f"{ARN}/apis/nothing/stages/a", f"{ARN}/vpclinks/nothing"):
        assert refused(http.get_tags, ResourceArn=missing)[0] == "NotFoundException"
    assert refused(http.get_tags, ResourceArn="arn:aws:s3:::a")[0] == "BadRequestException"


def paged(call: Any, size: str, **params: Any) -> list[list[dict[str, Any]]]:
    pages, token = [], None
    while True:
        answer = call(MaxResults=size, **params, **({"NextToken": token} if token else {}))
        pages.append(answer["Items"])
        token = answer.get("NextToken")
        if not token:
            return pages


def test_every_list_is_cut_into_pages(http: Any, ec2: Any) -> None:
    api, socket, there = http_api(http), websocket_api(http), subnet(ec2)
    integrations = [function(http, api) for _ in range(5)]
    routes = [route(http, api, f"GET /{n}", integrations[0]) for n in range(5)]
    for n in range(5):
        jwt(http, api, f"p{n}")
        http.create_stage(ApiId=api, StageName=f"s{n}")
        http.create_deployment(ApiId=api)
        http.create_vpc_link(Name=f"l{n}", SubnetIds=[there])
        http.create_model(ApiId=socket, Name=f"M{n}", Schema="{}")
        http_api(http)
    responded = {"ApiId": socket, "IntegrationId": mock(http, socket)}
    for n in range(5):
        http.create_integration_response(**responded, IntegrationResponseKey=f"/{n}/")
    of_route = {"ApiId": socket, "RouteId": route(http, socket, "$default")}
    http.create_route_response(**of_route, RouteResponseKey="$default")
    for call, params, many in (
        (http.get_apis, {}, 7),
        (http.get_routes, {"ApiId": api}, 5),
        (http.get_integrations, {"ApiId": api}, 5),
        (http.get_authorizers, {"ApiId": api}, 5),
        (http.get_stages, {"ApiId": api}, 5),
        (http.get_deployments, {"ApiId": api}, 5),
        (http.get_vpc_links, {}, 5),
        (http.get_models, {"ApiId": socket}, 5),
        (http.get_integration_responses, responded, 5),
        (http.get_route_responses, of_route, 1),
    ):
        pages = paged(call, "2", **params)
        rows = [str(row) for page in pages for row in page]
        assert len(rows) == len(set(rows)) == many
        assert all(len(page) <= 2 for page in pages) and len(pages) == -(-many // 2)
    assert [row["RouteId"] for page in paged(http.get_routes, "2", ApiId=api) for row in page] == routes


def test_a_page_has_twenty_five_rows(http: Any) -> None:
    api = http_api(http)
    for number in range(30):
        route(http, api, f"GET /{number}")
    first = http.get_routes(ApiId=api)
    assert len(first["Items"]) == 25
    assert len(http.get_routes(ApiId=api, NextToken=first["NextToken"])["Items"]) == 5
    pages = http.get_paginator("get_routes").paginate(ApiId=api)
    assert sum(len(page["Items"]) for page in pages) == 30


@pytest.mark.parametrize("size", ["0", "501", "many", "-1"])
def test_sizes_that_can_t_be(http: Any, size: str) -> None:
    assert refused(http.get_apis, MaxResults=size)[0] == "BadRequestException"


def test_a_token_is_good_for_its_own_list_only(http: Any) -> None:
    for _ in range(3):
        http_api(http)
    token = http.get_apis(MaxResults="1")["NextToken"]
    assert refused(http.get_vpc_links, NextToken=token)[0] == "BadRequestException"
    assert refused(http.get_apis, NextToken="nonsense")[0] == "BadRequestException"

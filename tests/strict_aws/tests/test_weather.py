"""Quotas, lag, conflicts and faults: what is refused changes nothing, and what is lost took effect all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError

from tests.strict_aws import StrictAws
from tests.strict_aws.in_process import answered, session
from tests.strict_aws.tests.refused import refused
from tests.strict_aws.weather.buckets import Buckets
from tests.strict_aws.weather.quotas import EDGE_API, REST_API, TOTAL, quotas_of
from tests.strict_aws.weather.weather import BUSY, V2_IN_TOTAL

REGIONAL = {"endpointConfiguration": {"types": ["REGIONAL"]}}


# --- quotas ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "operation", "params", "name", "capacity", "per_second"),
    [
        ("apigateway", "GetRestApis", {}, "apigateway total", 40, 10),
        ("apigateway", "GetResources", {}, "apigateway GetResources", 5, 2.5),
        ("apigateway", "CreateRestApi", REGIONAL, REST_API.name, 1, 1 / 3),
        ("apigateway", "CreateRestApi", {"endpointConfiguration": {"types": ["PRIVATE"]}}, REST_API.name, 1, 1 / 3),
        ("apigateway", "CreateRestApi", {}, EDGE_API.name, 1, 1 / 30),
        ("apigateway", "ImportRestApi", {}, EDGE_API.name, 1, 1 / 30),
        (
            *("apigateway", "ImportRestApi", {"parameters": {"endpointConfigurationTypes": "REGIONAL"}}),
            *(REST_API.name, 1, 1 / 3),
        ),
        ("apigateway", "PutRestApi", {}, "apigateway PutRestApi", 1, 1),
        ("apigateway", "CreateDeployment", {}, "apigateway CreateDeployment", 1, 1 / 5),
        ("apigateway", "DeleteRestApi", {}, "apigateway DeleteRestApi", 1, 1 / 30),
        ("apigateway", "CreateDomainName", {}, "apigateway CreateDomainName", 1, 1 / 30),
        ("apigatewayv2", "CreateDomainName", {}, "apigateway CreateDomainName", 1, 1 / 30),
        ("apigateway", "UpdateUsagePlan", {}, "apigateway UpdateUsagePlan", 1, 1 / 20),
        ("apigateway", "CreateUsagePlan", {}, "apigateway total", 40, 10),
        ("apigateway", "CreateApiKey", {}, "apigateway CreateApiKey", 5, 5),
        ("apigatewayv2", "CreateVpcLink", {}, "apigatewayv2 CreateVpcLink", 1, 1 / 15),
        ("apigateway", "CreateVpcLink", {}, "apigateway total", 40, 10),
        ("apigatewayv2", "CreateDeployment", {}, "apigateway total", 40, 10),
        ("ec2", "DescribeSecurityGroups", {"MaxResults": 1000}, "ec2 DescribeSecurityGroups", 100, 20),
        ("ec2", "DescribeSecurityGroups", {}, "ec2 DescribeSecurityGroups, all at once", 50, 10),
        ("ec2", "AuthorizeSecurityGroupIngress", {}, "ec2 AuthorizeSecurityGroupIngress", 50, 5),
        ("ec2", "CreateTags", {}, "ec2 CreateTags", 100, 10),
        ("ec2", "DescribeStaleSecurityGroups", {}, "ec2 DescribeStaleSecurityGroups", 20, 5),
        ("ec2", "CreateVpcEndpoint", {}, "ec2 CreateVpcEndpoint", 4, 0.3),
    ],
)
def test_every_operation_has_its_rate(
    service: str, operation: str, params: dict[str, Any], name: str, capacity: float, per_second: float
) -> None:
    quota = quotas_of(service, operation, params)[-1]
    assert (quota.name, quota.capacity, quota.rate) == (name, capacity, pytest.approx(per_second))
    assert (TOTAL in quotas_of(service, operation, params)) is service.startswith("apigateway")


def test_a_bucket_holds_a_burst_and_fills_by_its_rate() -> None:
    buckets = Buckets()
    assert [buckets.take("1", "r", [TOTAL], now=0.0) for _ in range(40)] == [0.0] * 40
    assert buckets.take("1", "r", [TOTAL], now=0.0) == pytest.approx(0.1)
    assert buckets.take("1", "r", [TOTAL], now=0.1) == 0.0
    assert buckets.take("1", "other", [TOTAL], now=0.1) == 0.0
    assert buckets.take("2", "r", [TOTAL], now=0.1) == 0.0
    assert [buckets.take("1", "r", [TOTAL], now=1000.0) for _ in range(41)].count(0.0) == 40


def test_a_refused_call_takes_no_token_of_any_bucket() -> None:
    buckets = Buckets()
    assert buckets.take("1", "r", [TOTAL, REST_API], now=0.0) == 0.0
    for _ in range(100):
        assert buckets.take("1", "r", [TOTAL, REST_API], now=0.0) == pytest.approx(3.0)
    assert [buckets.take("1", "r", [TOTAL], now=0.0) for _ in range(39)] == [0.0] * 39


def test_another_client_eats_its_share() -> None:
    buckets = Buckets(share=1 / 3)
    for _ in range(40):
        buckets.take("1", "r", [TOTAL], now=0.0)
    assert buckets.take("1", "r", [TOTAL], now=0.0) == pytest.approx(0.15)
    taken = sum(buckets.take("1", "r", [TOTAL], now=0.01 * step) == 0.0 for step in range(1, 1001))
    assert taken == pytest.approx(10 * 10 * 2 / 3, abs=1)


def test_the_least_time_of_so_many_calls() -> None:
    assert TOTAL.seconds(40) == 0
    assert TOTAL.seconds(320) == 28
    assert quotas_of("apigateway", "CreateDeployment", {})[-1].seconds(20) == pytest.approx(95)


def test_calls_over_the_rate_are_refused_and_change_nothing(strict: StrictAws, rest: Any) -> None:
    strict.weather.quotas = True
    first = rest.create_rest_api(name="a", **REGIONAL)["id"]
    with pytest.raises(ClientError) as caught:
        rest.create_rest_api(name="b", **REGIONAL)
    answer = caught.value.response
    assert answer["Error"]["Code"] == "TooManyRequestsException"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "3"
    assert [api["id"] for api in rest.get_rest_apis()["items"]] == [first]
    strict.clock.sleep(3)
    rest.create_rest_api(name="b", **REGIONAL)
    assert len(strict.weather.gate.refusals()) == 1


def test_ec2_has_a_bucket_for_each_action(strict: StrictAws, ec2: Any) -> None:
    strict.weather.quotas = True
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for number in range(50):
        ec2.create_security_group(GroupName=f"g{number}", Description="x", VpcId=vpc)
    code, _ = refused(ec2.create_security_group, GroupName="more", Description="x", VpcId=vpc)
    assert code == "RequestLimitExceeded"
    ec2.describe_security_groups(MaxResults=1000)
    strict.clock.sleep(0.2)
    ec2.create_security_group(GroupName="more", Description="x", VpcId=vpc)


def test_whether_v2_counts_in_the_total_is_only_recalled(strict: StrictAws, http: Any) -> None:
    strict.weather.quotas = True
    for _ in range(40):
        http.get_apis()
    assert refused(http.get_apis)[0] == "TooManyRequestsException"
    strict.switch_off(V2_IN_TOTAL)
    http.get_apis()


# --- lag, conflicts, pages -----------------------------------------------------------------------------------------


def test_a_new_group_is_not_found_for_a_while(strict: StrictAws, ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    strict.weather.group_lag = 3
    made = ec2.create_security_group(GroupName="web", Description="x", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    assert (
        refused(ec2.authorize_security_group_ingress, GroupId=made, IpPermissions=[rule])[0] == "InvalidGroup.NotFound"
    )
    assert refused(ec2.describe_security_groups, GroupIds=[made])[0] == "InvalidGroup.NotFound"
    assert made not in [group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"]]
    duplicate = refused(ec2.create_security_group, GroupName="web", Description="x", VpcId=vpc)
    assert duplicate[0] == "InvalidGroup.Duplicate"
    strict.clock.sleep(3)
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
    assert made in [group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"]]


def test_every_so_often_a_change_meets_another_one(strict: StrictAws, rest: Any) -> None:
    api = rest.create_rest_api(name="a", **REGIONAL)["id"]
    other = rest.create_rest_api(name="b", **REGIONAL)["id"]
    strict.weather.conflict_every = 2
    for name in ("A", "B"):
        rest.create_model(restApiId=api, name=name, contentType="application/json", schema="{}")
    model = {"restApiId": api, "name": "C", "contentType": "application/json", "schema": "{}"}
    assert refused(rest.create_model, **model) == ("ConflictException", BUSY)
    rest.create_model(**{**model, "restApiId": other})
    rest.create_model(**model)
    rest.get_models(restApiId=api)


def test_pages_may_be_shorter_than_asked_for(strict: StrictAws, rest: Any) -> None:
    for number in range(9):
        rest.create_rest_api(name=f"api-{number}", **REGIONAL)
    strict.weather.longest_page = 4
    pages = list(rest.get_paginator("get_rest_apis").paginate(PaginationConfig={"PageSize": 500}))
    assert [len(page["items"]) for page in pages] == [4, 4, 1]
    assert len({api["id"] for page in pages for api in page["items"]}) == 9
    strict.weather.longest_page = None
    strict.weather.gate.shorten("GetRestApis", 5, times=1)
    pages = list(rest.get_paginator("get_rest_apis").paginate(PaginationConfig={"PageSize": 500}))
    assert [len(page["items"]) for page in pages] == [5, 4]


def test_what_is_built_in_calm_meets_no_weather(strict: StrictAws, rest: Any) -> None:
    strict.weather.turn_rough()
    with strict.weather.calm():
        for number in range(60):
            rest.create_rest_api(name=f"api-{number}", **REGIONAL)
    assert strict.weather.gate.calls == []
    assert len(rest.get_rest_apis(limit=500)["items"]) == 7


# --- faults --------------------------------------------------------------------------------------------------------


def names(rest: Any) -> list[str]:
    """The names of all APIs."""
    return [api["name"] for api in rest.get_rest_apis()["items"]]


def test_an_error_before_the_effect_and_one_after_it(strict: StrictAws, rest: Any) -> None:
    gate = strict.weather.gate
    gate.fail("CreateRestApi", "InternalFailure", 500)
    assert refused(rest.create_rest_api, name="before")[0] == "InternalFailure"
    gate.fail("CreateRestApi", "ServiceUnavailableException", 503, after=True)
    assert refused(rest.create_rest_api, name="after")[0] == "ServiceUnavailableException"
    assert names(rest) == ["after"]
    assert [(call.code, call.done) for call in gate.mutations()] == [
        ("InternalFailure", False),
        ("ServiceUnavailableException", True),
    ]


def test_a_lost_answer_and_a_reset_connection(strict: StrictAws, rest: Any) -> None:
    gate = strict.weather.gate
    gate.lose_answer(1)
    with pytest.raises(ConnectionClosedError):
        rest.create_rest_api(name="lost")
    gate.reset_connection("CreateRestApi")
    with pytest.raises(ConnectionClosedError):
        rest.create_rest_api(name="reset")
    assert names(rest) == ["lost"]
    assert [(call.verdict, call.done) for call in gate.mutations()] == [("answer lost", True), ("reset", False)]


def test_an_answer_that_takes_its_time(strict: StrictAws, rest: Any) -> None:
    began = strict.clock.now()
    strict.weather.gate.delay("GetRestApis", 12.5, times=1)
    rest.get_rest_apis()
    rest.get_rest_apis()
    assert strict.clock.now() == began + 12.5


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("ec2", "describe_vpcs", "RequestExpired"),
        ("apigateway", "get_rest_apis", "ExpiredTokenException"),
        ("apigatewayv2", "get_apis", "ExpiredTokenException"),
        ("s3", "list_buckets", "ExpiredToken"),
    ],
)
def test_a_token_that_has_expired(
    strict: StrictAws, client: Callable[..., Any], service: str, call: str, code: str
) -> None:
    strict.weather.gate.expire(times=1)
    made = client(service)
    assert refused(getattr(made, call))[0] == code
    getattr(made, call)()


def test_a_region_that_is_dead(strict: StrictAws, client: Callable[..., Any]) -> None:
    strict.weather.gate.lose_region("us-east-1")
    for service, call in (("ec2", "describe_vpcs"), ("apigateway", "get_rest_apis"), ("s3", "list_buckets")):
        with pytest.raises(EndpointConnectionError):
            getattr(client(service), call)()
        getattr(client(service, region="us-west-2"), call)()
    assert [call.verdict for call in strict.weather.gate.select(region="us-east-1")] == ["region lost"] * 3


def test_botocores_own_retries_wait_in_this_time(strict: StrictAws) -> None:
    """With quotas on, an impatient client still gets through by its own retries, and no second is really waited."""
    strict.weather.quotas = True
    with answered(strict):
        import boto3

        config = Config(retries={"mode": "standard", "total_max_attempts": 10})
        keys = {"aws_access_key_id": "123456789012", "aws_secret_access_key": "x"}
        rest = boto3.session.Session().client("apigateway", "eu-central-1", config=config, **keys)
        began = strict.clock.now()
        for _ in range(200):
            rest.get_rest_apis()
    assert strict.clock.now() - began >= 16
    assert strict.weather.gate.refusals()


# --- the log -------------------------------------------------------------------------------------------------------


def test_every_call_is_written_down_with_its_verdict(strict: StrictAws, client: Callable[..., Any]) -> None:
    gate = strict.weather.gate
    api = client("apigateway").create_rest_api(name="x")["id"]
    client("apigateway", region="us-west-2").get_rest_apis()
    refused(client("apigateway").get_rest_api, restApiId="nowhere")
    gate.deny("GetApis", times=1)
    refused(client("apigatewayv2").get_apis)
    assert gate.verdicts() == {
        ("apigateway", "CreateRestApi", "us-east-1", "done"): 1,
        ("apigateway", "GetRestApis", "us-west-2", "done"): 1,
        ("apigateway", "GetRestApi", "us-east-1", "NotFoundException"): 1,
        ("apigatewayv2", "GetApis", "us-east-1", "AccessDeniedException"): 1,
    }
    assert gate.calls[0].params == {"name": "x"}
    assert (gate.calls[0].mutating, gate.calls[1].mutating) == (True, False)
    assert api


def test_accounts_and_regions_are_worlds_of_their_own(strict: StrictAws) -> None:
    one, two = "111111111111", "222222222222"
    for account, region in ((one, "us-east-1"), (two, "us-east-1"), (one, "eu-west-1")):
        rest = session(strict, account).client("apigateway", region)
        assert rest.get_rest_apis()["items"] == []
        rest.create_rest_api(name="x")
    assert len(names(session(strict, one).client("apigateway", "us-east-1"))) == 1


def test_a_role_of_another_account_acts_there(strict: StrictAws) -> None:
    """STS is moto's; the keys that it gives out belong to the role's account."""
    role = "arn:aws:iam::222222222222:role/dr"
    sts = session(strict).client("sts", "us-east-1")
    keys = sts.assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    with answered(strict):
        import boto3

        made = boto3.session.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        made.client("apigateway", "us-east-1").create_rest_api(name="theirs")
    assert names(session(strict, "222222222222").client("apigateway", "us-east-1")) == ["theirs"]
    assert names(session(strict).client("apigateway", "us-east-1")) == []

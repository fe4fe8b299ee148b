"""Reading a region: pages, refusals, what vanishes meanwhile, what is left out, landmarks on demand."""

from __future__ import annotations

import pytest

from dr_toolkit.engine.capture import Reader, Reading
from dr_toolkit.errors import CloudDenied, CloudRefused, CredentialsMissing
from dr_toolkit.model.documents import EXCLUDED, FAILED, READ, Scope
from dr_toolkit.resources import registry
from tests.fakes import FakeCloud

HERE = Scope("123456789012", "us-east-1")
DENIED = CloudDenied(service="x", operation="y", region="z", code="AccessDenied", reason="no permission")


def cloud(page: int = 1000, apis: int = 2) -> FakeCloud:
    """A VPC with twelve groups, and APIs with two paths each."""
    made = FakeCloud(HERE, page=page)
    made.ec2.vpcs["vpc-1"] = {"VpcId": "vpc-1", "Tags": [{"Key": "Name", "Value": "main"}]}
    for number in range(12):
        made.ec2.CreateSecurityGroup(f"g{number:02}", "d", "vpc-1")
    for number in range(apis):
        row = made.rest.CreateRestApi(name=f"api{number}", endpointConfiguration={"types": ["REGIONAL"]})
        path = made.rest.CreateResource(row["id"], row["rootResourceId"], "pets")
        made.rest.PutMethod(row["id"], path["id"], "GET", authorizationType="NONE")
    return made


def read(source: FakeCloud, **options: object) -> Reading:
    """What a reader makes of it."""
    return Reader(source, registry()).read(**options)  # type: ignore[arg-type]


def test_every_page_is_read_and_every_call_is_made_once() -> None:
    source = cloud(page=5)
    assert len(read(source).of("ec2.security_group")) == 12
    tokens = [p.get("NextToken") for o, p in source.reads if o == "DescribeSecurityGroups"]
    assert tokens == [None, "5", "10"]
    lists = [p for o, p in source.reads if o == "DescribeManagedPrefixLists"]
    assert len(lists) == 1, "one call feeds two types"


def test_a_page_token_that_comes_twice_is_an_error_and_no_endless_loop() -> None:
    source = cloud()
    source.ec2.DescribeSecurityGroups = lambda **asked: {"SecurityGroups": [{}] * 3000}  # type: ignore[method-assign]
    source._paged = lambda answer, given: {**answer, "NextToken": "same"}  # type: ignore[method-assign]
    found = read(source)
    assert found.coverage["ec2.security_group"].status == FAILED
    assert "the same page token came twice" in found.coverage["ec2.security_group"].reason


def test_a_list_that_is_denied_fails_its_type_and_what_rests_on_it() -> None:
    source = cloud()
    source.denied["DescribeSecurityGroups"] = DENIED
    found = read(source)
    assert found.coverage["ec2.security_group"].status == FAILED
    assert "no permission" in found.coverage["ec2.security_group"].reason
    assert found.coverage["ec2.security_group_rule"].status == FAILED
    assert found.coverage["ec2.security_group_rule"].reason.startswith("rests on ec2.security_group")
    assert "ec2.security_group_rule" not in found.rows
    assert found.coverage["apigateway.rest_api"].status == READ


def test_a_failure_in_one_parent_fails_the_type() -> None:
    source = cloud()
    source.denied["GetModels"] = DENIED
    found = read(source)
    assert found.coverage["apigateway.model"].status == FAILED
    assert "at api0" in found.coverage["apigateway.model"].reason
    assert found.coverage["apigateway.resource"].status == READ


def test_a_vpc_list_that_is_denied_fails_the_groups() -> None:
    source = cloud()
    source.denied["DescribeVpcs"] = DENIED
    found = read(source)
    assert {
        n for n in ("ec2.vpc", "ec2.security_group", "ec2.security_group_rule") if found.coverage[n].status == FAILED
    } == {
        "ec2.vpc",
        "ec2.security_group",
        "ec2.security_group_rule",
    }


def test_credentials_that_are_gone_end_the_capture() -> None:
    source = cloud()
    source.denied["GetRestApis"] = CredentialsMissing(reason="none")
    with pytest.raises(CredentialsMissing):
        read(source)


def test_an_api_that_is_deleted_while_it_is_read_is_left_out_whole() -> None:
    source = cloud()
    (gone, kept) = source.rest.apis
    get = source.rest.GetStages

    def vanish(restApiId: str) -> object:  # noqa: N803
        if restApiId == gone:
            source.rest.apis.pop(gone, None)
            raise CloudRefused(service="a", operation="b", region="c", code="NotFoundException", reason="gone")
        return get(restApiId)

    source.rest.GetStages = vanish  # type: ignore[assignment, method-assign]
    found = read(source)
    assert found.coverage["apigateway.stage"].status == READ
    assert [row.data["id"] for row in found.of("apigateway.rest_api")] == [kept]
    assert {row.root.data["id"] for row in found.of("apigateway.method")} == {kept}


def test_a_type_that_is_excluded_takes_along_what_rests_on_it() -> None:
    source = cloud()
    found = read(source, excluded=lambda name: name in ("apigateway.resource", "ec2.security_group"))
    excluded = {name for name, c in found.coverage.items() if c.status == EXCLUDED}
    assert excluded == {
        *("apigateway.resource", "apigateway.method", "ec2.security_group", "ec2.security_group_rule"),
        "ec2.security_group_vpc_association",
    }
    assert not {"GetResources", "DescribeSecurityGroups"} & {o for o, _ in source.reads}


def test_landmarks_are_read_where_something_names_them() -> None:
    source = cloud()
    assert not {"lambda.function", "elbv2.listener"} & read(source).coverage.keys()
    api = next(iter(source.rest.apis.values()))
    method = api.methods()[0]
    function = f"arn:aws:lambda:{source.scope.region}:{source.scope.account}:function:orders"
    method["methodIntegration"] = {"type": "AWS", "uri": f"arn:aws:apigateway:us-east-1:lambda:path/{function}"}
    assert read(source).coverage["lambda.function"].status == READ
    balancer = f"arn:aws:elasticloadbalancing:{source.scope.region}:{source.scope.account}:listener/app/x/0123/4567"
    method["methodIntegration"] = {"type": "HTTP", "uri": balancer}
    assert read(source).coverage["elbv2.load_balancer"].status == READ
    assert read(cloud(), landmarks=["ec2.subnet"]).coverage["ec2.subnet"].status == READ


def test_a_list_of_types_narrows_what_is_read() -> None:
    source = cloud()
    found = read(source, only={"ec2.security_group", "ec2.vpc"})
    assert set(found.coverage) == {"ec2.security_group", "ec2.vpc"}


def test_a_landmark_that_is_excluded_is_not_asked_for() -> None:
    source = cloud()
    method = next(iter(source.rest.apis.values())).methods()[0]
    function = f"arn:aws:lambda:{source.scope.region}:{source.scope.account}:function:orders"
    method["methodIntegration"] = {"type": "AWS", "uri": f"arn:aws:apigateway:us-east-1:lambda:path/{function}"}
    found = read(source, excluded=lambda name: name.startswith("lambda."))
    assert found.coverage["lambda.function"].status == EXCLUDED
    assert not {"ListFunctions", "ListAliases", "GetPolicy"} & {operation for operation, _ in source.reads}

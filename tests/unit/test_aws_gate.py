"""The gate before the stand-in: it writes every call down, and fails those that it is told to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.aws_gate import Gate, Killed
from tests.moto_aws import ACCESS_KEY, SECRET_KEY, Stand
from tests.refusals import refused

HOME, AWAY = "eu-west-1", "us-west-2"


@pytest.fixture
def ec2(aws: Stand) -> Any:
    """EC2's client, in the first region."""
    return aws.client("ec2", HOME)


@pytest.fixture
def make(ec2: Any) -> Callable[[str], Any]:
    """Make a group."""
    return lambda name: ec2.create_security_group(GroupName=name, Description="x")


def names(ec2: Any) -> set[str]:
    """The names of the groups that are there."""
    return {group["GroupName"] for group in ec2.describe_security_groups()["SecurityGroups"]}


def test_calls_are_written_down(aws: Stand, gate: Gate, make: Callable[[str], Any]) -> None:
    made = make("a")["GroupId"]
    rest = aws.client("apigateway", AWAY)
    api = rest.create_rest_api(name="x")["id"]
    arn = f"arn:aws:apigateway:{AWAY}::/restapis/{api}"
    rest.tag_resource(resourceArn=arn, tags={"a": "b"})
    rest.get_resources(restApiId=api, embed=["methods"])
    aws.client("apigatewayv2", AWAY).get_apis()
    seen = [(call.name, call.region, call.mutating, call.status) for call in gate.calls]
    assert seen == [
        ("ec2:CreateSecurityGroup", HOME, True, 200),
        ("apigateway:CreateRestApi", AWAY, True, 201),
        ("apigateway:TagResource", AWAY, True, 204),
        ("apigateway:GetResources", AWAY, False, 200),
        ("apigatewayv2:GetApis", AWAY, False, 200),
    ]
    assert gate.calls[0].params == {"GroupName": "a", "GroupDescription": "x"}
    assert gate.calls[2].params == {"resourceArn": arn, "tags": {"a": "b"}}
    assert gate.calls[3].params == {"restApiId": api, "embed": "methods"}
    assert made.startswith("sg-")


def test_calls_are_counted(aws: Stand, gate: Gate, ec2: Any, make: Callable[[str], Any]) -> None:
    make("a")
    mark = gate.mark()
    make("b")
    names(ec2)
    assert gate.count("CreateSecurityGroup") == 2
    assert gate.count("CreateSecurityGroup", region=AWAY) == 0
    assert gate.tally(mutating=True) == {("ec2", "CreateSecurityGroup", HOME): 2}
    assert [call.operation for call in gate.mutations(HOME)] == ["CreateSecurityGroup"] * 2
    assert [call.operation for call in gate.since(mark)] == ["CreateSecurityGroup", "DescribeSecurityGroups"]


def test_s3_passes_and_is_written_down(aws: Stand, gate: Gate) -> None:
    gate.refuse(HOME)
    s3 = aws.client("s3", HOME)
    where = {"LocationConstraint": HOME}
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration=where)
    s3.put_object(Bucket="bucket", Key="a/b", Body=b"x" * 100_000)
    assert s3.get_object(Bucket="bucket", Key="a/b")["Body"].read() == b"x" * 100_000
    s3.list_objects_v2(Bucket="bucket", Prefix="a/")
    found = [(call.operation, call.status) for call in gate.select("s3")]
    assert found == [("CreateBucket", 200), ("PutObject", 200), ("GetObject", 200), ("ListObjectsV2", 200)]
    assert gate.mutations() == []


def test_a_refused_region_answers_with_an_error(aws: Stand, gate: Gate, ec2: Any) -> None:
    gate.refuse(HOME)
    with refused("RegionRefused"):
        ec2.describe_vpcs()
    with refused("RegionRefused"):
        aws.client("apigateway", HOME).get_rest_apis()
    aws.client("ec2", AWAY).describe_vpcs()
    assert [call.region for call in gate.refused] == [HOME, HOME]
    gate.clear_faults()
    with refused("RegionRefused"):
        ec2.describe_vpcs()
    gate.allow(HOME)
    ec2.describe_vpcs()
    gate.reset()


@pytest.mark.parametrize(
    ("service", "call", "code", "status"),
    [
        ("ec2", "describe_vpcs", "UnauthorizedOperation", 403),
        ("apigateway", "get_rest_apis", "AccessDeniedException", 403),
        ("s3", "list_buckets", "AccessDenied", 403),
        ("sts", "get_caller_identity", "AccessDenied", 403),
    ],
)
def test_an_operation_is_denied_in_the_services_own_form(
    aws: Stand, gate: Gate, service: str, call: str, code: str, status: int
) -> None:
    gate.deny("".join(word.title() for word in call.split("_")))
    with pytest.raises(ClientError) as caught:
        getattr(aws.client(service, HOME), call)()
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize("status", [404, 501])
def test_an_unsupported_operation_answers_with_a_page(aws: Stand, gate: Gate, status: int) -> None:
    gate.unsupported("GetRestApis", status=status)
    with refused(str(status)):
        aws.client("apigateway", HOME).get_rest_apis()


@pytest.mark.parametrize(
    ("service", "call", "operation", "code"),
    [
        ("ec2", "describe_vpcs", "DescribeVpcs", "RequestLimitExceeded"),
        ("apigateway", "get_rest_apis", "GetRestApis", "TooManyRequestsException"),
    ],
)
def test_an_operation_is_throttled_so_often(
    aws: Stand, gate: Gate, service: str, call: str, operation: str, code: str
) -> None:
    gate.throttle(operation, times=2)
    client = aws.client(service, HOME)
    for _ in range(2):
        with refused(code):
            getattr(client, call)()
    getattr(client, call)()


def test_an_operation_fails_as_wanted(aws: Stand, gate: Gate, make: Callable[[str], Any]) -> None:
    gate.fail("CreateSecurityGroup", "InternalError", 500)
    with refused("InternalError"):
        make("a")
    make("a")
    gate.fail("CreateRestApi", "ConflictException", 409, times=2)
    for _ in range(2):
        with refused("ConflictException"):
            aws.client("apigateway", HOME).create_rest_api(name="x")


def test_death_at_a_call_to_s3(aws: Stand, gate: Gate, ec2: Any) -> None:
    s3 = aws.client("s3", HOME)
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": HOME})
    with aws.mortal_clients():
        gate.kill_before(1, s3=True)
        with pytest.raises(Killed):
            s3.put_object(Bucket="bucket", Key="a", Body=b"a")
        gate.kill_after(1, s3=True)
        with pytest.raises(Killed):
            s3.put_object(Bucket="bucket", Key="b", Body=b"b")
        gate.clear_faults()
    assert [each["Key"] for each in s3.list_objects_v2(Bucket="bucket")["Contents"]] == ["b"]


def test_death_reaches_s3fs_as_a_lost_connection(aws: Stand, gate: Gate) -> None:
    import s3fs

    credentials = {"key": ACCESS_KEY, "secret": SECRET_KEY}
    files = s3fs.S3FileSystem(
        **credentials, endpoint_url=aws.endpoint, client_kwargs={"region_name": HOME}, skip_instance_cache=True
    )
    files.mkdir("bucket")
    with aws.mortal_clients():
        gate.kill_after(1, s3=True)
        with pytest.raises(OSError, match="killed"):
            files.pipe_file("bucket/a", b"a")
        with pytest.raises(OSError, match="killed"):
            files.cat_file("bucket/a")
        gate.clear_faults()
    assert files.cat_file("bucket/a") == b"a"


def test_death_before_a_call_leaves_no_effect(aws: Stand, gate: Gate, ec2: Any, make: Callable[[str], Any]) -> None:
    with aws.mortal_clients():
        gate.kill_before(2)
        make("a")
        names(ec2)
        with pytest.raises(Killed):
            make("b")
        with pytest.raises(Killed):
            names(ec2)
        assert gate.dead
        assert [call.fault for call in gate.mutations()] == [None, "killed before"]
        assert [call.params["GroupName"] for call in gate.effects()] == ["a"]
        gate.clear_faults()
        assert names(ec2) == {"default", "a"}


def test_death_after_a_call_leaves_its_effect(aws: Stand, gate: Gate, ec2: Any, make: Callable[[str], Any]) -> None:
    with aws.mortal_clients():
        gate.kill_after(2)
        make("a")
        with pytest.raises(Killed):
            make("b")
        assert [call.params["GroupName"] for call in gate.effects()] == ["a", "b"]
        gate.clear_faults()
        assert names(ec2) == {"default", "a", "b"}


def test_a_lost_answer_drops_the_connection_once(gate: Gate, ec2: Any, make: Callable[[str], Any]) -> None:
    gate.lose_answer(1)
    with pytest.raises(ConnectionClosedError):
        make("a")
    make("b")
    assert names(ec2) == {"default", "a", "b"}
    assert gate.calls[0].fault == "answer lost"


def test_a_retry_after_a_lost_answer_meets_its_own_effect(aws: Stand, gate: Gate) -> None:
    gate.lose_answer(1)
    patient = aws.client("ec2", HOME, retries={"max_attempts": 2, "mode": "standard"})
    with refused("InvalidGroup.Duplicate"):
        patient.create_security_group(GroupName="a", Description="x")
    assert gate.count("CreateSecurityGroup") == 2


def test_a_dry_run_is_no_mutation(gate: Gate, ec2: Any) -> None:
    with refused("DryRunOperation"):
        ec2.create_security_group(GroupName="a", Description="x", DryRun=True)
    assert gate.mutations() == []


def test_a_process_of_its_own_dies_by_the_gates_hand(aws: Stand, gate: Gate) -> None:
    script = "import boto3; ec2 = boto3.client('ec2', 'eu-west-1')\n"
    script += "for name in 'abc': ec2.create_security_group(GroupName=name, Description='x')\n"
    process = subprocess.Popen([sys.executable, "-c", script], env=aws.environment())
    gate.kill_before(2)
    gate.on_death = process.kill
    assert process.wait(60) == -9
    gate.clear_faults()
    assert names(aws.client("ec2", HOME)) == {"default", "a"}


def test_regions_are_worlds_of_their_own(aws: Stand, make: Callable[[str], Any]) -> None:
    make("a")
    assert names(aws.client("ec2", AWAY)) == {"default"}
    aws.reset()
    assert names(aws.client("ec2", HOME)) == {"default"}


def test_one_region_is_emptied_alone(aws: Stand, gate: Gate, make: Callable[[str], Any]) -> None:
    make("a")
    away = aws.client("ec2", AWAY)
    away.create_security_group(GroupName="b", Description="x")
    aws.client("apigateway", AWAY).create_rest_api(name="x")
    aws.reset_region(AWAY)
    assert names(away) == {"default"}
    assert aws.client("apigateway", AWAY).get_rest_apis()["items"] == []
    assert names(aws.client("ec2", HOME)) == {"default", "a"}
    assert gate.count("CreateSecurityGroup") == 2

"""Deployments freeze an API and never change; stages are on them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.rest.stages import associate_web_acl
from tests.strict_aws.rest.state import RestRegion
from tests.strict_aws.tests.refused import refused

ACCOUNT = "123456789012"
LOG_GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:access"
GONE = "Cannot remove method setting {} because there is no method setting for this method "

KNOWN = (
    "[/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, "
    "/accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, "
    "/{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, "
    "/{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit"
    "/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, "
    "/{resourcePath}/{httpMethod}/caching/dataEncrypted, "
    "/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, "
    "/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, "
    "/*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit "
    "/*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, "
    "/*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, "
    "/variables/{variable_name}, /tracingEnabled]"
)
"""What AWS says a stage's patches can be, commas missing (recorded: test_create_update_stages)."""


@pytest.fixture
def api(rest: Any) -> str:
    """An API with GET / on a mock."""
    made = rest.create_rest_api(name="stages")
    own = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="NONE")
    rest.put_integration(**own, type="MOCK")
    return str(made["id"])


@pytest.fixture
def role(rest: Any) -> None:
    """The account has the role for logs."""
    patches = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": f"arn:aws:iam::{ACCOUNT}:role/logs"}]
    rest.update_account(patchOperations=patches)


def update(rest: Any, api: str, *patches: tuple[str, ...]) -> dict[str, Any]:
    """Patch the stage dev: (op, path, value or what a copy is from)."""
    rows = [dict(zip(("op", "path", "from" if each[0] == "copy" else "value"), each, strict=False)) for each in patches]
    return dict(rest.update_stage(restApiId=api, stageName="dev", patchOperations=rows))


def not_updated(rest: Any, api: str, *patches: tuple[str, ...]) -> str:
    """The text with which the same is refused; the stage stays as it was."""
    before = rest.get_stage(restApiId=api, stageName="dev")
    code, text = refused(lambda: update(rest, api, *patches))
    assert code in ("BadRequestException", "NotFoundException", "LimitExceededException")
    assert rest.get_stage(restApiId=api, stageName="dev") == before
    return text


# --- deployments ----------------------------------------------------------------------------------------------------


def test_a_deployment_keeps_what_it_froze(rest: Any, strict: StrictAws, api: str) -> None:
    first = rest.create_deployment(restApiId=api, description="one")
    root = next(r for r in rest.get_resources(restApiId=api)["items"] if r["path"] == "/")["id"]
    rest.put_method(restApiId=api, resourceId=root, httpMethod="POST", authorizationType="AWS_IAM", apiKeyRequired=True)
    rest.put_integration(restApiId=api, resourceId=root, httpMethod="POST", type="MOCK")
    second = rest.create_deployment(restApiId=api)
    embed = {"embed": ["apisummary"]}
    get = {"authorizationType": "NONE", "apiKeyRequired": False}
    post = {"authorizationType": "AWS_IAM", "apiKeyRequired": True}
    summary = rest.get_deployment(restApiId=api, deploymentId=first["id"], **embed)["apiSummary"]
    assert summary == {"/": {"GET": get}}
    summary = rest.get_deployment(restApiId=api, deploymentId=second["id"], **embed)["apiSummary"]
    assert summary == {"/": {"GET": get, "POST": post}}
    listed = rest.get_deployments(restApiId=api)["items"]
    assert [each["id"] for each in listed] == [second["id"], first["id"]]
    assert [each.get("description") for each in listed] == [None, "one"]
    assert not any("apiSummary" in each for each in listed)
    frozen = strict.region("us-east-1").part(RestRegion).apis[api].deployed[first["id"]]
    assert [verb for _, verb, _ in frozen.methods()] == ["GET"]


def test_what_can_not_be_deployed(rest: Any) -> None:
    made = rest.create_rest_api(name="empty")
    bad = "BadRequestException"
    deploy = {"restApiId": made["id"], "stageName": "dev"}
    assert refused(rest.create_deployment, **deploy) == (bad, "The REST API doesn't contain any methods")
    own = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="NONE")
    assert refused(rest.create_deployment, **deploy) == (bad, "No integration defined for method")
    rest.put_integration(**own, type="MOCK")
    rest.create_deployment(**deploy)
    assert refused(rest.create_deployment, **(deploy | {"restApiId": "nothing"}))[0] == "NotFoundException"


def test_a_private_api_without_a_policy_can_not_be_deployed(rest: Any) -> None:
    made = rest.create_rest_api(name="inside", endpointConfiguration={"types": ["PRIVATE"]})
    own = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="NONE")
    rest.put_integration(**own, type="MOCK")
    code, text = refused(rest.create_deployment, restApiId=made["id"])
    assert (code, text) == ("BadRequestException", "Private REST API doesn't have a resource policy attached to it")
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke",'
    policy += '"Resource":"execute-api:/*"}]}'
    patches = [{"op": "replace", "path": "/policy", "value": policy}]
    rest.update_rest_api(restApiId=made["id"], patchOperations=patches)
    assert rest.create_deployment(restApiId=made["id"])["id"]


def test_a_deployment_makes_the_stage_that_it_names_and_moves_it(rest: Any, api: str) -> None:
    first = rest.create_deployment(
        restApiId=api,
        stageName="dev",
        stageDescription="for us",
        variables={"level": "1"},
        cacheClusterEnabled=True,
        cacheClusterSize="1.6",
        tracingEnabled=True,
    )
    stage = rest.get_stage(restApiId=api, stageName="dev")
    wanted = {"deploymentId": first["id"], "description": "for us", "variables": {"level": "1"}, "tracingEnabled": True}
    wanted |= {"cacheClusterEnabled": True, "cacheClusterSize": "1.6", "cacheClusterStatus": "CREATE_IN_PROGRESS"}
    assert wanted.items() <= stage.items()
    second = rest.create_deployment(restApiId=api, stageName="dev")
    moved = rest.get_stage(restApiId=api, stageName="dev")
    assert moved["deploymentId"] == second["id"]
    assert moved["variables"] == {"level": "1"}
    assert moved["createdDate"] == stage["createdDate"]
    rest.delete_deployment(restApiId=api, deploymentId=first["id"])
    _, text = refused(rest.delete_deployment, restApiId=api, deploymentId=second["id"])
    assert text == "Active stages pointing to this deployment must be moved or deleted"
    patches = [{"op": "replace", "path": "/description", "value": "two"}]
    rest.update_deployment(restApiId=api, deploymentId=second["id"], patchOperations=patches)
    assert rest.get_deployment(restApiId=api, deploymentId=second["id"])["description"] == "two"


def test_a_canary_deployment(rest: Any, api: str) -> None:
    canary = {"percentTraffic": 50, "stageVariableOverrides": {"testVar": "canary"}}
    faulty = "Invalid deployment content specified."
    none = f"{faulty}Non null and non empty stageName must be provided for canary deployment. Provided value is "
    create = rest.create_deployment
    assert refused(create, restApiId=api, canarySettings=canary)[1] == f"{none}null"
    assert refused(create, restApiId=api, canarySettings=canary, stageName="")[1] == none
    text = f"{faulty}Stage dev must already be created before making a canary release deployment"
    assert refused(create, restApiId=api, canarySettings=canary, stageName="dev")[1] == text
    assert rest.get_deployments(restApiId=api)["items"] == []
    base = create(restApiId=api, stageName="dev", variables={"testVar": "default"})["id"]
    made = create(restApiId=api, stageName="dev", canarySettings=canary)["id"]
    stage = rest.get_stage(restApiId=api, stageName="dev")
    assert stage["deploymentId"] == base
    assert stage["canarySettings"] == {**canary, "deploymentId": made, "useStageCache": False}
    assert refused(rest.delete_deployment, restApiId=api, deploymentId=made)[0] == "BadRequestException"


# --- stages ---------------------------------------------------------------------------------------------------------


def test_a_stage_that_can_not_be(rest: Any, api: str) -> None:
    deployment = rest.create_deployment(restApiId=api)["id"]
    own = {"restApiId": api, "stageName": "dev", "deploymentId": deployment}
    bad, create = "BadRequestException", rest.create_stage
    assert refused(create, **(own | {"deploymentId": "no"})) == (bad, "Deployment id does not exist")
    assert refused(create, **own, canarySettings={"deploymentId": "no"}) == (bad, "Deployment id does not exist")
    assert refused(create, **(own | {"stageName": "a.b"})) == (bad, "Stage name only allows a-zA-Z0-9_-")
    assert refused(create, **own, documentationVersion="no")[0] == "NotFoundException"
    assert refused(create, **own, cacheClusterSize="2")[0] == "ValidationException"
    assert rest.get_stages(restApiId=api)["item"] == []
    create(**own)
    assert refused(create, **own) == ("ConflictException", "Stage already exists")
    for number in range(9):
        create(**(own | {"stageName": f"s{number}"}))
    assert refused(create, **(own | {"stageName": "s9"}))[0] == "LimitExceededException"
    assert len(rest.get_stages(restApiId=api)["item"]) == 10
    rest.delete_stage(restApiId=api, stageName="dev")
    missing = ("NotFoundException", "Invalid stage identifier specified")
    assert refused(rest.get_stage, restApiId=api, stageName="dev") == missing
    assert refused(rest.delete_stage, restApiId=api, stageName="dev") == missing


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"a-b": "1"}, "BadRequestException"),
        ({"a" * 65: "1"}, "BadRequestException"),
        ({"a": "{}"}, "BadRequestException"),
        ({"a": "x" * 513}, "BadRequestException"),
        ({f"v{number}": "1" for number in range(101)}, "LimitExceededException"),
    ],
)
def test_stage_variables_have_limits(rest: Any, api: str, variables: dict[str, str], code: str) -> None:
    assert refused(rest.create_deployment, restApiId=api, stageName="dev", variables=variables)[0] == code
    assert rest.get_deployments(restApiId=api)["items"] == []
    rest.create_deployment(restApiId=api, stageName="dev", variables={"url": "https://a.example.com:80/b?c=d&e,f_g"})
    not_updated(rest, api, *[("replace", f"/variables/{name}", value) for name, value in variables.items()])


def test_settings_of_methods_keep_their_keys_and_begin_as_those_of_the_stage(rest: Any, api: str, role: None) -> None:
    rest.create_deployment(restApiId=api, stageName="dev")
    defaults = {
        "metricsEnabled": False,
        "dataTraceEnabled": False,
        "throttlingBurstLimit": -1,
        "throttlingRateLimit": -1.0,
        "cachingEnabled": False,
        "cacheTtlInSeconds": 300,
        "cacheDataEncrypted": False,
        "requireAuthorizationForCacheControl": True,
        "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
    }
    key = "~1pets~1{id}/GET"
    stage = update(rest, api, ("replace", f"/{key}/metrics/enabled", "true"))
    assert stage["methodSettings"] == {key: defaults | {"metricsEnabled": True}}
    stage = update(
        rest,
        api,
        ("replace", "/*/*/throttling/burstLimit", "123"),
        ("replace", "/*/*/caching/enabled", "true"),
        ("replace", "/*/*/logging/loglevel", "ERROR"),
        ("replace", "/test/GET/throttling/burstLimit", "124"),
        ("replace", "/test/GET/caching/unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403"),
    )
    whole = defaults | {"throttlingBurstLimit": 123, "throttlingRateLimit": 10000.0, "cachingEnabled": True}
    whole |= {"loggingLevel": "ERROR"}
    assert stage["methodSettings"]["*/*"] == whole
    own = whole | {"throttlingBurstLimit": 124, "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403"}
    assert stage["methodSettings"]["test/GET"] == own
    stage = update(rest, api, ("remove", "/*/*"), ("remove", f"/{key}"))
    assert set(stage["methodSettings"]) == {"test/GET"}
    assert not_updated(rest, api, ("remove", "/*/*")) == GONE.format("*/*")
    for path, value in (
        ("logging/loglevel", "WARN"),
        ("caching/ttlInSeconds", "3601"),
        ("throttling/burstLimit", "many"),
        ("caching/unauthorizedCacheControlHeaderStrategy", "NEVER"),
    ):
        not_updated(rest, api, ("replace", f"/*/*/{path}", value))


def test_logging_needs_the_role(rest: Any, api: str) -> None:
    rest.create_deployment(restApiId=api, stageName="dev")
    text = "CloudWatch Logs role ARN must be set in account settings to enable logging"
    assert not_updated(rest, api, ("replace", "/*/*/logging/loglevel", "INFO")) == text
    assert not_updated(rest, api, ("replace", "/accessLogSettings/destinationArn", LOG_GROUP)) == text
    assert (
        update(rest, api, ("replace", "/*/*/logging/loglevel", "OFF"))["methodSettings"]["*/*"]["loggingLevel"] == "OFF"
    )


def test_access_logs(rest: Any, api: str, role: None) -> None:
    rest.create_deployment(restApiId=api, stageName="dev")
    destination, form = "/accessLogSettings/destinationArn", "/accessLogSettings/format"
    stage = update(rest, api, ("replace", destination, LOG_GROUP), ("replace", form, "$context.requestId"))
    assert stage["accessLogSettings"] == {"destinationArn": LOG_GROUP, "format": "$context.requestId"}
    not_updated(rest, api, ("replace", form, "$context.status"))
    not_updated(rest, api, ("replace", form, "$context.requestId" + "x" * 3072))
    not_updated(rest, api, ("replace", destination, f"{LOG_GROUP}:*"))
    not_updated(rest, api, ("replace", destination, f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/other"))
    stream = f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/amazon-apigateway-log"
    assert update(rest, api, ("replace", destination, stream))["accessLogSettings"]["destinationArn"] == stream


def test_a_canary_is_set_promoted_and_removed_by_patches(rest: Any, api: str) -> None:
    first = rest.create_deployment(restApiId=api, stageName="dev", variables={"testVar": "test", "other": "2"})["id"]
    second = rest.create_deployment(restApiId=api)["id"]
    promote = (("copy", "/deploymentId", "/canarySettings/deploymentId"),)
    promote += (("copy", "/variables", "/canarySettings/stageVariableOverrides"),)
    assert not_updated(rest, api, *promote) == "Promotion not available. Canary does not exist."
    text = not_updated(rest, api, ("copy", "/canarySettings/stageVariableOverrides", "/variables"))
    assert text.startswith(
        "Invalid copy operation with path: /canarySettings/stageVariableOverrides and from /variables"
    )
    stage = update(rest, api, ("replace", "/canarySettings/deploymentId", second))
    assert stage["canarySettings"] == {"deploymentId": second, "percentTraffic": 0.0, "useStageCache": False}
    stage = update(
        rest,
        api,
        ("replace", "/canarySettings/percentTraffic", "12.5"),
        ("replace", "/canarySettings/useStageCache", "true"),
        ("replace", "/canarySettings/stageVariableOverrides/testVar", "override"),
    )
    overrides = {"testVar": "override"}
    assert stage["canarySettings"] == {
        "deploymentId": second,
        "percentTraffic": 12.5,
        "useStageCache": True,
        "stageVariableOverrides": overrides,
    }
    path = "canarySettings/stageVariableOverrides"
    assert not_updated(rest, api, ("remove", f"/{path}")) == GONE.format(path)
    assert not_updated(rest, api, ("replace", "/canarySettings/deploymentId", "no")) == "Deployment id does not exist"
    assert not_updated(rest, api, ("replace", "/canarySettings/percentTraffic", "101"))
    add = ("add", "/canarySettings/deploymentId", first)
    assert not_updated(rest, api, add) == "Invalid add operation with path: /canarySettings/deploymentId"
    stage = update(rest, api, *promote)
    assert stage["deploymentId"] == second
    assert stage["variables"] == {"testVar": "override", "other": "2"}
    assert stage["canarySettings"]["stageVariableOverrides"] == overrides
    assert "canarySettings" not in update(rest, api, ("remove", "/canarySettings"))
    stage = update(rest, api, ("replace", "/canarySettings/percentTraffic", "50"))
    assert stage["canarySettings"] == {"deploymentId": second, "percentTraffic": 50.0, "useStageCache": False}


def test_other_patches_of_a_stage(rest: Any, api: str) -> None:
    rest.create_deployment(restApiId=api, stageName="dev")
    certificate = rest.generate_client_certificate()["clientCertificateId"]
    rest.create_documentation_part(restApiId=api, location={"type": "API"}, properties='{"description": "all"}')
    rest.create_documentation_version(restApiId=api, documentationVersion="v1")
    stage = update(
        rest,
        api,
        ("replace", "/description", "new"),
        ("replace", "/cacheClusterEnabled", "true"),
        ("replace", "/cacheClusterSize", "6.1"),
        ("replace", "/clientCertificateId", certificate),
        ("replace", "/documentationVersion", "v1"),
        ("replace", "/tracingEnabled", "true"),
        ("replace", "/variables/a", "1"),
    )
    wanted = {"description": "new", "cacheClusterSize": "6.1", "cacheClusterStatus": "CREATE_IN_PROGRESS"}
    wanted |= {"clientCertificateId": certificate, "documentationVersion": "v1", "tracingEnabled": True}
    assert (wanted | {"variables": {"a": "1"}}).items() <= stage.items()
    assert stage["lastUpdatedDate"] > stage["createdDate"]
    cleared = ("/description", "/clientCertificateId", "/documentationVersion")
    stage = update(rest, api, *[("replace", path, "") for path in cleared], ("remove", "/variables/a"))
    assert not {"description", "clientCertificateId", "documentationVersion", "variables"} & set(stage)
    text = not_updated(rest, api, ("replace", "/tags/tag1", "value1"))
    assert text == f"Invalid method setting path: /tags/tag1. Must be one of: {KNOWN}"
    not_updated(rest, api, ("replace", "/description", "lost"), ("replace", "/deploymentId", "no"))
    not_updated(rest, api, ("replace", "/clientCertificateId", "no"))
    not_updated(rest, api, ("replace", "/cacheClusterSize", "7"))
    not_updated(rest, api, ("move", "/description", "x"))
    rest.flush_stage_cache(restApiId=api, stageName="dev")
    rest.flush_stage_authorizers_cache(restApiId=api, stageName="dev")
    assert refused(rest.flush_stage_cache, restApiId=api, stageName="no")[0] == "NotFoundException"


def test_a_cache_takes_minutes(rest: Any, strict: StrictAws, api: str) -> None:
    rest.create_deployment(restApiId=api, stageName="dev")
    own = {"restApiId": api, "stageName": "dev"}

    def status(*patch: str) -> tuple[str, str]:
        """The status at once, and five minutes later."""
        now = update(rest, api, patch)["cacheClusterStatus"]
        assert rest.get_stage(**own)["cacheClusterStatus"] == now
        strict.clock.sleep(300)
        return now, rest.get_stages(restApiId=api)["item"][0]["cacheClusterStatus"]

    assert status("replace", "/cacheClusterEnabled", "true") == ("CREATE_IN_PROGRESS", "AVAILABLE")
    assert status("replace", "/description", "cached") == ("AVAILABLE", "AVAILABLE")
    assert status("replace", "/cacheClusterSize", "6.1") == ("CREATE_IN_PROGRESS", "AVAILABLE")
    assert status("replace", "/cacheClusterEnabled", "false") == ("DELETE_IN_PROGRESS", "NOT_AVAILABLE")
    assert rest.get_stage(**own)["cacheClusterSize"] == "6.1"
    update(rest, api, ("replace", "/cacheClusterEnabled", "true"))
    rest.delete_stage(**own)
    rest.create_deployment(**own)
    assert rest.get_stage(**own)["cacheClusterStatus"] == "NOT_AVAILABLE"


def test_a_stage_shows_the_web_acl_that_was_put_on_it(rest: Any, strict: StrictAws, api: str) -> None:
    rest.create_deployment(restApiId=api, stageName="dev")
    region = strict.region("us-east-1")
    stage, acl = (
        f"arn:aws:apigateway:us-east-1::/restapis/{api}/stages/dev",
        "arn:aws:wafv2:us-east-1:1:regional/webacl/a/1",
    )
    associate_web_acl(region, stage, acl)
    assert rest.get_stage(restApiId=api, stageName="dev")["webAclArn"] == acl
    associate_web_acl(region, stage, None)
    assert "webAclArn" not in rest.get_stage(restApiId=api, stageName="dev")
    with pytest.raises(KeyError):
        associate_web_acl(region, stage.replace("dev", "no"), acl)

"""Single answers that AWS gave about stages, the account, client certificates, domain names and tags: made again.

What was recorded is an answer without its story: the state that it shows is built by plain calls, and then asked for.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cases import cases, find_cases
from tests.strict_aws.rest.stages import associate_web_acl

OPERATIONS = {
    *("GetStages", "GetStage", "UpdateStage", "DeleteStage", "GetAccount", "UpdateAccount", "GetClientCertificates"),
    *("GetDomainNames", "GetDomainName", "UpdateDomainName", "GetTags"),
}
NOT_REPLAYED = {
    "test_rest_account_exception__apigateway.GetAccount_1": "who may call what is not asked here",
    "test_rest_account_missing__apigateway.GetAccount_1": "the account of a customer that AWS does not know",
    "test_rest_account_rate_limit__apigateway.GetAccount_1": "a rate, which is the weather's",
}
"""recorded answer -> why it can't be made again"""
NEWER = frozenset({"tracingEnabled", "domainNameArn", "routingMode"})
"""Members that AWS has begun to answer since these answers were recorded."""
IDS = frozenset({"deploymentId", "clientCertificateId", "pemEncodedCertificate", "regionalDomainName"})
"""Members that are others every time."""
SETTINGS = {
    "metricsEnabled": "metrics/enabled",
    "loggingLevel": "logging/loglevel",
    "dataTraceEnabled": "logging/dataTrace",
    "throttlingBurstLimit": "throttling/burstLimit",
    "throttlingRateLimit": "throttling/rateLimit",
}


def operation(name: str) -> str:
    """The operation of a recorded answer."""
    return name.rpartition(".")[2].rpartition("_")[0]


def _recorded() -> dict[str, dict[str, Any]]:
    """The answers of API Gateway v1's operations that are shown here, by the end of their file's name."""
    if find_cases() is None:
        return {}
    found = {}
    for path in sorted(cases("recorded").glob("*__apigateway.*.json")):
        name = path.stem.removeprefix("tests__data__placebo__")
        if operation(name) in OPERATIONS and not name.startswith(("test_apigwv2", "test_http_api")):
            found[name] = json.loads(path.read_text(encoding="utf-8"))
    return found


RECORDED = _recorded()


def answers_of(*operations: str) -> list[Any]:
    """The recorded answers of these operations, for parametrize."""
    names = [name for name in RECORDED if operation(name) in operations]
    return [pytest.param(RECORDED[name], id=name) for name in names if name not in NOT_REPLAYED]


def plain(value: Any) -> Any:
    """An answer without ids, dates, empty maps, and members that are newer than the recordings."""
    if not isinstance(value, dict):
        return [plain(each) for each in value] if isinstance(value, list) else value
    left = {k: plain(v) for k, v in value.items() if k not in NEWER | IDS | {"ResponseMetadata", "ipAddressType"}}
    return {k: v for k, v in left.items() if v not in ({}, []) and "Date" not in k}


def made_again(call: Any, recorded: dict[str, Any], **params: Any) -> None:
    """The call's answer, or refusal, is the recorded one."""
    try:
        answer = call(**params)
    except ClientError as error:
        answer = error.response
        wanted = recorded["data"]["Error"]
        assert (answer["Error"]["Code"], answer["Error"]["Message"]) == (wanted["Code"], wanted["Message"])
    else:
        assert plain(answer) == plain(recorded["data"])
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == recorded["status_code"]


def test_the_recorded_answers_are_at_hand_and_named() -> None:
    assert cases("recorded").is_dir()
    assert set(NOT_REPLAYED) <= set(RECORDED)
    assert {operation(name) for name in set(RECORDED) - set(NOT_REPLAYED)} == OPERATIONS


# --- stages ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def api(rest: Any) -> str:
    """An API with one deployment, in an account that has the role for logs."""
    made = rest.create_rest_api(name="recorded")
    own = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="NONE")
    rest.put_integration(**own, type="MOCK")
    role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::123456789012:role/logs"}
    rest.update_account(patchOperations=[role])
    return str(made["id"])


def _build_stage(rest: Any, strict: Any, api: str, row: dict[str, Any]) -> None:
    own = {"restApiId": api, "stageName": row["stageName"]}
    given = ("description", "cacheClusterSize", "tags", "cacheClusterEnabled")
    deployment = rest.create_deployment(restApiId=api)["id"]
    rest.create_stage(**own, deploymentId=deployment, **{name: row[name] for name in given if name in row})
    for key, settings in row["methodSettings"].items():
        values = {path: settings[name] for name, path in SETTINGS.items() if name in settings}
        texts = {p: str(v).lower() if isinstance(v, bool) else str(v) for p, v in values.items()}
        patches = [{"op": "replace", "path": f"/{key}/{path}", "value": text} for path, text in texts.items()]
        rest.update_stage(**own, patchOperations=patches)
    if "webAclArn" in row:
        arn = f"arn:aws:apigateway:us-east-1::/restapis/{api}/stages/{row['stageName']}"
        associate_web_acl(strict.region("us-east-1"), arn, row["webAclArn"])
    if "clientCertificateId" in row:
        certificate = rest.generate_client_certificate()["clientCertificateId"]
        patch = {"op": "replace", "path": "/clientCertificateId", "value": certificate}
        rest.update_stage(**own, patchOperations=[patch])


@pytest.mark.parametrize("recorded", answers_of("GetStages"))
def test_stages(rest: Any, strict: Any, api: str, recorded: dict[str, Any]) -> None:
    for row in recorded["data"]["item"]:
        _build_stage(rest, strict, api, row)
    made_again(rest.get_stages, recorded, restApiId=api)


@pytest.mark.parametrize("recorded", answers_of("GetStage", "UpdateStage"))
def test_stage(rest: Any, strict: Any, api: str, recorded: dict[str, Any]) -> None:
    if recorded["status_code"] == 200:
        _build_stage(rest, strict, api, recorded["data"])
    made_again(rest.get_stage, recorded, restApiId=api, stageName=recorded["data"].get("stageName", "gone"))


@pytest.mark.parametrize("recorded", answers_of("DeleteStage"))
def test_a_stage_is_deleted(rest: Any, api: str, recorded: dict[str, Any]) -> None:
    rest.create_deployment(restApiId=api, stageName="dev")
    made_again(rest.delete_stage, recorded, restApiId=api, stageName="dev")


# --- the account, certificates, tags --------------------------------------------------------------------------------


@pytest.mark.parametrize("recorded", answers_of("GetAccount", "UpdateAccount"))
def test_account(rest: Any, recorded: dict[str, Any]) -> None:
    role = recorded["data"].get("cloudwatchRoleArn")
    patches = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}] if role else []
    made_again(rest.update_account, recorded, patchOperations=patches)
    made_again(rest.get_account, recorded)


@pytest.mark.parametrize("recorded", answers_of("GetClientCertificates"))
def test_client_certificates(rest: Any, recorded: dict[str, Any]) -> None:
    (row,) = recorded["data"]["items"]
    rest.generate_client_certificate(description=row["description"])
    made_again(rest.get_client_certificates, recorded)
    assert set(rest.get_client_certificates()["items"][0]) == set(row)


@pytest.mark.parametrize("recorded", answers_of("GetTags"))
def test_tags(rest: Any, api: str, recorded: dict[str, Any]) -> None:
    rest.create_deployment(restApiId=api, stageName="dev")
    for path in (api, f"{api}/stages/dev"):
        own = {"resourceArn": f"arn:aws:apigateway:us-east-1::/restapis/{path}"}
        rest.tag_resource(**own, tags=recorded["data"]["tags"] | {"gone": "soon"})
        rest.untag_resource(**own, tagKeys=["gone"])
        made_again(rest.get_tags, recorded, **own)


# --- domain names ---------------------------------------------------------------------------------------------------


def _build_domain(rest: Any, row: dict[str, Any], policy: str | None = None) -> None:
    given = ("domainName", "regionalCertificateArn", "endpointConfiguration", "securityPolicy")
    made = {name: row[name] for name in given} | ({"securityPolicy": policy} if policy else {})
    rest.create_domain_name(**made)


@pytest.mark.parametrize("recorded", answers_of("GetDomainNames"))
def test_domain_names(rest: Any, recorded: dict[str, Any]) -> None:
    for row in recorded["data"]["items"]:
        _build_domain(rest, row)
    made_again(rest.get_domain_names, recorded)


@pytest.mark.parametrize("recorded", answers_of("GetDomainName", "UpdateDomainName"))
def test_domain_name(rest: Any, recorded: dict[str, Any]) -> None:
    row = recorded["data"]
    updating = row["domainNameStatus"] == "UPDATING"
    _build_domain(rest, row, "TLS_1_0" if updating else None)
    if updating:
        patch = {"op": "replace", "path": "/securityPolicy", "value": row["securityPolicy"]}
        made_again(rest.update_domain_name, recorded, domainName=row["domainName"], patchOperations=[patch])
    made_again(rest.get_domain_name, recorded, domainName=row["domainName"])

"""The rule book on APIs and what lies in them: each rule fires where it must, and keeps quiet where it may."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.judge import judge
from dr_toolkit.engine.rulebook import rules
from dr_toolkit.model.changes import UPDATE, Change, FieldChange
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry
from tests.exposed import NOW, Sides, edit, estate, gone, judged, new, thing
from tests.unit.test_rulebook_around import CASES as AROUND_CASES
from tests.unit.test_rulebook_groups import CASES as GROUP_CASES
from tests.unit.test_rulebook_http import CASES as HTTP_CASES

API, METHOD = "apigateway.rest_api/shop", "apigateway.method/shop/%2Fpets/GET"
AUTHORIZER, STAGE = "apigateway.authorizer/shop/users", "apigateway.stage/shop/prod"
VALIDATOR, MODEL = "apigateway.request_validator/shop/all", "apigateway.model/shop/Pet"
DENIED, PATH = "apigateway.gateway_response/shop/ACCESS_DENIED", "apigateway.resource/shop/%2Fpets"


def backend(**members: Any) -> dict[str, Any]:
    """A method with an integration."""
    return {"methodIntegration": {"type": "HTTP", "uri": "https://a.example.com", **members}}


def settings(place: str = "*/*", **members: Any) -> dict[str, Any]:
    """A stage with a method setting."""
    return {"methodSettings": {place: members}}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """An API with a resource policy."""
    return {"policy": {"Version": "2012-10-17", "Statement": list(statements)}}


def allow(principal: Any = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """A statement."""
    return {
        "Effect": effect,
        "Principal": principal,
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/*",
    } | more


def endpoint(kind: str, **more: Any) -> dict[str, Any]:
    """An API with an endpoint of a kind."""
    return {"endpointConfiguration": {"types": [kind], **more}}


def ref(kind: str, *path: str) -> Ref:
    """A reference."""
    return Ref(ResourceKey(kind, path))


OFFICE = allow(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})
ROOT = {"AWS": "arn:${AWS::Partition}:iam::444455556666:root"}
ARN = (
    "arn:${AWS::Partition}:apigateway:%s:lambda:path/2015-03-31/functions/arn:${AWS::Partition}:lambda:%s:%s:function:f"
)
OWN, OWN_ACCOUNT = "${AWS::Region}", "${AWS::AccountId}"
HOME = ARN % (OWN, OWN, OWN_ACCOUNT)
LINK = ref("apigateway.vpc_link", "link")
ENDPOINT = ref("ec2.vpc_endpoint", "main", "api")
CORS = "method.response.header.Access-Control-Allow-Origin"
GATEWAY_CORS = "gatewayresponse.header.Access-Control-Allow-Origin"
DEPLOYED = ref("apigateway.deployment", "shop", "prod")


def answers(origin: str) -> dict[str, Any]:
    """A method whose integration answers with an allowed origin."""
    return backend(integrationResponses={"200": {"responseParameters": {CORS: origin}}})


_log = {"accessLogSettings": {"destinationArn": "arn:a", "format": "$context"}}
CASES: dict[str, tuple[Sides, Sides]] = {
    # --- APIs
    "api-public": (edit(API, endpoint("PRIVATE"), endpoint("REGIONAL")), edit(API, {}, endpoint("REGIONAL"))),
    "api-endpoint-type": (edit(API, {}, endpoint("REGIONAL")), edit(API, endpoint("PRIVATE"), endpoint("REGIONAL"))),
    "api-removed": (gone(API), edit(API, {}, {"name": "shop"})),
    "api-added": (new(API), gone(API)),
    "api-endpoint-on": (
        edit(API, {"disableExecuteApiEndpoint": True}, {}),
        edit(API, {}, {"disableExecuteApiEndpoint": True}),
    ),
    "api-endpoint-off": (
        edit(API, {}, {"disableExecuteApiEndpoint": True}),
        edit(API, {"disableExecuteApiEndpoint": True}, {}),
    ),
    "api-vpc-endpoints": (
        edit(API, endpoint("PRIVATE"), endpoint("PRIVATE", vpcEndpointIds=[ENDPOINT])),
        edit(API, endpoint("PRIVATE"), endpoint("PRIVATE", ipAddressType="ipv4")),
    ),
    "api-tls-lowered": (
        edit(API, {"securityPolicy": "TLS_1_2"}, {"securityPolicy": "TLS_1_0"}),
        edit(API, {"securityPolicy": "TLS_1_2"}, {"securityPolicy": "SecurityPolicy_TLS13_1_3_2025_09"}),
    ),
    "api-access-mode": (
        edit(API, {"endpointAccessMode": "STRICT"}, {"endpointAccessMode": "BASIC"}),
        edit(API, {"endpointAccessMode": "BASIC"}, {"endpointAccessMode": "STRICT"}),
    ),
    "api-key-source": (edit(API, {}, {"apiKeySource": "AUTHORIZER"}), edit(API, {}, {"apiKeySource": "HEADER"})),
    "api-binary": (edit(API, {}, {"binaryMediaTypes": ["*/*"]}), edit(API, {}, {"description": "x"})),
    "api-renamed": (
        edit(API, {"name": "a"}, {"name": "b"}),
        edit(API, {"name": "a"}, {"name": "a", "description": "x"}),
    ),
    "api-described": (
        edit(API, {}, {"tags": {"a": "b"}, "description": "x"}),
        edit(API, {"name": "a"}, {"name": "b", "description": "x"}),
    ),
    # --- policies
    "api-policy-removed": (edit(API, policy(OFFICE), {}), edit(API, policy(OFFICE), policy(allow()))),
    "api-policy-public": (
        edit(API, policy(OFFICE), policy(allow())),
        edit(API, policy(OFFICE), policy(OFFICE, allow(ROOT))),
    ),
    "api-policy-account": (
        edit(API, policy(OFFICE), policy(OFFICE, allow(ROOT))),
        edit(API, policy(OFFICE, allow(ROOT)), policy(allow(ROOT))),
    ),
    "api-policy-widened": (
        edit(API, policy(OFFICE), policy(OFFICE, allow(ROOT))),
        edit(API, policy(OFFICE, allow(ROOT)), policy(OFFICE)),
    ),
    "api-policy-denial": (
        edit(API, policy(allow(), allow(effect="Deny")), policy(allow())),
        edit(API, policy(allow()), policy(allow(), allow(effect="Deny"))),
    ),
    "api-policy-narrowed": (
        edit(API, policy(allow()), policy(allow(), allow(effect="Deny"))),
        edit(API, policy(OFFICE), policy(OFFICE, allow(ROOT))),
    ),
    "api-policy-added": (edit(API, {}, policy(OFFICE)), edit(API, policy(OFFICE), policy(allow()))),
    # --- methods
    "method-open": (
        edit(METHOD, {"authorizationType": "AWS_IAM"}, {}),
        edit(METHOD, {"authorizationType": "AWS_IAM"}, {"authorizationType": "CUSTOM"}),
    ),
    "method-born-open": (new(METHOD), new(METHOD, apiKeyRequired=True)),
    "method-authorization": (
        edit(METHOD, {"authorizationType": "AWS_IAM"}, {"authorizationType": "CUSTOM"}),
        edit(METHOD, {"authorizationType": "AWS_IAM"}, {}),
    ),
    "method-authorizer": (
        edit(
            METHOD, {"authorizerId": ref(*AUTHORIZER.split("/"))}, {"authorizerId": ref("apigateway.authorizer", "b")}
        ),
        edit(METHOD, {"authorizerId": ref(*AUTHORIZER.split("/"))}, {}),
    ),
    "method-key": (edit(METHOD, {"apiKeyRequired": True}, {}), edit(METHOD, {}, {"apiKeyRequired": True})),
    "method-scopes": (
        edit(METHOD, {"authorizationScopes": ["a"]}, {"authorizationScopes": ["a", "b"]}),
        edit(METHOD, {"authorizationScopes": ["a", "b"]}, {"authorizationScopes": ["a"]}),
    ),
    "method-validator": (
        edit(METHOD, {"requestValidatorId": ref(*VALIDATOR.split("/"))}, {}),
        edit(METHOD, {}, {"requestValidatorId": ref(*VALIDATOR.split("/"))}),
    ),
    "method-parameters": (
        edit(METHOD, {"requestParameters": {"q": True}}, {"requestParameters": {"q": False}}),
        edit(METHOD, {"requestParameters": {"q": False}}, {"requestParameters": {"q": True}}),
    ),
    "method-models": (
        edit(METHOD, {"requestModels": {"application/json": "Pet"}}, {}),
        edit(METHOD, {}, {"requestModels": {"application/json": "Pet"}}),
    ),
    "method-any-origin": (
        edit(METHOD, answers("'https://a.example'"), answers("'*'")),
        edit(METHOD, answers("'*'"), answers("'https://a.example'")),
    ),
    "method-removed": (gone(METHOD), new(METHOD)),
    "method-added": (new(METHOD), gone(METHOD)),
    "path-removed": (gone(PATH), new(PATH)),
    "path-added": (new(PATH), gone(PATH)),
    # --- integrations
    "integration-removed": (edit(METHOD, backend(), {}), edit(METHOD, {}, backend())),
    "integration-target": (
        edit(METHOD, backend(), backend(uri="https://b.example.com")),
        edit(METHOD, backend(), backend(timeoutInMillis=1000)),
    ),
    "integration-mock": (edit(METHOD, backend(), backend(type="MOCK")), edit(METHOD, backend(type="MOCK"), backend())),
    "integration-type": (
        edit(METHOD, backend(), backend(type="HTTP_PROXY")),
        edit(METHOD, backend(), backend(type="MOCK")),
    ),
    "integration-region": (
        edit(METHOD, backend(uri=HOME), backend(uri=ARN % (OWN, "eu-west-1", OWN_ACCOUNT))),
        edit(METHOD, backend(), backend(uri=HOME)),
    ),
    "integration-account": (
        edit(METHOD, backend(uri=HOME), backend(uri=ARN % (OWN, OWN, "444455556666"))),
        edit(METHOD, backend(), backend(uri=HOME)),
    ),
    "integration-plain": (
        edit(METHOD, backend(), backend(uri="http://a.example.com")),
        edit(METHOD, backend(), backend(uri="http://nlb.internal", connectionType="VPC_LINK")),
    ),
    "integration-unverified": (
        edit(METHOD, backend(), backend(tlsConfig={"insecureSkipVerification": True})),
        edit(METHOD, backend(tlsConfig={"insecureSkipVerification": True}), backend()),
    ),
    "integration-internet": (
        edit(METHOD, backend(connectionType="VPC_LINK", connectionId=LINK), backend()),
        edit(METHOD, backend(), backend(connectionType="VPC_LINK", connectionId=LINK)),
    ),
    "integration-link": (
        edit(METHOD, backend(connectionId=LINK), backend(connectionId=ref("apigateway.vpc_link", "b"))),
        edit(METHOD, backend(connectionId=LINK), backend()),
    ),
    "integration-credentials": (
        edit(METHOD, backend(), backend(credentials="arn:aws:iam::*:user/*")),
        edit(METHOD, backend(), backend(uri="https://b.example.com")),
    ),
    "integration-timeout": (
        edit(METHOD, backend(), backend(timeoutInMillis=1000)),
        edit(METHOD, backend(), backend(timeoutInMillis=29000)),
    ),
    "integration-passthrough": (
        edit(METHOD, backend(passthroughBehavior="NEVER"), backend()),
        edit(METHOD, backend(), backend(passthroughBehavior="WHEN_NO_MATCH")),
    ),
    "integration-templates": (
        edit(METHOD, backend(), backend(requestTemplates={"application/json": "{}"})),
        edit(METHOD, backend(), backend(requestParameters={"a": "'b'"})),
    ),
    # --- authorizers
    "authorizer-removed": (gone(AUTHORIZER), new(AUTHORIZER)),
    "authorizer-added": (new(AUTHORIZER), gone(AUTHORIZER)),
    "authorizer-type": (edit(AUTHORIZER, {"type": "TOKEN"}, {"type": "REQUEST"}), edit(AUTHORIZER, {}, {"name": "x"})),
    "authorizer-function": (
        edit(AUTHORIZER, {"authorizerUri": "a"}, {"authorizerUri": "b"}),
        edit(AUTHORIZER, {"authorizerUri": "a"}, {"authorizerUri": "a", "name": "x"}),
    ),
    "authorizer-account": (
        edit(AUTHORIZER, {"authorizerUri": HOME}, {"authorizerUri": ARN % (OWN, OWN, "444455556666")}),
        edit(AUTHORIZER, {}, {"authorizerUri": HOME}),
    ),
    "authorizer-pools": (
        edit(AUTHORIZER, {"providerARNs": ["a"]}, {"providerARNs": ["a", "b"]}),
        edit(AUTHORIZER, {"providerARNs": ["a", "b"]}, {"providerARNs": ["a"]}),
    ),
    "authorizer-sources": (
        edit(AUTHORIZER, {"identitySource": "a, b"}, {"identitySource": "a"}),
        edit(AUTHORIZER, {"identitySource": "a,b"}, {"identitySource": "b, a"}),
    ),
    "authorizer-expression": (
        edit(AUTHORIZER, {"identityValidationExpression": "^x"}, {}),
        edit(AUTHORIZER, {}, {"identityValidationExpression": "^x"}),
    ),
    "authorizer-ttl": (
        edit(AUTHORIZER, {}, {"authorizerResultTtlInSeconds": 3600}),
        edit(AUTHORIZER, {}, {"authorizerResultTtlInSeconds": 0}),
    ),
    "authorizer-credentials": (
        edit(AUTHORIZER, {}, {"authorizerCredentials": "arn:x"}),
        edit(AUTHORIZER, {}, {"authorizerUri": "x"}),
    ),
    # --- validators, models, gateway responses
    "validator-relaxed": (
        edit(VALIDATOR, {"validateRequestBody": True}, {}),
        edit(VALIDATOR, {}, {"validateRequestBody": True}),
    ),
    "validator-removed": (gone(VALIDATOR), new(VALIDATOR)),
    "model-relaxed": (
        edit(MODEL, {"schema": {"required": ["id"]}}, {"schema": {}}),
        edit(MODEL, {"schema": {}}, {"schema": {"required": ["id"]}}),
    ),
    "model-removed": (gone(MODEL), new(MODEL)),
    "response-any-origin": (
        new(DENIED, responseParameters={GATEWAY_CORS: "'*'"}),
        new(DENIED, responseParameters={GATEWAY_CORS: "'https://a.example'"}),
    ),
    "response-status": (
        edit(DENIED, {"statusCode": "403"}, {"statusCode": "404"}),
        edit(DENIED, {"statusCode": "403"}, {"statusCode": "403", "responseTemplates": {"a": "b"}}),
    ),
    "response-hides": (new(DENIED, statusCode="200"), new(DENIED, statusCode="403")),
    "response-removed": (gone(DENIED), new(DENIED)),
    "response-templates": (
        edit(DENIED, {}, {"responseTemplates": {"application/json": "{}"}}),
        edit(DENIED, {}, {"statusCode": "403"}),
    ),
    # --- stages
    "stage-removed": (gone(STAGE), new(STAGE)),
    "stage-added": (new(STAGE), gone(STAGE)),
    "stage-waf-off": (edit(STAGE, {"webAclArn": "a"}, {}), edit(STAGE, {}, {"webAclArn": "a"})),
    "stage-waf": (edit(STAGE, {"webAclArn": "a"}, {"webAclArn": "b"}), edit(STAGE, {"webAclArn": "a"}, {})),
    "stage-throttle-off": (
        edit(STAGE, settings(throttlingRateLimit=10), settings(metricsEnabled=True)),
        edit(STAGE, settings(throttlingRateLimit=10), settings(throttlingRateLimit=20)),
    ),
    "stage-throttle-raised": (
        edit(STAGE, settings(throttlingBurstLimit=10), settings(throttlingBurstLimit=20)),
        edit(STAGE, settings(throttlingBurstLimit=20), settings(throttlingBurstLimit=10)),
    ),
    "stage-throttle-lowered": (
        edit(STAGE, {}, settings("~1pets/GET", throttlingRateLimit=10)),
        edit(STAGE, settings(throttlingRateLimit=10), {}),
    ),
    "stage-logging-off": (
        edit(STAGE, settings(loggingLevel="INFO"), settings(loggingLevel="ERROR")),
        edit(STAGE, settings(loggingLevel="ERROR"), settings(loggingLevel="INFO")),
    ),
    "stage-access-log-off": (edit(STAGE, _log, {}), edit(STAGE, {}, _log)),
    "stage-access-log": (
        edit(STAGE, _log, {"accessLogSettings": {"destinationArn": "arn:b", "format": "$context"}}),
        edit(STAGE, _log, {"accessLogSettings": {"destinationArn": "arn:a", "format": "$more"}}),
    ),
    "stage-data-trace": (
        edit(STAGE, {}, settings(dataTraceEnabled=True)),
        edit(STAGE, settings(dataTraceEnabled=True), {}),
    ),
    "stage-metrics-off": (
        edit(STAGE, settings(metricsEnabled=True), {}),
        edit(STAGE, {}, settings(metricsEnabled=True)),
    ),
    "stage-tracing-off": (edit(STAGE, {"tracingEnabled": True}, {}), edit(STAGE, {}, {"tracingEnabled": True})),
    "stage-cache-plain": (
        edit(STAGE, settings(cacheDataEncrypted=True), settings()),
        edit(STAGE, settings(), settings(cacheDataEncrypted=True)),
    ),
    "stage-cache-control": (
        edit(STAGE, settings(), settings(requireAuthorizationForCacheControl=False)),
        edit(STAGE, settings(requireAuthorizationForCacheControl=False), settings()),
    ),
    "stage-certificate-off": (
        edit(STAGE, {"clientCertificateId": ref("apigateway.client_certificate", "a")}, {}),
        edit(STAGE, {}, {"clientCertificateId": ref("apigateway.client_certificate", "a")}),
    ),
    "stage-certificate": (
        edit(
            STAGE,
            {"clientCertificateId": ref("apigateway.client_certificate", "a")},
            {"clientCertificateId": ref("apigateway.client_certificate", "b")},
        ),
        edit(STAGE, {"clientCertificateId": ref("apigateway.client_certificate", "a")}, {}),
    ),
    "stage-variables": (
        edit(STAGE, {"variables": {"a": "1"}}, {"variables": {"a": "2"}}),
        edit(STAGE, {}, {"description": "x"}),
    ),
    "stage-canary": (
        edit(STAGE, {}, {"canarySettings": {"percentTraffic": 10}}),
        edit(STAGE, {"canarySettings": {"percentTraffic": 10}}, {}),
    ),
    "stage-deployment": (
        edit(STAGE, {"deploymentId": DEPLOYED}, {"deploymentId": ref("apigateway.deployment", "shop", "test")}),
        edit(STAGE, {"deploymentId": DEPLOYED}, {"deploymentId": DEPLOYED, "description": "x"}),
    ),
}
ELSEWHERE = {
    "api-recreated",
    "sg-recreated",
    "pl-recreated",
    *("http-api-recreated", "http-stage-redeployed", "around-recreated"),
    "stage-redeployed",
    "stage-redeployed-unseen",
    "draft-undeployed",
    *("certificate-ends", "domain-certificate-ends"),
    *("method-open-draft", "stage-behind", "stage-serves-more"),
}
"""Rules that need more than a change of attributes; each has a test of its own below, or in test_truths."""


@pytest.mark.parametrize("name", CASES)
def test_a_rule_fires_and_keeps_quiet(name: str) -> None:
    fires, quiet = CASES[name]
    assert name in {alert.rule for alert in judged(fires).alerts}
    assert name not in {alert.rule for alert in judged(quiet).alerts}


def test_every_rule_of_the_book_is_tried_and_says_where_it_comes_from() -> None:
    book = {rule.id: rule for rule in rules()}
    assert len(book) == len(rules()) >= 40
    assert book.keys() == {*CASES, *GROUP_CASES, *HTTP_CASES, *AROUND_CASES, *ELSEWHERE}
    for rule in book.values():
        assert rule.reference.startswith("https://docs.aws.amazon.com/"), rule.id
        assert rule.title and not rule.title.endswith("."), rule.id
        assert all(name in registry() for name in rule.types), rule.id


# --- rules that look at more than attributes ---------------------------------------------------------


def served(by: str, *more: Resource) -> Estate:
    """An API with a stage that serves a deployment."""
    return estate(
        thing("apigateway.deployment/shop/prod", by), thing(STAGE, deploymentId=DEPLOYED), thing(API, "a1"), *more
    )


def told(before: Estate, after: Estate, *changes: Change) -> set[str]:
    """The rules that fire."""
    found = judge([*compare(before, after, registry()), *changes], before, after, NOW)
    return {alert.rule for alert in found.alerts}


def redeployed() -> Change:
    """The change of a stage's deployment."""
    key = ResourceKey("apigateway.deployment", ("shop", "prod"))
    return Change(key, UPDATE, Resource(key, {}), Resource(key, {}), (FieldChange(("id",), "d1", "d2"),))


def test_a_change_that_no_stage_serves_yet_is_told_as_that() -> None:
    method = thing(METHOD, apiKeyRequired=True)
    assert "draft-undeployed" in told(served("d1"), served("d1", method))
    assert "draft-undeployed" not in told(served("d1"), served("d2", method), redeployed())
    assert "draft-undeployed" not in told(estate(), estate(method))
    named = thing(METHOD, apiKeyRequired=True, operationName="x")
    assert "draft-undeployed" not in told(served("d1", method), served("d1", named))


def test_a_redeployment_is_worse_where_nothing_was_edited() -> None:
    method = thing(METHOD, operationName="x")
    assert "stage-redeployed-unseen" in told(served("d1"), served("d2"), redeployed())
    both = told(served("d1"), served("d2", method), redeployed())
    assert "stage-redeployed" in both
    assert "stage-redeployed-unseen" not in both
    assert "stage-redeployed" not in told(served("d1"), served("d1"))


@pytest.mark.parametrize(
    ("key", "was", "now"),
    [
        (API, {"name": "shop", "tags": {"a": "b"}}, {"name": "shop", "tags": {"a": "c"}}),
        (API, {"name": "shop"}, {"name": "store"}),
        (METHOD, {"operationName": "x"}, {"operationName": "y"}),
        ("apigatewayv2.api/shop", {"Tags": {"a": "b"}}, {"Name": "store"}),
    ],
    ids=["tag", "name", "words", "tag of a WebSocket API"],
)
def test_no_name_and_no_tag_is_why_a_stage_serves_another_deployment(
    key: str, was: dict[str, Any], now: dict[str, Any]
) -> None:
    kind = key.partition(".")[0]
    deployment = ResourceKey(f"{kind}.deployment", ("shop", "prod"))
    moved = Change(
        deployment, UPDATE, Resource(deployment, {}), Resource(deployment, {}), (FieldChange(("id",), "1", "2"),)
    )
    stage = thing(f"{kind}.stage/shop/prod")
    found = told(estate(stage, thing(key, **was)), estate(stage, thing(key, **now)), moved)
    assert "stage-redeployed-unseen" in found
    assert "stage-redeployed" not in found


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("api-recreated", API),
        ("sg-recreated", "ec2.security_group/main/web"),
        ("pl-recreated", "ec2.prefix_list/offices"),
        ("http-api-recreated", "apigatewayv2.api/orders"),
        ("http-stage-redeployed", "apigatewayv2.deployment/orders/live"),
        ("around-recreated", "apigateway.api_key/mobile"),
    ],
)
def test_what_was_made_anew_is_told_as_that(rule: str, text: str) -> None:
    key = ResourceKey.parse(text)
    made = Change(key, UPDATE, Resource(key, {}), Resource(key, {}), (FieldChange(("id",), "a1", "a2"),))
    assert rule in told(estate(), estate(), made)
    assert rule not in {a.rule for a in judged(edit(text, {}, {"Tags": [], "name": "x"})).alerts}


@pytest.mark.parametrize(
    ("end", "fires"),
    [
        ("2026-12-24T00:00:00", True),
        ("2026-12-24T00:00:00+00:00", True),
        ("2026-11-01T00:00:00+00:00", True),
        ("2027-06-01T00:00:00+00:00", False),
    ],
)
def test_a_certificate_near_its_end_is_told_whether_or_not_anything_changed(end: str, fires: bool) -> None:
    held = estate()
    key = ResourceKey("apigateway.client_certificate", ("edge",))
    held.put(Resource(key, {}, "c1", {"expirationDate": end}))
    found = judge([], held, held, NOW).alerts
    assert [(a.rule, a.standing) for a in found] == [("certificate-ends", True)] * fires

"""The standard estate's API keys, usage plans and custom domain names: what stands in front of its APIs."""

from __future__ import annotations

from collections.abc import Iterator

from tests.strict_aws.estates.http import http_name
from tests.strict_aws.estates.rest import api_name, stage_name
from tests.strict_aws.estates.size import Size
from tests.strict_aws.estates.steps import Document, Step, mark


def fronts(size: Size) -> Iterator[Step]:
    """Keys, then plans with their stages and keys, then domain names with their mappings."""
    for number in range(size.keys):
        yield _key(number)
    for number in range(size.plans):
        yield _plan(number, size)
        for key in range(number, size.keys, size.plans):
            asked = {"usagePlanId": mark(f"plan plan-{number}"), "keyId": mark(f"key key-{key:02d}")}
            yield Step("plans", "apigateway", "CreateUsagePlanKey", {**asked, "keyType": "API_KEY"})
    for number in range(size.domains):
        yield from _domain(number, size)


def _key(number: int) -> Step:
    """A key without tags, as a file of keys can hold it."""
    name = f"key-{number:02d}"
    asked = {"name": name, "description": f"customer {number}", "enabled": number % 4 != 3}
    asked["value"] = f"{name}-0123456789abcdefghijklmnop"
    return Step("keys", "apigateway", "CreateApiKey", asked, {f"key {name}": "id"})


def _plan(number: int, size: Size) -> Step:
    stages: list[Document] = []
    needs = set()
    for api in range(number, size.rest_apis, size.plans):
        stage: Document = {"apiId": mark(f"rest {api_name(api)}"), "stage": stage_name(0)}
        if api % 2 == 0:
            stage["throttle"] = {"/things-00/GET": {"burstLimit": 20, "rateLimit": 10.0}}
        stages.append(stage)
        needs.add(f"stage {api_name(api)}/{stage_name(0)}")
    asked: Document = {"name": f"plan-{number}", "description": f"Plan {number}", "apiStages": stages}
    asked |= {
        "throttle": {"burstLimit": 100, "rateLimit": 50.0},
        "quota": {"limit": 10000, "offset": 0, "period": "MONTH"},
    }
    asked["tags"] = {"level": str(number)}
    return Step("plans", "apigateway", "CreateUsagePlan", asked, {f"plan plan-{number}": "id"}, frozenset(needs))


def _domain(number: int, size: Size) -> Iterator[Step]:
    name = f"api-{number}.example.com"
    certificate = f"arn:aws:acm:<<region>>:<<account>>:certificate/11111111-2222-3333-4444-{number:012d}"
    asked: Document = {"domainName": name, "regionalCertificateArn": certificate, "securityPolicy": "TLS_1_2"}
    asked |= {"endpointConfiguration": {"types": ["REGIONAL"]}, "tags": {"owner": f"team-{number}"}}
    yield Step("domains", "apigateway", "CreateDomainName", asked, {f"domain {name}": "domainName"})
    if number < size.rest_apis:
        yield _mapping(name, f"rest {api_name(number)}", stage_name(0), "v1/things", f"stage {api_name(number)}/prod")
    if number < size.http_apis:
        yield _mapping(name, f"api {http_name(number)}", "$default", "orders", f"stage {http_name(number)}/$default")


def _mapping(domain: str, api: str, stage: str, key: str, needs: str) -> Step:
    asked = {"DomainName": mark(f"domain {domain}"), "ApiId": mark(api), "Stage": stage, "ApiMappingKey": key}
    return Step("domains", "apigatewayv2", "CreateApiMapping", asked, needs=frozenset({needs}))

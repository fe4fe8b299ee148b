"""VPC links, certificates, keys, plans and domain names drawn member by member."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from tests.strict_aws.estates.drawn import values as v
from tests.strict_aws.estates.drawn.pen import Pen
from tests.strict_aws.estates.steps import Document, Step, mark

_MODERN = "SecurityPolicy_TLS13_1_3_2025_09"
EDGE_DOMAINS = "edge_domains"
"""Edge-optimised domain names are a kind of their own: one of a name can be in one region only."""


def links(pen: Pen) -> Iterator[Step]:
    """A VPC link of each version, which integrations refer to, and a client certificate."""
    balancer = "arn:aws:elasticloadbalancing:<<region>>:<<account>>:loadbalancer/net/inner/50dc6c495c0c9188"
    asked = pen.given({"name": pen(v.NAMES), "targetArns": [balancer]}, description=v.WORDS, tags=v.TAGS)
    yield Step("rest", "apigateway", "CreateVpcLink", asked, {"link rest": "id"})
    subnets = {"Name": pen(v.NAMES), "SubnetIds": [mark("subnet main-a"), mark("subnet main-b")]}
    asked = pen.given(subnets, SecurityGroupIds=st.just([mark("group main/default")]), Tags=v.TAGS)
    yield Step("http", "apigatewayv2", "CreateVpcLink", asked, {"link http": "VpcLinkId"})
    asked = pen.given({}, description=v.WORDS, tags=v.TAGS)
    given = {"certificate 0": "clientCertificateId"}
    yield Step("rest", "apigateway", "GenerateClientCertificate", asked, given)


def keys_and_plans(pen: Pen, stages: Sequence[tuple[str, str]]) -> Iterator[Step]:
    """Keys, and plans with some of the stages: (mark of the API, stage)."""
    keys = list(pen.numbers(2))
    for number in keys:
        asked = pen.given(
            {"name": f"key {number}", "value": f"{number}-abcdefghijklmnopqrstuvwxyz"},
            description=v.WORDS,
            enabled=v.YES_OR_NO,
            customerId=v.NAMES,
            tags=v.TAGS,
            generateDistinctId=v.YES_OR_NO,
        )
        needs = frozenset[str]()
        if stages and (pen.full or pen(st.booleans())):
            api, stage = pen.one(list(stages))
            asked["stageKeys"] = [{"restApiId": mark(api), "stageName": stage}]
            needs = frozenset({_stage(api, stage)})
        yield Step("keys", "apigateway", "CreateApiKey", asked, {f"key {number}": "id"}, needs)
    for number in pen.numbers(2):
        yield _plan(pen, number, stages)
        for key in keys[number::2]:  # a key can be in one plan of a stage
            asked = {"usagePlanId": mark(f"plan {number}"), "keyId": mark(f"key {key}"), "keyType": "API_KEY"}
            yield Step("plans", "apigateway", "CreateUsagePlanKey", asked)


def _stage(api: str, stage: str) -> str:
    return f"stage {api.partition(' ')[2]}/{stage}"


def _plan(pen: Pen, number: int, stages: Sequence[tuple[str, str]]) -> Step:
    throttle = st.builds(lambda burst, rate: {"burstLimit": burst, "rateLimit": rate}, v.BURSTS, v.RATES)
    quota = st.builds(lambda n: {"limit": n, "offset": 0, "period": "WEEK"}, st.integers(1, 1000))
    rows, needs = [], set()
    for api, stage in dict.fromkeys(pen.some(list(stages))) if stages else ():
        row = {"apiId": mark(api), "stage": stage}
        rows.append(pen.given(row, throttle=st.dictionaries(st.just("/a/GET"), throttle, min_size=1)))
        needs.add(_stage(api, stage))
    asked = pen.given({"name": f"plan {number}"}, description=v.WORDS, throttle=throttle, quota=quota, tags=v.TAGS)
    asked |= {"apiStages": rows} if rows else {}
    return Step("plans", "apigateway", "CreateUsagePlan", asked, {f"plan {number}": "id"}, frozenset(needs))


# --- domain names ----------------------------------------------------------------------------------------------------


def domains(pen: Pen, stages: Sequence[tuple[str, str]]) -> Iterator[Step]:
    """Domain names of every kind, made by v1 and v2, and what leads from them to APIs."""
    for number, kind in enumerate(dict.fromkeys(pen.some(("REGIONAL", "PRIVATE", "EDGE", "V2")))):
        name = f"d{number}.example.com"
        if kind == "V2":
            yield _v2(pen, name)
        else:
            yield _v1(pen, name, kind)
        if kind == "PRIVATE":
            asked = {"domainNameArn": mark(f"arn {name}"), "accessAssociationSource": mark("endpoint main/execute-api")}
            asked = pen.given({**asked, "accessAssociationSourceType": "VPCE"}, tags=v.TAGS)
            yield Step("domains", "apigateway", "CreateDomainNameAccessAssociation", asked)
        if stages:
            yield from _ways(pen, name, kind, pen.one(list(stages)))


def _v1(pen: Pen, name: str, kind: str) -> Step:
    endpoint = pen.given({"types": [kind]}, ipAddressType=st.just("dualstack"))
    asked = pen.given(
        {"domainName": name, "endpointConfiguration": endpoint}, tags=v.TAGS, routingMode=_routing("BASE_PATH_MAPPING")
    )
    asked["routingMode"] = asked.get("routingMode", "BASE_PATH_MAPPING_ONLY")
    asked = pen.given(asked, securityPolicy=st.just(_MODERN))
    if "securityPolicy" in asked:
        asked["endpointAccessMode"] = pen.one(("BASIC", "STRICT"))
    if kind == "REGIONAL":
        asked["regionalCertificateArn"] = pen(v.certificate())
        store = st.builds(lambda uri: {"truststoreUri": uri, "truststoreVersion": "v1"}, v.TRUSTSTORES)
        asked = pen.given(
            asked,
            mutualTlsAuthentication=store,
            ownershipVerificationCertificateArn=v.certificate(),
            regionalCertificateName=v.NAMES,
        )
    else:
        asked["certificateArn"] = pen(v.certificate("us-east-1" if kind == "EDGE" else "<<region>>"))
        asked = pen.given(asked, certificateName=v.NAMES)
    if kind == "PRIVATE":
        asked = pen.given(asked, policy=v.POLICIES)
    given = {f"domain {name}": "domainName"}
    given |= {f"id {name}": "domainNameId", f"arn {name}": "domainNameArn"} if kind == "PRIVATE" else {}
    return Step(EDGE_DOMAINS if kind == "EDGE" else "domains", "apigateway", "CreateDomainName", asked, given)


def _routing(plain: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{plain}_ONLY", "ROUTING_RULE_ONLY", f"ROUTING_RULE_THEN_{plain}"])


def _v2(pen: Pen, name: str) -> Step:
    configuration = pen.given(
        {"CertificateArn": pen(v.certificate()), "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2"},
        IpAddressType=st.sampled_from(["ipv4", "dualstack"]),
        OwnershipVerificationCertificateArn=v.certificate(),
        CertificateName=v.NAMES,
    )
    store = st.builds(lambda uri: {"TruststoreUri": uri, "TruststoreVersion": "v2"}, v.TRUSTSTORES)
    asked = pen.given(
        {"DomainName": name, "DomainNameConfigurations": [configuration]},
        MutualTlsAuthentication=store,
        RoutingMode=_routing("API_MAPPING"),
        Tags=v.TAGS,
    )
    return Step("domains", "apigatewayv2", "CreateDomainName", asked, {f"domain {name}": "DomainName"})


def _ways(pen: Pen, name: str, kind: str, target: tuple[str, str]) -> Iterator[Step]:
    """Mappings and routing rules of a domain name."""
    api, stage = target
    there = frozenset({_stage(api, stage), f"domain {name}"})
    kept = EDGE_DOMAINS if kind == "EDGE" else "domains"
    base = pen.given({"domainName": name, "restApiId": mark(api)}, basePath=st.just("v1"), stage=st.just(stage))
    base |= {"domainNameId": mark(f"id {name}")} if kind == "PRIVATE" else {}
    yield Step(kept, "apigateway", "CreateBasePathMapping", base, needs=there)
    if kind in ("EDGE", "PRIVATE"):
        return
    mapped = pen.given({"DomainName": name, "ApiId": mark(api), "Stage": stage}, ApiMappingKey=st.just("v2"))
    if "ApiMappingKey" in mapped and "basePath" in base:
        yield Step(kept, "apigatewayv2", "CreateApiMapping", mapped, needs=there)
    for number, condition in enumerate(pen.some(("MatchBasePaths", "MatchHeaders"))):
        header = {"Header": "x-version", "ValueGlob": f"{number}*"}
        match: Document = {condition: {"AnyOf": ["a", "b"] if condition == "MatchBasePaths" else [header]}}
        action = pen.given({"ApiId": mark(api), "Stage": stage}, StripBasePath=v.YES_OR_NO)
        asked: Document = {
            "DomainName": name,
            "Priority": number + 1,
            "Conditions": [match],
            "Actions": [{"InvokeApi": action}],
        }
        yield Step(kept, "apigatewayv2", "CreateRoutingRule", asked, needs=there)

"""Orders that could be none: paths that go, each with a method that keeps its cache under the other."""

from __future__ import annotations

from dr_toolkit.engine.planner import draft
from dr_toolkit.engine.replays import steps
from dr_toolkit.engine.situation import Situation
from dr_toolkit.model.documents import READ, Coverage, Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry

API = ResourceKey("apigateway.rest_api", ("shop",))
ROOT = ResourceKey("apigateway.resource", ("shop", "/"))


def _estate(*paths: tuple[str, str]) -> Estate:
    """An API with paths, each with a GET that keeps its cache under another path."""
    estate = Estate(coverage={t.name: Coverage(READ) for t in registry()})
    estate.put(Resource(API, {"name": "shop"}, "api1"))
    estate.put(Resource(ROOT, {}, "root"))
    for name, other in paths:
        path = ResourceKey("apigateway.resource", ("shop", f"/{name}"))
        estate.put(Resource(path, {"parentId": Ref(ROOT), "pathPart": name}, f"id-{name}"))
        cache = Ref(ResourceKey("apigateway.resource", ("shop", f"/{other}")))
        method = ResourceKey("apigateway.method", ("shop", f"/{name}", "GET"))
        integration = {"type": "MOCK", "cacheNamespace": cache}
        estate.put(Resource(method, {"httpMethod": "GET", "methodIntegration": integration}))
    return estate


def test_paths_whose_methods_keep_their_caches_under_each_other_are_removed() -> None:
    live = _estate(("a", "b"), ("b", "a"))
    situation = Situation(_estate(), live, registry(), live.ids)
    made = steps(draft(situation), situation, Scope("123456789012", "us-west-2"))
    assert sorted(s.keys[0].text for s in made if s.call.operation == "DeleteResource") == [
        "apigateway.resource/shop/%2Fa",
        "apigateway.resource/shop/%2Fb",
    ]


def test_models_that_mention_each_other_are_emptied_before_either_goes() -> None:
    live = _estate()
    for name, other in (("Pet", "Pets"), ("Pets", "Pet")):
        url = "https://apigateway.amazonaws.com/restapis/${Ref:apigateway.rest_api/shop}/models/" + other
        model = {"name": name, "contentType": "application/json", "schema": {"$ref": url}}
        live.put(Resource(ResourceKey("apigateway.model", ("shop", name)), model, f"id-{name}"))
    situation = Situation(_estate(), live, registry(), live.ids)
    made = [s.call.operation for s in steps(draft(situation), situation, Scope("123456789012", "us-west-2"))]
    assert made == ["UpdateModel", "UpdateModel", "DeleteModel", "DeleteModel"]


def test_a_group_that_is_only_described_otherwise_gets_its_rules() -> None:
    vpc = ResourceKey("ec2.vpc", ("main",))
    group = ResourceKey("ec2.security_group", ("main", "web"))
    rule = ResourceKey("ec2.security_group_rule", (*group.path, "ingress", "tcp", "443-443", "10.0.0.0/8"))
    wanted, live = (Estate(coverage={t.name: Coverage(READ) for t in registry()}) for _ in range(2))
    for estate, words in ((wanted, "web"), (live, "made by hand")):
        estate.put(Resource(vpc, {}, "vpc-1"))
        named = {"GroupName": "web", "VpcId": Ref(vpc), "Description": words}
        estate.put(Resource(group, named, "sg-1"))
    ports = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    wanted.put(Resource(rule, {"GroupId": Ref(group), "IsEgress": False, "CidrIpv4": "10.0.0.0/8", **ports}))
    planned = draft(Situation(wanted, live, registry(), live.ids))
    assert [b.key for b in planned.blocked] == [group]
    assert [c.key for c in planned.changes] == [rule]

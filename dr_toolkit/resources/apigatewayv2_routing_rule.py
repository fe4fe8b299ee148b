"""Routing rules: where headers and base paths of a domain name lead, by priority."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.domains import APIS, DOMAIN, PRIVATE, domain_of, is_private, routed_by_rules, stages
from dr_toolkit.spec.fields import fixed, observed, physical, reference, setting
from dr_toolkit.spec.types import Listing, Paging, ResourceType

_PAGES = Paging("NextToken", "NextToken", {"MaxResults": 100})


def _domain(rule: Resource) -> dict[str, Any]:
    domain = domain_of(rule.key)
    if not is_private(rule.key):
        return {"DomainName": Ref(domain)}
    return {"DomainName": domain.name.partition(PRIVATE)[0], "DomainNameId": Ref(domain)}


def _content(rule: Resource) -> dict[str, Any]:
    a = rule.attributes
    return {"Actions": a.get("Actions", []), "Conditions": a.get("Conditions", []), "Priority": a["Priority"]}


def _create(rule: Resource) -> list[Call]:
    params = _domain(rule) | _content(rule)
    return [Call("CreateRoutingRule", params, {rule.key: "RoutingRuleId"}, {"ConflictException": "check"})]


def _update(change: Change) -> list[Call]:
    assert change.after is not None
    named = _domain(change.after) | {"RoutingRuleId": Ref(change.key)}
    return [Call("PutRoutingRule", named | _content(change.after))]


def _delete(rule: Resource) -> list[Call]:
    params = _domain(rule) | {"RoutingRuleId": Ref(rule.key)}
    return [Call("DeleteRoutingRule", params, tolerates={"NotFoundException": "done"})]


def _stages(rule: Resource) -> list[ResourceKey]:
    invoked = [action.get("InvokeApi") or {} for action in rule.attributes.get("Actions") or ()]
    return [key for call in invoked for key in stages(call.get("ApiId"), call.get("Stage"))]


_HEADER = setting(members={"Header": setting(), "ValueGlob": setting()})
_CALL = setting(members={"ApiId": reference(*APIS), "Stage": setting(), "StripBasePath": setting(default=False)})

TYPES = (
    ResourceType(
        name="apigatewayv2.routing_rule",
        service="apigatewayv2",
        shape="RoutingRule",
        title="Routing rule",
        listing=Listing(
            "ListRoutingRules",
            "RoutingRules",
            paging=_PAGES,
            per=DOMAIN,
            arguments=lambda row: (
                {"DomainName": row.data["domainName"]}
                | ({"DomainNameId": row.data["domainNameId"]} if row.data.get("domainNameId") else {})
            ),
            when=routed_by_rules,
        ),
        physical=lambda data: str(data["RoutingRuleId"]),
        identity=lambda row, names: str(row.data["Priority"]),
        parent=DOMAIN,
        after=APIS,
        fields={
            "RoutingRuleId": physical(),
            "Priority": fixed(),
            "Actions": setting(items=setting(members={"InvokeApi": _CALL})),
            "Conditions": setting(
                unordered=True,
                items=setting(
                    members={
                        "MatchBasePaths": setting(members={"AnyOf": setting(unordered=True)}),
                        "MatchHeaders": setting(members={"AnyOf": setting(unordered=True, items=_HEADER)}),
                    }
                ),
            ),
            "RoutingRuleArn": observed("made from region, domain and id"),
        },
        mentions=_stages,
        calls=("CreateRoutingRule", "PutRoutingRule", "DeleteRoutingRule"),
        create=_create,
        update=_update,
        delete=_delete,
        notes="Known by its priority, which is there once in a domain.",
    ),
)

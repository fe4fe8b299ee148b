"""Rules on usage plans, API keys, client certificates, VPC links and the account: what stands around REST APIs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.case import Case, Check, Rule, changed, is_gone, is_new, lost, made_anew, moved, only
from dr_toolkit.model.alerts import CRITICAL, HIGH, LOW, MEDIUM, NOTE

PLAN, PLAN_KEY, KEY = "apigateway.usage_plan", "apigateway.usage_plan_key", "apigateway.api_key"
ACCOUNT, CERTIFICATE = "apigateway.account", "apigateway.client_certificate"
LINK, HTTP_LINK = "apigateway.vpc_link", "apigatewayv2.vpc_link"
_PERIODS = {"DAY": 1.0, "WEEK": 7.0, "MONTH": 30.0}
_Limits = Mapping[str, float]


def _throttle(side: Mapping[str, Any]) -> _Limits:
    """Every limit of a plan: of all, and of single methods of a stage."""
    found = {name: float(value) for name, value in (side.get("throttle") or {}).items()}
    for stage in side.get("apiStages") or ():
        for method, limits in (stage.get("throttle") or {}).items():
            place = f"{stage.get('apiId')}:{stage.get('stage')} {method}"
            found |= {f"{place} {name}": float(value) for name, value in limits.items()}
    return found


def _quota(side: Mapping[str, Any]) -> _Limits:
    """Requests a day that a quota comes to."""
    quota = side.get("quota") or {}
    period = str(quota.get("period", "DAY"))
    return {"quota": float(quota["limit"]) / _PERIODS.get(period, 1.0)} if "limit" in quota else {}


def _limits(limits: Callable[[Mapping[str, Any]], _Limits], goes: Callable[[float, float], bool]) -> Check:
    """A check whether a limit moved so; no limit is one without end, and those of stages that are gone don't count."""

    def check(case: Case) -> str:
        old, new, stages = limits(case.old), limits(case.new), _stages(case.new)
        kept = [name for name in old if " " not in name or name.partition(" ")[0] in stages]
        told = [
            f"{name} {_told(old.get(name, inf))} → {_told(new.get(name, inf))}"
            for name in sorted({*kept, *new})
            if goes(old.get(name, inf), new.get(name, inf))
        ]
        return "; ".join(told) if case.edit else ""

    return check


def _told(limit: float) -> str:
    return "none" if limit == inf else f"{limit:g}"


def _stages(side: Mapping[str, Any]) -> set[str]:
    return {f"{stage.get('apiId')}:{stage.get('stage')}" for stage in side.get("apiStages") or ()}


def _taken(case: Case) -> str:
    gone = sorted(_stages(case.old) - _stages(case.new))
    return f"{', '.join(gone)}: its keys open it no more" if case.edit and gone else ""


def _given(case: Case) -> str:
    come = sorted(_stages(case.new) - _stages(case.old))
    return f"{', '.join(come)}: its keys open it too" if case.edit and come else ""


def _enabled(case: Case) -> str:
    old, new = case.pair("enabled", default=False)
    return f"{case.name} opens again what it opened" if case.edit and new and not old else ""


def _disabled(case: Case) -> str:
    old, new = case.pair("enabled", default=False)
    return f"{case.name} opens nothing any more" if case.edit and old and not new else ""


def _raised(old: float, new: float) -> bool:
    return old < new < inf


def _off(old: float, new: float) -> bool:
    return old < new == inf


def _lowered(old: float, new: float) -> bool:
    return new < old


_PLANS, _KEYS, _LOGS = references.PLANS, references.API_KEYS, references.LOG_ROLE
_LINKS = references.PRIVATE_INTEGRATION
RULES = (
    Rule("plan-throttle-off", HIGH, "A plan's throttling is removed", _PLANS, (PLAN,), _limits(_throttle, _off)),
    Rule("plan-throttle-raised", MEDIUM, "A plan's throttling is raised", _PLANS, (PLAN,), _limits(_throttle, _raised)),
    Rule("plan-throttle-lowered", LOW, "A plan's throttling is lowered", _PLANS, (PLAN,), _limits(_throttle, _lowered)),
    Rule("plan-quota-off", HIGH, "A plan's quota is removed", _PLANS, (PLAN,), _limits(_quota, _off)),
    Rule("plan-quota-raised", MEDIUM, "A plan's quota is raised", _PLANS, (PLAN,), _limits(_quota, _raised)),
    Rule("plan-quota-lowered", LOW, "A plan's quota is lowered", _PLANS, (PLAN,), _limits(_quota, _lowered)),
    Rule("plan-stage-removed", HIGH, "A plan does not hold a stage any more", _PLANS, (PLAN,), _taken),
    Rule("plan-stage-added", HIGH, "A plan holds another stage", _PLANS, (PLAN,), _given),
    Rule("plan-removed", HIGH, "A usage plan is gone", _PLANS, (PLAN,), is_gone),
    Rule("plan-added", MEDIUM, "A usage plan is new", _PLANS, (PLAN,), is_new),
    Rule("plan-key-added", HIGH, "A key is in another plan", _PLANS, (PLAN_KEY,), is_new),
    Rule("plan-key-removed", HIGH, "A key is not in a plan any more", _PLANS, (PLAN_KEY,), is_gone),
    Rule("key-enabled", HIGH, "An API key is enabled again", _KEYS, (KEY,), _enabled),
    Rule("key-disabled", HIGH, "An API key is disabled", _KEYS, (KEY,), _disabled),
    Rule("key-removed", HIGH, "An API key is gone", _KEYS, (KEY,), is_gone),
    Rule("key-added", MEDIUM, "An API key is new", _KEYS, (KEY,), is_new),
    Rule("key-customer", LOW, "An API key belongs to another customer", _KEYS, (KEY,), changed("customerId")),
    Rule(
        "client-certificate-removed",
        HIGH,
        "A client certificate is gone",
        references.CERTIFICATES,
        (CERTIFICATE,),
        is_gone,
    ),
    Rule(
        "account-logs-off",
        HIGH,
        "API Gateway may write no logs any more",
        _LOGS,
        (ACCOUNT,),
        lambda case: is_gone(case) and "no role for logs",
    ),
    Rule(
        "account-logs-role", MEDIUM, "Logs are written with other rights", _LOGS, (ACCOUNT,), moved("cloudwatchRoleArn")
    ),
    Rule(
        "around-recreated",
        MEDIUM,
        "Something around APIs was made anew",
        _PLANS,
        (PLAN, KEY, CERTIFICATE, LINK, HTTP_LINK, "ec2.vpc_endpoint"),
        made_anew("whatever knew it by its id does not know this one"),
    ),
    Rule(
        "around-described",
        NOTE,
        "Only a description or tags of what is around an API",
        _PLANS,
        (PLAN, KEY, CERTIFICATE, LINK, HTTP_LINK, "apigateway.domain_name", "ec2.vpc_endpoint"),
        only("description", "tags", "Tags", "name", "Name"),
    ),
    Rule("link-removed", CRITICAL, "A VPC link is gone", _LINKS, (LINK, HTTP_LINK), is_gone),
    Rule("link-target", HIGH, "A VPC link leads to another load balancer", _LINKS, (LINK,), moved("targetArns")),
    Rule(
        "link-groups",
        MEDIUM,
        "A VPC link has other groups",
        references.HTTP_PRIVATE,
        (HTTP_LINK,),
        moved("SecurityGroupIds"),
    ),
    Rule(
        "link-unguarded",
        MEDIUM,
        "A VPC link has no group of its own any more",
        references.HTTP_PRIVATE,
        (HTTP_LINK,),
        lost("SecurityGroupIds", what="the VPC's default group is in force"),
    ),
    Rule(
        "link-subnets", LOW, "A VPC link is in other subnets", references.HTTP_PRIVATE, (HTTP_LINK,), moved("SubnetIds")
    ),
)

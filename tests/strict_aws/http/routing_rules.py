"""Routing rules of custom domain names: where headers and base paths lead, by priority."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.mappings import check_target
from tests.strict_aws.refusals import bad_request, conflict, not_found
from tests.strict_aws.rest.domain_state import find_domain, too_many
from tests.strict_aws.rest.state import Domains
from tests.strict_aws.rules import rule

Document = dict[str, Any]

CONDITIONS = rule(
    "domains.rule-conditions",
    "A rule has at most two conditions on headers and one on base paths, each of one kind",
    "botocore: RoutingRuleCondition, CreateRoutingRule.Conditions; the text is recalled",
)
ACTION = rule("domains.rule-action", "A rule has one action", "botocore: RoutingRuleAction; the text is recalled")
PRIORITY = rule("domains.rule-priority", "A priority is there once", "code and text are recalled", recalled=True)
LIMIT = rule("domains.rules-50", "A domain name has at most 50 rules", "AWS notes, section 2.2; the text is recalled")

_USUAL = 100


def _held(call: Call) -> tuple[str, Document, dict[str, Document]]:
    key, domain = find_domain(call, call.params["DomainName"], call.params.get("DomainNameId"))
    return key, domain, call.part(Domains).routing_rules.setdefault(key, {})


def _find(call: Call) -> tuple[Document, dict[str, Document], Document]:
    _, domain, held = _held(call)
    if call.params["RoutingRuleId"] not in held:
        raise not_found("Invalid routing rule identifier specified")
    return domain, held, held[call.params["RoutingRuleId"]]


def _check(call: Call, rule_id: str, held: dict[str, Document]) -> None:
    """Raise the refusal of what the call would make of a rule, if there is a reason."""
    conditions, actions = call.params["Conditions"], call.params["Actions"]
    kinds = [name for each in conditions for name in each]
    uneven = any(len(each) != 1 for each in conditions)
    if call.holds(CONDITIONS) and (uneven or kinds.count("MatchHeaders") > 2 or kinds.count("MatchBasePaths") > 1):
        raise bad_request("A routing rule can have up to two matchHeaders conditions and one matchBasePaths condition")
    if call.holds(ACTION) and len(actions) != 1:
        raise bad_request("A routing rule must have exactly one action")
    for each in actions:
        check_target(call, each["InvokeApi"]["ApiId"], each["InvokeApi"]["Stage"])
    taken = [each["Priority"] for each in held.values() if each["RoutingRuleId"] != rule_id]
    if call.params["Priority"] in taken and call.holds(PRIORITY):
        raise conflict(f"A routing rule with priority {call.params['Priority']} already exists for this domain name")


@answers("apigatewayv2", "CreateRoutingRule")
def create_routing_rule(call: Call) -> Document:
    """A rule."""
    _, domain, held = _held(call)
    _check(call, "", held)
    if call.holds(LIMIT) and len(held) >= 50:
        raise too_many(call, "Maximum number of routing rules has been reached: 50")
    made = {"RoutingRuleId": call.aws.ids.gateway(6)} | call.given("Actions", "Conditions", "Priority")
    name = domain["domainName"] + (f"+{domain['domainNameId']}" if domain.get("domainNameId") else "")
    made["RoutingRuleArn"] = call.region.arn("apigateway", f"/domainnames/{name}/routingrules/{made['RoutingRuleId']}")
    held[made["RoutingRuleId"]] = made
    return made


@answers("apigatewayv2", "PutRoutingRule")
def put_routing_rule(call: Call) -> Document:
    """Put another content into a rule; the same again changes nothing."""
    _, held, before = _find(call)
    _check(call, before["RoutingRuleId"], held)
    held[before["RoutingRuleId"]] = before | call.given("Actions", "Conditions", "Priority")
    return held[before["RoutingRuleId"]]


@answers("apigatewayv2", "ListRoutingRules")
def list_routing_rules(call: Call) -> Document:
    """One page of a domain's rules, by priority; 100 at most."""
    rows = sorted(_held(call)[2].values(), key=lambda each: int(each["Priority"]))
    found = call.cut(rows, call.params.get("MaxResults", _USUAL), call.params.get("NextToken"))
    if found is None:
        raise bad_request("Invalid NextToken parameter")
    return {"RoutingRules": found[0], "NextToken": found[1]}


@answers("apigatewayv2", "GetRoutingRule")
def get_routing_rule(call: Call) -> Document:
    """A rule."""
    return _find(call)[2]


@answers("apigatewayv2", "DeleteRoutingRule")
def delete_routing_rule(call: Call) -> None:
    """Delete a rule."""
    _, held, found = _find(call)
    del held[found["RoutingRuleId"]]

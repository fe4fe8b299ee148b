"""What IAM says of calls that have no dry run, where the role in use may ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dr_toolkit.engine.ports import Cloud
from dr_toolkit.errors import AwsError
from dr_toolkit.model.changes import Plan
from dr_toolkit.model.documents import INFO, WARNING, Finding, Scope

Route = Callable[[str, str], tuple[str, str]]
"""The method and the path of an operation of API Gateway."""

SERVICES = ("apigateway", "apigatewayv2")
_MOST = 25
"""So many resources are asked about at a time."""


def simulated(cloud: Cloud, plan: Plan, route: Route) -> Iterator[Finding]:
    """What IAM's simulation denies of a plan's calls of API Gateway.

    Rests on sts:GetCallerIdentity and iam:SimulatePrincipalPolicy, for a role in a path on iam:GetRole too. A condition
    of a policy is evaluated without the call's own facts, so that a denial is no certainty.
    """
    wanted = _wanted(cloud.scope, plan, route)
    if not wanted:
        return
    try:
        source = _principal(cloud)
        denied = [
            f"{action} on {arn}"
            for action, arns in sorted(wanted.items())
            for arn in _denied(cloud, source, action, arns)
        ]
    except (AwsError, LookupError) as error:
        text = f"whether API Gateway's calls are allowed can't be simulated: {error}"
        yield Finding(INFO, "permission-unknown", "apigateway", text)
        return
    for each in denied:
        text = "IAM's simulation denies it; if that is by a condition, it may be allowed all the same"
        yield Finding(WARNING, "permission-doubtful", each, text)
    if not denied:
        number = sum(map(len, wanted.values()))
        yield Finding(
            INFO, "permission-simulated", "apigateway", f"IAM's simulation allows all {number} kinds of calls"
        )


def _wanted(scope: Scope, plan: Plan, route: Route) -> dict[str, list[str]]:
    """IAM's actions, each with the resources that it is needed on."""
    found: dict[str, set[str]] = {}
    for step in plan.steps:
        if step.service in SERVICES:
            method, path = route(step.service, step.call.operation)
            arn = f"arn:{scope.partition}:apigateway:{scope.region}::{path}"
            found.setdefault(f"apigateway:{method}", set()).add(arn)
    return {action: sorted(arns) for action, arns in found.items()}


def _principal(cloud: Cloud) -> str:
    """The ARN whose policies count: of a session its role's."""
    arn = str(cloud.call("sts", "GetCallerIdentity", {})["Arn"])
    kind, _, rest = arn.split(":", 5)[5].partition("/")
    if kind == "assumed-role":
        return str(cloud.call("iam", "GetRole", {"RoleName": rest.split("/")[0]})["Role"]["Arn"])
    if kind == "user":
        return arn
    raise LookupError(f"{arn} is neither a role nor a user")


def _denied(cloud: Cloud, source: str, action: str, arns: list[str]) -> Iterator[str]:
    for start in range(0, len(arns), _MOST):
        params = {
            "PolicySourceArn": source,
            "ActionNames": [action],
            "ResourceArns": arns[start : start + _MOST],
        }
        for result in cloud.call("iam", "SimulatePrincipalPolicy", params)["EvaluationResults"]:
            parts = result.get("ResourceSpecificResults") or [
                {"EvalResourceName": result["EvalResourceName"], "EvalResourceDecision": result["EvalDecision"]}
            ]
            for part in parts:
                if part["EvalResourceDecision"] != "allowed":
                    yield str(part["EvalResourceName"])

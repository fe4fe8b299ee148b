"""Settings that AWS refuses, or that do less in the target than at home."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_toolkit.engine.preflight.subject import Scene
from dr_toolkit.model import wire
from dr_toolkit.model.documents import GAP, READ, WARNING, Finding, Resource
from dr_toolkit.spec.quotas import POLICY, SLOWER, TIMEOUT

ACCOUNT, STAGE, METHOD, API = (f"apigateway.{name}" for name in ("account/account", "stage", "method", "rest_api"))


def log_role(scene: Scene) -> Iterator[Finding]:
    """A stage that logs needs a role in the account settings of the region."""
    logging = [*filter(_logs, (*scene.touched(STAGE), *scene.touched("apigatewayv2.stage")))]
    held = [account for estate in (scene.wanted, scene.live) if (account := estate.get(ACCOUNT)) is not None]
    if not logging or any(account.attributes.get("cloudwatchRoleArn") for account in held):
        return
    mend = "aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=ROLE_ARN"
    coverage = scene.live.coverage.get("apigateway.account")
    if coverage is not None and coverage.status == READ:
        severity, text = GAP, f"it logs, and API Gateway has no role for that in the target: {mend}"
    else:
        why = "it logs, and nobody has looked whether API Gateway has a role for that in the target"
        severity, text = WARNING, f"{why}: include apigateway.account, or see to it"
    for stage in logging:
        yield Finding(severity, "no-log-role", stage.key.text, text)


def _logs(stage: Resource) -> bool:
    """Whether a stage writes logs that need the role: those of executions, and a REST API's of access."""
    a: Mapping[str, Any] = stage.attributes
    settings = [*(a.get("methodSettings") or {}).values(), *(a.get("RouteSettings") or {}).values()]
    settings.append(a.get("DefaultRouteSettings") or {})
    levels = {each.get("loggingLevel") or each.get("LoggingLevel") or "OFF" for each in settings}
    return bool(levels - {"OFF"}) or bool(a.get("accessLogSettings"))


def policies(scene: Scene) -> Iterator[Finding]:
    """Resource policies that are longer than AWS takes."""
    for api in scene.touched(API):
        policy = api.attributes.get("policy")
        size = len(policy if isinstance(policy, str) else wire.dumps(policy)) if policy else 0
        if size > POLICY:
            text = f"its policy has {size:,} characters, and AWS takes {POLICY:,}"
            yield Finding(GAP, "policy-too-long", api.key.text, text)


def timeouts(scene: Scene) -> Iterator[Finding]:
    """Integrations that may take longer than AWS allows without a raised quota."""
    for method in scene.touched(METHOD):
        timeout = (method.attributes.get("methodIntegration") or {}).get("timeoutInMillis") or 0
        if timeout > TIMEOUT:
            text = f"its integration may take {timeout:,} ms, which needs a raised quota in the target region, too"
            yield Finding(WARNING, "long-timeout", method.key.text, text)


def throttles(scene: Scene) -> Iterator[Finding]:
    """A newer region lets fewer requests through."""
    here, there = scene.plan.source_scope.region, scene.plan.target_scope.region
    made = any(change.key.type in (API, "apigatewayv2.api") for change in scene.plan.changes)
    if made and there in SLOWER and here not in SLOWER:
        text = (
            f"in {there} an account's APIs get 2,500 requests a second and bursts of 1,250 if nobody has raised that, "
            f"and in {here} 10,000 and 5,000"
        )
        yield Finding(WARNING, "lower-throttles", "apigateway", text)


def maps(scene: Scene) -> Iterator[Finding]:
    """What the config maps of things that the snapshot does not hold."""
    for name in sorted(scene.given):
        if name.partition("/")[0] in scene.registry and name not in scene.known and "/unknown/" not in name:
            text = "the config maps it, and the snapshot holds nothing of that key: is it written right?"
            yield Finding(WARNING, "map-unused", name, text)

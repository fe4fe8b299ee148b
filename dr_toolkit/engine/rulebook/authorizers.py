"""Rules on authorizers: whom they let through."""

from __future__ import annotations

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.case import Case, Rule, changed, is_gone, is_new
from dr_toolkit.engine.rulebook.integrations import accounts
from dr_toolkit.model.alerts import CRITICAL, HIGH, LOW, MEDIUM

AUTHORIZER = "apigateway.authorizer"
_TTL = 300


def _ttl(case: Case) -> str:
    old, new = case.pair("authorizerResultTtlInSeconds", default=_TTL)
    return f"{old} → {new} seconds that a decision holds" if case.edit and new > old else ""


def _expression(case: Case) -> str:
    old, new = case.pair("identityValidationExpression")
    return "tokens are passed on unchecked" if case.edit and old and not new else ""


def _sources(case: Case) -> str:
    old, new = ({p.strip() for p in str(v or "").split(",") if p.strip()} for v in case.pair("identitySource"))
    return f"{', '.join(sorted(old - new))} is not asked for any more" if case.edit and old - new else ""


def _pools(case: Case) -> str:
    old, new = (set(map(str, v or ())) for v in case.pair("providerARNs"))
    return f"{', '.join(sorted(new - old))} is trusted too" if case.edit and new - old else ""


def _account(case: Case) -> str:
    old, new = ({a for text in map(str, side.values()) for a in accounts(text)} for side in (case.old, case.new))
    return f"account {', '.join(sorted(new - old))} decides" if new - old else ""


_LAMBDA = references.LAMBDA_AUTHORIZERS
RULES = (
    Rule("authorizer-removed", CRITICAL, "An authorizer is gone", references.ACCESS, (AUTHORIZER,), is_gone),
    Rule("authorizer-added", LOW, "An authorizer is new", references.ACCESS, (AUTHORIZER,), is_new),
    Rule(
        "authorizer-type", HIGH, "An authorizer is of another type", references.ACCESS, (AUTHORIZER,), changed("type")
    ),
    Rule("authorizer-function", HIGH, "Another function decides", _LAMBDA, (AUTHORIZER,), changed("authorizerUri")),
    Rule("authorizer-account", HIGH, "Another account decides", _LAMBDA, (AUTHORIZER,), _account),
    Rule("authorizer-pools", HIGH, "Another user pool is trusted", references.COGNITO, (AUTHORIZER,), _pools),
    Rule("authorizer-sources", MEDIUM, "Less of a request is asked for", _LAMBDA, (AUTHORIZER,), _sources),
    Rule("authorizer-expression", MEDIUM, "Tokens are not checked for their form", _LAMBDA, (AUTHORIZER,), _expression),
    Rule("authorizer-ttl", MEDIUM, "Decisions hold for longer", _LAMBDA, (AUTHORIZER,), _ttl),
    Rule(
        "authorizer-credentials",
        MEDIUM,
        "The authorizer is called with other rights",
        _LAMBDA,
        (AUTHORIZER,),
        changed("authorizerCredentials"),
    ),
)

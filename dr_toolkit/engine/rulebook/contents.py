"""Rules on what an API checks and answers by itself: validators, models, gateway responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.case import Case, Rule, changed, is_gone
from dr_toolkit.model.alerts import HIGH, LOW, MEDIUM

VALIDATOR, MODEL, RESPONSE = "apigateway.request_validator", "apigateway.model", "apigateway.gateway_response"
_CHECKS = {"validateRequestBody": "bodies", "validateRequestParameters": "parameters"}
_ORIGIN = "gatewayresponse.header.access-control-allow-origin"


def _validator(case: Case) -> str:
    off = [word for name, word in _CHECKS.items() if case.old.get(name) and not case.new.get(name)]
    return f"{' and '.join(off)} are not checked any more" if case.edit and off else ""


def _schema(case: Case) -> str:
    old, new = case.pair("schema")
    freed = sorted(required(old) - required(new))
    if case.edit and freed:
        return f"{', '.join(freed)} is not required any more"
    closed = isinstance(old, Mapping) and old.get("additionalProperties") is False
    opened = isinstance(new, Mapping) and new.get("additionalProperties") is not False
    return "any other property is accepted" if case.edit and closed and opened else ""


def required(schema: Any) -> set[str]:
    """The names that a schema asks for at its top."""
    listed = schema.get("required", ()) if isinstance(schema, Mapping) else ()
    return {str(name) for name in listed} if isinstance(listed, list) else set()


def _origin(case: Case) -> str:
    old, new = ({k.lower(): v for k, v in (m or {}).items()} for m in case.pair("responseParameters"))
    return "every origin is allowed" if new.get(_ORIGIN) == "'*'" != old.get(_ORIGIN) else ""


def _status(case: Case) -> str:
    old, new = case.pair("statusCode")
    return f"{case.name} answers {new} in the place of {old}" if case.edit and old and new and old != new else ""


def _refusal_hidden(case: Case) -> str:
    new = str(case.new.get("statusCode", ""))
    refused = case.name in ("ACCESS_DENIED", "UNAUTHORIZED", "INVALID_API_KEY", "MISSING_AUTHENTICATION_TOKEN")
    hides = refused and new[:1] in ("1", "2", "3") and new != case.old.get("statusCode")
    return f"{case.name} answers {new}" if hides else ""


RULES = (
    Rule("validator-relaxed", MEDIUM, "A validator checks less", references.VALIDATION, (VALIDATOR,), _validator),
    Rule("validator-removed", MEDIUM, "A validator is gone", references.VALIDATION, (VALIDATOR,), is_gone),
    Rule("model-relaxed", MEDIUM, "A model accepts more", references.MODELS, (MODEL,), _schema),
    Rule("model-removed", MEDIUM, "A model is gone", references.MODELS, (MODEL,), is_gone),
    Rule("response-any-origin", MEDIUM, "Every origin may read errors (CORS)", references.CORS, (RESPONSE,), _origin),
    Rule("response-status", LOW, "An error has another status", references.GATEWAY_RESPONSES, (RESPONSE,), _status),
    Rule(
        "response-hides",
        HIGH,
        "A refusal looks like success",
        references.GATEWAY_RESPONSES,
        (RESPONSE,),
        _refusal_hidden,
    ),
    Rule(
        "response-removed", LOW, "An error is told in AWS's words", references.GATEWAY_RESPONSES, (RESPONSE,), is_gone
    ),
    Rule(
        "response-templates",
        LOW,
        "An error has another text",
        references.GATEWAY_RESPONSES,
        (RESPONSE,),
        lambda c: "templates differ" if changed("responseTemplates")(c) else "",
    ),
)

"""Rules on methods: who may call them, and what is checked of a request."""

from __future__ import annotations

from typing import Any

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.case import Case, Check, Rule, at, is_gone, is_new
from dr_toolkit.model.alerts import CRITICAL, HIGH, LOW, MEDIUM, NOTE

METHOD, PATH = "apigateway.method", "apigateway.resource"


def _authorization(attributes: Any) -> str:
    return str(attributes.get("authorizationType", "NONE"))


def _opened(*, dormant: bool) -> Check:
    """A check whether a method is open now; on a stage, or, where none serves that yet, in the draft alone."""

    def check(case: Case) -> str:
        old, new = _authorization(case.old), _authorization(case.new)
        opened = case.edit and old != "NONE" and new == "NONE" and case.dormant is dormant
        return f"{old} → NONE{', from the next deployment on' if dormant else ''}" if opened else ""

    return check


def _born_open(case: Case) -> str:
    free = case.added and _authorization(case.new) == "NONE" and not case.new.get("apiKeyRequired")
    return f"{case.name} asks for no authorization and no key" if free and case.name != "OPTIONS" else ""


def _otherwise(case: Case) -> str:
    old, new = _authorization(case.old), _authorization(case.new)
    return f"{old} → {new}" if case.edit and old != new and "NONE" not in (old, new) else ""


def _authorizer(case: Case) -> str:
    old, new = case.pair("authorizerId")
    return f"{old} → {new}" if case.edit and old and new and old != new else ""


def _key(case: Case) -> str:
    old, new = case.pair("apiKeyRequired", default=False)
    return "no API key is asked for any more" if case.edit and old and not new else ""


def _scopes(case: Case) -> str:
    """Any one of a method's scopes is enough: none at all, or one more, lets more in."""
    old, new = (set(value or ()) for value in case.pair("authorizationScopes"))
    if not case.edit or not old or (new and new <= old):
        return ""
    return f"{', '.join(sorted(new - old))} is enough too" if new else "no scope is asked for any more"


def _validator(case: Case) -> str:
    old, new = case.pair("requestValidatorId")
    return "requests are not validated any more" if case.edit and old and not new else ""


def _parameters(case: Case) -> str:
    old, new = (value or {} for value in case.pair("requestParameters"))
    free = sorted(name for name, required in old.items() if required and not new.get(name))
    return f"{', '.join(free)} is not required any more" if case.edit and free else ""


def _models(case: Case) -> str:
    old, new = (value or {} for value in case.pair("requestModels"))
    gone = sorted(old.keys() - new.keys())
    return f"{', '.join(gone)} has no model any more" if case.edit and gone else ""


def origins(responses: Any) -> set[str]:
    """The origins that responses allow by a header."""
    each = (responses or {}).values() if isinstance(responses, dict) else ()
    maps = [at(r, ("responseParameters",)) or {} for r in each]
    return {str(v) for m in maps for name, v in m.items() if _is_origin(name)}


def _is_origin(name: str) -> bool:
    return name.lower().rpartition("response.header.")[2] == "access-control-allow-origin"


def _any_origin(case: Case) -> str:
    old, new = (origins(v) for v in case.pair("methodIntegration", "integrationResponses"))
    return "every origin is allowed" if "'*'" in new - old else ""


RULES = (
    Rule(
        "method-open",
        CRITICAL,
        "A method asks for no authorization any more",
        references.ACCESS,
        (METHOD,),
        _opened(dormant=False),
    ),
    Rule(
        "method-open-draft",
        HIGH,
        "A method of the draft asks for no authorization any more",
        references.ACCESS,
        (METHOD,),
        _opened(dormant=True),
    ),
    Rule("method-born-open", HIGH, "A new method asks for no authorization", references.ACCESS, (METHOD,), _born_open),
    Rule(
        "method-authorization", HIGH, "A method is authorized in another way", references.ACCESS, (METHOD,), _otherwise
    ),
    Rule("method-authorizer", HIGH, "A method has another authorizer", references.ACCESS, (METHOD,), _authorizer),
    Rule("method-key", HIGH, "A method asks for no API key any more", references.API_KEYS, (METHOD,), _key),
    Rule("method-scopes", HIGH, "More scopes are enough for a method", references.COGNITO, (METHOD,), _scopes),
    Rule("method-validator", MEDIUM, "Requests are not validated", references.VALIDATION, (METHOD,), _validator),
    Rule("method-parameters", MEDIUM, "A parameter is not required", references.VALIDATION, (METHOD,), _parameters),
    Rule("method-models", LOW, "A request's body has no model", references.VALIDATION, (METHOD,), _models),
    Rule("method-any-origin", MEDIUM, "Every origin is allowed (CORS)", references.CORS, (METHOD,), _any_origin),
    Rule("method-removed", HIGH, "A method is gone", references.ACCESS, (METHOD,), is_gone),
    Rule("method-added", LOW, "A method is new", references.ACCESS, (METHOD,), is_new),
    Rule("path-removed", MEDIUM, "A path is gone", references.ACCESS, (PATH,), is_gone),
    Rule("path-added", NOTE, "A path is new", references.ACCESS, (PATH,), is_new),
)

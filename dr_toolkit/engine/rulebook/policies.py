"""Rules on the resource policies of REST APIs.

Statements are compared by what they say, not by how they are written or in which order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.apis import API
from dr_toolkit.engine.rulebook.case import Case, Rule
from dr_toolkit.model.alerts import CRITICAL, HIGH, LOW, MEDIUM

Statement = Mapping[str, Any]


def statements(policy: Any) -> dict[str, Statement]:
    """The statements of a policy by what they say; a text that is no policy has none."""
    listed = policy.get("Statement", []) if isinstance(policy, Mapping) else []
    found = listed if isinstance(listed, list) else [listed]
    told = ({k: _value(v) for k, v in s.items() if k != "Sid"} for s in found if isinstance(s, Mapping))
    return {json.dumps(s, sort_keys=True, default=str): s for s in told}


def _value(value: Any) -> Any:
    """One form of what can be written in several: one and a list of one, and the order of a list."""
    if isinstance(value, Mapping):
        return {k: _value(v) for k, v in value.items()}
    if isinstance(value, list):
        return sorted({v if isinstance(v, str) else json.dumps(_value(v), sort_keys=True, default=str) for v in value})
    return [value] if isinstance(value, str) else value


def _news(case: Case, effect: str, *, gone: bool = False) -> list[Statement]:
    """The statements of an effect that are new, or that are gone."""
    old, new = (statements(p) for p in case.pair("policy"))
    have, had = (old, new) if gone else (new, old)
    return [s for text, s in have.items() if text not in had and s.get("Effect") == _value(effect)]


def _principals(statement: Statement) -> Iterator[str]:
    """Who a statement is about; everybody, where it only says who is not."""
    if "NotPrincipal" in statement:
        yield "*"
    held = statement.get("Principal") or []
    for names in held.values() if isinstance(held, Mapping) else [held]:
        yield from map(str, names)


def _anyone(statement: Statement) -> bool:
    return "*" in _principals(statement)


def _accounts(statement: Statement) -> set[str]:
    """The accounts, other than the estate's own, that a statement is about."""
    parts = {name.split(":")[4] if name.count(":") >= 5 else name for name in _principals(statement)}
    return {part for part in parts if part.isdigit() and len(part) == 12}


def _gone(case: Case) -> str:
    return (
        "any caller who may reach it is let in"
        if case.edit and "policy" in case.old and not case.new.get("policy")
        else ""
    )


def _public(case: Case) -> str:
    found = [s for s in _news(case, "Allow") if _anyone(s) and not s.get("Condition")]
    open_before = any(_anyone(s) and not s.get("Condition") for s in _allowed(case))
    return (
        "anyone is allowed, without a condition" if case.edit and found and not open_before and not _gone(case) else ""
    )


def _allowed(case: Case) -> list[Statement]:
    return [s for s in statements(case.old.get("policy")).values() if s.get("Effect") == _value("Allow")]


def _account(case: Case) -> str:
    before = {n for s in _allowed(case) for n in _accounts(s)}
    new = {n for s in _news(case, "Allow") for n in _accounts(s)} - before
    return f"account {', '.join(sorted(new))} is allowed" if case.edit and new else ""


def _widened(case: Case) -> str:
    number = len(_news(case, "Allow"))
    return f"{number} statement{'s' * (number > 1)} that allow more, or otherwise" if _counts(case, number) else ""


def _denial_gone(case: Case) -> str:
    number = len(_news(case, "Deny", gone=True))
    return f"{number} statement{'s' * (number > 1)} that denied" if _counts(case, number) else ""


def _narrowed(case: Case) -> str:
    number = len(_news(case, "Allow", gone=True)) + len(_news(case, "Deny"))
    return f"{number} statement{'s' * (number > 1)} less allowed, or more denied" if _counts(case, number) else ""


def _counts(case: Case, number: int) -> bool:
    return bool(case.edit and number and case.new.get("policy"))


def _added(case: Case) -> str:
    return "it had none" if case.edit and "policy" in case.new and "policy" not in case.old else ""


def _reordered(case: Case) -> str:
    old, new = (statements(p) for p in case.pair("policy"))
    same = case.touched("policy") and old and old.keys() == new.keys()
    return "the same statements, written otherwise" if same else ""


RULES = (
    Rule("api-policy-removed", CRITICAL, "An API's resource policy is gone", references.POLICIES, (API,), _gone),
    Rule("api-policy-public", CRITICAL, "A resource policy allows anyone", references.POLICIES, (API,), _public),
    Rule("api-policy-account", HIGH, "A resource policy allows another account", references.POLICIES, (API,), _account),
    Rule("api-policy-widened", HIGH, "A resource policy allows more", references.POLICIES, (API,), _widened),
    Rule("api-policy-denial", HIGH, "A resource policy denies less", references.POLICIES, (API,), _denial_gone),
    Rule("api-policy-narrowed", MEDIUM, "A resource policy allows less", references.POLICIES, (API,), _narrowed),
    Rule("api-policy-added", MEDIUM, "An API has a resource policy now", references.POLICIES, (API,), _added),
    Rule("api-policy-written", LOW, "A resource policy is written otherwise", references.POLICIES, (API,), _reordered),
)

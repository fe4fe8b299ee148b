"""Rules on the resource policies of REST APIs.

Statements are compared by what they say, not by how they are written or in which order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.apis import API
from dr_toolkit.engine.rulebook.case import Case, Rule
from dr_toolkit.model.alerts import CRITICAL, HIGH, MEDIUM
from dr_toolkit.spec.policies import Statement, statements

_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")


def news(case: Case, effect: str, *, gone: bool = False, member: str = "policy") -> list[Statement]:
    """The statements of an effect that are new, or that are gone."""
    old, new = (statements(p) for p in case.pair(member))
    have, had = (old, new) if gone else (new, old)
    return [s for text, s in have.items() if text not in had and s.get("Effect") == effect]


def _principals(statement: Statement) -> Iterator[str]:
    """Who a statement is about; everybody, where it only says who is not."""
    if "NotPrincipal" in statement:
        yield "*"
    held = statement.get("Principal") or []
    for names in held.values() if isinstance(held, Mapping) else [held]:
        yield from map(str, names if isinstance(names, list) else [names])


def anyone(statement: Statement) -> bool:
    """Whether everybody is meant."""
    return "*" in _principals(statement)


def _accounts(statement: Statement) -> set[str]:
    """The accounts, other than the estate's own, that a statement is about."""
    return {number for name in _principals(statement) for number in _NUMBER.findall(name)}


def _gone(case: Case) -> str:
    return (
        "any caller who may reach it is let in"
        if case.edit and "policy" in case.old and not case.new.get("policy")
        else ""
    )


def _public(case: Case) -> str:
    found = [s for s in news(case, "Allow") if anyone(s) and not s.get("Condition")]
    open_before = any(anyone(s) and not s.get("Condition") for s in _allowed(case))
    return (
        "anyone is allowed, without a condition" if case.edit and found and not open_before and not _gone(case) else ""
    )


def _allowed(case: Case) -> list[Statement]:
    return [s for s in statements(case.old.get("policy")).values() if s.get("Effect") == "Allow"]


def _account(case: Case) -> str:
    before = {n for s in _allowed(case) for n in _accounts(s)}
    new = {n for s in news(case, "Allow") for n in _accounts(s)} - before
    return f"account {', '.join(sorted(new))} is allowed" if case.edit and new else ""


def _widened(case: Case) -> str:
    number = len(news(case, "Allow"))
    return f"{number} statement{'s' * (number > 1)} that allow more, or otherwise" if _counts(case, number) else ""


def _denial_gone(case: Case) -> str:
    number = len(news(case, "Deny", gone=True))
    return f"{number} statement{'s' * (number > 1)} that denied" if _counts(case, number) else ""


def _narrowed(case: Case) -> str:
    number = len(news(case, "Allow", gone=True)) + len(news(case, "Deny"))
    return f"{number} statement{'s' * (number > 1)} less allowed, or more denied" if _counts(case, number) else ""


def _counts(case: Case, number: int) -> bool:
    return bool(case.edit and number and case.new.get("policy"))


def _added(case: Case) -> str:
    return "it had none" if case.edit and "policy" in case.new and "policy" not in case.old else ""


RULES = (
    Rule("api-policy-removed", CRITICAL, "An API's resource policy is gone", references.POLICIES, (API,), _gone),
    Rule("api-policy-public", CRITICAL, "A resource policy allows anyone", references.POLICIES, (API,), _public),
    Rule("api-policy-account", HIGH, "A resource policy allows another account", references.POLICIES, (API,), _account),
    Rule("api-policy-widened", HIGH, "A resource policy allows more", references.POLICIES, (API,), _widened),
    Rule("api-policy-denial", HIGH, "A resource policy denies less", references.POLICIES, (API,), _denial_gone),
    Rule("api-policy-narrowed", MEDIUM, "A resource policy allows less", references.POLICIES, (API,), _narrowed),
    Rule("api-policy-added", MEDIUM, "An API has a resource policy now", references.POLICIES, (API,), _added),
)

"""Policy documents of IAM's language in one form: unescaped, and each thing said in one way.

One action, resource or value of a condition is the same as a list of one; the order of such a list means nothing.
"""

from __future__ import annotations

import json
from typing import Any

_LISTS = frozenset({"Action", "NotAction", "Resource", "NotResource"})


def unescaped(policy: str) -> str:
    r"""The policy's own JSON: API Gateway returns it escaped once more, as ``{\"Version\":...}``."""
    try:
        json.loads(policy)
        return policy
    except ValueError:
        pass
    try:
        inner = str(json.loads(f'"{policy}"', strict=False))
        json.loads(inner)
        return inner
    except ValueError:
        return policy


def canonical(policy: str) -> str:
    """The policy in one form, as JSON text; the text itself where it is no JSON object."""
    text = unescaped(policy)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(document, dict):
        return text
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if isinstance(statements, list):
        document["Statement"] = [_statement(s) for s in statements]
    try:
        form = json.dumps(document, ensure_ascii=False, allow_nan=False)
        form.encode()
    except ValueError:  # a lone surrogate, or a number that is none
        return text
    return form


def _statement(statement: Any) -> Any:
    if not isinstance(statement, dict):
        return statement
    return {name: _member(name, value) for name, value in statement.items()}


def _member(name: str, value: Any) -> Any:
    if name in _LISTS:
        return _one_or_sorted(value)
    if name in ("Principal", "NotPrincipal") and isinstance(value, dict):
        return {kind: _one_or_sorted(who) for kind, who in value.items()}
    if name == "Condition" and isinstance(value, dict):
        return {operator: _tests(tests) for operator, tests in value.items()}
    return value


def _tests(tests: Any) -> Any:
    return {key: _one_or_sorted(value) for key, value in tests.items()} if isinstance(tests, dict) else tests


def _one_or_sorted(value: Any) -> Any:
    """A list of one is its one item; a longer one has each item once, in order."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return value
    items = sorted(set(value))
    return items[0] if len(items) == 1 else items

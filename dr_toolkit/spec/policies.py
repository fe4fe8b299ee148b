"""Policy documents of IAM's language in one form: unescaped, and each thing said in one way.

AWS returns the same policy in another order, one value for a list of one, an account for its root user's ARN: none of
that is another policy. Capture, comparison and rule book all look at this one form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Statement = Mapping[str, Any]

_ACCOUNT = re.compile(r"\d{12}|\$\{AWS::AccountId\}")
_LISTS = frozenset({"Action", "NotAction", "Resource", "NotResource"})
_PEOPLE = frozenset({"Principal", "NotPrincipal"})


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


def form(policy: Any) -> Any:
    """The one form of a policy that was parsed; what is none is left as it is.

    Its statements are a list in order of their texts. A list of one is its one item; of longer ones each item is there
    once, in order. Everybody is everybody, however that is said, and an account is its root user.
    """
    if not isinstance(policy, Mapping) or "Statement" not in policy:
        return policy
    listed = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    if not all(isinstance(each, Mapping) for each in listed):
        return policy
    told = {_text(each): each for each in map(_statement, listed)}
    return {**policy, "Statement": [told[text] for text in sorted(told)]}


def statements(policy: Any) -> dict[str, Statement]:
    """The statements of a policy, each in the one form, by the text of that; a text that is no policy has none."""
    told = form(policy)
    listed = told.get("Statement") if isinstance(told, Mapping) else None
    return {_text(each): each for each in listed if isinstance(each, Mapping)} if isinstance(listed, list) else {}


def _statement(statement: Statement) -> dict[str, Any]:
    return {name: _member(name, value) for name, value in statement.items()}


def _member(name: str, value: Any) -> Any:
    if name in _LISTS:
        return _listed(value)
    if name in _PEOPLE and isinstance(value, Mapping):
        people = {kind: _listed(names, _principal) for kind, names in value.items()}
        return "*" if people == {"AWS": "*"} else people
    if name == "Condition" and isinstance(value, Mapping):
        return {test: _tested(keys) for test, keys in value.items()}
    return value


def _tested(keys: Any) -> Any:
    return {key: _listed(value) for key, value in keys.items()} if isinstance(keys, Mapping) else keys


def _listed(value: Any, word: Any = None) -> Any:
    """One value, or several as a sorted list of texts, each once."""
    found = sorted({(word or _word)(_word(v)) for v in (value if isinstance(value, list) else [value])})
    return found[0] if len(found) == 1 else found


def _word(value: Any) -> str:
    return value if isinstance(value, str) else _text(value)


def _principal(name: str) -> str:
    return f"arn:${{AWS::Partition}}:iam::{name}:root" if _ACCOUNT.fullmatch(name) else name


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)

"""What a resource policy says, however it is written.

AWS returns the same policy in another order, one value for a list of one, an account for its root user's ARN: none of
that is another policy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Statement = Mapping[str, Any]

_ACCOUNT = re.compile(r"\d{12}|\$\{AWS::AccountId\}")
_LISTS = ("Action", "NotAction", "Resource", "NotResource")
_PEOPLE = ("Principal", "NotPrincipal")


def normal(policy: Any) -> Any:
    """The one form of a policy; what is none is left as it is."""
    if not isinstance(policy, Mapping):
        return policy
    told = {name: value for name, value in policy.items() if name != "Statement"}
    return told | {"Statement": sorted(statements(policy))}


def statements(policy: Any) -> dict[str, Statement]:
    """The statements of a policy, each in its one form, by the text of that; a text that is no policy has none."""
    listed = policy.get("Statement", []) if isinstance(policy, Mapping) else []
    found = listed if isinstance(listed, list) else [listed]
    told = [_statement(each) for each in found if isinstance(each, Mapping)]
    return {_text(each): each for each in told}


def _statement(statement: Statement) -> Statement:
    told: dict[str, Any] = {}
    for name, value in statement.items():
        if name in _LISTS:
            told[name] = _listed(value)
        elif name in _PEOPLE:
            told[name] = _people(value)
        elif name == "Condition" and isinstance(value, Mapping):
            told[name] = {test: _tested(keys) for test, keys in value.items()}
        else:
            told[name] = value
    return told


def _people(value: Any) -> Any:
    """Principals by kind; everybody is everybody, whatever the kind."""
    if not isinstance(value, Mapping):
        return {"AWS": _listed(value)}
    return {kind: sorted({_principal(name) for name in _listed(names)}) for kind, names in value.items()}


def _principal(name: str) -> str:
    return f"arn:${{AWS::Partition}}:iam::{name}:root" if _ACCOUNT.fullmatch(name) else name


def _tested(keys: Any) -> Any:
    return {key: _listed(value) for key, value in keys.items()} if isinstance(keys, Mapping) else keys


def _listed(value: Any) -> list[str]:
    """One or several values as a sorted list of texts, each once."""
    return sorted({_word(v) for v in (value if isinstance(value, list) else [value])})


def _word(value: Any) -> str:
    return value if isinstance(value, str) else _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)

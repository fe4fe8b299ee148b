"""How landmarks of other services stand inside located text: ARNs, and what follows from a name in them.

An id that AWS gave (group ``id`` of a pattern) is put in again as the target's own. Where there is none, the ARN follows
from the name, and the text stays as it is; the landmark is looked for all the same, so that one that is missing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from dr_toolkit.model.documents import Scope
from dr_toolkit.model.keys import ResourceKey

PORTABLE = Scope("${AWS::AccountId}", "${AWS::Region}", "${AWS::Partition}")
"""Where located text of a snapshot's body lies."""


@dataclass(frozen=True)
class Mark:
    """The pattern of a type: ``{region}`` and ``{account}`` are the scope's own, ``parent_name`` and ``name`` make up the path."""

    type: str
    pattern: str

    def compiled(self, scope: Scope) -> re.Pattern[str]:
        """The pattern for text of a scope."""
        return _compiled(self.pattern, scope.region, scope.account)


@cache
def _compiled(pattern: str, region: str, account: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{region}", re.escape(region)).replace("{account}", re.escape(account)))


def _arn(rest: str) -> str:
    return rf"arn:[^:\s\"]+:{rest}"


MARKS = (
    Mark("lambda.function", _arn(r"lambda:{region}:{account}:function:(?P<name>[\w-]+)")),
    Mark(
        "lambda.alias",
        _arn(r"lambda:{region}:{account}:function:(?P<parent_name>[\w-]+):(?P<name>(?!\d+(?![\w-]))[\w-]+)"),
    ),
)
"""All of them, each type once."""


@dataclass(frozen=True)
class Found:
    """A landmark that a text names: its type, the names in its ARN, and the id that AWS gave (empty where none is)."""

    type: str
    path: tuple[str, ...]
    id: str = ""


SPELLED = frozenset(mark.type for mark in MARKS if "(?P<id>" not in mark.pattern)
"""The types whose ARNs follow from names."""


def found_in(text: str, scope: Scope) -> Iterator[Found]:
    """The landmarks of a scope that a text names."""
    if "arn:" not in text:
        return
    for mark in MARKS:
        for match in mark.compiled(scope).finditer(text):
            groups = match.groupdict()
            names = (groups[name] for name in ("parent_name", "name") if groups.get(name))
            yield Found(mark.type, tuple(names), groups.get("id") or "")


def spelled_in(text: str) -> Iterator[ResourceKey]:
    """The keys of the landmarks that located text of a body names in full."""
    for found in found_in(text, PORTABLE):
        if found.type in SPELLED:
            yield ResourceKey(found.type, found.path)

"""How things of other services, and private domain names, stand inside located text: as ARNs, and as parts of them.

An id that AWS gave (group ``id`` of a pattern) is put in again as the target's own. Where there is none, the ARN
follows from the name, and the text stays as it is; the landmark is looked for all the same, so that one that is
missing is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from dr_toolkit.model.documents import Scope
from dr_toolkit.model.keys import ResourceKey

PORTABLE = Scope("${AWS::AccountId}", "${AWS::Region}", "${AWS::Partition}")
"""Where located text of a snapshot's body lies."""


@dataclass(frozen=True)
class Mark:
    """The pattern of a type: ``{region}`` and ``{account}`` are the scope's own, the groups ``parent_name`` and
    ``name`` make up the path. Where ``sign`` is not in a text, it need not be searched.
    """

    type: str
    sign: str
    pattern: str

    def compiled(self, scope: Scope) -> re.Pattern[str]:
        """The pattern for text of a scope."""
        return _compiled(self.pattern, scope.region, scope.account)


@cache
def _compiled(pattern: str, region: str, account: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{region}", re.escape(region)).replace("{account}", re.escape(account)))


def _arn(rest: str) -> str:
    return rf"arn:(?:aws[a-z-]*|\$\{{AWS::Partition\}}):{rest}"


def _given(rest: str) -> str:
    """An ARN of which all is the id that AWS gave."""
    return f"(?P<id>{_arn(rest)})"


_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_FUNCTION = r"lambda:{region}:{account}:function:"
_BALANCING = r"elasticloadbalancing:{region}:{account}:"

MARKS = (
    Mark("lambda.function", ":lambda:", _arn(rf"{_FUNCTION}(?P<name>[\w-]+)")),
    Mark("lambda.alias", ":lambda:", _arn(rf"{_FUNCTION}(?P<parent_name>[\w-]+):(?P<name>(?!\d+(?![\w-]))[\w-]+)")),
    Mark("iam.role", ":role/", _arn(r"iam::{account}:role/(?:[\w+=,.@-]+/)*(?P<name>[\w+=,.@-]+)")),
    Mark("logs.log_group", ":log-group:", _arn(r"logs:{region}:{account}:log-group:(?P<name>[\w./#-]+)")),
    Mark(
        "firehose.delivery_stream",
        ":deliverystream/",
        _arn(r"firehose:{region}:{account}:deliverystream/(?P<name>[\w.-]+)"),
    ),
    Mark("acm.certificate", ":certificate/", _given(rf"acm:{{region}}:{{account}}:certificate/{_UUID}")),
    Mark(
        "elbv2.load_balancer",
        ":loadbalancer/",
        _given(rf"{_BALANCING}loadbalancer/(?:app|net|gwy)/(?P<name>[\w-]+)/[0-9a-f]+"),
    ),
    Mark(
        "elbv2.listener",
        ":listener/",
        _given(rf"{_BALANCING}listener/(?:app|net)/(?P<parent_name>[\w-]+)/[0-9a-f]+/[0-9a-f]+"),
    ),
    Mark("cognito_idp.user_pool", ":userpool/", r"(?<=:userpool/)(?P<id>{region}_[A-Za-z0-9]+)"),
    Mark(
        "cognito_idp.user_pool",
        "://cognito-idp.",
        r"(?<=://cognito-idp\.{region}\.amazonaws\.com/)(?P<id>{region}_[A-Za-z0-9]+)",
    ),
    Mark("wafv2.web_acl", "/webacl/", _given(rf"wafv2:{{region}}:{{account}}:regional/webacl/[\w-]+/{_UUID}")),
    Mark("kms.key", ":key/", rf"(?<=:kms:{{region}}:{{account}}:key/)(?P<id>{_UUID}|mrk-[0-9a-f]{{32}})"),
    Mark("apigateway.domain_name", "/domainnames/", r"(?<=\+)(?P<id>[a-z0-9]{10})(?![\w-])"),
)
"""All of them."""


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
    for mark in MARKS:
        if mark.sign not in text:
            continue
        for match in mark.compiled(scope).finditer(text):
            groups = match.groupdict()
            names = (groups[name] for name in ("parent_name", "name") if groups.get(name))
            yield Found(mark.type, tuple(names), groups.get("id") or "")


def spelled_in(text: str) -> Iterator[ResourceKey]:
    """The keys of the landmarks that located text of a body names in full."""
    for found in found_in(text, PORTABLE):
        if found.type in SPELLED:
            yield ResourceKey(found.type, found.path)


def ids_replaced(text: str, scope: Scope, by: Callable[[str, str], str]) -> str:
    """A text of a scope in which each id that AWS gave is what ``by`` makes of the type and the id."""
    for mark in MARKS:
        if mark.type not in SPELLED and mark.sign in text:
            text = mark.compiled(scope).sub(lambda m, t=mark.type: _within(m, by(t, m["id"])), text)  # type: ignore[misc]
    return text


def _within(match: re.Match[str], new: str) -> str:
    start, end = match.start("id") - match.start(), match.end("id") - match.start()
    return match[0][:start] + new + match[0][end:]


def bare(arn: str) -> str:
    """The id that AWS gave, where a person wrote an ARN that ends in one; else what was written."""
    for sign in (":userpool/", ":key/"):
        if sign in arn:
            return arn.rpartition(sign)[2]
    return arn

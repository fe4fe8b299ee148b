"""Regions, accounts and ids inside text: taken out at capture, put in again at restore.

The source's own region, account and partition become ``${AWS::Region}``, ``${AWS::AccountId}`` and
``${AWS::Partition}``, and the id of another captured resource ``${Ref:<key>}``. What looks like one of these in
AWS's own answer is marked with a ``!``, as ``${!AWS::Region}``, and comes back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from dr_toolkit.model.changes import Join
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.marks import ids_replaced

REGION, ACCOUNT, PARTITION = "${AWS::Region}", "${AWS::AccountId}", "${AWS::Partition}"

Lookup = Callable[[str, str], ResourceKey | None]
"""The key of the captured resource of a type with a physical id; None where there is none. The id of what is known only
inside an API has the API's before it, with a slash between."""

_ARN = re.compile(
    r"arn:(aws[a-z-]*|\$\{AWS::Partition\}):([a-zA-Z0-9-]+):([a-z0-9-]*|\$\{AWS::Region\}):"
    r"(?:(\d{12}|\$\{AWS::AccountId\})(?=[:/]|$))?"
)
_REF = re.compile(r"\$\{Ref:([^}]+)\}")
_API = (
    re.compile(r"(?<=/restapis/)([A-Za-z0-9]+)(?=/|$)"),
    re.compile(r"(?<![\w.-])([a-z0-9]{4,})(?=(?:-vpce-[0-9a-f]+)?\.execute-api\.)"),
    re.compile(r"(?:(?<=:execute-api:)[^:/]*:[^:/]*:)([a-z0-9]{4,})(?=/|$)"),
)
"""How the id of an API stands in text; which kind of API it is, the id alone tells."""

_ISSUER = rf"://cognito-idp\.{re.escape(REGION)}\.amazonaws\.com(?:\.cn)?/"
"""What stands before a user pool's id where the pool is an issuer: its region goes with that of the host."""

_INSIDE = re.compile(r"(?<=:)([a-z0-9]{4,})/authorizers/([A-Za-z0-9]+)(?=/|$)")
_IDS = (
    *(("apigateway.rest_api", pattern) for pattern in _API),
    *(("apigatewayv2.api", pattern) for pattern in _API),
    ("apigatewayv2.api", re.compile(r"(?<=/apis/)([A-Za-z0-9]+)(?=/|$)")),
    ("ec2.vpc_endpoint", re.compile(r"(?<!\w)(vpce-[0-9a-f]{8,})(?![\w-])")),
    ("ec2.vpc", re.compile(r"(?<![\w-])(vpc-[0-9a-f]{8,})(?![\w-])")),
    ("ec2.security_group", re.compile(r"(?<![\w-])(sg-[0-9a-f]{8,})(?![\w-])")),
)


def marked(text: str) -> str:
    """Text as AWS returned it, in which nothing passes for a token."""
    return text.replace("${AWS::", "${!AWS::").replace("${Ref:", "${!Ref:")


def take_out(text: str, scope: Scope, lookup: Lookup) -> str:
    """Located text without the source's region, account, partition and known ids."""
    text = _INSIDE.sub(lambda m: _authorizer(m, lookup), text)
    text = ids_replaced(text, scope, lambda t, i: token(key) if (key := lookup(t, i)) else i)
    for type_name, pattern in _IDS:
        text = pattern.sub(lambda m, t=type_name: _referred(m, t, lookup), text)  # type: ignore[misc]
    text = _ARN.sub(lambda m: _portable_arn(m, scope), text)
    region = re.escape(scope.region)
    text = re.sub(rf"(?:(?<=[./])|(?<=\bs3-)){region}(?=\.(?:[a-z0-9-]+\.)*amazonaws\.)", REGION, text)
    text = re.sub(rf"\A((?:cn\.)?(?:com\.amazonaws|aws)(?:\.[a-z-]+)?\.){region}(?=\.)", rf"\1{REGION}", text)
    text = re.sub(rf"(?<=:userpool/){region}(?=_)|\A{region}\Z", REGION, text)
    text = re.sub(rf"({_ISSUER}){region}(?=_)", rf"\1{REGION}", text)
    return re.sub(rf"(?<![\w-]){re.escape(scope.account)}(?![\w-])", ACCOUNT, text)


def _referred(match: re.Match[str], type_name: str, lookup: Lookup) -> str:
    key = lookup(type_name, match[1])
    if key is None:
        return match[0]
    start, end = match.start(1) - match.start(), match.end(1) - match.start()
    return match[0][:start] + token(key) + match[0][end:]


def _authorizer(match: re.Match[str], lookup: Lookup) -> str:
    """The authorizer of an API, which the API's own id is needed to find."""
    types = ("apigateway.authorizer", "apigatewayv2.authorizer")
    key = next((k for t in types if (k := lookup(t, f"{match[1]}/{match[2]}"))), None)
    return match[0] if key is None else f"{match[1]}/authorizers/{token(key)}"


def _portable_arn(match: re.Match[str], scope: Scope) -> str:
    partition, service, region, account = match[1], match[2], match[3], match[4] or ""
    return ":".join(
        (
            "arn",
            PARTITION if partition == scope.partition else partition,
            service,
            REGION if region == scope.region else region,
            ACCOUNT if account == scope.account else account,
        )
    )


def token(key: ResourceKey) -> str:
    """The token that stands for a resource's id inside text."""
    return "${Ref:" + key.text.replace("}", "%7D").replace('"', "%22").replace("\\", "%5C") + "}"


def keys_in(text: str) -> Iterator[ResourceKey]:
    """The resources that text refers to by token."""
    for match in _REF.finditer(text):
        yield ResourceKey.parse(match[1])


def put_in(text: str, scope: Scope) -> str | Join:
    """Located text for a target: its region, account and partition, and a Join where ids are needed."""
    pieces = _REF.split(text)
    parts = [Ref(ResourceKey.parse(p)) if n % 2 else _spelled_out(p, scope) for n, p in enumerate(pieces)]
    if len(pieces) == 1:
        return _spelled_out(text, scope)
    return Join(tuple(p for p in parts if p != ""))


def _spelled_out(text: str, scope: Scope) -> str:
    for placeholder, value in ((REGION, scope.region), (ACCOUNT, scope.account), (PARTITION, scope.partition)):
        text = text.replace(placeholder, value)
    return text.replace("${!AWS::", "${AWS::").replace("${!Ref:", "${Ref:")


def strings(value: Any) -> Iterator[str]:
    """Every text in a value, however deep."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from strings(inner)
        case list() | tuple():
            for inner in value:
                yield from strings(inner)

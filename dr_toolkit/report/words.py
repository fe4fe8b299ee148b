"""Resources, values and paths in the words that people use for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Change, Join
from dr_toolkit.model.documents import Attributes
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.registry import Registry

GROUP, RULE = "ec2.security_group", "ec2.security_group_rule"
METHOD, PATH = "apigateway.method", "apigateway.resource"
PERMISSIONS = ("lambda.permission", "lambda.alias_permission")
ABSENT = "(absent)"
_OWN_ACCOUNT = "${AWS::AccountId}"


def described(change: Change, registry: Registry) -> str:
    """What a change is about, without the thing that it is listed under."""
    side = change.after or change.before
    return resource(change.key, side.attributes if side else {}, registry)


def resource(key: ResourceKey, attributes: Attributes, registry: Registry) -> str:
    """A resource in human words: rules as sentences, methods with their paths."""
    if key.type == RULE and "IpProtocol" in attributes:
        return rule(key, attributes)
    if key.type == METHOD and len(key.path) > 1:
        authorization = attributes.get("authorizationType")
        return f"{key.name} {key.path[-2]}" + (f", authorization {authorization}" if authorization else "")
    if key.type == PATH:
        return f"path {key.name}"
    if key.type in PERMISSIONS:
        return f"Lambda permission of {':'.join(key.path[:-2])} for {key.name or 'all of it'}"
    return titled(key, registry)


def titled(key: ResourceKey, registry: Registry) -> str:
    """The type's title and the last part of the key that is the thing's own."""
    kind = registry.get(key.type)
    if kind is None:
        return "/".join(key.path)
    return f"{kind.title} {'/'.join(key.path[-kind.segments :])}"


def headline(key: ResourceKey, registry: Registry) -> str:
    """The type's title and the whole path, for the first line of a group."""
    kind = registry.get(key.type)
    return f"{kind.title if kind else key.type.rpartition('.')[2]} {'/'.join(key.path)}"


def rule(key: ResourceKey, attributes: Attributes) -> str:
    """A security-group rule: ``ingress tcp 443 from 10.0.0.0/8 'office'``."""
    egress = bool(attributes.get("IsEgress"))
    words = ["egress" if egress else "ingress", _traffic(attributes), "to" if egress else "from"]
    words.append(_peer(key, attributes))
    if text := attributes.get("Description"):
        words.append(f"'{text}'")
    return " ".join(words)


def _traffic(a: Attributes) -> str:
    protocol = str(a["IpProtocol"])
    if protocol == "-1":
        return "all"
    first, last = a.get("FromPort"), a.get("ToPort")
    if protocol.isdigit():
        protocol = f"protocol {protocol}"
    if protocol.startswith("icmp"):
        kind = f" type {first}" if first not in (None, -1) else ""
        return protocol + kind + (f" code {last}" if kind and last not in (None, -1) else "")
    if first in (None, -1) or (first, last) == (0, 65535):
        return f"{protocol} all ports" if protocol in ("tcp", "udp") else protocol
    return f"{protocol} {first}" if first == last else f"{protocol} {first}-{last}"


def _peer(key: ResourceKey, a: Attributes) -> str:
    for member in ("CidrIpv4", "CidrIpv6"):
        if member in a:
            return str(a[member])
    if "PrefixListId" in a:
        return f"prefix list {_name(a['PrefixListId'])}"
    info = a.get("ReferencedGroupInfo") or {}
    group = info.get("GroupId")
    if group == Ref(ResourceKey(GROUP, key.path[:2])):
        return "itself"
    owner = info.get("UserId")
    foreign = f" of account {owner}" if owner and owner != _OWN_ACCOUNT else ""
    elsewhere = "foreign " if isinstance(group, Ref) and group.key.type != GROUP else ""
    return f"{elsewhere}group {_name(group)}{foreign}" if group else "nobody"


def _name(value: Any) -> str:
    return "/".join(value.key.path) if isinstance(value, Ref) else str(value)


def path(segments: tuple[str, ...]) -> str:
    """A field's path: ``methodIntegration.uri``, ``variables["a.b"]``, ``Entries[0].Cidr``."""
    text = ""
    for segment in segments:
        if segment.isdigit():
            text += f"[{segment}]"
        elif segment and all(c.isalnum() or c in "_-$" for c in segment):
            text += f".{segment}" if text else segment
        else:
            text += f"[{json.dumps(segment, ensure_ascii=False)}]"
    return text


def readable(value: Any, *, parse: bool = True) -> Any:
    """A value with its references as text and, if asked for, JSON inside text parsed."""
    match value:
        case Ref():
            return str(value)
        case Join():
            return "".join(str(part) for part in value.parts)
        case Mapping():
            return {str(name): readable(inner, parse=parse) for name, inner in value.items()}
        case list() | tuple():
            return [readable(inner, parse=parse) for inner in value]
        case str() if parse and value[:1] in ("{", "["):
            return _parsed(value)
        case _:
            return value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def compact(value: Any) -> str:
    """A value on one line; references as ``<key>``."""
    if value is None:
        return ABSENT
    if isinstance(value, Ref | Join):
        return str(readable(value))
    return json.dumps(readable(value, parse=False), ensure_ascii=False, default=str)

"""From a snapshot's region to a target: what a person mapped, address rewrites, endpoint types. Pure.

The result is in the target's own terms, so that it compares with a capture of the target as it is.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dr_toolkit.engine import tokens
from dr_toolkit.model import wire
from dr_toolkit.model.changes import CREATE, Blocked
from dr_toolkit.model.documents import GAP, WARNING, Coverage, Finding, Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.fields import Field, Kind
from dr_toolkit.spec.registry import Registry

REST_API, DOMAIN = "apigateway.rest_api", "apigateway.domain_name"


_REGIONAL_TLS = "SecurityPolicy_TLS13_1_2_2021_06"


@dataclass(frozen=True)
class Wishes:
    """What the config says of a target: ``literals`` map text of the source to text of the target, ``rewrites`` address
    ranges to ranges of the same size; ``edge`` is ``block``, ``regional`` or None (restored as they are).
    """

    literals: Mapping[str, str] = field(default_factory=dict)
    rewrites: Sequence[tuple[str, str]] = ()
    edge: str | None = None


@dataclass
class Translation:
    """The estate in the target's terms, and what is to be said about it."""

    estate: Estate
    findings: list[Finding] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)


def translate(estate: Estate, source: Scope, target: Scope, wishes: Wishes, registry: Registry) -> Translation:
    """Translate every resource; types that this version does not know are left out and said."""
    result = Translation(Estate(observed=dict(estate.observed), coverage=dict(estate.coverage)))
    terms = _Terms(source, target, wishes)
    for text, line in estate.lines.items():
        t = registry.get(text.partition("/")[0])
        if t is None:
            _unknown_type(ResourceKey.parse(text), result)
            continue
        if not (terms.concern(line) or t.name in (REST_API, DOMAIN)):
            result.estate.lines[text] = line
            continue
        resource = wire.read_line(line, None, estate.observed.get(text))
        moved = terms.of(resource, t.fields) if terms.concern(line) else resource
        if resource.key.type == REST_API:
            moved = _endpoint(moved, wishes.edge, result)
        if resource.key.type == DOMAIN and source != target:
            moved = _edge_domain(moved, wishes.edge, result)
        if moved.key in result.estate:
            result.blocked.append(_merged(moved.key, f"{resource.key} and another become one"))
        if terms.ranges and (twice := _twice(moved, t.fields)):
            result.blocked.append(_merged(moved.key, f"two of its entries become {twice}"))
        result.estate.put(moved)
    for stage, content in estate.served.items():
        result.estate.served[stage] = {text: terms.of_line(line, registry) for text, line in content.items()}
    return result


class _Terms:
    """What of a resource is said otherwise in the target."""

    def __init__(self, source: Scope, target: Scope, wishes: Wishes) -> None:
        literals = _portable(wishes.literals, source, target)
        self.ranges = [(ipaddress.ip_network(a), ipaddress.ip_network(b)) for a, b in wishes.rewrites]
        self._located = _located(literals) if literals else None
        self._words = (target.region.encode(), target.account.encode())
        self._local = _local_terms(target)

    def concern(self, line: bytes) -> bool:
        """Whether anything of a resource may be said otherwise."""
        return bool(self._located or self.ranges) or self._is_here(line)

    def _is_here(self, line: bytes) -> bool:
        return any(word in line for word in self._words)

    def of(self, resource: Resource, fields: Mapping[str, Field]) -> Resource:
        """The resource in the target's terms."""
        here = self._is_here(wire.line(resource))
        if self._located:
            resource = replace(resource, attributes=_walk(fields, resource.attributes, self._located))
        if here:
            resource = replace(resource, attributes=_walk(fields, resource.attributes, self._local))
        return _rewritten(resource, fields, self.ranges) if self.ranges else resource

    def of_line(self, line: bytes, registry: Registry) -> bytes:
        """The line of what a stage serves; nothing of that has a key that depends on the place."""
        resource = wire.read_line(line) if self.concern(line) else None
        t = registry.get(resource.key.type) if resource else None
        return wire.line(self.of(resource, t.fields)) if resource and t else line


def _unknown_type(key: ResourceKey, result: Translation) -> None:
    text = f"this version does not know the type {key.type}; upgrade to restore it"
    result.findings.append(Finding(GAP, "unknown-type", key.text, text))
    result.estate.coverage.setdefault(key.type, Coverage("failed", "unknown to this version"))


def _portable(literals: Mapping[str, str], source: Scope, target: Scope) -> list[tuple[str, str]]:
    """What was mapped, as it stands in a body; the longest first."""

    pairs = [(tokens.take_out(a, source, _nobody), tokens.take_out(b, target, _nobody)) for a, b in literals.items()]
    pairs += [(_pool(a, source), _pool(b, target)) for a, b in literals.items() if _pool(a, source) != a]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _nobody(type_name: str, physical_id: str) -> ResourceKey | None:  # noqa: ARG001
    """No id in what a person wrote stands for a captured resource."""
    return None


def _pool(text: str, scope: Scope) -> str:
    """The id of a user pool as it stands in a body, where it begins with a token for the region."""
    return re.sub(rf"\A{re.escape(scope.region)}_", f"{tokens.REGION}_", text)


def _located(literals: list[tuple[str, str]]) -> Callable[[Field, Any], Any]:
    """Replace what was mapped, each text whole: a name that only begins like it is another name."""
    new = dict(literals)
    pattern = re.compile("|".join(rf"(?<![\w-]){re.escape(old)}(?![\w-])" for old, _ in literals))
    return _in_located(lambda text: pattern.sub(lambda m: new[m[0]], text))


def _local_terms(target: Scope) -> Callable[[Field, Any], Any]:
    """What lies in the target already is told as a capture of the target tells it."""
    return _in_located(lambda text: tokens.take_out(text, target, _nobody))


def _in_located(move: Callable[[str], str]) -> Callable[[Field, Any], Any]:
    """A change of every text in located fields, names of members too."""

    def moved(value: Any) -> Any:
        match value:
            case str():
                return move(value)
            case dict():
                return {moved(k): moved(v) for k, v in value.items()}
            case list():
                return [moved(v) for v in value]
            case _:
                return value

    def change(description: Field, value: Any) -> Any:
        return moved(value) if description.kind in (Kind.LOCATED, Kind.MANUAL) else value

    return change


def _walk(fields: Mapping[str, Field], value: Mapping[str, Any], change: Callable[[Field, Any], Any]) -> dict[str, Any]:
    return {name: _visit(fields[name], item, change) if name in fields else item for name, item in value.items()}


def _visit(description: Field, value: Any, change: Callable[[Field, Any], Any]) -> Any:
    if description.members is not None and isinstance(value, Mapping):
        return _walk(description.members, value, change)
    if description.values is not None and isinstance(value, Mapping):
        return {k: _visit(description.values, v, change) for k, v in value.items()}
    if description.items is not None and isinstance(value, list):
        return [_visit(description.items, v, change) for v in value]
    return change(description, value)


# --- addresses ------------------------------------------------------------------------------------


def _rewritten(resource: Resource, fields: Mapping[str, Field], ranges: list[tuple[Any, Any]]) -> Resource:
    moved: dict[str, str] = {}

    def change(description: Field, value: Any) -> Any:
        if not description.cidr or not isinstance(value, str):
            return value
        new = rewrite(value, ranges)
        if new != value:
            moved[value] = new
        return new

    attributes = _walk(fields, resource.attributes, change)
    for name, f in fields.items():
        if f.keyed and isinstance(attributes.get(name), list):
            attributes[name] = sorted(attributes[name], key=lambda item, by=f.keyed: str(item[by]))  # type: ignore[misc]
    path = resource.key.path
    if path[-1] in moved:
        path = (*path[:-1], moved[path[-1]])
    return replace(resource, key=ResourceKey(resource.key.type, path), attributes=attributes)


def _twice(resource: Resource, fields: Mapping[str, Field]) -> str:
    """An item that stands twice in a list whose items have a name; empty where there is none."""
    for name, f in fields.items():
        items = resource.attributes.get(name)
        if f.keyed and isinstance(items, list):
            seen = [str(item[f.keyed]) for item in items]
            if len(set(seen)) < len(seen):
                return next(text for text in seen if seen.count(text) > 1)
    return ""


def _merged(key: ResourceKey, what: str) -> Blocked:
    return Blocked(key, CREATE, f"{what} by the address rewrites", "correct the target's rewrite in the config")


def rewrite(cidr: str, ranges: list[tuple[Any, Any]]) -> str:
    """An address range, moved if it lies inside one of the ranges that are rewritten."""
    network = ipaddress.ip_network(cidr)
    for old, new in ranges:
        if network.version == old.version and network.subnet_of(old):
            offset = int(network.network_address) - int(old.network_address)
            address = ipaddress.ip_address(int(new.network_address) + offset)
            return f"{address}/{network.prefixlen}"
    return cidr


# --- endpoint types -------------------------------------------------------------------------------


def _endpoint(api: Resource, edge: str | None, result: Translation) -> Resource:
    endpoint = dict(api.attributes.get("endpointConfiguration") or {})
    if endpoint.get("types", ["EDGE"]) != ["EDGE"]:
        return api
    if edge == "regional":
        endpoint["types"] = ["REGIONAL"]
        text = "edge-optimised in the source, restored as regional, as the config says"
        result.findings.append(Finding(WARNING, "edge-as-regional", api.key.text, text))
        return replace(api, attributes={**api.attributes, "endpointConfiguration": endpoint})
    if edge == "block":
        reason = (
            "it is edge-optimised, which needs CloudFront's control plane in us-east-1, and the config says edge: block"
        )
        result.blocked.append(Blocked(api.key, CREATE, reason, "say edge: regional for the target"))
    else:
        text = "edge-optimised: creating it needs CloudFront's control plane in us-east-1 (edge: regional avoids that)"
        result.findings.append(Finding(WARNING, "edge-optimised", api.key.text, text))
    return api


def _edge_domain(domain: Resource, edge: str | None, result: Translation) -> Resource:
    """An edge-optimised name is there once in the world: as long as it is there, another region can't have it."""
    endpoint = dict(domain.attributes.get("endpointConfiguration") or {})
    if endpoint.get("types") != ["EDGE"]:
        return domain
    if edge != "regional":
        reason = "edge-optimised: the name is there once in the world, and the source has it"
        result.blocked.append(Blocked(domain.key, CREATE, reason, "say edge: regional for the target"))
        return domain
    attributes = {**domain.attributes, "endpointConfiguration": endpoint | {"types": ["REGIONAL"]}}
    for old, new in (("certificateArn", "regionalCertificateArn"), ("certificateName", "regionalCertificateName")):
        if old in attributes:
            attributes[new] = attributes.pop(old)
    text = "edge-optimised in the source, restored as regional, as the config says"
    if str(attributes.get("securityPolicy", "")).endswith("_EDGE"):
        text += (
            f"; its security policy {attributes['securityPolicy']} is for such names alone: it becomes {_REGIONAL_TLS}"
        )
        attributes["securityPolicy"] = _REGIONAL_TLS
    result.findings.append(Finding(WARNING, "edge-as-regional", domain.key.text, text))
    return replace(domain, attributes=attributes)

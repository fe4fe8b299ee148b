"""Least-privilege IAM policies, made from what descriptions say they call."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from dr_toolkit.model.documents import Scope
from dr_toolkit.spec.actions import ANY, Need, Request, is_global, needs, put
from dr_toolkit.spec.registry import Registry

Requests = Callable[[str, str], Request]
"""What an operation of a service is on the wire."""

Statement = dict[str, Any]

_READ_BESIDE = {
    "apigateway.stage": (("apigateway", "GetExport"),),
    "apigatewayv2.stage": (("apigatewayv2", "ExportApi"),),
}
"""Reads of a type that the engine makes beside its listing: what stages serve."""

_MADE_BESIDE = {
    "apigateway.rest_api": (("apigateway", "PutRestApi"),),
    "apigateway.api_key": (("apigateway", "ImportApiKeys"),),
    "apigatewayv2.api": (("apigatewayv2", "ReimportApi"),),
}
"""Changes that the engine makes in place of a type's verbs: many of them as one call."""

CALLED = frozenset(call for table in (_READ_BESIDE, _MADE_BESIDE) for calls in table.values() for call in calls)
"""The operations that no description names, and that are called all the same."""

WHO = Need("cloudtrail:LookupEvents")
"""What ``drift --who`` asks."""


def reads(registry: Registry, excluded: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """The operations that a capture may call, without the types that are left out."""
    for t in registry:
        if not excluded(t.name):
            yield from ((t.service, operation) for operation in registry.operations(t))
            yield from _READ_BESIDE.get(t.name, ())


def changes(registry: Registry, excluded: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """The operations that a restore may call beside these, the reads with which it waits among them."""
    for t in registry:
        if not excluded(t.name):
            yield from registry.calls(t)
            yield from _MADE_BESIDE.get(t.name, ())


def policy(
    operations: Iterable[tuple[str, str]], place: Scope, requests: Requests, more: Iterable[Need] = ()
) -> dict[str, Any]:
    """The policy that allows these operations in one account and region, and nothing else.

    ``*`` as the account stands for whatever account it is attached in.
    """
    wanted = [need for call in sorted(set(operations)) for need in needs(*call, requests(*call))]
    return {"Version": "2012-10-17", "Statement": list(_statements([*wanted, *more], place))}


def _statements(wanted: Iterable[Need], place: Scope) -> Iterator[Statement]:
    """As few statements as say it: resources on which the same actions are needed, under the same condition."""
    facts = {"partition": place.partition, "region": place.region, "account": place.account}
    on: dict[tuple[str, str], set[str]] = {}
    for need in wanted:
        for resource in need.resources:
            condition = json.dumps(need.condition or _where(need.action, resource, place))
            on.setdefault((condition, need.action), set()).add(put(resource, facts))
    beneath = _changeable(on)
    held: dict[tuple[str, str], list[str]] = {}
    for (condition, action), needed in sorted(on.items()):
        if action in _VERBS:
            needed = {next((w for w in beneath if fnmatch.fnmatchcase(r, w)), r) for r in needed}
        for resource in _widest(needed):
            held.setdefault((condition, resource), []).append(action)
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (condition, resource), actions in held.items():
        alike.setdefault((condition, tuple(actions)), []).append(resource)
    for (condition, together), those in alike.items():
        statement: Statement = {"Effect": "Allow", "Action": list(together), "Resource": sorted(those)}
        yield statement | ({"Condition": json.loads(condition)} if condition != "{}" else {})


_VERBS = tuple(f"apigateway:{verb}" for verb in ("GET", "POST", "PUT", "PATCH", "DELETE"))


def _changeable(on: Mapping[tuple[str, str], set[str]]) -> list[str]:
    """Where a role may change and delete all that is beneath: reading and adding there need no narrower words.

    Without that the policy would be longer than IAM takes.
    """
    return sorted(_widest(on.get(("{}", _VERBS[3]), set()) & on.get(("{}", _VERBS[4]), set())))


def _where(action: str, resource: str, place: Scope) -> Mapping[str, Mapping[str, str]]:
    """Where nothing else says the region, the request itself does."""
    if resource != ANY or is_global(action):
        return {}
    return {"StringEquals": {"aws:RequestedRegion": place.region}}


def _widest(resources: Iterable[str]) -> Iterator[str]:
    """Those that no other one covers."""
    found = sorted(resources)
    for each in found:
        if not any(other != each and fnmatch.fnmatchcase(each, other) for other in found):
            yield each

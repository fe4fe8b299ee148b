"""A plan as JSON and back: what ``plan --out`` writes, a person reads and ``restore --plan`` applies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from dr_toolkit.model import wire
from dr_toolkit.model.changes import Blocked, Call, Change, FieldChange, Plan, Step, Until
from dr_toolkit.model.documents import BLOCKED, GAP, Finding, Resource
from dr_toolkit.model.forecasts import Estimate, Final
from dr_toolkit.model.keys import ResourceKey

SCHEMA_VERSION = 1

BY_HAND = frozenset({"by-hand", "secret-missing", "secret-differs", "landmark-missing", "made-anew"})
"""The codes of findings that say what a person has to do."""


def write(plan: Plan) -> dict[str, Any]:
    """The plan as a JSON document."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "plan",
        "snapshot": {
            "id": plan.snapshot,
            "sha256": plan.snapshot_digest,
            "source": plan.source,
            "scope": wire.scope(plan.source_scope),
        },
        "target": {
            "name": plan.target,
            "scope": wire.scope(plan.target_scope),
            "fingerprint": plan.fingerprint,
        },
        "options": dict(plan.options),
        "summary": summary(plan),
        "changes": [change(c) for c in plan.changes],
        "steps": [step(s) for s in plan.steps],
        "blocked": [_blocked(b) for b in plan.blocked],
        "findings": wire.findings(plan.findings),
        "bindings": dict(sorted(plan.bindings.items())),
        "coverage": _coverage(plan),
        "final": [{"key": f.key.text, "reason": f.reason, "steps": list(f.steps)} for f in plan.final],
        **({"estimate": _estimate(plan.estimate)} if plan.estimate is not None else {}),
    }


def summary(plan: Plan) -> dict[str, int]:
    """How many of what: changes by action, steps and the calls that they come to, what is blocked, found, for good, and
    left to a person.
    """
    actions: dict[str, int] = {}
    for item in plan.changes:
        actions[item.action] = actions.get(item.action, 0) + 1
    return dict(sorted(actions.items())) | {
        "steps": len(plan.steps),
        "calls": plan.estimate.calls if plan.estimate is not None else len(plan.steps),
        "blocked": len(plan.blocked),
        "findings": len(plan.findings),
        "final": len(plan.final),
        "by_hand": sum(f.code in BY_HAND for f in plan.findings),
    }


def change(value: Change) -> dict[str, Any]:
    """A change as JSON."""
    document: dict[str, Any] = {"key": value.key.text, "action": value.action}
    if value.reason:
        document["reason"] = value.reason
    if value.fields:
        document["fields"] = [
            {"path": list(f.path), "before": wire.plain(f.before), "after": wire.plain(f.after)} for f in value.fields
        ]
    for side, resource in (("before", value.before), ("after", value.after)):
        if resource is not None:
            document[side] = wire.plain(resource.attributes)
    return document


def _blocked(value: Blocked) -> dict[str, Any]:
    document = {"key": value.key.text, "action": value.action, "reason": value.reason, "remedy": value.remedy}
    return document | ({"cause": value.cause.text} if value.cause is not None else {})


def _read_blocked(document: Mapping[str, Any]) -> Blocked:
    cause = ResourceKey.parse(document["cause"]) if "cause" in document else None
    return Blocked(
        ResourceKey.parse(document["key"]), document["action"], document["reason"], document["remedy"], cause
    )


def _estimate(value: Estimate) -> dict[str, Any]:
    return {
        "calls": value.calls,
        "seconds": round(value.seconds, 1),
        "operations": dict(value.operations),
        "limit": value.limit,
        "limited": value.limited,
        "per_second": round(value.per_second, 4),
        "waiting": round(value.waiting, 1),
        "waits_for": value.waits_for,
        "carried": dict(value.carried),
    }


def step(value: Step) -> dict[str, Any]:
    """A step as JSON."""
    until = value.call.until
    waits = {"until": {"path": until.path, "done": list(until.done), "failed": list(until.failed)}} if until else {}
    passing = {"phase": value.phase} if value.phase else {}
    return {
        "id": value.id,
        "action": value.action,
        "keys": [key.text for key in value.keys],
        "service": value.service,
        "operation": value.call.operation,
        "params": wire.plain(value.call.params),
        "binds": {key.text: path for key, path in value.call.binds.items()},
        "tolerates": dict(value.call.tolerates),
        "needs": list(value.needs),
        **waits,
        **passing,
    }


def _coverage(plan: Plan) -> dict[str, Any]:
    lines = list(dict.fromkeys((*plan.gaps, *_left_out(plan.findings, plan.blocked))))
    return {"complete": not lines, "gaps": lines}


def _left_out(findings: Iterable[Finding], blocked: Iterable[Blocked]) -> list[str]:
    """What a plan's findings and blocked changes say is not read or not done, a line each."""
    missing = [f for f in findings if f.severity in (GAP, BLOCKED)]
    told = [f"{f.key}: {f.text}" if f.key else f.text for f in missing]
    return [*told, *(f"{b.key.text}: {b.reason}" for b in blocked)]


def read(data: str | bytes) -> Plan:
    """The inverse of ``write``; raises ValueError, with a reason for people, for what is no plan."""
    try:
        return _read(json.loads(data))
    except KeyError as error:
        raise ValueError(f"it has no {error.args[0]}") from None
    except (TypeError, AttributeError) as error:
        raise ValueError(f"something in it is not of its kind: {error}") from None
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _read(document: Any) -> Plan:
    if not isinstance(document, dict) or document.get("kind") != "plan":
        raise ValueError("it is no plan")
    if document.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(f"schema version {document.get('schema_version')} is not {SCHEMA_VERSION}")
    snapshot, target = document["snapshot"], document["target"]
    blocked = tuple(_read_blocked(b) for b in document["blocked"])
    findings = tuple(wire.read_finding(f) for f in document["findings"])
    told = set(_left_out(findings, blocked))
    return Plan(
        snapshot=snapshot["id"],
        snapshot_digest=snapshot["sha256"],
        source=snapshot["source"],
        source_scope=wire.read_scope(snapshot["scope"]),
        target=target["name"],
        target_scope=wire.read_scope(target["scope"]),
        fingerprint=target["fingerprint"],
        options=document["options"],
        changes=tuple(_read_change(c) for c in document["changes"]),
        steps=tuple(_read_step(s) for s in document["steps"]),
        blocked=blocked,
        findings=findings,
        bindings=document["bindings"],
        gaps=tuple(line for line in document["coverage"]["gaps"] if line not in told),
        estimate=Estimate(**document["estimate"]) if "estimate" in document else None,
        final=tuple(
            Final(ResourceKey.parse(f["key"]), f["reason"], tuple(f["steps"])) for f in document.get("final", ())
        ),
    )


def _read_change(document: Mapping[str, Any]) -> Change:
    key = ResourceKey.parse(document["key"])
    sides = {
        side: Resource(key, wire.rich(document[side])) if side in document else None for side in ("before", "after")
    }
    fields = tuple(
        FieldChange(tuple(f["path"]), wire.rich(f["before"]), wire.rich(f["after"])) for f in document.get("fields", [])
    )
    return Change(key, document["action"], sides["before"], sides["after"], fields, document.get("reason", ""))


def _read_until(document: Mapping[str, Any]) -> Until:
    return Until(document["path"], tuple(document["done"]), tuple(document["failed"]))


def _read_step(document: Mapping[str, Any]) -> Step:
    call = Call(
        operation=document["operation"],
        params=wire.rich(document["params"]),
        binds={ResourceKey.parse(text): path for text, path in document["binds"].items()},
        tolerates=document["tolerates"],
        until=_read_until(document["until"]) if "until" in document else None,
    )
    keys = tuple(ResourceKey.parse(text) for text in document["keys"])
    needs, phase = tuple(document["needs"]), int(document.get("phase", 0))
    return Step(document["id"], document["action"], keys, document["service"], call, needs, phase)

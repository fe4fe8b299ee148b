"""Snapshots, baselines, schedules and types as JSON documents."""

from __future__ import annotations

from dr_toolkit.model import wire
from dr_toolkit.model.documents import Manifest
from dr_toolkit.report import fields
from dr_toolkit.report.documents import Document, envelope, error
from dr_toolkit.report.listings import (
    OUTCOMES,
    BaselineResult,
    CreateEntry,
    CreateResult,
    OnceResult,
    RulesResult,
    SnapshotList,
    SnapshotRow,
    SnapshotShow,
    StatusResult,
    StatusRow,
    TypesResult,
)
from dr_toolkit.spec.fields import ABSENT
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.types import ResourceType


def created(value: CreateResult) -> list[Document]:
    """A document a source: a list, however many there are."""
    return [_created(entry) for entry in value.entries]


def _created(entry: CreateEntry) -> Document:
    m = entry.manifest
    summary: Document = {
        "verdict": entry.verdict,
        "exit_code": entry.exit_code,
        "resources": sum(m.counts.values()) if m else 0,
        "findings": len(m.findings) if m else 0,
    }
    return envelope("snapshot-create", summary, entry.gaps, m.coverage if m else None) | {
        "source": entry.source,
        "id": m.id if m else None,
        "complete": m.complete if m else False,
        "became_baseline": entry.became_baseline,
        "seconds": round(entry.seconds, 3),
        "snapshot": _manifest(m) if m else None,
        "error": error(entry.error)["error"] if entry.error else None,
    }


def _manifest(m: Manifest) -> Document:
    return {
        "id": m.id,
        "source": m.source,
        "taken_at": m.taken_at,
        "complete": m.complete,
        "scope": wire.scope(m.scope),
        "format": m.format,
        "tool_version": m.tool_version,
        "parent": dict(m.parent) if m.parent else None,
        "objects": {
            role: {"name": o.name, "sha256": o.sha256, "size": o.size} for role, o in sorted(m.objects.items())
        },
        "counts": dict(sorted(m.counts.items())),
        "findings": wire.findings(m.findings),
        "signatures": wire.signatures(m.signatures),
    }


def snapshot_list(value: SnapshotList) -> Document:
    """The snapshots of a store; incomplete and damaged ones are gaps of theirs, not of the listing."""
    states = [row.state for row in value.rows]
    summary: Document = {"verdict": value.verdict, "exit_code": value.exit_code, "snapshots": len(states)}
    summary |= {state: states.count(state) for state in ("complete", "incomplete", "damaged")}
    damaged = [f"{row.source}/{row.id}: {row.damaged}" for row in value.rows if row.damaged]
    return envelope("snapshot-list", summary, damaged) | {
        "store": value.store,
        "snapshots": [_listed(row) for row in value.rows],
    }


def _listed(row: SnapshotRow) -> Document:
    return {
        "id": row.id,
        "source": row.source,
        "taken_at": row.taken_at,
        "state": row.state,
        "complete": row.complete,
        "baseline": row.baseline,
        "resources": row.resources,
        "size": row.size,
        "damaged": row.damaged,
        "pruned": row.pruned,
        "short": row.short,
    }


def snapshot(value: SnapshotShow) -> Document:
    """One snapshot: its manifest, and its resources if they are to be shown."""
    m, estate = value.manifest, value.estate
    summary: Document = {
        "verdict": value.verdict,
        "exit_code": value.exit_code,
        "resources": sum(m.counts.values()),
        "types": len(m.counts),
        "findings": len(m.findings),
    }
    document = envelope("snapshot", summary, m.gaps, m.coverage)
    document |= {"store": value.store, "baseline": value.baseline, "snapshot": _manifest(m)}
    if estate is not None:
        document["resources"] = [
            {
                "key": resource.key.text,
                "physical_id": resource.physical_id,
                "attributes": wire.plain(resource.attributes),
                "observed": wire.plain(resource.observed),
            }
            for resource in sorted(estate, key=lambda r: r.key)
        ]
        document["served"] = [
            {"stage": stage, "key": key, "attributes": wire.plain(wire.read_line(content[key]).attributes)}
            for stage, content in sorted(estate.served.items())
            for key in sorted(content)
        ]
    return document


def baseline(value: BaselineResult) -> Document:
    """A source's baseline, shown or just set."""
    gaps = [] if value.complete else [f"snapshot {value.snapshot} is incomplete"]
    summary: Document = {"verdict": value.verdict, "exit_code": value.exit_code, "moved": value.moved}
    return envelope("baseline", summary, gaps) | {
        "source": value.source,
        "snapshot": {"id": value.snapshot, "taken_at": value.taken_at or None, "complete": value.complete},
        "number": value.number,
        "set_at": value.set_at or None,
        "set_by": value.set_by or None,
        "reason": value.reason or None,
        "previous": value.previous or None,
        "history": [
            {
                "number": before.number,
                "snapshot": before.snapshot,
                "set_at": before.set_at,
                "set_by": before.set_by,
                "reason": before.reason,
            }
            for before in value.history
        ],
    }


def status(value: StatusResult) -> Document:
    """How every source stands against its schedule and its RPO."""
    stale = [row for row in value.rows if row.stale]
    summary: Document = {
        "verdict": value.verdict,
        "exit_code": value.exit_code,
        "sources": len(value.rows),
        "stale": len(stale),
        "running": sum(row.running for row in value.rows),
    }
    return envelope("schedule-status", summary, [f"{row.told} is stale" for row in stale]) | {
        "sources": [_status(row) for row in value.rows]
    }


def _status(row: StatusRow) -> Document:
    return {
        "source": row.source,
        "schedule": row.schedule or None,
        "state": row.state,
        "stale": row.stale,
        "running": row.running,
        "last_complete": {"id": row.last_id, "taken_at": row.last_at or None} if row.last_id else None,
        "age_seconds": None if row.age is None else round(row.age, 3),
        "rpo_seconds": row.rpo,
        "next_due": row.next_due or None,
        "note": row.note,
    }


def once(value: OnceResult) -> Document:
    """What one round did."""
    outcomes = [row.outcome for row in value.rows]
    summary: Document = {"verdict": value.verdict, "exit_code": value.exit_code, "sources": len(outcomes)}
    summary |= {outcome.replace(" ", "_"): outcomes.count(outcome) for outcome in OUTCOMES}
    gaps = [f"{row.source}: {row.reason or row.outcome}" for row in value.rows if row.exit_code]
    return envelope("schedule-once", summary, gaps) | {
        "sources": [
            {
                "source": row.source,
                "outcome": row.outcome,
                "snapshot": row.snapshot or None,
                "reason": row.reason,
                "next_due": row.next_due or None,
                "exit_code": row.exit_code,
                "seconds": round(row.seconds, 3),
            }
            for row in value.rows
        ]
    }


def types(value: TypesResult) -> Document:
    """Every type with its fields, and the operations that are left out."""
    kinds = sorted(value.registry, key=lambda t: t.name)
    summary: Document = {
        "verdict": value.verdict,
        "exit_code": value.exit_code,
        "types": len(kinds),
        "landmarks": sum(t.landmark for t in kinds),
        "left_out": len(value.left_out),
    }
    return envelope("types", summary, []) | {
        "types": [_type(t, value.registry) for t in kinds],
        "left_out": [{"service": o.service, "operation": o.operation, "reason": o.reason} for o in value.left_out],
    }


def _type(kind: ResourceType, registry: Registry) -> Document:
    return {
        "name": kind.name,
        "service": kind.service,
        "shape": kind.shape,
        "title": kind.title,
        "parent": kind.parent,
        "root": kind.root,
        "landmark": kind.landmark,
        "reads": [f"{kind.service}:{name}" for name in registry.operations(kind) if name],
        "calls": [f"{service}:{name}" for service, name in registry.calls(kind)],
        "notes": kind.notes,
        "fields": [_field(row) for row in fields.rows(kind.fields)],
    }


def _field(row: fields.FieldRow) -> Document:
    document: Document = {"path": row.path, "kind": row.kind}
    if row.field.to:
        document["to"] = list(row.field.to)
    if row.field.default is not ABSENT:
        document["default"] = wire.plain(row.field.default)
    return document | ({"note": row.note} if row.note else {})


def rules(value: RulesResult) -> Document:
    """The rule book."""
    summary: Document = {"verdict": value.verdict, "exit_code": value.exit_code, "rules": len(value.rules)}
    return envelope("rules", summary, ()) | {
        "rules": [
            {
                "id": rule.id,
                "severity": rule.severity,
                "title": rule.title,
                "types": list(rule.types),
                "reference": rule.reference,
            }
            for rule in value.rules
        ],
    }

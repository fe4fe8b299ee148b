"""What was found out about a store or done to it, as JSON documents."""

from __future__ import annotations

from dr_toolkit.report.documents import Document, envelope, error
from dr_toolkit.report.store_results import (
    BAD,
    GOOD,
    UNKNOWN,
    WARN,
    DoctorResult,
    Fault,
    MirrorResult,
    PolicyResult,
    ProofResult,
    PruneResult,
)


def proof(value: ProofResult) -> Document:
    """Whether snapshots are whole."""
    states = [row.state for row in value.rows]
    summary: Document = {"verdict": value.verdict, "exit_code": value.exit_code, "snapshots": len(states)}
    summary |= {state: states.count(state) for state in ("whole", "damaged", "pruned", "unsigned")}
    summary |= {"faults": len(value.faults), "data_read": value.data_read, "signatures": value.trusted}
    return envelope("snapshot-verify", summary, value.missing) | {
        "anchored": value.anchored,
        "snapshots": [
            {
                "store": row.store,
                "source": row.source,
                "id": row.id,
                "state": row.state,
                "complete": row.complete,
                "signed_with": list(row.signed_with),
            }
            for row in value.rows
        ],
        "faults": [_fault(fault) for fault in value.faults],
        "failed": [{"store": store, **error(e)["error"]} for store, e in value.failed],
    }


def _fault(fault: Fault) -> Document:
    return {"store": fault.store, "name": fault.name, "reason": fault.reason}


def prune(value: PruneResult) -> Document:
    """What retention says of each snapshot."""
    summary: Document = {
        "verdict": value.verdict,
        "exit_code": value.exit_code,
        "dry_run": value.dry_run,
        "kept": sum(row.action == "keep" for row in value.rows),
        "prune": sum(row.action == "prune" for row in value.rows),
        "pruned": sum(row.done for row in value.rows),
    }
    return envelope("snapshot-prune", summary, [f"{what}: {e.message}" for what, e in value.failed]) | {
        "snapshots": [
            {
                "source": row.source,
                "id": row.id,
                "action": row.action,
                "reasons": list(row.reasons),
                "complete": row.complete,
                "done": row.done,
            }
            for row in value.rows
        ],
        "failed": [{"what": what, **error(e)["error"]} for what, e in value.failed],
        "without_rules": list(value.unruled),
    }


def mirror(value: MirrorResult) -> Document:
    """What was copied to which store."""
    summary: Document = {
        "verdict": value.verdict,
        "exit_code": value.exit_code,
        "stores": len(value.rows),
        "copied": sum(row.copied for row in value.rows),
        "faults": len(value.faults),
    }
    return envelope("snapshot-mirror", summary, value.missing) | {
        "stores": [
            {
                "store": row.store,
                "copied": row.copied,
                "bytes": row.bytes,
                "snapshots": row.snapshots,
                "error": error(row.error)["error"] if row.error else None,
            }
            for row in value.rows
        ],
        "faults": [_fault(fault) for fault in value.faults],
    }


def doctor(value: DoctorResult) -> Document:
    """Every check, with its reason and what mends it."""
    states = [check.state for check in value.checks]
    summary: Document = {"verdict": value.verdict, "exit_code": value.exit_code}
    summary |= {state: states.count(state) for state in (GOOD, WARN, BAD, UNKNOWN)}
    return envelope("doctor", summary, value.gaps) | {
        "checks": [
            {
                "subject": check.subject,
                "name": check.name,
                "state": check.state,
                "text": check.text,
                "reason": check.reason,
                "mend": check.mend,
            }
            for check in value.checks
        ]
    }


def policy(value: PolicyResult) -> Document:
    """An IAM policy, as IAM takes it, under ``policy``."""
    summary: Document = {"verdict": value.verdict, "exit_code": value.exit_code, "purpose": value.purpose}
    return envelope("policy", summary, []) | {"policy": dict(value.policy), "notes": list(value.notes)}

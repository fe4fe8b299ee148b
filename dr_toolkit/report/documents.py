"""Results as JSON documents, for programs.

Every document has ``schema_version``, ``kind``, ``summary`` (the verdict, the exit code, the counts) and
``coverage`` (whether anything is missing, and what). Their schemas are published under docs/schemas. A plan's
document is the one that ``plan --out`` writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dr_toolkit.errors import DrToolkitError
from dr_toolkit.model import planfile, wire
from dr_toolkit.model.changes import Change
from dr_toolkit.model.documents import Coverage
from dr_toolkit.report import outcomes
from dr_toolkit.report import vocabulary as say
from dr_toolkit.report.results import RestoreResult, VerifyResult
from dr_toolkit.report.undo_results import UndoResult

SCHEMA_VERSION = 1

Document = dict[str, Any]


def envelope(
    kind: str, summary: Document, gaps: Iterable[str], types: Mapping[str, Coverage] | None = None
) -> Document:
    """What every document begins with."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": kind,
        "summary": summary,
        "coverage": coverage(gaps, types),
    }


def coverage(gaps: Iterable[str], types: Mapping[str, Coverage] | None = None) -> Document:
    """Whether everything is in the document, what is not, and each type's own state where types were read."""
    lines = list(gaps)
    document: Document = {"complete": not lines, "gaps": lines}
    if types is not None:
        document["types"] = wire.coverage(types)
    return document


def error(value: DrToolkitError) -> Document:
    """An error in the place of a result."""
    summary = {"verdict": value.message, "exit_code": value.exit_code}
    facts = {"type": type(value).__name__, "exit_code": value.exit_code, "message": value.message}
    return envelope("error", summary, [value.message]) | {"error": facts | {"hint": value.next_step}}


# --- verification -------------------------------------------------------------------------------


def counts(changes: Iterable[Change], names: Sequence[str], told: say.Words) -> dict[str, int]:
    """How many changes each word stands for; every word is there."""
    return dict.fromkeys(names, 0) | say.tally(changes, told)


def verify(value: VerifyResult) -> Document:
    """Whether a target is what a snapshot says; ``before`` is the target's value."""
    summary: Document = {
        "verdict": value.verdict,
        "exit_code": value.exit_code,
        "in_sync": value.exit_code == 0,
        "checked": value.checked,
        "differences": len(value.changes),
        **counts(value.changes, ("missing", "extra", "different"), say.VERIFY),
        "findings": len(set(value.findings)),
    }
    return envelope("verify", summary, value.gaps, value.coverage) | {
        "snapshot": {"id": value.snapshot, "source": value.source},
        "target": {"name": value.target, "scope": wire.scope(value.target_scope)},
        "seconds": round(value.seconds, 3),
        **({"only": list(value.only)} if value.only else {}),
        "changes": [{"difference": say.VERIFY[c.action], **planfile.change(c)} for c in value.changes],
        "findings": [wire.finding(f) for f in say.ranked(value.findings)],
    }


# --- restore --------------------------------------------------------------------------------------


def restore(value: RestoreResult) -> Document:
    """What a restore did; the plan's own document tells the calls in full."""
    plan = value.plan
    summary: Document = {
        "verdict": value.verdict,
        "exit_code": value.exit_code,
        "steps": len(plan.steps),
        "calls": value.calls,
        "done": outcomes.done(value),
        "later": outcomes.later(value),
        "earlier": len(value.earlier),
        "failed": len(value.failed),
        "skipped": len(value.skipped),
        "blocked": len(plan.blocked),
        "changes": len(plan.changes),
        "verified": value.verify is not None and value.verify.exit_code == 0,
    }
    written = planfile.write(plan)
    return envelope("restore", summary, value.gaps) | {
        "run": value.run,
        "snapshot": written["snapshot"],
        "target": written["target"],
        "options": written["options"],
        "seconds": round(value.seconds, 3),
        "done": list(value.done),
        "earlier": list(value.earlier),
        "failed": [_step(value, step, reason) for step, reason in value.failed.items()],
        "skipped": [_step(value, step, reason) for step, reason in value.skipped.items()],
        "blocked": written["blocked"],
        "changes": [{"key": c.key.text, "action": c.action} for c in plan.changes],
        "findings": written["findings"],
        "bindings": dict(sorted(value.bindings.items())),
        "verify": verify(value.verify) if value.verify else None,
    }


def undone(value: UndoResult) -> Document:
    """What taking a run back did; ``left`` are the changes that the target still needs."""
    plan = value.plan
    summary: Document = {
        "verdict": value.verdict,
        "exit_code": value.exit_code,
        "steps": len(plan.steps),
        "calls": value.calls,
        "done": outcomes.done(value),
        "later": outcomes.later(value),
        "failed": len(value.failed),
        "skipped": len(value.skipped),
        "blocked": len(plan.blocked),
        "changes": len(plan.changes),
        "left": len(value.left),
    }
    written = planfile.write(plan)
    return envelope("undo", summary, value.gaps) | {
        "run": value.run,
        "undoes": value.undoes,
        "snapshot": {"id": plan.snapshot, "source": plan.source},
        "target": {"name": plan.target, "scope": wire.scope(plan.target_scope)},
        "seconds": round(value.seconds, 3),
        "done": list(value.done),
        "failed": [_step(value, step, reason) for step, reason in value.failed.items()],
        "skipped": [_step(value, step, reason) for step, reason in value.skipped.items()],
        "blocked": written["blocked"],
        "changes": [{"key": c.key.text, "action": c.action} for c in plan.changes],
        "left": [{"key": c.key.text, "action": c.action} for c in value.left],
        "findings": written["findings"],
        "bindings": dict(sorted(value.bindings.items())),
    }


def _step(value: RestoreResult | UndoResult, step: str, reason: str) -> Document:
    known = value.steps.get(step)
    own = f"{known.service}:{known.call.operation}" if known else ""
    service, _, operation = value.carried.get(step, own).partition(":")
    return {
        "step": step,
        "service": service,
        "operation": operation,
        "keys": [key.text for key in known.keys] if known else [],
        "reason": reason,
    }

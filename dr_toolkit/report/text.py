"""Every result as text: one function, whatever the command was."""

from __future__ import annotations

from dr_toolkit.errors import DrToolkitError
from dr_toolkit.report import (
    text_drift,
    text_error,
    text_plan,
    text_restore,
    text_schedule,
    text_snapshots,
    text_store,
    text_types,
)
from dr_toolkit.report.listings import (
    AcceptResult,
    BaselineResult,
    CreateResult,
    OnceResult,
    RulesResult,
    SnapshotList,
    SnapshotShow,
    StatusResult,
    TypesResult,
)
from dr_toolkit.report.page import Page
from dr_toolkit.report.results import DriftReport, PlanResult, RestoreResult, VerifyResult
from dr_toolkit.report.store_results import DoctorResult, MirrorResult, PolicyResult, ProofResult, PruneResult
from dr_toolkit.report.undo_results import UndoPlan, UndoResult
from dr_toolkit.spec.registry import Registry

Result = (
    CreateResult
    | SnapshotList
    | SnapshotShow
    | BaselineResult
    | AcceptResult
    | DriftReport
    | PlanResult
    | RestoreResult
    | UndoResult
    | VerifyResult
    | StatusResult
    | OnceResult
    | TypesResult
    | ProofResult
    | PruneResult
    | MirrorResult
    | DoctorResult
    | RulesResult
    | PolicyResult
    | DrToolkitError
)
"""What a command can end with; each has an ``exit_code``."""


def show(page: Page, value: Result | UndoPlan, registry: Registry) -> None:
    """Write a result for people."""
    match value:
        case CreateResult():
            text_snapshots.created(page, value)
        case SnapshotList():
            text_snapshots.listing(page, value)
        case SnapshotShow():
            text_snapshots.shown(page, value, registry)
        case BaselineResult():
            text_snapshots.baseline(page, value)
        case AcceptResult():
            text_drift.accepted(page, value, registry)
        case DriftReport():
            text_drift.report(page, value, registry)
        case VerifyResult():
            text_drift.verification(page, value, registry)
        case PlanResult():
            text_plan.plan(page, value, registry)
        case RestoreResult():
            text_restore.restored(page, value, registry)
        case UndoPlan():
            text_restore.to_be_undone(page, value, registry)
        case UndoResult():
            text_restore.undone(page, value, registry)
        case StatusResult():
            text_schedule.status(page, value)
        case OnceResult():
            text_schedule.once(page, value)
        case TypesResult():
            text_types.types(page, value)
        case ProofResult():
            text_store.proof(page, value)
        case PruneResult():
            text_store.prune(page, value)
        case MirrorResult():
            text_store.mirror(page, value)
        case DoctorResult():
            text_store.doctor(page, value)
        case RulesResult():
            text_drift.rule_book(page, value)
        case PolicyResult():
            text_store.policy(page, value)
        case DrToolkitError():
            text_error.error(page, value)


def notes(page: Page, value: Result, *, only_trouble: bool = False) -> None:
    """Write what belongs beside a result, to stderr: captures and policies have something to say there."""
    if isinstance(value, CreateResult):
        entries = (entry for entry in value.entries if entry.exit_code or not only_trouble)
        text_snapshots.creation_notes(page, CreateResult(tuple(entries)))
    elif isinstance(value, PolicyResult) and not only_trouble:
        for note in value.notes:
            page.line(note)

"""The one place where documents become JSON text."""

from __future__ import annotations

import json
import re
from typing import Any, TextIO

from dr_toolkit.errors import DrToolkitError
from dr_toolkit.model import planfile
from dr_toolkit.report import documents, documents_drift, documents_listings, documents_store
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
from dr_toolkit.report.results import DriftReport, PlanResult, RestoreResult, VerifyResult
from dr_toolkit.report.store_results import DoctorResult, MirrorResult, PolicyResult, ProofResult, PruneResult
from dr_toolkit.report.style import UNSAFE
from dr_toolkit.report.text import Result
from dr_toolkit.report.undo_results import UndoResult


def document(value: Result) -> Any:
    """The JSON document of a result: an object, and for ``snapshot create`` a list of them."""
    match value:
        case CreateResult():
            return documents_listings.created(value)
        case SnapshotList():
            return documents_listings.snapshot_list(value)
        case SnapshotShow():
            return documents_listings.snapshot(value)
        case BaselineResult():
            return documents_listings.baseline(value)
        case AcceptResult():
            return documents_drift.accepted(value)
        case DriftReport():
            return documents_drift.drift(value)
        case VerifyResult():
            return documents.verify(value)
        case PlanResult():
            return planfile.write(value.plan)
        case RestoreResult():
            return documents.restore(value)
        case UndoResult():
            return documents.undone(value)
        case StatusResult():
            return documents_listings.status(value)
        case OnceResult():
            return documents_listings.once(value)
        case TypesResult():
            return documents_listings.types(value)
        case ProofResult():
            return documents_store.proof(value)
        case PruneResult():
            return documents_store.prune(value)
        case MirrorResult():
            return documents_store.mirror(value)
        case DoctorResult():
            return documents_store.doctor(value)
        case RulesResult():
            return documents_listings.rules(value)
        case PolicyResult():
            return documents_store.policy(value)
        case DrToolkitError():
            return documents.error(value)


def dumps(value: Any, *, ascii_only: bool = False) -> str:
    """Indented JSON in the document's own order, with nothing in it that acts on a terminal."""
    text = json.dumps(value, indent=2, ensure_ascii=ascii_only, allow_nan=False)
    return UNSAFE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    # A newline outside of strings is the layout's own; inside of them json has escaped it already.
    return match[0] if match[0] == "\n" else f"\\u{ord(match[0]):04x}"


def write(value: Any, stream: TextIO) -> None:
    """A document and a newline; a stream that can't encode it gets ASCII."""
    text = dumps(value)
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = dumps(value, ascii_only=True)
    stream.write(text + "\n")

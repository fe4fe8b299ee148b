"""Drift as a JSON document: changes with their severity, what is exposed, who it was, and what is ignored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from dr_toolkit.engine.exposure import Exposure, Flow
from dr_toolkit.engine.truths import Truth
from dr_toolkit.model import planfile, wire
from dr_toolkit.model.alerts import SEVERITIES, Alert
from dr_toolkit.model.changes import CREATE, DELETE, REPLACE, UPDATE, Change
from dr_toolkit.model.documents import EXCLUDED, FAILED, READ, Coverage
from dr_toolkit.report import vocabulary as say
from dr_toolkit.report.documents import Document, counts, coverage, envelope, error
from dr_toolkit.report.documents_listings import baseline
from dr_toolkit.report.listings import AcceptResult
from dr_toolkit.report.results import DriftReport, DriftResult, Ignored


def drift(value: DriftReport) -> Document:
    """The drift of all sources; each change and finding names its own."""
    several = len(value.results) + len(value.failed) > 1
    results = value.results
    changes = [c for r in results for c in r.changes]
    findings = [*value.findings, *(f for r in results for f in r.findings)]
    summary: Document = {
        "verdict": value.verdict,
        "exit_code": value.exit_code,
        "in_sync": value.exit_code == 0 and not any(r.hidden for r in results),
        "sources": len(results) + len(value.failed),
        "changes": len(changes),
        **counts(changes, ("added", "removed", "changed"), say.DRIFT),
        "severities": {s: sum(r.tally.get(s, 0) for r in results) for s in SEVERITIES},
        "ignored": sum(len(r.ignored) for r in results),
        "hidden": sum(r.hidden for r in results),
        "findings": len(set(findings)),
    }
    gaps = [f"{r.source}: {line}" if several else line for r in results for line in r.gaps]
    gaps += [f"{name}: {error.message}" for name, error in value.failed]
    said = [{"source": r.source, **wire.finding(f)} for r in results for f in say.ranked(r.findings)]
    return envelope("drift", summary, gaps, _merged(results)) | {
        "sources": [_source(r) for r in results],
        "failed": [{"source": name, **error(e)["error"]} for name, e in value.failed],
        "changes": [_change(r, c) for r in results for c in r.changes],
        "alerts": [{"source": r.source, **_alert(a)} for r in results for a in r.alerts],
        "exposure": [{"source": r.source, **_exposure(e)} for r in results for e in r.exposures],
        "stages": [{"source": r.source, **_truth(t)} for r in results for t in r.stages],
        "ignored": [{"source": r.source, **_ignored(i)} for r in results for i in r.ignored],
        "findings": [*said, *({"source": "", **wire.finding(f)} for f in say.ranked(value.findings))],
    }


def accepted(value: AcceptResult) -> Document:
    """What was accepted into a baseline, and what the baseline is now."""
    summary: Document = {
        "verdict": value.verdict,
        "exit_code": value.exit_code,
        "moved": value.baseline.moved,
        "accepted": len(value.accepted.changes),
        "left": value.left,
    }
    r = value.accepted
    return envelope("baseline-accept", summary, ()) | {
        "baseline": {k: v for k, v in baseline(value.baseline).items() if k in _BASELINE},
        "changes": [_change(r, c) for c in r.changes],
        "alerts": [{"source": r.source, **_alert(a)} for a in r.alerts],
    }


_BASELINE = ("source", "snapshot", "number", "set_at", "set_by", "reason", "previous")


def _source(r: DriftResult) -> Document:
    return {
        "source": r.source,
        "scope": wire.scope(r.scope) if r.scope else None,
        "against": r.against,
        "snapshot": {"id": r.baseline_id, "taken_at": r.baseline_taken_at or None},
        "live_taken_at": r.live_taken_at,
        "live_snapshot": r.live_id or None,
        "verdict": r.verdict,
        "exit_code": r.exit_code,
        "changes": len(r.changes),
        "hidden": r.hidden,
        "min_severity": r.least or None,
        "resources": r.resources,
        "compared_types": list(r.compared_types),
        "who": None if r.deeds is None else {"trouble": r.deeds.trouble},
        "coverage": coverage(r.gaps, r.coverage),
    }


def _change(r: DriftResult, change: Change) -> Document:
    text = change.key.text
    document = {
        "source": r.source,
        "difference": say.DRIFT[change.action],
        "severity": r.severity(change),
        "rules": sorted({a.rule for a in r.alerts if a.key == change.key and not a.standing}),
        **planfile.change(change),
    }
    if r.deeds is not None:
        document["who"] = {"state": r.deeds.state(text), "events": [asdict(deed) for deed in r.deeds.of(text)]}
    return document


def _alert(alert: Alert) -> Document:
    return {
        "rule": alert.rule,
        "severity": alert.severity,
        "key": alert.key.text,
        "text": alert.text,
        "standing": alert.standing,
    }


def _exposure(exposure: Exposure) -> Document:
    return {
        "group": exposure.key.text,
        "newly_allowed": [_flow(flow) for flow in exposure.newly_allowed],
        "newly_refused": [_flow(flow) for flow in exposure.newly_refused],
        "networks": {group: list(blocks) for group, blocks in exposure.networks.items()},
    }


def _truth(truth: Truth) -> Document:
    def keys(*actions: str) -> list[str]:
        return [c.key.text for c in truth.ahead if c.action in actions]

    return {
        "stage": truth.stage.text,
        "now_served": [{"key": c.key.text, "difference": say.DRIFT[c.action]} for c in truth.served],
        "changed_not_deployed": keys(UPDATE, REPLACE),
        "deployed_otherwise": [
            c.key.text for c in truth.ahead if c.key in truth.same and c.action in (UPDATE, REPLACE)
        ],
        "draft_only": keys(CREATE),
        "served_only": keys(DELETE),
    }


def _flow(flow: Flow) -> Document:
    return {
        "direction": flow.direction,
        "services": [{"protocol": s.protocol, "ports": s.ports} for s in flow.services],
        "peers": list(flow.peers),
    }


def _ignored(ignored: Ignored) -> Document:
    return {
        "key": ignored.key.text,
        "difference": say.DRIFT[ignored.action],
        "fields": list(ignored.fields),
        "rule": ignored.rule,
        "reason": ignored.reason,
        "owner": ignored.owner or None,
        "until": ignored.until or None,
    }


def _merged(results: Sequence[DriftResult]) -> dict[str, Coverage]:
    """Coverage over all sources: a type counts as read where every one of them could read it."""
    if len(results) == 1:
        return dict(results[0].coverage)
    ranks = {READ: 0, EXCLUDED: 1, FAILED: 2}
    merged: dict[str, Coverage] = {}
    for r in results:
        for name, c in r.coverage.items():
            if name not in merged or ranks.get(c.status, 2) > ranks.get(merged[name].status, 2):
                merged[name] = Coverage(c.status, f"{r.source}: {c.reason}" if c.reason else "")
    return merged

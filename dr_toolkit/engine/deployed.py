"""What stages serve, in the exported form of the draft, so that both can be held against each other.

Everything is called by its own name, and not as the draft's thing of that name may have been called before.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from dataclasses import replace

from dr_toolkit.engine.canon import Canon
from dr_toolkit.engine.capture import MALFORMED, Reading
from dr_toolkit.engine.exported import served_part
from dr_toolkit.engine.exports import UNEXPORTABLE, Export
from dr_toolkit.engine.pairing import Names, pair_rows
from dr_toolkit.model import wire
from dr_toolkit.model.documents import GAP, READ, WARNING, Finding, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey


def add(estate: Estate, reading: Reading, names: Names) -> Iterator[Resource]:
    """Put into the estate what its stages serve, and what is to be said of that; yields each resource of it."""
    estate.findings += [f for remark in reading.exports.remarks if (f := remark.finding()) is not None]
    same = {line: line for line in estate.lines.values()}
    known = {identity: key for identity, key in names.known.items() if names.registry[identity[0]].landmark}
    for export in reading.exports.found:
        stage = export.stage.key
        if stage is None or stage not in estate:
            continue
        findings: list[Finding] = []
        try:
            resources = _resources(export, reading, replace(names, known=known), findings)
        except MALFORMED as error:
            text = f"what it serves can't be read: {type(error).__name__}: {error}"
            estate.findings.append(Finding(WARNING, UNEXPORTABLE, stage.text, text))
            continue
        content = estate.served[stage.text] = {}
        for resource in resources:
            line = wire.line(resource)
            content[resource.key.text] = same.setdefault(line, line)
            yield resource
        estate.findings += _of_the_stage(findings, stage, set(estate.findings))


def _resources(export: Export, reading: Reading, names: Names, findings: list[Finding]) -> list[Resource]:
    registry, api = names.registry, export.stage.root
    own = Names(registry, names.scope, Reading(rows=export.rows), names.known, ChainMap({}, names.index))
    for row in export.rows[api.type]:
        row.key = api.key
    found: list[Resource] = []
    for t in registry:
        rows = export.rows.get(t.name, [])
        coverage = reading.coverage.get(t.name)
        if coverage is None or coverage.status != READ:
            continue
        if t.name != api.type:
            pair_rows(t, rows, own)
        found += [served_part(Canon(t, row, own, findings, None).resource()) for row in rows if row.key]
    return found


def _of_the_stage(findings: list[Finding], stage: ResourceKey, said: set[Finding]) -> Iterator[Finding]:
    """What was found in what a stage serves, and is not said of the draft; the draft itself is whole without it."""
    for f in findings:
        if f not in said:
            severity = WARNING if f.severity == GAP else f.severity
            yield Finding(severity, f.code, stage.text, f"{f.key}, as it serves it: {f.text}")

"""Snapshots and baselines as text."""

from __future__ import annotations

from collections.abc import Iterable

from dr_toolkit.model.documents import FAILED, READ, Manifest
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report import sections, text_error, vocabulary, words
from dr_toolkit.report.listings import BaselineResult, CreateResult, SnapshotList, SnapshotRow, SnapshotShow
from dr_toolkit.report.outline import top
from dr_toolkit.report.page import Column, Page, Part
from dr_toolkit.spec.registry import Registry

STATES = {"complete": "green", "incomplete": "bold red", "damaged": "bold red"}
"""The colours of a snapshot's state."""


def created(page: Page, value: CreateResult) -> None:
    """The ids alone, for scripts: one, or with several sources ``SOURCE<tab>ID`` a line."""
    for entry in value.entries:
        if entry.manifest is not None:
            source = [entry.source] if len(value.entries) > 1 else []
            page.row(*source, entry.manifest.id)


def creation_notes(page: Page, value: CreateResult) -> None:
    """What a person wants to know about the captures, and a script does not: written to stderr."""
    for entry in value.entries:
        if entry.error is not None:
            page.line((f"{entry.source}: no snapshot", sections.BAD))
            text_error.error(page, entry.error)
            continue
        sections.verdict(page, f"{entry.source}: {entry.verdict}", entry.exit_code)
        if entry.manifest is not None:
            sections.unread(page, entry.manifest.coverage)
            sections.findings(page, entry.manifest.findings)
            sections.excluded(page, entry.manifest.coverage)


def listing(page: Page, value: SnapshotList) -> None:
    """All snapshots, the oldest first."""
    page.line((value.verdict, "bold"))
    if not value.rows:
        page.line(("→ ", "cyan"), f"dr-toolkit snapshot create {value.source}".rstrip())
        return
    counted = any(row.resources is not None or row.size is not None for row in value.rows)
    columns = [Column("id", "bold"), Column("state")]
    columns += [Column("resources", right=True), Column("size", right=True)] if counted else []
    columns += [Column("", whole=False)]
    for source in dict.fromkeys(row.source for row in value.rows):
        sections.heading(page, source)
        page.table(columns, [_row(row, counted) for row in value.rows if row.source == source], indent=2)


def _row(row: SnapshotRow, counted: bool) -> list[Part]:
    resources = "" if row.resources is None else f"{row.resources:,}"
    size = "" if row.size is None else vocabulary.size(row.size)
    return [row.id, (row.state, STATES[row.state]), *((resources, size) if counted else ()), row.note]


def shown(page: Page, value: SnapshotShow, registry: Registry) -> None:
    """One snapshot: where and when, what it holds, what it lacks."""
    m = value.manifest
    sections.verdict(page, f"{m.id}: {value.verdict}", 3 if m.gaps else 0)
    page.line(f"source {m.source} ({m.scope}), taken at {m.taken_at} by dr-toolkit {m.tool_version}".rstrip())
    page.line(f"format {m.format}{', the baseline' if value.baseline else ''}{_where(value)}", hang=2)
    sections.unread(page, m.coverage)
    sections.findings(page, m.findings)
    page.gap()
    _types(page, m)
    page.gap()
    for role, o in m.objects.items():
        facts = f"{role}: {vocabulary.size(o.size)}, sha256 {o.sha256[:12]}"
        page.entry([facts], [(o.name, "dim")])
    for signature in m.signatures:
        page.line(f"signed with {signature.key} ({signature.algorithm})")
    if m.parent:
        page.line((f"the snapshot before it: {m.parent.get('id', '')}", "dim"))
    if value.estate is not None:
        _resources(page, value.estate, registry)


def _where(value: SnapshotShow) -> str:
    return f", in {value.store}" if value.store else ""


def _types(page: Page, m: Manifest) -> None:
    rows: list[list[Part]] = []
    for name in sorted({*m.counts, *m.coverage}):
        coverage = m.coverage.get(name)
        status = coverage.status if coverage else READ
        number = f"{m.counts.get(name, 0):,}" if status == READ else ""
        style = sections.BAD if status == FAILED else "" if status == READ else "dim"
        rows.append([(name, style), number, (status, style), coverage.reason if coverage else ""])
    columns = [Column("type"), Column("resources", right=True), Column("coverage"), Column("", whole=False)]
    page.table(columns, rows)


def _resources(page: Page, estate: Estate, registry: Registry) -> None:
    groups: dict[ResourceKey, list[ResourceKey]] = {}
    for key in sorted(map(ResourceKey.parse, estate.lines)):
        groups.setdefault(top(key, registry), []).append(key)
    for root in sorted(groups):
        page.gap()
        _line(page, root, words.headline(root, registry), estate, 0)
        for key in sorted(groups[root], key=lambda k: (k.path, k.type)):
            resource = estate.get(key) if key != root else None
            if resource is not None:
                _line(page, key, words.resource(key, resource.attributes, registry), estate, 2)


def _line(page: Page, key: ResourceKey, text: str, estate: Estate, indent: int) -> None:
    physical = estate.ids.get(key.text)
    aside: list[Part] = [(key.text, "dim"), (f"  {physical}" if physical else "", "cyan")]
    page.entry([(text, "" if indent else "bold")], aside, indent=indent)


def baseline(page: Page, value: BaselineResult) -> None:
    """What the baseline is, since when, by whom and why."""
    page.line((value.verdict, "bold"))
    facts: Iterable[tuple[str, str]] = (
        ("taken at", value.taken_at),
        ("set at", value.set_at),
        ("set by", value.set_by),
        ("reason", value.reason),
        ("number", str(value.number)),
    )
    for name, text in facts:
        if text:
            page.line((f"{name:<8}  ", "dim"), text, indent=2, hang=10)
    if not value.complete:
        page.line(("! ", sections.BAD), "this snapshot is incomplete: drift against it can't say clean", indent=2)
    for before in reversed(value.history):
        page.line((f"before it, number {before.number}: {before.snapshot}", "dim"), indent=2)
        told = ", ".join(filter(None, (before.set_at, f"by {before.set_by}", before.reason)))
        page.line((told, "dim"), indent=4)

"""The types that are covered, field by field, and the operations that are not."""

from __future__ import annotations

from dr_toolkit.report import fields, sections
from dr_toolkit.report.listings import TypesResult
from dr_toolkit.report.page import Column, Page, Part
from dr_toolkit.spec.fields import Kind
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.types import ResourceType

_COLORS = {
    "secret": "bold red",
    "manual": "yellow",
    "reference": "cyan",
    "located": "cyan",
    "observed": "dim",
}
_WIDEST = max(map(len, Kind))


def types(page: Page, value: TypesResult) -> None:
    """Every type with its fields, then what is left out."""
    page.line((value.verdict, "bold"))
    for kind in sorted(value.registry, key=lambda t: t.name):
        _type(page, kind, value.registry)
    if value.left_out:
        sections.heading(page, "Left out")
        columns = [Column("operation"), Column("reason", whole=False)]
        page.table(columns, [(f"{o.service}:{o.operation}", o.reason) for o in value.left_out], indent=2)


def _type(page: Page, kind: ResourceType, registry: Registry) -> None:
    page.gap()
    page.entry([(kind.title, "bold")], [(kind.name, "cyan")])
    facts = [
        *(["found, never made"] if kind.landmark else []),
        *([f"in {kind.parent}"] if kind.parent else []),
    ]
    calls = ", ".join(f"{kind.service}:{name}" for name in registry.operations(kind) if name)
    page.line("; ".join([*facts, f"read by {calls}"]), indent=2)
    if made := ", ".join(f"{service}:{name}" for service, name in registry.calls(kind)):
        page.line(f"made and changed by {made}", indent=2)
    if kind.notes:
        page.line((kind.notes, "italic"), indent=2)
    for row in fields.rows(kind.fields):
        lead: list[Part] = [(f"{row.kind:<{_WIDEST}}  ", _COLORS.get(row.kind, "")), row.path]
        page.entry(lead, [(row.note, "dim")] if row.note else [], indent=2, hang=_WIDEST + 2)

"""The schedule as text: what is due, what is stale, what a round did."""

from __future__ import annotations

from dr_toolkit.report import sections, vocabulary
from dr_toolkit.report.listings import FAILED_RUN, PARTIAL, TAKEN, OnceResult, StatusResult, StatusRow
from dr_toolkit.report.page import Column, Page, Part

_STATES = {"stale": "bold red", "fresh": "green", "no RPO": "dim"}
_OUTCOMES = {FAILED_RUN: "bold red", PARTIAL: "bold red", TAKEN: "green"}


def status(page: Page, value: StatusResult) -> None:
    """A line a source, the stale ones first."""
    sections.verdict(page, value.verdict, value.exit_code)
    if not value.rows:
        return
    page.gap()
    columns = [
        Column("source", "bold"),
        Column("state"),
        Column("age", right=True),
        Column("RPO", right=True),
    ]
    columns += [
        Column("next due"),
        Column("schedule"),
    ]
    page.table(columns, [_row(row) for row in sorted(value.rows, key=lambda r: (not r.stale, r.source))])
    for row in value.rows:
        if row.note:
            page.line((f"{row.source}: ", "bold"), row.note)


def _row(row: StatusRow) -> list[Part]:
    age = "never" if row.age is None else vocabulary.duration(row.age)
    rpo = "" if row.rpo is None else vocabulary.duration(row.rpo)
    due = "running now" if row.running else row.next_due
    return [row.source, (row.state, _STATES[row.state]), age, rpo, due, row.schedule or "none"]


def once(page: Page, value: OnceResult) -> None:
    """What one round did, a line a source."""
    sections.verdict(page, value.verdict, value.exit_code)
    if not value.rows:
        return
    page.gap()
    columns = [Column("source", "bold"), Column("outcome"), Column("snapshot"), Column("", whole=False)]
    rows: list[list[Part]] = []
    for row in value.rows:
        note = row.reason or (f"next due {row.next_due}" if row.next_due else "")
        rows.append([row.source, (row.outcome, _OUTCOMES.get(row.outcome, "dim")), row.snapshot, note])
    page.table(columns, rows)

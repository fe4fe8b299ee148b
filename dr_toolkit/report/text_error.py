"""Errors as text: what happened, and what to do next."""

from __future__ import annotations

from dr_toolkit.errors import DrToolkitError
from dr_toolkit.report import sections
from dr_toolkit.report.page import Page


def error(page: Page, value: DrToolkitError) -> None:
    """An error's message and its next step."""
    page.line(("error: ", sections.BAD), value.message, hang=7)
    if value.next_step:
        page.line(("→ ", "cyan"), value.next_step, indent=2)

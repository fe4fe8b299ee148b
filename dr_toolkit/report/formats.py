"""The formats of drift besides text and JSON, by name."""

from __future__ import annotations

from dr_toolkit.errors import DrToolkitError
from dr_toolkit.report import junit, markdown, sarif
from dr_toolkit.report.html import page as html
from dr_toolkit.report.results import DriftReport
from dr_toolkit.report.text import Result
from dr_toolkit.resources import registry

_RENDERERS = {"markdown": markdown.report, "html": html.report, "sarif": sarif.report, "junit": junit.report}
NAMES = tuple(_RENDERERS)
"""What they are called after ``--output``."""


def render(name: str, result: Result) -> str:
    """A drift report, or the error that came in its place, as a text in one of these formats."""
    report = DriftReport((), (("", result),)) if isinstance(result, DrToolkitError) else result
    if not isinstance(report, DriftReport):
        raise TypeError(f"{type(result).__name__} has no format {name}")
    return _RENDERERS[name](report, registry())

"""The formats of drift besides text and JSON, by name."""

from __future__ import annotations

from dr_toolkit.errors import DrToolkitError
from dr_toolkit.report import junit, markdown, sarif
from dr_toolkit.report.html import page as html
from dr_toolkit.report.results import DriftReport
from dr_toolkit.report.text import Result
from dr_toolkit.resources import registry

NAMES = ("markdown", "html", "sarif", "junit")


def render(name: str, result: Result) -> str:
    """A drift report, or the error that came in its place, as a text in one of these formats."""
    if isinstance(result, DrToolkitError):
        failed: DriftReport = DriftReport((), (("", result),))
    elif isinstance(result, DriftReport):
        failed = result
    else:
        raise TypeError(f"{type(result).__name__} has no format {name}")
    renderers = {"markdown": markdown.report, "html": html.report, "sarif": sarif.report, "junit": junit.report}
    return renderers[name](failed, registry())

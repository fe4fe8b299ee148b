"""``dr-toolkit baseline``."""

from __future__ import annotations

import click

from dr_toolkit.cli.options import Group
from dr_toolkit.cli.session import Session, given


@click.group(cls=Group)
def baseline() -> None:
    """The snapshot that drift is measured against."""


@baseline.command()
@click.pass_context
def show(context: click.Context) -> None:
    """Show which snapshot is the baseline, since when, and who set it."""
    from dr_toolkit.workflows import capture

    session = Session(given(context))
    session.end(capture.baseline_show(session.context()))


@baseline.command(name="set")
@click.argument("snapshot")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the baseline.")
@click.pass_context
def set_(context: click.Context, snapshot: str, reason: str) -> None:
    """Make a snapshot the baseline: an id or its beginning, latest, or a UTC time."""
    from dr_toolkit.workflows import capture

    session = Session(given(context))
    session.end(capture.baseline_set(session.context(), snapshot, reason))


@baseline.command()
@click.option("--only", multiple=True, metavar="GLOB", help="Accept only what matches; can be repeated.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the baseline.")
@click.pass_context
def accept(context: click.Context, only: tuple[str, ...], reason: str) -> None:
    """Make what is live now the baseline, and show what is accepted with it.

    With --only, the baseline takes over the changes of the keys that match, and what lies beneath them; everything
    else stays what it was.
    """
    from dr_toolkit.workflows import accepting

    session = Session(given(context))
    with session.working("comparing") as progress:
        result = accepting.accept(session.context(progress.advance), only, reason)
    session.end(result)

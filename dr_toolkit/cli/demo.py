"""``dr-toolkit demo``."""

from __future__ import annotations

import click

from dr_toolkit.cli.options import Command
from dr_toolkit.cli.session import Exit, Session, given


@click.command(cls=Command)
@click.option("--keep", metavar="FOLDER", help="Leave config, plan and reports here.")
@click.pass_context
def demo(context: click.Context, keep: str | None) -> None:
    """Watch the whole loop on an embedded AWS.

    An estate is snapshotted, drifts, and is restored into another region; a verification ends it.
    """
    from dr_toolkit.demo import run

    session = Session(given(context))
    raise Exit(run(session.flags.no_color, keep))

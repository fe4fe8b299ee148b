"""``dr-toolkit doctor``."""

from __future__ import annotations

import click

from dr_toolkit.cli.options import Command
from dr_toolkit.cli.session import Session, given


@click.command(cls=Command)
@click.option("--to", "target", metavar="TARGET", help="Is this target ready, and where its journals are kept?")
@click.option("--snapshot", metavar="SNAPSHOT", help="With --to: what would be restored; the last complete one.")
@click.pass_context
def doctor(context: click.Context, target: str | None, snapshot: str | None) -> None:
    """Look at config, credentials and stores before a bad day does.

    Nothing is changed. Exit 0: nothing must be mended; warnings say what could be better. 1: something must. 3:
    something could not be found out.
    """
    from dr_toolkit.errors import UsageError
    from dr_toolkit.workflows import doctor as workflow

    if snapshot and not target:
        raise UsageError(reason="--snapshot goes with --to", hint="Say --to TARGET: what it would be restored into.")
    session = Session(given(context))
    with session.working("looking") as progress:
        result = workflow.examine(session.context(progress.advance), target, snapshot or "latest")
    session.end(result)

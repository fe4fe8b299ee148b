"""``dr-toolkit schedule``."""

from __future__ import annotations

import logging

import click

from dr_toolkit.cli.options import Group
from dr_toolkit.cli.session import Exit, Session, given


@click.group(cls=Group)
def schedule() -> None:
    """Snapshots by schedule: what is due, what is stale."""


@schedule.command()
@click.pass_context
def run(context: click.Context) -> None:
    """Run as a daemon, until SIGTERM or SIGINT."""
    from dr_toolkit import scheduler

    flags = given(context)
    session = Session(flags)
    if not flags.quiet:
        logging.getLogger("dr_toolkit").setLevel(logging.DEBUG if flags.verbose > 1 else logging.INFO)
    raise Exit(scheduler.run(session.context()))


@schedule.command()
@click.pass_context
def status(context: click.Context) -> None:
    """Show what is due and what is stale.

    Exit 4: a source is past its RPO.
    """
    from dr_toolkit.workflows import schedules

    session = Session(given(context))
    session.end(schedules.status(session.context()))


@schedule.command()
@click.pass_context
def once(context: click.Context) -> None:
    """Capture what is due, once: for cron or Lambda."""
    from dr_toolkit.workflows import schedules

    session = Session(given(context))
    with session.working("capturing") as progress:
        result = schedules.once(session.context(progress.advance))
    session.end(result)

"""``dr-toolkit snapshot``."""

from __future__ import annotations

import click

from dr_toolkit.cli.options import Group
from dr_toolkit.cli.session import Session, given


@click.group(cls=Group)
def snapshot() -> None:
    """Take snapshots, and look at them."""


@snapshot.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.pass_context
def create(context: click.Context, names: tuple[str, ...]) -> None:
    """Capture now, and print the snapshot's id.

    The named sources (config names or regions), or all of the config's. Exit 3 where
    something could not be read; it is named.
    """
    from dr_toolkit.workflows import capture

    session = Session(given(context))
    with session.working("capturing") as progress:
        result = capture.create(session.context(progress.advance), names)
    session.end(result)


@snapshot.command(name="list")
@click.pass_context
def list_(context: click.Context) -> None:
    """List the snapshots in the store.

    The oldest first; --source narrows it.
    """
    from dr_toolkit.workflows import capture

    session = Session(given(context))
    session.end(capture.listing(session.context()))


@snapshot.command()
@click.argument("snapshot", default="latest")
@click.option("--resources", is_flag=True, help="Show every resource too.")
@click.pass_context
def show(context: click.Context, snapshot: str, resources: bool) -> None:
    """Show one snapshot.

    latest, baseline, an id or its beginning, or a UTC time such as 2026-11-22T03:00.
    """
    from dr_toolkit.workflows import capture

    session = Session(given(context))
    session.end(capture.show(session.context(), snapshot, with_resources=resources))

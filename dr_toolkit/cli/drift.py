"""``dr-toolkit drift``."""

from __future__ import annotations

import click

from dr_toolkit.cli import later
from dr_toolkit.cli.options import Command
from dr_toolkit.cli.session import Session, given


@click.command(cls=Command)
@click.argument("names", nargs=-1, metavar="[SOURCE|TARGET]...")
@click.option("--against", default="baseline", metavar="SNAPSHOT", help="Another snapshot than the baseline.")
@later.options(
    {
        "--between": {"nargs": 2},
        "--with": {"metavar": "TARGET"},
        "--who": {"is_flag": True},
        "--min-severity": {"metavar": "S"},
        "--rules": {"is_flag": True},
    }
)
@click.pass_context
def drift(context: click.Context, names: tuple[str, ...], against: str) -> None:
    """Compare what is live with the baseline.

    The named sources (config names or regions), or all of the config's. A target of the config is compared with
    what the source's baseline would make of it, without a look at the source.
    Exit 0: no drift. 2: drift. 3: something could not be read, so that it can't be called clean.
    """
    from dr_toolkit.workflows import drift as workflow

    session = Session(given(context))
    with session.working("comparing") as progress:
        result = workflow.drift(session.context(progress.advance), names, against)
    session.end(result)

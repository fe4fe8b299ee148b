"""``dr-toolkit verify``."""

from __future__ import annotations

import click

from dr_toolkit.cli.options import Command, flag, only
from dr_toolkit.cli.session import Session, given


@click.command(cls=Command)
@click.option("--to", "target", required=True, metavar="TARGET", help="A target of the config, or a region.")
@click.option("--snapshot", default="latest", metavar="SNAPSHOT", help="Which snapshot; the last complete one.")
@only
@flag("--in-place", text="Allow the snapshot's own region as the target.")
@flag("--allow-unsigned", text="Take a snapshot without a signature that counts; it is said.")
@click.pass_context
def verify(
    context: click.Context, target: str, snapshot: str, only: tuple[str, ...], in_place: bool, allow_unsigned: bool
) -> None:
    """Compare a target with a snapshot; nothing is changed.

    Exit 0: it is what the snapshot says. 2: it differs. 3: something could not be compared.
    """
    from dr_toolkit.workflows import restore
    from dr_toolkit.workflows.targets import Options

    session = Session(given(context))
    with session.working("verifying") as progress:
        result = restore.verify(
            session.context(progress.advance, allow_unsigned=allow_unsigned),
            target,
            snapshot,
            Options(in_place=in_place, only=only),
        )
    session.end(result)

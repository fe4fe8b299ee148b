"""``dr-toolkit plan``."""

from __future__ import annotations

import click

from dr_toolkit.cli.options import Command, flag, only
from dr_toolkit.cli.session import Session, check_writable, given, write_file


@click.command(cls=Command)
@click.option("--to", "target", required=True, metavar="TARGET", help="A target of the config, or a region.")
@click.option("--snapshot", default="latest", metavar="SNAPSHOT", help="Which snapshot; the last complete one.")
@click.option("--out", metavar="FILE", help="Write the plan here, for restore --plan.")
@only
@flag("--prune", text="Plan to remove whole things that the snapshot lacks.")
@flag("--in-place", text="Allow the snapshot's own region as the target.")
@flag("--allow-replace", text="Plan to delete and make again what can't be changed in place.")
@flag("--allow-unsigned", text="Take a snapshot without a signature that counts; it is said.")
@click.pass_context
def plan(
    context: click.Context,
    target: str,
    snapshot: str,
    out: str | None,
    only: tuple[str, ...],
    prune: bool,
    in_place: bool,
    allow_replace: bool,
    allow_unsigned: bool,
) -> None:
    """Show what a restore would do; nothing is changed.

    Exit 0: nothing to do. 2: changes pending. 3: something can't be restored; it is named.
    """
    from dr_toolkit.report import as_json
    from dr_toolkit.workflows import restore
    from dr_toolkit.workflows.targets import Options

    session = Session(given(context))
    if out:
        check_writable(out)
    with session.working("planning") as progress:
        options = Options(prune, in_place, only=only, allow_replace=allow_replace)
        working = session.context(progress.advance, allow_unsigned=allow_unsigned)
        result = restore.plan(working, target, snapshot, options)
    if out:
        write_file(out, as_json.dumps(as_json.document(result)) + "\n")
    session.end(result)

"""``dr-toolkit snapshot``."""

from __future__ import annotations

import click

from dr_toolkit.cli.options import REPORTS, Group
from dr_toolkit.cli.session import Session, given
from dr_toolkit.model.alerts import SEVERITIES


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


@snapshot.command()
@click.argument("snapshot", required=False)
@click.option("--all", "everything", is_flag=True, help="Every snapshot, of all sources or of --source.")
@click.option("--read-data", is_flag=True, help="Read every byte of the bodies too.")
@click.pass_context
def verify(context: click.Context, snapshot: str | None, everything: bool, read_data: bool) -> None:
    """Verify what is stored: structure, chain, signatures, bytes.

    One snapshot (the latest), or all; in the store and in each mirror. Exit 12: what is wrong is named. 3: something
    could not be looked at.
    """
    from dr_toolkit.errors import UsageError
    from dr_toolkit.workflows import proving

    session = Session(given(context))
    if snapshot and everything:
        raise UsageError(reason=f"{snapshot} and --all can't be said together")
    with session.working("verifying") as progress:
        result = proving.verify(session.context(progress.advance), snapshot, everything=everything, read_data=read_data)
    session.end(result)


@snapshot.command()
@click.pass_context
def mirror(context: click.Context) -> None:
    """Copy to each mirror what it lacks.

    Only what is proven is copied, and nothing is overwritten. Exit 12: something is damaged; it is named.
    """
    from dr_toolkit.workflows import mirroring

    session = Session(given(context))
    with session.working("mirroring") as progress:
        result = mirroring.mirror(session.context(progress.advance))
    session.end(result)


@snapshot.command()
@click.option("--dry-run", is_flag=True, help="Say what would go and why the rest stays; remove nothing.")
@click.pass_context
def prune(context: click.Context, dry_run: bool) -> None:
    """Remove what the config's retention does not keep.

    Never the last complete snapshot, the baseline, what an unfinished restore needs, or what is locked. Manifests
    stay.
    """
    from dr_toolkit.workflows import pruning

    session = Session(given(context))
    with session.working("pruning") as progress:
        result = pruning.prune(session.context(progress.advance), dry_run=dry_run)
    session.end(result)


@snapshot.command()
@click.argument("first", metavar="SNAPSHOT")
@click.argument("second", metavar="SNAPSHOT")
@click.option("--min-severity", "least", type=click.Choice(SEVERITIES), help="Neither show nor count what is less bad.")
@click.pass_context
def diff(context: click.Context, first: str, second: str, least: str | None) -> None:
    """Compare two snapshots of a source; AWS is not asked.

    It is told like drift, from the first to the second. Exit 0: they are the same. 2: they differ. 3: one of them
    is incomplete.
    """
    from dr_toolkit.workflows import drift

    session = Session(given(context), REPORTS)
    with session.working("comparing") as progress:
        request = drift.Request(between=(first, second), least=least or "")
        result = drift.drift(session.context(progress.advance), request)
    session.end(result)

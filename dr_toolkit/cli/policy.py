"""``dr-toolkit policy``."""

from __future__ import annotations

import click

from dr_toolkit.cli.options import Command, Group
from dr_toolkit.cli.session import Session, given


@click.group(cls=Group)
def policy() -> None:
    """Least-privilege IAM policies, generated from the config."""


@policy.command(cls=Command)
@click.argument("name", metavar="[SOURCE]", required=False)
@click.pass_context
def snapshot(context: click.Context, name: str | None) -> None:
    """Print what captures and drift need in a source's region.

    Reads, and nothing that changes anything. Types that the config excludes are left out.
    """
    from dr_toolkit.workflows import policies_regions

    session = Session(given(context))
    session.end(policies_regions.snapshot_policy(session.context(), name))


@policy.command(cls=Command)
@click.option("--to", "target", metavar="TARGET", required=True, help="Where to: a target of the config, or a region.")
@click.pass_context
def restore(context: click.Context, target: str) -> None:
    """Print what plan, restore and verify need in a target's region.

    Reads and changes there, and nothing in any other region.
    """
    from dr_toolkit.workflows import policies_regions

    session = Session(given(context))
    session.end(policies_regions.restore_policy(session.context(), target))


@policy.command()
@click.pass_context
def store(context: click.Context) -> None:
    """Print what reading and writing snapshots needs.

    On the config's stores, mirrors and anchor, and the keys that sign. Nothing in it deletes or overwrites.
    """
    from dr_toolkit.workflows import policies

    session = Session(given(context))
    session.end(policies.store_policy(session.context()))


@policy.command()
@click.pass_context
def prune(context: click.Context) -> None:
    """Print what snapshot prune needs, which alone deletes."""
    from dr_toolkit.workflows import policies

    session = Session(given(context))
    session.end(policies.prune_policy(session.context()))

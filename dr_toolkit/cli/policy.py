"""``dr-toolkit policy``."""

from __future__ import annotations

import click

from dr_toolkit.cli.later import command
from dr_toolkit.cli.options import Group
from dr_toolkit.cli.session import Session, given


@click.group(cls=Group)
def policy() -> None:
    """Least-privilege IAM policies, generated from the config."""


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


for _name in ("snapshot", "restore"):
    policy.add_command(command(_name, f"policy {_name}"))

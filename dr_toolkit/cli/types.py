"""``dr-toolkit types``."""

from __future__ import annotations

import click

from dr_toolkit.cli.options import Command
from dr_toolkit.cli.session import Session, given


@click.command(cls=Command)
@click.pass_context
def types(context: click.Context) -> None:
    """Show every AWS type that is covered, field by field."""
    from dr_toolkit.report.listings import TypesResult
    from dr_toolkit.resources import registry

    session = Session(given(context))
    session.end(TypesResult(registry()))

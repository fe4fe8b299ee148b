"""``dr-toolkit types``."""

from __future__ import annotations

import click

from dr_toolkit.cli.options import Command
from dr_toolkit.cli.session import Session, given


@click.command(cls=Command)
@click.pass_context
def types(context: click.Context) -> None:
    """Show every AWS type that is covered, field by field.

    And every operation that is left out, with its reason.
    """
    from dr_toolkit.workflows.covered import covered

    session = Session(given(context))
    session.end(covered())

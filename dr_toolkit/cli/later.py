"""What the command line promises and this version does not have yet: refused, never silently accepted."""

from __future__ import annotations

import click

from dr_toolkit.cli.options import Command


def command(name: str, said: str) -> click.Command:
    """A hidden command that says that it is not available yet."""

    def refuse(rest: tuple[str, ...]) -> None:  # noqa: ARG001
        from dr_toolkit.errors import NotAvailableYet

        raise NotAvailableYet(what=said)

    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    rest = click.Argument(["rest"], nargs=-1, type=click.UNPROCESSED)
    return Command(
        name, callback=refuse, params=[rest], hidden=True, help="Not available yet.", context_settings=settings
    )

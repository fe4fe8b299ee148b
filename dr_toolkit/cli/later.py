"""What the command line promises and this version does not have yet: refused, never silently accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from dr_toolkit.cli.options import Command

_F = TypeVar("_F", bound=Callable[..., Any])


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


def options(names: dict[str, dict[str, Any]]) -> Callable[[_F], _F]:
    """Hidden options that are refused when they are used: name to how click is to parse it."""

    def refuse(context: click.Context, option: click.Parameter, value: object) -> None:  # noqa: ARG001
        from dr_toolkit.errors import NotAvailableYet

        if value:
            raise NotAvailableYet(what=option.opts[0])

    def decorate(function: _F) -> _F:
        for name, kwargs in names.items():
            function = click.option(name, hidden=True, expose_value=False, callback=refuse, **kwargs)(function)
        return function

    return decorate

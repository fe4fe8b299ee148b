"""The global flags: the same before and after the command, each with an environment variable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import click

FORMATS = ("text", "json")
REPORTS = (*FORMATS, "markdown", "html", "sarif", "junit")
"""The formats of drift; --output takes them."""


@dataclass(frozen=True)
class Globals:
    """What the global flags say; None or empty where they say nothing."""

    config: str | None = None
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    store: str | None = None
    source: str | None = None
    format: str | None = None
    output: tuple[str, ...] = ()
    quiet: bool = False
    verbose: int = 0
    log_format: str | None = None
    no_color: bool = False
    from_environment: frozenset[str] = frozenset()
    """Which of ``format`` and ``output`` were not typed."""

    def over(self, others: Globals) -> Globals:
        """These flags, and the others where these say nothing.

        ``--format`` and ``--output`` say the same thing: one that was typed goes over the other's variable.
        """
        said = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
        weak = self.from_environment | (others.from_environment - said.keys())
        merged = replace(others, **said | {"from_environment": weak})
        typed = any(getattr(merged, name) for name in _RESULT if name not in weak)
        return replace(merged, **{name: Globals.__dict__[name] for name in weak}) if typed else merged


_RESULT = ("format", "output")


def _options() -> list[click.Option]:
    choice = click.Choice
    return [
        click.Option(["--config"], metavar="FILE", help="Config file (default: ./dr-toolkit.yaml, then the user's)."),
        click.Option(["--profile"], metavar="NAME", help="AWS profile."),
        click.Option(["--region"], metavar="REGION", help="Region, where no source or target says one."),
        click.Option(["--endpoint-url"], metavar="URL", help="Endpoint of every AWS service, S3 too."),
        click.Option(["--store"], metavar="URL", help="Where snapshots are: s3://BUCKET/PREFIX or file:///FOLDER."),
        click.Option(["--source"], metavar="NAME", help="Whose snapshots are meant, where there are several."),
        click.Option(["--format"], type=choice(FORMATS), help="Format of the result on stdout."),
        click.Option(
            ["--output"], multiple=True, metavar="FORMAT[=FILE]", help="A format, and where to; can be repeated."
        ),
        click.Option(["--quiet", "-q"], is_flag=True, help="No log and no progress on stderr."),
        click.Option(["--verbose", "-v"], count=True, help="More of the log on stderr; twice: all of it."),
        click.Option(["--log-format"], type=choice(("text", "json")), help="Format of the log on stderr."),
        click.Option(["--no-color"], is_flag=True, help="No colours (NO_COLOR and FORCE_COLOR count too)."),
    ]


_NAMES = frozenset(f.name for f in fields(Globals)) - {"from_environment"}


def _take(context: click.Context) -> None:
    """Move the global flags of this level into the context's object, over those of the level above."""
    weak = {n for n in _RESULT if context.get_parameter_source(n) is click.core.ParameterSource.ENVIRONMENT}
    mine = {name: context.params.pop(name) for name in list(context.params) if name in _NAMES}
    said = Globals(**{name: value for name, value in mine.items() if value is not None})
    above = context.parent.obj if context.parent is not None else None
    context.obj = replace(said, from_environment=frozenset(weak)).over(
        above if isinstance(above, Globals) else Globals()
    )


class Command(click.Command):
    """A command that takes the global flags as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {p.name for p in self.params}
        for option in _options():
            if option.name not in own:
                option.hidden = True
                self.params.append(option)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it with its own parameters."""
        _take(ctx)
        return super().invoke(ctx)


class Group(click.Group):
    """A group whose commands take the global flags as well."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, root: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for option in _options():
            option.hidden = not root
            if root:
                option.envvar = "DR_TOOLKIT_" + str(option.name).upper()
            self.params.append(option)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        _take(ctx)
        return super().invoke(ctx)


def only(function: Any) -> Any:
    """The option ``--only``, which can be repeated."""
    text = "Only what matches, with what it needs; can be repeated."
    return click.option("--only", multiple=True, metavar="GLOB", help=text)(function)


def flag(*names: str, text: str) -> Callable[[Any], Any]:
    """A flag that confirms or permits: it has no environment variable."""
    return click.option(*names, is_flag=True, help=text)

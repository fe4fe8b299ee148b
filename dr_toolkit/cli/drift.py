"""``dr-toolkit drift``."""

from __future__ import annotations

import click

from dr_toolkit.cli.options import REPORTS, Command
from dr_toolkit.cli.session import Session, given
from dr_toolkit.errors import UsageError
from dr_toolkit.model.alerts import SEVERITIES


@click.command(cls=Command)
@click.argument("names", nargs=-1, metavar="[SOURCE|TARGET]...")
@click.option("--against", metavar="SNAPSHOT", help="Another snapshot than the baseline.")
@click.option("--between", nargs=2, metavar="SNAPSHOT SNAPSHOT", help="Two snapshots of a source; AWS is not asked.")
@click.option("--with", "beside", metavar="TARGET", help="A source as it is now against a target as it is now.")
@click.option("--who", is_flag=True, help="Ask CloudTrail who it was (half a minute at most).")
@click.option("--min-severity", "least", type=click.Choice(SEVERITIES), help="Neither show nor count what is less bad.")
@click.option("--rules", is_flag=True, help="List the rule book, and compare nothing.")
@click.pass_context
def drift(
    context: click.Context,
    names: tuple[str, ...],
    against: str | None,
    between: tuple[str, str] | None,
    beside: str | None,
    who: bool,
    least: str | None,
    rules: bool,
) -> None:
    """Compare what is live with the baseline.

    The named sources (config names or regions), or all of the config's. A target of the config is compared with
    what the source's baseline would make of it, without a look at the source.
    Exit 0: no drift. 2: drift. 3: something could not be read, so that it can't be called clean.
    """
    if rules:
        _rules(context)
    asked = [f"--{name}" for name, value in (("against", against), ("between", between), ("with", beside)) if value]
    if len(asked) > 1:
        raise UsageError(reason=f"{' and '.join(asked)} exclude each other", hint="Say one of them.")
    from dr_toolkit.workflows import drift as workflow

    session = Session(given(context), REPORTS)
    request = workflow.Request(names, against or "baseline", between, beside or "", who, least or "")
    with session.working("comparing") as progress:
        result = workflow.drift(session.context(progress.advance), request)
    session.end(result)


def _rules(context: click.Context) -> None:
    """Show the rule book, and end."""
    from dr_toolkit.engine.rulebook import rules
    from dr_toolkit.report.listings import RulesResult

    Session(given(context)).end(RulesResult(rules()))

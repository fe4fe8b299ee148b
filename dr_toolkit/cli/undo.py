"""``dr-toolkit restore undo RUN``: the part of ``restore`` that takes one back."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dr_toolkit.cli.session import Session

if TYPE_CHECKING:
    from dr_toolkit.model.secrets import Hidden
    from dr_toolkit.report.progress import Progress
    from dr_toolkit.report.undo_results import UndoPlan
    from dr_toolkit.workflows.undo import Ask, Show


def run_of(words: tuple[str, ...], refused: Mapping[str, Any]) -> str | None:
    """The run that the words after ``restore`` name; None where there are no words.

    Raises UsageError for any other words, and for options, by name, that say nothing beside ``undo``.
    """
    from dr_toolkit.errors import UsageError

    if not words:
        return None
    if words[0] != "undo":
        raise UsageError(reason=f"restore takes no argument {words[0]}", hint="Say --to TARGET.")
    if len(words) != 2 or not words[1].isdigit() or not int(words[1]):
        told = " ".join(words[1:]) or "nothing"
        hint = "Say the run that a restore printed: dr-toolkit restore undo 000012"
        raise UsageError(reason=f"restore undo takes the number of a run, and got {told}", hint=hint)
    if said := [name for name, value in refused.items() if value]:
        raise UsageError(reason=f"{', '.join(said)} says nothing beside undo", hint="Leave it out.")
    return words[1]


def undo(
    session: Session,
    run: str,
    target: str | None,
    *,
    yes: bool,
    skip_blocked: bool,
    allow_unsigned: bool,
    secrets: Mapping[str, Hidden],
) -> None:
    """Take the run back, and end with its exit code."""
    from dr_toolkit.workflows import undo as workflow

    request = workflow.UndoRequest(run, target or "", skip_blocked, secrets)
    with session.working("taking back") as progress:
        show, ask = _shown(session, progress, yes), _asked(progress, yes)
        working = session.context(progress.advance, allow_unsigned=allow_unsigned)
        result = workflow.undo(working, request, show, ask)
    session.end(result)


def _shown(session: Session, progress: Progress, yes: bool) -> Show:
    def show(plan: UndoPlan) -> None:
        progress.stop()
        stream = sys.stdout if ("text", None) in session.outputs else sys.stderr
        if not session.flags.quiet or not yes:
            session.show(plan, stream)
            print(file=stream, flush=True)
        progress.start("taking back")

    return show


def _asked(progress: Progress, yes: bool) -> Ask:
    """Ask on a terminal; off it only --yes counts as one."""
    import click

    from dr_toolkit.errors import NotConfirmed

    def ask(plan: UndoPlan) -> bool:
        if yes:
            return True
        progress.stop()
        if not sys.stdin.isatty() or not (sys.stderr.isatty() or sys.stdout.isatty()):
            raise NotConfirmed(reason="there is no terminal to ask at")
        question = f"Take run {plan.undoes} back on {plan.plan.target} ({plan.plan.target_scope})?"
        agreed = click.confirm(question, err=sys.stderr.isatty())
        progress.start("taking back")
        return agreed

    return ask

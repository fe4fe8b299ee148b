"""``dr-toolkit restore``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dr_toolkit.cli import undo as taking_back
from dr_toolkit.cli.options import Command, flag, only
from dr_toolkit.cli.session import Session, given

if TYPE_CHECKING:
    from dr_toolkit.model.changes import Plan
    from dr_toolkit.model.secrets import Hidden
    from dr_toolkit.report.progress import Progress
    from dr_toolkit.report.results import PlanResult
    from dr_toolkit.workflows.restore import Confirm


@click.command(cls=Command)
@click.argument("undo", nargs=-1, metavar="[undo RUN]")
@click.option("--to", "target", metavar="TARGET", help="A target of the config, or a region.")
@click.option("--snapshot", metavar="SNAPSHOT", help="Which snapshot; the last complete one.")
@click.option("--plan", "plan_file", metavar="FILE", help="Apply this plan, if nothing has moved since.")
@flag("--yes", text="Don't ask; needed off a terminal.")
@only
@click.option("--resume", is_flag=False, flag_value="last", metavar="[RUN]", help="Go on with an unfinished run.")
@flag("--prune", text="Remove whole things that the snapshot lacks.")
@flag("--in-place", text="Allow the snapshot's own region as the target.")
@flag("--skip-blocked", text="Restore the rest where something can't be (exit 3).")
@flag("--allow-replace", text="Delete and make again what can't be changed in place; the plan says what that costs.")
@flag("--allow-unsigned", text="Take a snapshot without a signature that counts; it is said, and kept in the journal.")
@click.option("--secrets", "secrets_file", metavar="FILE", help="Values of API keys that the snapshot lacks.")
@click.pass_context
def restore(
    context: click.Context,
    undo: tuple[str, ...],
    target: str | None,
    snapshot: str | None,
    plan_file: str | None,
    yes: bool,
    only: tuple[str, ...],
    resume: str | None,
    prune: bool,
    in_place: bool,
    skip_blocked: bool,
    allow_replace: bool,
    allow_unsigned: bool,
    secrets_file: str | None,
) -> None:
    """Restore a snapshot into a target: plan, ask, apply, verify; or take a restore back: restore undo RUN.

    After an interruption the same command goes on, or --resume does. Exit 0: done and verified. 1: a step
    failed. 2: the target still differs. 3: something was left out. 13: refused.

    undo takes back exactly what that run made or changed, finished or not; what changed since is refused, and
    named. With --to, --yes, --skip-blocked and --secrets.
    """
    from dr_toolkit.workflows import restore as workflow
    from dr_toolkit.workflows.supplied import Supplied
    from dr_toolkit.workflows.targets import Options

    named: dict[str, Any] = {
        "--snapshot": snapshot,
        "--plan": plan_file,
        "--resume": resume,
        "--prune": prune,
        "--in-place": in_place,
    }
    named |= {"--only": only, "--allow-replace": allow_replace}
    run, session = taking_back.run_of(undo, named), Session(given(context))
    if run is not None:
        permits = {"yes": yes, "skip_blocked": skip_blocked, "allow_unsigned": allow_unsigned}
        taking_back.undo(session, run, target, secrets=_values(secrets_file), **permits)
        return
    given_plan = _read(plan_file, target or "TARGET") if plan_file else None
    target = _target(target, given_plan)
    _check(snapshot, plan_file, resume, only)
    options = Options(prune, in_place, skip_blocked, only, allow_replace)
    supplied = Supplied(_values(secrets_file), secrets_file or "FILE")
    request = workflow.Request(target, snapshot or "latest", options, resume, given_plan, supplied)
    with session.working("restoring") as progress:
        confirm = _confirmation(session, progress, yes)
        working = session.context(progress.advance, allow_unsigned=allow_unsigned)
        result = workflow.restore(working, request, confirm)
    session.end(result)


def _read(file: str, target: str) -> Plan:
    from dr_toolkit.errors import BadPlanFile
    from dr_toolkit.workflows.restore import read_plan

    try:
        return read_plan(Path(file).read_text(encoding="utf-8"), file, target)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise BadPlanFile(file=file, reason=reason, target=target) from None


def _values(file: str | None) -> dict[str, Hidden]:
    """The values of a secrets file."""
    from dr_toolkit.errors import UsageError
    from dr_toolkit.workflows.secrets import read_values

    if file is None:
        return {}
    try:
        return read_values(Path(file).read_text(encoding="utf-8"), file)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        hint = "Name a text file in which a line is apigateway.api_key/NAME: VALUE"
        raise UsageError(reason=f"--secrets {file}: {reason}", hint=hint) from None


def _target(target: str | None, given_plan: Plan | None) -> str:
    from dr_toolkit.errors import UsageError

    if target is not None:
        return target
    if given_plan is not None:
        return given_plan.target
    raise UsageError(reason="restore where to?", hint="Say --to TARGET: a target of the config, or a region.")


def _check(snapshot: str | None, plan_file: str | None, resume: str | None, only: tuple[str, ...]) -> None:
    from dr_toolkit.errors import UsageError

    said = [n for n, v in (("--snapshot", snapshot), ("--plan", plan_file), ("--resume", resume)) if v]
    if len(said) > 1:
        raise UsageError(
            reason=f"{' and '.join(said)} exclude each other: each names a snapshot", hint="Say one of them."
        )
    if only and (plan_file or resume):
        given, kept = ("--plan", "a plan") if plan_file else ("--resume", "a run")
        raise UsageError(reason=f"--only and {given} exclude each other: {kept} keeps its own", hint="Say one of them.")


def _confirmation(session: Session, progress: Progress, yes: bool) -> Confirm:
    """Show the plan and ask; off a terminal only --yes counts as one."""
    from dr_toolkit.errors import NotConfirmed

    def confirm(plan: PlanResult) -> bool:
        progress.stop()
        stream = sys.stdout if ("text", None) in session.outputs else sys.stderr
        if not session.flags.quiet or not yes:
            session.show(plan, stream)
            print(file=stream, flush=True)
        if not yes:
            if not sys.stdin.isatty() or not (sys.stderr.isatty() or sys.stdout.isatty()):
                raise NotConfirmed(reason="there is no terminal to ask at")
            question = f"Restore into {plan.plan.target} ({plan.plan.target_scope})?"
            if not click.confirm(question, err=sys.stderr.isatty()):
                return False
        progress.start("restoring")
        return True

    return confirm

"""The root of the command line, and what every way to end comes to."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from typing import NoReturn

import click

from dr_toolkit import __version__
from dr_toolkit.cli import (
    baseline,
    demo,
    doctor,
    drift,
    init,
    plan,
    policy,
    restore,
    schedule,
    snapshot,
    types,
    verify,
)
from dr_toolkit.cli.options import Group
from dr_toolkit.cli.session import Exit
from dr_toolkit.errors import DrToolkitError, UsageError

WRONG_USAGE, INTERRUPTED, TERMINATED = 64, 130, 143


@click.group(cls=Group, root=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="dr-toolkit")
def cli() -> None:
    """Backup, drift detection and disaster recovery of API Gateway configuration and EC2 security groups.

    Snapshots go into a store (S3 or a folder); drift compares a region with its baseline; restore replays a
    snapshot into another region, and verify proves that it worked.
    """


for command in (
    *(init.init, doctor.doctor, snapshot.snapshot, baseline.baseline, drift.drift, plan.plan, restore.restore),
    *(verify.verify, schedule.schedule, policy.policy, types.types, demo.demo),
):
    cli.add_command(command)


def main() -> NoReturn:
    """Run a command and end the process with its exit code."""
    _end_on(signal.SIGTERM, _Terminated, TERMINATED)
    _end_on(signal.SIGINT, KeyboardInterrupt, INTERRUPTED)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command; the exit code is the result."""
    try:
        cli.main(arguments, prog_name="dr-toolkit", standalone_mode=False)
    except Exit as end:
        return _flushed(end.code)
    except click.ClickException as error:
        return _usage(error, arguments)
    except DrToolkitError as error:
        return _tell(error, arguments)
    except (KeyboardInterrupt, click.Abort):
        return _stopped("interrupted", INTERRUPTED)
    except _Terminated:
        return _stopped("terminated", TERMINATED)
    except BrokenPipeError:
        _quiet_stdout()
        return 1
    except Exception as error:
        return _unexpected(error, arguments)
    return _flushed(0)


def _stopped(how: str, code: int) -> int:
    print(f"{how}; nothing that was done is lost: the same command goes on from there", file=sys.stderr)
    return _flushed(code)


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _quiet_stdout()
    return code


def _quiet_stdout() -> None:
    """Whoever read our output has gone; let the interpreter's own flush fail in silence."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Terminated(BaseException):
    """SIGTERM came; like KeyboardInterrupt nothing but the end of the command may hold it up."""


def _end_on(number: signal.Signals, how: type[BaseException], code: int) -> None:
    """Have a signal end the command in order, and a second one at once: a lease may be slow to be given back."""

    def at_once(*told: object) -> None:  # noqa: ARG001
        os.write(2, b"ended at once; what was held runs out by itself\n")
        os._exit(code)

    def in_order(*told: object) -> None:  # noqa: ARG001
        signal.signal(number, at_once)
        raise how

    signal.signal(number, in_order)


def _usage(error: click.ClickException, arguments: list[str]) -> int:
    """click's own 2 would read as drift."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        print(error.format_message())
        return _flushed(WRONG_USAGE)
    where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx is not None else "dr-toolkit"
    hint = f"See: {where} --help"
    return _tell(UsageError(reason=error.format_message(), hint=hint), arguments)


def _tell(error: DrToolkitError, arguments: list[str]) -> int:
    from dr_toolkit.cli import failure

    failure.tell(error, arguments)
    return _flushed(error.exit_code)


def _unexpected(error: Exception, arguments: list[str]) -> int:
    """A fault of the toolkit itself: said as one, with its traceback where more of the log was asked for."""
    from dr_toolkit.cli import failure

    if failure.is_set(arguments, "--verbose", "DR_TOOLKIT_VERBOSE", "-v", "-vv"):
        traceback.print_exc()
    told = DrToolkitError(
        reason=f"dr-toolkit itself failed: {type(error).__name__}: {error}",
        hint="Please report it, with what -v shows. Nothing that was done is lost: the command can be run again.",
    )
    return _tell(told, arguments)

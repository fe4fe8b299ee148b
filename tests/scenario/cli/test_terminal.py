"""At a real terminal: restore asks, progress is shown, and signals end a command as they should."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.command_line import child
from tests.scenario.cli.conftest import Company
from tests.strict_aws.weather.log import Entry
from tests.terminal import terminal

QUESTION = "Restore into dr (123456789012/us-west-2)? [y/N]"


def changes(company: Company, mark: int) -> list[str]:
    """What was changed in AWS since."""
    return [c.operation for c in company.gate.since(mark) if c.mutating and c.service != "s3"]


def test_restore_asks_and_takes_no_for_an_answer(company: Company, desk: Path, first: str) -> None:
    company.rebuild_target()
    mark = company.gate.mark()
    with terminal("restore", "--to", "dr") as screen:
        screen.wait_for(QUESTION)
        assert "+ Security group main/web" in screen.text
        screen.type("n\n")
        ended = screen.end()
    assert (ended.code, "Nothing was changed" in ended.out) == (13, True)
    assert changes(company, mark) == []
    with terminal("restore", "--to", "dr", "--no-color") as screen:
        screen.wait_for(QUESTION)
        screen.type("y\n")
        ended = screen.end()
    assert ended.code == 0, ended.out
    assert "verified: nothing differs" in ended.out
    assert "CreateSecurityGroup" in changes(company, mark)


@pytest.mark.parametrize(("by", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_question_that_is_broken_off_changes_nothing(
    by: signal.Signals, code: int, company: Company, desk: Path, first: str
) -> None:
    company.rebuild_target()
    mark = company.gate.mark()
    with terminal("restore", "--to", "dr") as screen:
        screen.wait_for(QUESTION)
        ended = screen.end(by)
    # A signal sent again while Python is already on its way out ends the process at once, by that signal.
    assert ended.code in (code, -by)
    assert "nothing that was done is lost" in ended.out or "ended at once" in ended.out
    assert changes(company, mark) == []


def test_progress_is_shown_at_a_terminal_and_nowhere_else(
    company: Company, desk: Path, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company.gate, "on_call", take_time_over_who_asks)
    with terminal("drift") as screen:
        screen.wait_for("comparing")
        ended = screen.end()
    assert (ended.code, "in sync" in ended.out, "\x1b[" in screen.seen) == (0, True, True)
    piped = child("drift")
    assert (piped.code, piped.err, "\x1b" in piped.out) == (0, "", False)


def take_time_over_who_asks(call: Entry) -> None:
    """Be slow to say whose credentials these are."""
    if call.service == "sts":
        time.sleep(1.5)

"""Progress: only on a terminal, only for what takes a while, and gone without a trace."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from dr_toolkit.report.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def until(condition: Callable[[], bool]) -> None:
    """Wait for something, at most a few seconds."""
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def progress(stream: io.StringIO, **options: Any) -> Progress:
    """A progress that does not wait long, in an environment of its own."""
    return Progress(stream, **({"delay": 0.01, "environ": {}} | options))


def test_it_shows_label_text_and_count() -> None:
    stream = Terminal()
    with progress(stream).start("reading us-east-1", total=27) as shown:
        shown.advance("ec2.security_group", by=3)
        until(lambda: "reading us-east-1: ec2.security_group" in stream.getvalue())
        until(lambda: "3/27" in stream.getvalue())
    assert stream.getvalue().endswith("\x1b[2K")


def test_without_a_total_there_is_no_count() -> None:
    stream = Terminal()
    with progress(stream).start("restoring"):
        until(lambda: "restoring" in stream.getvalue())
    assert "/" not in stream.getvalue()


def test_what_is_quick_shows_nothing() -> None:
    stream = Terminal()
    with progress(stream, delay=30).start("reading", total=2) as shown:
        shown.advance("a")
        shown.advance("b")
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("stream", "options"),
    [(io.StringIO(), {}), (Terminal(), {"quiet": True}), (Terminal(), {"environ": {"TERM": "dumb"}})],
)
def test_it_is_silent_where_nobody_looks(stream: io.StringIO, options: dict[str, Any]) -> None:
    before = threading.active_count()
    with progress(stream, **options).start("reading", total=2) as shown:
        shown.advance("a")
        assert threading.active_count() == before
        time.sleep(0.05)
    assert stream.getvalue() == ""


def test_the_next_piece_of_work_takes_the_place_of_the_last() -> None:
    stream = Terminal()
    shown = progress(stream)
    shown.start("first", total=1)
    until(lambda: "first" in stream.getvalue())
    shown.start("second", total=5)
    until(lambda: "second" in stream.getvalue() and "0/5" in stream.getvalue())
    shown.stop()
    shown.stop()


def test_many_threads_may_tell_it() -> None:
    stream = Terminal()
    with progress(stream).start("reading", total=400) as shown:
        threads = [threading.Thread(target=lambda: [shown.advance("x") for _ in range(100)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        until(lambda: "400/400" in stream.getvalue())


def test_names_do_not_act_on_the_terminal() -> None:
    stream = Terminal()
    with progress(stream, no_color=True).start("[bold]x\x1b]0;t\x07"):
        until(lambda: r"[bold]x\x1b]0;t\x07" in stream.getvalue())
    assert "\x07" not in stream.getvalue()


def test_an_error_ends_it() -> None:
    stream = Terminal()
    before = threading.active_count()

    def fails() -> None:
        with progress(stream).start("reading"):
            until(lambda: "reading" in stream.getvalue())
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    until(lambda: threading.active_count() == before)

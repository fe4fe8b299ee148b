"""A command at a real terminal: a pseudo-terminal with a process of its own."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.command_line import ROOT, Ended, clean

PATIENCE = 60.0
"""Seconds after which something that was waited for is not coming any more."""


class Terminal:
    """What a person sees and types while a command runs."""

    def __init__(self, *arguments: str) -> None:
        self._screen, inside = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dr_toolkit", *arguments],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "120"},
            start_new_session=True,
        )
        os.close(inside)
        self.seen = ""

    def wait_for(self, text: str) -> None:
        """Go on once this is on the screen."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.seen:
            assert time.monotonic() < deadline, f"{text!r} never came: {self.seen}"
            assert self._read(deadline), f"it ended without {text!r}: {self.seen}"

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._screen, text.encode())

    @property
    def text(self) -> str:
        """What was seen, without its colours."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.seen)

    def end(self, by: signal.Signals | None = None) -> Ended:
        """Wait for the command's end; both streams are the one screen.

        A signal that comes in the instant before a process goes to sleep does not wake it, so it is sent again.
        """
        deadline = time.monotonic() + PATIENCE
        while by is not None and self.process.poll() is None:
            assert time.monotonic() < deadline, f"{by} does not end it: {self.seen}"
            self.process.send_signal(by)
            self._read(time.monotonic() + 1)
        while self._read(deadline):
            assert time.monotonic() < deadline, f"it does not end: {self.seen}"
        return clean(Ended(self.process.wait(PATIENCE), self.text, ""))

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._screen)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._screen], [], [], max(deadline - time.monotonic(), 0))
        try:
            data = os.read(self._screen, 65536) if ready else b""
        except OSError:  # that is how Linux says that the other side was closed
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)


@contextmanager
def terminal(*arguments: str) -> Iterator[Terminal]:
    """A command that runs at a terminal."""
    opened = Terminal(*arguments)
    try:
        yield opened
    finally:
        opened.close()

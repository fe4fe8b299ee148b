"""What goes on meanwhile: a line on stderr, on a terminal, for what takes over a second."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from dr_toolkit.report.style import Style, is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

DELAY = 1.0
"""How long something may take before anything is shown, in seconds."""

# What spinner, bar, count and clock take.
_BESIDE = 36


class Progress:
    """Shows how far a piece of work has come; safe to be told by several threads.

    ``with progress.start("reading us-east-1", total=27): ... progress.advance("ec2.security_group")``
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        quiet: bool = False,
        no_color: bool = False,
        delay: float = DELAY,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._stream = stream
        self._style = Style.of(stream, no_color=no_color, environ=environ)
        self._enabled = is_terminal(stream) and not quiet and environ.get("TERM") not in ("dumb", "unknown")
        self._delay = delay
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._label, self._text, self._done = "", "", 0.0
        self._total: float | None = None

    def start(self, label: str, total: float | None = None) -> Self:
        """Begin a piece of work; what was begun before is ended."""
        self.stop()
        with self._lock:
            self._label, self._text, self._total, self._done = label, "", total, 0.0
            if self._enabled:
                self._timer = threading.Timer(self._delay, self._show)
                self._timer.daemon = True
                self._timer.start()
        return self

    def advance(self, text: str = "", by: float = 1) -> None:
        """So much more is done, and this comes next."""
        with self._lock:
            self._done += by
            self._text = text
            self._update()

    def stop(self) -> None:
        """End it, and leave nothing of it on the terminal; do so before asking a person anything."""
        with self._lock:
            timer, self._timer = self._timer, None
            bar, self._bar, self._task = self._bar, None, None
        if timer is not None:
            timer.cancel()
        if bar is not None:
            bar.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _show(self) -> None:
        from rich import progress
        from rich.console import Console

        console = Console(
            file=self._stream, no_color=not self._style.color, force_terminal=True, width=self._style.width
        )
        with self._lock:
            if self._timer is None:
                return
            columns: list[progress.ProgressColumn] = [
                progress.SpinnerColumn("line" if self._style.ascii else "dots"),
                progress.TextColumn("{task.description}", markup=False),
            ]
            if self._total is not None:
                columns += [progress.BarColumn(bar_width=12), progress.MofNCompleteColumn()]
            columns.append(progress.TimeElapsedColumn())
            self._bar = progress.Progress(*columns, console=console, transient=True)
            self._task = self._bar.add_task(self._description, total=self._total)
            self._update()
            self._bar.start()

    def _update(self) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._done, description=self._description)

    @property
    def _description(self) -> str:
        text = f"{self._label}: {self._text}" if self._text else self._label
        room = max((self._style.width or 80) - _BESIDE, 20)
        text = self._style.safe(text)
        return text if len(text) <= room else text[: room - 3] + "..."

"""What the play is performed on: text for the audience, acts that are timed, and commands that are run for real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dr_toolkit
from dr_toolkit.demo.cloud import environment
from dr_toolkit.report.page import Column, Page

LONGEST = 120.0
"""No command of the demo may take longer, in seconds."""


class Failed(Exception):
    """The play can't go on; the text says why."""


@dataclass(frozen=True)
class Act:
    """A part of the play, as the table at the end tells it."""

    name: str
    seconds: float


class Stage:
    """Runs and shows what happens: in a folder that has the config, and with another one for what is thrown away."""

    def __init__(self, page: Page, folder: Path, scratch: Path) -> None:
        self.page, self.folder, self.scratch = page, folder, scratch
        self.acts: list[Act] = []
        self.current = ""
        """The act that is on."""

    def say(self, text: str) -> None:
        """Tell the audience something."""
        self.page.line((text, "dim"), hang=0)

    def heading(self, text: str) -> None:
        """Open a chapter."""
        self.page.gap()
        self.page.line((f"=== {text}", "bold cyan"))

    @contextmanager
    def act(self, name: str, heading: str = "") -> Iterator[None]:
        """Time what is in the block."""
        self.current = name
        if heading:
            self.heading(heading)
        began = time.monotonic()
        yield
        self.acts.append(Act(name, time.monotonic() - began))

    def command(self, words: str, endpoint: str, expected: int, meaning: str) -> Any:
        """Run a command as a person would type it; its result as a JSON document.

        Raises Failed where it ends with another exit code than expected.
        """
        number = sum(act.name.startswith("dr-toolkit ") for act in self.acts) + 1
        report = f"{number}-{words.partition(' --')[0].replace(' ', '-')}.json"
        with self.act(f"dr-toolkit {words}"):
            self.page.gap()
            self.page.line(("$ ", "dim"), (f"dr-toolkit {words}", "bold"))
            sys.stdout.flush()
            code = self._run(words.split(), endpoint, report)
            if code != expected:
                raise Failed(f"it ended with exit code {code}, and {expected} was expected")
            self.say(f"(exit code {code}: {meaning})")
            return json.loads((self.folder / report).read_text(encoding="utf-8"))

    def _run(self, words: list[str], endpoint: str, report: str) -> int:
        try:
            return subprocess.run(
                [sys.executable, "-P", "-m", "dr_toolkit", *words],
                env=self._environment(endpoint, report),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                timeout=LONGEST,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            raise Failed(f"it did not end within {LONGEST:.0f} s") from None

    def _environment(self, endpoint: str, report: str) -> dict[str, str]:
        """The embedded AWS, the report's file, no colours where we have none, and this very toolkit."""
        home = str(Path(dr_toolkit.__file__).resolve().parents[1])
        path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
        more = {"AWS_ENDPOINT_URL": endpoint, "DR_TOOLKIT_OUTPUT": f"text json={report}", "PYTHONPATH": path}
        if not self.page.style.color:
            more["NO_COLOR"] = "1"
        found = environment(os.environ, **more)
        if found.pop("PYTHONDONTWRITEBYTECODE", ""):  # else every command compiles the libraries anew
            found["PYTHONPYCACHEPREFIX"] = str(self.scratch / "bytecode")
        return found

    def times(self) -> None:
        """The table of what took how long."""
        self.page.gap()
        rows = [(act.name, f"{act.seconds:.1f}") for act in self.acts]
        self.page.table([Column("what took how long", whole=False), Column("seconds", right=True)], rows)
        self.page.gap()

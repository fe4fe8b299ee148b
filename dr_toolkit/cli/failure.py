"""How an error is told: for people on stderr, and in every format that was asked for.

The arguments are looked at as they were typed: an error may have come before they could be parsed.
"""

from __future__ import annotations

import itertools
import os
import re
import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dr_toolkit.cli.options import REPORTS
from dr_toolkit.errors import DrToolkitError

_WHERE = ("config", "profile", "region", "endpoint-url", "store", "source")
_COMMAND = re.compile(r"\bdr-toolkit (?!init\b)(?=[a-z])")
_YES = frozenset({"1", "true", "t", "yes", "y", "on"})


def tell(error: DrToolkitError, arguments: Sequence[str]) -> None:
    """Write an error to stderr, and its document to where the result's would have gone."""
    from dr_toolkit.report import as_json, text_error
    from dr_toolkit.report.page import Page
    from dr_toolkit.report.style import Style

    error.facts["hint"] = _with_flags(error.next_step, arguments)
    text_error.error(Page(sys.stderr, Style.of(sys.stderr, no_color=_no_color(arguments))), error)
    for name, file in _asked(arguments):
        if file is None and name == "json":
            as_json.write(as_json.document(error), sys.stdout)
        elif file is not None:
            _write(file, _document(name, error))


def _document(name: str, error: DrToolkitError) -> str:
    """The error in the format that the result would have had."""
    from dr_toolkit.report import as_json, formats

    if name in formats.NAMES:
        return formats.render(name, error)
    return (as_json.dumps(as_json.document(error)) if name == "json" else f"error: {error.message}") + "\n"


def _write(file: str, text: str) -> None:
    """A report of an earlier run must not be taken for this one's; where it can't be replaced, stderr says it all."""
    with suppress(OSError):
        Path(file).write_text(text, encoding="utf-8")


def _with_flags(hint: str, arguments: Sequence[str]) -> str:
    """The hint with the flags in its commands that say where everything is, so that they can be run as they stand."""
    given = {name: _values(arguments, name)[-1:] for name in _WHERE}
    # What has an @ in it may hold a password, and is not repeated.
    said = [f"--{name} {shlex.quote(value)}" for name, values in given.items() for value in values if "@" not in value]

    def add(match: re.Match[str]) -> str:
        rest = hint[match.end() :]
        flags = [flag for flag in said if not (flag.startswith("--source ") and _names_source(rest))]
        return "".join(f"{word} " for word in ("dr-toolkit", *flags))

    return _COMMAND.sub(add, hint).replace("{", "{{").replace("}", "}}")


def _names_source(command: str) -> bool:
    return "--source" in command or command.startswith(("snapshot create", "drift"))


def _asked(arguments: Sequence[str]) -> list[tuple[str, str | None]]:
    """Each known format that was asked for, by flags or else by the environment, and the file (None: stdout)."""
    said = [*_values(arguments, "format")[-1:], *_values(arguments, "output")]
    said = said or [os.environ.get("DR_TOOLKIT_FORMAT", ""), *os.environ.get("DR_TOOLKIT_OUTPUT", "").split()]
    parts = [text.partition("=") for text in said]
    return list(dict.fromkeys((name, file or None) for name, _, file in parts if name in REPORTS))


def _values(arguments: Sequence[str], name: str) -> list[str]:
    """What was given for a flag, wherever it stands."""
    flag = f"--{name}"
    found = [a.partition("=")[2] for a in arguments if a.startswith(f"{flag}=")]
    following = itertools.pairwise(arguments)
    return [*found, *(value for word, value in following if word == flag)]


def is_set(arguments: Sequence[str], flag: str, variable: str, *short: str) -> bool:
    """Whether a flag without a value was given, or its variable is set."""
    value = os.environ.get(variable, "").lower()
    return any(a in (flag, *short) for a in arguments) or value in _YES or (value.isdigit() and int(value) > 0)


def _no_color(arguments: Sequence[str]) -> bool:
    return is_set(arguments, "--no-color", "DR_TOOLKIT_NO_COLOR")

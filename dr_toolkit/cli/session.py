"""From flags to a context, and from a result to what is printed and the exit code."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dr_toolkit.cli.options import FORMATS, REPORTS, Globals
from dr_toolkit.errors import UsageError

if TYPE_CHECKING:
    from dr_toolkit.report.progress import Progress
    from dr_toolkit.report.text import Result
    from dr_toolkit.report.undo_results import UndoPlan
    from dr_toolkit.workflows.context import Context


class Exit(Exception):
    """The command is over; ``code`` is its exit code."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


def given(context: click.Context) -> Globals:
    """The global flags of a command."""
    return context.obj if isinstance(context.obj, Globals) else Globals()


def outputs(flags: Globals, formats: Sequence[str] = FORMATS) -> list[tuple[str, str | None]]:
    """Each format that is asked for, and the file (None: stdout); raises UsageError for one that is not in ``formats``.

    stdout carries the result in any case: as text, where everything that was asked for goes into files.
    """
    asked = [(flags.format, "", "")] if flags.format else []
    asked += [text.partition("=") for text in flags.output]
    result: list[tuple[str, str | None]] = []
    for name, separator, file in asked:
        if name not in formats:
            kind = f"format {name} is for drift and snapshot diff" if name in REPORTS else f"there is no format {name}"
            raise UsageError(reason=f"{kind}; known here: {', '.join(formats)}", hint="Name one of them.")
        if separator and not file:
            raise UsageError(reason=f"--output {name}= names no file", hint=f"Write --output {name}=FILE.")
        if file:
            check_writable(file)
        result.append((name, file or None))
    result = list(dict.fromkeys(result))
    on_stdout = [name for name, file in result if file is None]
    if len(on_stdout) > 1:
        raise UsageError(
            reason=f"only one format can go to stdout, and {' and '.join(on_stdout)} are asked for",
            hint="Name a file for the others: --output FORMAT=FILE",
        )
    return result if on_stdout else [("text", None), *result]


def check_writable(file: str) -> None:
    """Find out before the work whether a file can be written, as far as that can be known; raises UsageError."""
    path = Path(file)
    if path.is_dir():
        raise UsageError(reason=f"{file} can't be written: it is a folder", hint="Name a file.")
    if not path.absolute().parent.is_dir():
        raise UsageError(reason=f"{file} can't be written: there is no folder {path.absolute().parent}", hint=_MAKE_IT)
    if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise UsageError(reason=f"{file} can't be written: permission denied", hint="Name another file.")


def write_file(file: str, text: str) -> None:
    """Write a file that a person asked for; raises UsageError."""
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            reason=f"{file} can't be written: {error.strerror or error}", hint="Name another file."
        ) from None


_MAKE_IT = "Make the folder, or name a file in one that is there."


class Session:
    """One run of a command."""

    def __init__(self, flags: Globals, formats: Sequence[str] = FORMATS) -> None:
        self.flags = flags
        self.outputs = outputs(flags, formats)
        set_up_log(flags)

    def context(self, progress: Callable[[str], None] | None = None, *, allow_unsigned: bool = False) -> Context:
        """The context that the flags and the config make."""
        from dr_toolkit.config import Config, load_config
        from dr_toolkit.workflows.context import Context, Flags

        flags = self.flags
        path = Path(flags.config) if flags.config else None
        config = load_config(path, os.environ, Path.cwd()) or Config.empty()
        config = config.with_store(flags.store)
        _check_endpoint(flags.endpoint_url)
        where = Flags(flags.profile, flags.region, flags.endpoint_url, flags.source)
        told = _logged(progress) if progress else lambda text: None
        return Context(config, where, os.environ, told, allow_unsigned=allow_unsigned)

    @contextmanager
    def working(self, label: str) -> Iterator[Progress]:
        """Show what goes on meanwhile, on a terminal."""
        from dr_toolkit.report.progress import Progress

        flags = self.flags
        quiet = flags.quiet or flags.verbose > 0  # the log tells the same
        with Progress(sys.stderr, quiet=quiet, no_color=flags.no_color).start(label) as progress:
            yield progress

    def show(self, result: Result | UndoPlan, stream: Any = None, *, colors: bool = True) -> None:
        """Write a result as text, to stdout or to a stream."""
        from dr_toolkit.report import text
        from dr_toolkit.report.page import Page
        from dr_toolkit.report.style import Style
        from dr_toolkit.resources import registry

        stream = stream or sys.stdout
        style = Style.of(stream, no_color=self.flags.no_color or not colors, verbose=self.flags.verbose > 0)
        text.show(Page(stream, style), result, registry())

    def end(self, result: Result) -> None:
        """Write the result in every format that was asked for, and end with its exit code."""
        from dr_toolkit.report import text
        from dr_toolkit.report.page import Page
        from dr_toolkit.report.style import Style

        for name, file in sorted(self.outputs, key=lambda output: output[1] is not None):
            self._write(name, file, result)
        style = Style.of(sys.stderr, no_color=self.flags.no_color, verbose=self.flags.verbose > 0)
        text.notes(Page(sys.stderr, style), result, only_trouble=self.flags.quiet)
        raise Exit(result.exit_code)

    def _write(self, name: str, file: str | None, result: Result) -> None:
        if file is None:
            self._write_to(name, sys.stdout, result)
            return
        stream = io.StringIO()
        self._write_to(name, stream, result, colors=False)
        write_file(file, stream.getvalue())

    def _write_to(self, name: str, stream: Any, result: Result, *, colors: bool = True) -> None:
        if name == "json":
            from dr_toolkit.report import as_json

            as_json.write(as_json.document(result), stream)
        elif name == "text":
            self.show(result, stream, colors=colors)
        else:
            from dr_toolkit.report import formats

            stream.write(formats.render(name, result))


def _check_endpoint(url: str | None) -> None:
    from dr_toolkit.config.values import endpoint_url

    try:
        endpoint_url(url or "https://aws.amazon.com")
    except ValueError as error:
        raise UsageError(reason=f"--endpoint-url: {error}", hint="Write https://HOST, or leave it out.") from None


def _logged(progress: Callable[[str], None]) -> Callable[[str], None]:
    """The same, in the log too."""
    log = logging.getLogger("dr_toolkit.progress")

    def tell(text: str) -> None:
        progress(text)
        log.info("%s", text)

    return tell


def set_up_log(flags: Globals) -> None:
    """Send the log to stderr, at the level and in the format that was asked for; AWS's own only at -vv."""
    level = logging.ERROR if flags.quiet else {0: logging.WARNING, 1: logging.INFO}.get(flags.verbose, logging.DEBUG)
    target = logging.StreamHandler(sys.stderr)
    target.setFormatter(_JsonLines() if flags.log_format == "json" else _Lines())
    root = logging.getLogger()
    root.handlers[:] = [target]
    root.setLevel(logging.WARNING)
    logging.getLogger("dr_toolkit").setLevel(level)
    if flags.verbose < 2:
        for noisy in ("aiobotocore.credentials", "botocore.credentials"):
            logging.getLogger(noisy).setLevel(logging.ERROR)


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Time, level and message."""
        return f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')} {record.levelname.lower()} {record.getMessage()}"


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """A JSON object a line."""
        import json

        facts = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        return json.dumps(facts, ensure_ascii=False)

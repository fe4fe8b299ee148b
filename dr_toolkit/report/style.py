"""How a stream is written to: colours, width and encoding are decided here and nowhere else.

Text from AWS is never trusted: ``Style.safe`` shows control characters instead of sending them to a terminal,
and replaces what the stream can't encode.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TextIO

_GLYPHS = {"→": "->", "…": "...", "±": "+/-", "·": "-"}
_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
# Control characters, and those that are invisible or turn the direction of writing.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
_NARROWEST, _USUAL = 40, 80


def _shown(character: str) -> str:
    code = ord(character)
    return _NAMED.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


@dataclass(frozen=True)
class Style:
    """How a stream is written to.

    ``width`` is None where there is no terminal: then nothing is wrapped or shortened, and a line is a line.
    """

    color: bool = False
    width: int | None = None
    encoding: str = "utf-8"
    verbose: bool = False

    @classmethod
    def of(
        cls,
        stream: TextIO,
        *,
        no_color: bool = False,
        verbose: bool = False,
        environ: Mapping[str, str] = os.environ,
    ) -> Style:
        """The style that fits a stream: terminal, encoding, NO_COLOR and FORCE_COLOR."""
        terminal = is_terminal(stream)
        if no_color or environ.get("NO_COLOR"):
            color = False
        elif environ.get("FORCE_COLOR"):
            color = environ["FORCE_COLOR"].lower() not in ("0", "false")
        else:
            color = terminal and environ.get("TERM") not in ("dumb", "unknown")
        width = _width(stream, environ) if terminal else None
        return cls(color, width, getattr(stream, "encoding", None) or "utf-8", verbose)

    @cached_property
    def ascii(self) -> bool:
        """Whether the arrows and dots of the reports can't be written, so that ASCII stands for them."""
        try:
            "".join(_GLYPHS).encode(self.encoding)
        except UnicodeEncodeError:
            return True
        return False

    def safe(self, text: str) -> str:
        """The text as it may be written: nothing in it acts on a terminal or fails to be encoded."""
        if text.isascii() and text.isprintable():
            return text
        text = UNSAFE.sub(lambda m: _shown(m[0]), text)
        if self.ascii:
            for glyph, plain in _GLYPHS.items():
                text = text.replace(glyph, plain)
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding)


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal; a closed or odd one is not."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def _width(stream: TextIO, environ: Mapping[str, str]) -> int:
    if environ.get("COLUMNS", "").isdigit():
        return max(int(environ["COLUMNS"]), _NARROWEST)
    try:
        return max(os.get_terminal_size(stream.fileno()).columns or _USUAL, _NARROWEST)
    except (OSError, ValueError):
        return _USUAL

"""The page that text is written on: lines that are wrapped where they must be, and tables.

Every piece of text goes through ``Style.safe``, and nothing is ever parsed as markup.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from dr_toolkit.report.style import Style

if TYPE_CHECKING:
    from rich.console import Console

Part = str | tuple[str, str]
"""A piece of a line: text, or text and its style (``"bold red"``)."""

Cells = Sequence[Sequence[tuple[str, str]]]
"""The rows of a table: safe text and style."""

_NARROW_COLUMN = 16
# A word and the blanks before it.
_WORD = re.compile(r"\s*\S+|\s+$")
# Blanks at the end of a line, whatever colours end among them.
_ENDING = re.compile(r"(?: |\x1b\[[0-9;]*m)+$")


@dataclass(frozen=True)
class Column:
    """A column of a table; ``whole``: its cells are never wrapped."""

    title: str
    style: str = ""
    whole: bool = True
    right: bool = False


class Page:
    """Writes lines and tables to a stream, in a style."""

    def __init__(self, stream: TextIO, style: Style | None = None) -> None:
        self.style = Style.of(stream) if style is None else style
        self._stream = stream
        self._used = False
        self._gap = False

    @property
    def room(self) -> int | None:
        """How many characters fit in a line; None where that does not matter."""
        return self.style.width

    def gap(self) -> None:
        """An empty line before whatever comes next, if there is anything before it."""
        self._gap = self._used

    def line(self, *parts: Part, indent: int = 0, hang: int = 2) -> None:
        """One line; on a terminal it is wrapped between words, and continued with ``hang`` more blanks.

        A word that is too long, such as a key, stays whole: the terminal breaks it, and it can be copied.
        """
        pairs = self._pairs(parts)
        room = None if self.room is None else self.room - indent
        if room is None or sum(_cells(text) for text, _ in pairs) <= room:
            self._write(" " * indent + "".join(self._painted(*pair) for pair in pairs) + "\n")
            return
        for number, text in enumerate(self._wrapped(pairs, room, room - hang)):
            self._write(" " * (indent + (hang if number else 0)) + _trimmed(text) + "\n")

    def entry(self, parts: Sequence[Part], aside: Sequence[Part], indent: int = 0, hang: int = 4) -> None:
        """A line and what stands beside it; on a terminal beneath it, where there is no room beside it."""
        length = sum(_cells(text) for text, _ in self._pairs([*parts, *aside])) + indent + 2
        if not aside or self.room is None or length <= self.room:
            self.line(*parts, *(["  ", *aside] if aside else []), indent=indent, hang=hang)
            return
        self.line(*parts, indent=indent, hang=hang)
        self.line(*aside, indent=indent + hang)

    def row(self, *cells: str) -> None:
        """Cells with tabs between them, for scripts."""
        self._write("\t".join(self.style.safe(cell) for cell in cells) + "\n")

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Part]], indent: int = 0) -> None:
        """A table without lines around it; nothing in it is ever cut off.

        On a terminal columns that are not ``whole`` are wrapped; where that is not enough, each row becomes
        lines of its own.
        """
        cells = [self._pairs(row) for row in rows]
        if self.room is None:
            self._aligned(columns, cells, indent)
            return
        if widths := _widths(columns, cells, self.room - indent):
            self._table(columns, cells, widths, indent)
            return
        for row in cells:
            self._record(columns, row, indent)

    def _record(self, columns: Sequence[Column], row: Sequence[tuple[str, str]], indent: int) -> None:
        """A row of a table for which there is no room: its first cell, and the others with their titles."""
        (first, style), *cells = row
        parts: list[Part] = []
        for column, (text, color) in zip(columns[1:], cells, strict=True):
            comma = ", " if parts else ""
            title = f"{comma}{column.title} " if column.title else comma
            parts += [(title, "dim"), (text, color)] if text else []
        self.entry([(first, style or columns[0].style)], parts, indent=indent, hang=2)

    def _aligned(self, columns: Sequence[Column], cells: Cells, indent: int) -> None:
        """Columns padded with blanks, as wide as they have to be; it needs no library."""
        rows = [[(column.title, "dim") for column in columns], *cells]
        widths = [max(_cells(row[n][0]) for row in rows) for n in range(len(columns))]
        for row in rows:
            line = ""
            for column, width, (text, style) in zip(columns, widths, row, strict=True):
                blanks = " " * (width - _cells(text))
                painted = self._painted(text, style or column.style)
                line += (blanks + painted if column.right else painted + blanks) + "  "
            self._write((" " * indent + line).rstrip() + "\n")

    def _table(self, columns: Sequence[Column], cells: Cells, widths: Sequence[int], indent: int) -> None:
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for c, width in zip(columns, widths, strict=True):
            table.add_column(
                Text(c.title),
                style=c.style,
                justify="right" if c.right else "left",
                width=width,
                no_wrap=c.whole,
                overflow="fold",
            )
        for row in cells:
            table.add_row(*(Text(text, style) for text, style in row))
        console = self._console()
        with console.capture() as capture:
            console.print(Padding(table, (0, 0, 0, indent), expand=False))
        for text in capture.get().splitlines():
            self._write(_trimmed(text) + "\n")

    def _pairs(self, parts: Iterable[Part]) -> list[tuple[str, str]]:
        pairs = (part if isinstance(part, tuple) else (part, "") for part in parts)
        return [(self.style.safe(text), style) for text, style in pairs]

    def _write(self, text: str) -> None:
        if self._gap:
            self._stream.write("\n")
        self._gap, self._used = False, True
        self._stream.write(text)

    def _painted(self, text: str, style: str) -> str:
        if not style or not self.style.color:
            return text
        from rich.color import ColorSystem
        from rich.style import Style as RichStyle

        return RichStyle.parse(style).render(text, color_system=ColorSystem.STANDARD)

    def _wrapped(self, pairs: Iterable[tuple[str, str]], first: int, rest: int) -> list[str]:
        """Painted lines, broken between words; ``first`` and ``rest`` say how much fits in them."""
        lines, length = [""], 0
        for text, style in pairs:
            for word in _WORD.findall(text):
                if length and length + _cells(word) > (first if len(lines) == 1 else rest):
                    lines.append("")
                    word, length = word.lstrip(), 0
                lines[-1] += self._painted(word, style)
                length += _cells(word)
        return lines

    def _console(self) -> Console:
        from rich.console import Console

        return Console(
            file=io.StringIO(),
            width=self.room or 80,
            color_system="standard" if self.style.color else None,
            force_terminal=self.style.color,
            no_color=not self.style.color,
            legacy_windows=False,
            markup=False,
            highlight=False,
            emoji=False,
        )


def _trimmed(line: str) -> str:
    return _ENDING.sub(lambda m: m[0].replace(" ", ""), line)


def _widths(columns: Sequence[Column], cells: Cells, room: int) -> list[int] | None:
    """How wide each column of a table becomes; None where words would have to be broken."""
    least, most = [], []
    for number, column in enumerate(columns):
        texts = [column.title, *(row[number][0] for row in cells)]
        most.append(max(map(_cells, texts)))
        longest = max((_cells(word) for text in texts for word in text.split()), default=0)
        least.append(most[-1] if column.whole else max(longest, min(most[-1], _NARROW_COLUMN)))
    spare = room - sum(least) - 2 * (len(columns) - 1)
    if spare < 0:
        return None
    widths = []
    for low, high in zip(least, most, strict=True):
        more = min(spare, high - low)
        widths.append(low + more)
        spare -= more
    return widths


def _cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)

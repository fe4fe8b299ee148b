"""The page that text is written on: lines that are wrapped where they must be, and tables.

Every piece of text goes through ``Style.safe``, and nothing is ever parsed as markup.
"""

from __future__ import annotations

import io
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
        """One line; on a terminal it is wrapped where it must, and continued with ``hang`` more blanks."""
        pairs = self._pairs(parts)
        room = None if self.room is None else self.room - indent
        if room is None or sum(_cells(text) for text, _ in pairs) <= room:
            self._write(" " * indent + "".join(self._painted(*pair) for pair in pairs) + "\n")
            return
        hang = min(hang, room // 2)
        for number, text in enumerate(self._wrapped(pairs, room - hang)):
            self._write(" " * (indent + (hang if number else 0)) + text + "\n")

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
        if self._least(columns, cells) + indent <= self.room:
            self._table(columns, cells, indent)
            return
        for row in cells:
            self.line((row[0][0], row[0][1] or columns[0].style), indent=indent)
            parts: list[Part] = []
            for column, (text, style) in zip(columns[1:], row[1:], strict=True):
                comma = ", " if parts else ""
                title = f"{comma}{column.title} " if column.title else comma
                parts += [(title, "dim"), (text, style)] if text else []
            self.line(*parts, indent=indent + 2)

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

    def _least(self, columns: Sequence[Column], cells: Cells) -> int:
        """The narrowest that a table can be."""
        least = 2 * (len(columns) - 1)
        for number, column in enumerate(columns):
            widest = max([_cells(column.title), *(_cells(row[number][0]) for row in cells)])
            least += widest if column.whole else min(widest, _NARROW_COLUMN)
        return least

    def _table(self, columns: Sequence[Column], cells: Cells, indent: int) -> None:
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for c in columns:
            table.add_column(
                Text(c.title),
                style=c.style,
                justify="right" if c.right else "left",
                no_wrap=c.whole,
                overflow="fold",
            )
        for row in cells:
            table.add_row(*(Text(text, style) for text, style in row))
        console = self._console()
        with console.capture() as capture:
            console.print(Padding(table, (0, 0, 0, indent), expand=False))
        for text in capture.get().splitlines():
            self._write(text.rstrip() + "\n")

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

    def _wrapped(self, pairs: list[tuple[str, str]], width: int) -> list[str]:
        from rich.text import Text

        console = self._console()
        lines = []
        for line in Text.assemble(*pairs).wrap(console, width, overflow="fold"):
            line.rstrip()
            with console.capture() as capture:
                console.print(line, end="", soft_wrap=True)
            lines.append(capture.get())
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


def _cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)

"""What a measurement found: rows for a table and for JSON."""

from __future__ import annotations

from dataclasses import dataclass, field

Value = str | int | float
"""A cell. The name of its column says the unit."""


@dataclass
class Section:
    """One measurement; all rows have the same columns. `facts` are single numbers, `notes` whole sentences."""

    name: str
    title: str
    rows: list[dict[str, Value]] = field(default_factory=list)
    facts: dict[str, Value] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, **cells: Value) -> None:
        """Add a row."""
        self.rows.append(cells)

    def as_json(self) -> dict[str, object]:
        """The section as a JSON document."""
        return {"title": self.title, "rows": self.rows, "facts": self.facts, "notes": self.notes}

    def as_text(self) -> str:
        """The section as a table, its facts and its notes under it."""
        lines = [f"{self.name}: {self.title}", *_table(self.rows)]
        lines += [f"  {_words(name)}: {_shown(value)}" for name, value in self.facts.items()]
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(lines)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _shown(value: Value) -> str:
    match value:
        case float():
            return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
        case int():
            return f"{value:,}"
        case _:
            return value


def _table(rows: list[dict[str, Value]]) -> list[str]:
    if not rows:
        return []
    cells = [[_words(name) for name in rows[0]], *([_shown(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(cells[0]))]
    right = [not isinstance(value, str) for value in rows[0].values()]
    lines = [
        "  " + "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True)).rstrip()
        for line in cells
    ]
    return [lines[0], "  " + "  ".join("-" * width for width in widths), *lines[1:]]

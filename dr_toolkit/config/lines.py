"""A YAML file as values that know their file, line and dotted key, so that every refusal names all three."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import yaml

from dr_toolkit.config.nouns import did_you_mean
from dr_toolkit.errors import ConfigError

T = TypeVar("T")

WHOLE_FILE = "(file)"
"""Stands for the key where a reason concerns the file as a whole."""

_TAG = "tag:yaml.org,2002:"
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a decimal fraction",
    "bool": "yes or no",
    "timestamp": "a date",
    "map": "a mapping",
    "seq": "a list",
}
_PLAIN = re.compile(r"[\w-]+")
_SECRET_NAME = re.compile(r"secret|passw|passphrase|token|credential|(access|private|api)[_-]?key", re.IGNORECASE)
_ACCESS_KEY = re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b")
_NO_SECRETS = "the config never holds a secret: use a profile, a role or the environment"


@dataclass(frozen=True, slots=True)
class Value:
    """A node of the file: where it is, and readers that give it a type or raise ConfigError."""

    node: yaml.Node
    file: str
    path: str
    line: int
    """Of the key, where it has one: a mapping begins only below it."""

    def error(self, reason: str) -> ConfigError:
        """The refusal of this value."""
        return ConfigError(file=self.file, line=self.line, key=self.path or WHOLE_FILE, reason=reason)

    @property
    def kind(self) -> str:
        """The YAML type: ``str``, ``int``, ``map``, ``null`` ...; a tag of somebody's own as it is."""
        return self.node.tag.removeprefix(_TAG)

    def expect(self, kind: str, hint: str = "") -> None:
        """Refuse any other YAML type than this one."""
        if self.kind == "null":
            raise self.error("has no value: give it one, or take the key out")
        if self.kind != kind:
            found = _KINDS.get(self.kind, f"tagged {self.kind}")
            raise self.error(f"must be {_KINDS[kind]}, not {found}{hint}")

    def text(self) -> str:
        """Text that is not empty; what YAML takes for a number or a date must be quoted."""
        self.expect("str", "" if self.kind in ("map", "seq") else ": put it in quotes")
        if not self.node.value.strip():
            raise self.error("is empty: give it a value, or take the key out")
        if _ACCESS_KEY.search(self.node.value):
            raise self.error(f"holds an AWS access key; {_NO_SECRETS}")
        return str(self.node.value)

    def parsed(self, parse: Callable[[str], T]) -> T:
        """The text as ``parse`` reads it; its ValueError becomes the reason."""
        try:
            return parse(self.text())
        except ValueError as error:
            raise self.error(str(error)) from error

    def number(self, low: int, high: int) -> int:
        """A whole number between the two, both included, in plain decimal digits."""
        self.expect("int")
        if not re.fullmatch(r"-?(0|[1-9][0-9]{0,8})", self.node.value):
            raise self.error("must be a plain whole number")
        if not low <= int(self.node.value) <= high:
            raise self.error(f"must be between {low} and {high}, not {self.node.value}")
        return int(self.node.value)

    def day(self) -> date:
        """A date such as 2027-01-31, quoted or not."""
        if self.kind != "timestamp":
            self.expect("str")
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", self.node.value):
                return date.fromisoformat(self.node.value)
        except ValueError:
            pass
        raise self.error("must be a date such as 2027-01-31")

    def choice(self, *options: str) -> str:
        """One of these words."""
        text = self.text()
        if text not in options:
            raise self.error(f'must be {" or ".join(options)}, not "{text}"')
        return text

    def items(self) -> list[Value]:
        """The items of a list, in order."""
        self.expect("seq")
        return [
            Value(node, self.file, f"{self.path}[{number}]", node.start_mark.line + 1)
            for number, node in enumerate(self.node.value)
        ]

    def entries(self) -> dict[str, Value]:
        """The entries of a mapping, under any names, in order; a name given twice is refused.

        What a merge key (``<<: *anchor``) brings in stands behind the mapping's own entries.
        """
        self.expect("map")
        found: dict[str, Value] = {}
        merged: list[Value] = []
        for key, node in self.node.value:
            entry = self._entry(key, node)
            if key.tag == f"{_TAG}merge":
                merged.extend(entry.items() if entry.kind == "seq" else [entry])
            elif (first := found.setdefault(key.value, entry)) is not entry:
                raise entry.error(f"is given twice; the first is in line {first.line}")
        for value in merged:
            found = value.entries() | found
        return found

    def _entry(self, key: yaml.Node, node: yaml.Node) -> Value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise replace(self, line=line).error("has a key that is a list or a mapping")
        name = key.value if _PLAIN.fullmatch(key.value) else f'"{key.value}"'
        return Value(node, self.file, f"{self.path}.{name}" if self.path else name, line)

    def section(self, *known: str) -> Section:
        """The entries of a mapping that may have these names and no other."""
        entries = self.entries()
        for name, value in entries.items():
            if name not in known:
                raise value.error(_unknown(name, known))
        return Section(self, entries)


@dataclass(frozen=True, slots=True)
class Section:
    """A mapping with known names, read entry by entry."""

    at: Value
    entries: dict[str, Value]

    def read(self, name: str, reader: Callable[[Value], T]) -> T | None:
        """The entry as the reader gives it; None where the file has none."""
        value = self.entries.get(name)
        return None if value is None else reader(value)

    def need(self, name: str, reader: Callable[[Value], T]) -> T:
        """The entry as the reader gives it; refused where the file has none."""
        if name not in self.entries:
            path = f"{self.at.path}.{name}" if self.at.path else name
            raise replace(self.at, path=path).error("is missing")
        return reader(self.entries[name])

    def error(self, name: str, reason: str) -> ConfigError:
        """The refusal of the entry of that name, or of the mapping where it has none."""
        return self.entries.get(name, self.at).error(reason)


def _unknown(name: str, known: tuple[str, ...]) -> str:
    near = did_you_mean(name, known)
    suggestion = f"; did you mean {near}?" if near else ""
    if _SECRET_NAME.search(name):
        return f"is not for this file: {_NO_SECRETS}{suggestion}"
    return f"is not a known key{suggestion or '; known here: ' + ', '.join(known)}"


def read_tree(data: bytes, file: str) -> Value:
    """The root of a YAML file; ConfigError with the line where it is not UTF-8, not YAML, or empty."""
    try:
        node = yaml.compose(data.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise _damaged(file, data.count(b"\n", 0, error.start), "is not UTF-8 text") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _damaged(file, mark.line if mark else 0, _syntax(error)) from error
    except yaml.reader.ReaderError as error:
        line = data.decode("utf-8-sig").count("\n", 0, error.position)
        raise _damaged(file, line, "holds a character that YAML doesn't allow") from error
    if node is None:
        raise _damaged(file, 0, "is empty; dr-toolkit init writes an example")
    return Value(node, file, "", 1)


def _damaged(file: str, lines_before: int, reason: str) -> ConfigError:
    return ConfigError(file=file, line=lines_before + 1, key=WHOLE_FILE, reason=reason)


def _syntax(error: yaml.MarkedYAMLError) -> str:
    """What is wrong, without the text around it, which may be anything."""
    said = ": ".join(filter(None, (error.context, error.problem)))
    hint = ""
    if "\\t" in said:
        hint = " (indent with spaces, not with tabs)"
    elif error.context == "while scanning an alias" or "cannot start any token" in said:
        hint = " (text that begins with * @ ` or % must be in quotes)"
    return f"is not YAML: {said}{hint}"

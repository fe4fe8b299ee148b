"""Secret values on their way through the toolkit: whatever is printed, logged or raised, they do not show."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dr_toolkit.model.keys import ResourceKey


class Hidden:
    """A secret value; only ``reveal`` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself: for the adapter that sends it, and the seal that encrypts it."""
        return self._value

    def __repr__(self) -> str:
        return "<hidden>"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True, order=True)
class SecretRef:
    """Stands in a call's parameters for the secret value of a resource, which only the adapter puts in.

    Where nobody knows the value, the member that it stands for is left out.
    """

    key: ResourceKey


@dataclass(frozen=True)
class Csv:
    """Stands in a call's parameters for CSV text (UTF-8 bytes) with secrets in it, which only the adapter writes.

    A cell is a text, a secret, or a list of texts, which are written with commas between. A row of whose secret nobody
    knows the value is left out.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class Sealer(Protocol):
    """What encrypts secret values as they are captured."""

    def seal(self, key: str, value: Hidden) -> str:
        """Keep a resource's value encrypted, and return its keyed fingerprint, which says nothing without the key."""


class Vault:
    """The secret values that a command knows, by printed key: given by a person, or decrypted when asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Hidden] = {}

    def add(self, values: Mapping[str, Hidden]) -> None:
        """Take values in; those of a key that is known already take its place."""
        self._known.update(values)

    def __contains__(self, key: object) -> bool:
        return str(key) in self._known

    def get(self, ref: SecretRef) -> Hidden | None:
        """The value that a reference stands for; None where nobody knows it."""
        return self._known.get(ref.key.text)

    def matches(self, key: str, form: re.Pattern[str]) -> bool:
        """Whether the value of that printed key is known, and wholly of that form."""
        known = self._known.get(key)
        return known is not None and form.fullmatch(known.reveal()) is not None

    def without_values(self, text: str) -> str:
        """Text in which nothing of what is known stands."""
        for value in self._known.values():
            text = text.replace(value.reveal(), "<hidden>")
        return text


def resolved(value: Any, vault: Vault) -> Any:
    """Parameters with the values put in, for the adapter alone; what is not known is left out."""
    match value:
        case dict():
            inner = {name: resolved(item, vault) for name, item in value.items()}
            return {name: item for name, item in inner.items() if item is not _UNKNOWN}
        case list() | tuple():
            return [resolved(item, vault) for item in value]
        case SecretRef():
            known = vault.get(value)
            return _UNKNOWN if known is None else known.reveal()
        case Hidden():
            return value.reveal()
        case Csv():
            return _written(value, vault)
        case _:
            return value


def _written(table: Csv, vault: Vault) -> bytes:
    """The text of a table; quoted is what has to be."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    for row in table.rows:
        cells = [resolved(cell, vault) for cell in row]
        if _UNKNOWN not in cells:
            writer.writerow([",".join(cell) if isinstance(cell, list) else cell for cell in cells])
    return text.getvalue().encode()


def holds_secret(value: Any) -> bool:
    """Whether there is a secret in parameters."""
    match value:
        case dict():
            return any(holds_secret(item) for item in value.values())
        case list() | tuple():
            return any(holds_secret(item) for item in value)
        case Csv():
            return holds_secret(value.rows)
        case _:
            return isinstance(value, SecretRef | Hidden)


_UNKNOWN = object()

"""What a document that is being written does not hold, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from dr_toolkit.engine.openapi.texts import Unheld, check_variables
from dr_toolkit.engine.openapi.written import Written
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import ResourceKey


class Ledger:
    """Keeps account of what is left, and of what is held in part."""

    def __init__(self) -> None:
        self._left: dict[ResourceKey, str] = {}
        self._partly: set[ResourceKey] = set()

    def leave(self, key: ResourceKey, reason: str) -> None:
        """Something is not in the document at all."""
        self._left[key] = reason
        self._partly.discard(key)

    def hold_partly(self, key: ResourceKey, reason: str) -> None:
        """Something is in the document, but not all of it."""
        self._left[key] = reason
        self._partly.add(key)

    def each(self, nouns: Iterable[Resource], write: Callable[[Resource], Any]) -> dict[ResourceKey, Any]:
        """What is written of each noun; those of which ``write`` raises `Unheld`, or which an import would read as
        something else, are left."""
        made = {}
        for noun in nouns:
            try:
                check_variables(noun.attributes)
                made[noun.key] = write(noun)
            except Unheld as reason:
                self.leave(noun.key, str(reason))
        return made

    def written(self, document: dict[str, Any]) -> Written:
        """The document with the account of what is left."""
        return Written(document, dict(sorted(self._left.items())), frozenset(self._partly))

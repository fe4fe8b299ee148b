"""The ledger of rules: everything that this AWS insists on names where it is known from.

A rule that was only recalled, and stands in no document and no recorded answer, is marked so and can be switched off.
"""

from __future__ import annotations

from dataclasses import dataclass

LEDGER: dict[str, Rule] = {}


@dataclass(frozen=True)
class Rule:
    """One thing that AWS does or refuses. ``source`` is a section of the AWS notes, a shape of botocore, or the name
    of a recorded answer."""

    id: str
    text: str
    source: str
    recalled: bool = False


def rule(id: str, text: str, source: str, *, recalled: bool = False) -> Rule:
    """Enter a rule into the ledger. ``id`` is `<service>.<words-with-dashes>`, unique."""
    assert id not in LEDGER, f"two rules are called {id}"
    LEDGER[id] = made = Rule(id, text, source, recalled)
    return made

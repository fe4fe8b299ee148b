"""What each member of an AWS output shape is, in one word; everything else follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a member is; the values are what ``dr-toolkit types`` prints."""

    SETTING = "setting"
    FIXED = "fixed"
    REFERENCE = "reference"
    LOCATED = "located"
    SECRET = "secret"
    MANUAL = "manual"
    OBSERVED = "observed"
    PHYSICAL = "physical"
    ELSEWHERE = "elsewhere"


COMPARED = frozenset({Kind.SETTING, Kind.FIXED, Kind.REFERENCE, Kind.LOCATED, Kind.MANUAL})
"""The kinds that a snapshot's body holds and a comparison looks at."""

ABSENT: Any = object()
"""No default: absent means absent."""


@dataclass(frozen=True)
class Field:
    """One member's description.

    ``to``: the types that a reference may lead to. ``why``: for observed and manual, the reason. ``default``: what
    absence means; a value equal to it is dropped. ``unordered``: a list whose order means nothing; ``keyed``: a list
    of objects, each known by that member. ``json``: text that is compared parsed; ``policy``: by what it says, however
    it is written. ``free``: text of the customer's own,
    kept as it is, in which an id or region is only reported. ``cidr``: an address range, which a target may rewrite.
    ``at_create``: set by hand only on what is there already. ``fixed``: a change means replacing the resource.
    ``members`` describe a structure, ``values`` the values of a map, ``items`` the items of a list.
    """

    kind: Kind
    to: tuple[str, ...] = ()
    why: str = ""
    default: Any = ABSENT
    unordered: bool = False
    keyed: str | None = None
    json: bool = False
    policy: bool = False
    free: bool = False
    cidr: bool = False
    at_create: bool = False
    fixed: bool = False
    members: Mapping[str, Field] | None = None
    values: Field | None = None
    items: Field | None = None

    @property
    def compared(self) -> bool:
        """Whether the member is part of the configuration."""
        return self.kind in COMPARED


def setting(**modifiers: Any) -> Field:
    """Compared, and can be updated in place."""
    return Field(Kind.SETTING, **modifiers)


def fixed(**modifiers: Any) -> Field:
    """Compared; a change means that the resource is replaced."""
    return Field(Kind.FIXED, fixed=True, **modifiers)


def reference(*to: str, **modifiers: Any) -> Field:
    """The physical id of another resource, of one of the types ``to``."""
    return Field(Kind.REFERENCE, to=to, **modifiers)


def located(**modifiers: Any) -> Field:
    """Text that holds a region, an account or a physical id, such as an ARN."""
    return Field(Kind.LOCATED, **modifiers)


def manual(why: str, **modifiers: Any) -> Field:
    """Compared and reported, but a person has to set it: ``why`` says how."""
    return Field(Kind.MANUAL, why=why, **modifiers)


def observed(why: str) -> Field:
    """Owned by AWS, or not part of the configuration: kept beside the body, never compared."""
    return Field(Kind.OBSERVED, why=why)


def physical() -> Field:
    """The id that AWS gave."""
    return Field(Kind.PHYSICAL)


def elsewhere(type_name: str) -> Field:
    """Described by another type."""
    return Field(Kind.ELSEWHERE, to=(type_name,))

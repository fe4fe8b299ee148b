"""The description of an AWS type: facts as data, verbs as pure functions that return calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.fields import Field


@dataclass(eq=False)
class Row:
    """One item as AWS returned it, with the row it was listed under; pairing gives it its key.

    ``beside`` are the rows of the types that its own type asks for, listed under the same parent.
    """

    type: str
    data: dict[str, Any]
    parent: Row | None = None
    key: ResourceKey | None = None
    beside: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    @property
    def root(self) -> Row:
        """The outermost row above this one (itself, where nothing is above)."""
        return self if self.parent is None else self.parent.root


class Names(Protocol):
    """What an identity may ask while it is worked out."""

    scope: Scope

    def key(self, types: Iterable[str], physical_id: str, row: Row) -> ResourceKey | None:
        """The key of the resource with that id, seen from ``row``; None where it is not known."""

    def inside(self, type_name: str, outer_id: str, physical_id: str) -> ResourceKey | None:
        """The key of the resource with that id inside the whole thing with the other, such as an API's authorizer."""

    def siblings(self, type_name: str, row: Row) -> list[Row]:
        """The rows of a type that were listed under the same parent."""


@dataclass(frozen=True)
class Paging:
    """How a list operation pages: where the token goes, where it comes from, and the size asked for."""

    token_in: str
    token_out: str
    size: Mapping[str, Any] = field(default_factory=dict)


EC2_PAGES = Paging("NextToken", "NextToken", {"MaxResults": 1000})
"""EC2's describe calls that page by MaxResults 5-1000."""

PREFIX_LIST_PAGES = Paging("NextToken", "NextToken", {"MaxResults": 100})
"""The prefix-list calls, whose largest page is 100."""

V1_PAGES = Paging("position", "position", {"limit": 500})
"""API Gateway v1's lists: default 25, most 500."""


@dataclass(frozen=True)
class Detail:
    """Another call that completes a row: its items are put into the row as the member ``into``."""

    operation: str
    arguments: Callable[[Row], Mapping[str, Any]]
    items: str
    into: str
    when: Callable[[Row, Scope], bool] = lambda row, scope: True
    paging: Paging | None = None


@dataclass(frozen=True)
class Listing:
    """How a type is read.

    Either ``operation`` with the path of its ``items`` (empty: the answer itself is the one item), once a region or
    once a row of ``per`` (``arguments`` makes
    the parameters from it), or ``within``: the rows of another type hold this one's, and ``split`` takes them out.
    ``unfold`` makes rows of what is listed under a row of ``per``; ``absent`` are error codes that say there is none.
    ``when`` is asked, of an empty row under each row of ``per``, whether there is anything to be listed.
    ``named`` narrows a landmark to those whose name stands in something that was read, or that is looked for;
    with ``by_name`` there is one call for each of these.
    ``veiled`` are secret members, hidden as soon as they are read; ``unveil`` asks for them, where they are kept.
    """

    operation: str = ""
    items: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    paging: Paging | None = None
    per: str | None = None
    arguments: Callable[[Row], Mapping[str, Any]] = lambda row: {}
    within: str | None = None
    split: Callable[[Row], Iterable[dict[str, Any]]] = lambda row: ()
    when: Callable[[Row], bool] = lambda row: True
    keep: Callable[[Mapping[str, Any], Scope], bool] = lambda data, scope: True
    unfold: Callable[[Row], Iterable[dict[str, Any]]] | None = None
    absent: tuple[str, ...] = ()
    named: Callable[[Mapping[str, Any]], str] | None = None
    by_name: Callable[[str], Mapping[str, Any]] | None = None
    details: tuple[Detail, ...] = ()
    veiled: tuple[str, ...] = ()
    unveil: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """How it is read what a stage serves: a call for each row, whose answer's ``body`` is an OpenAPI document.

    ``when`` says of a row whether there is something of its own that can be exported; ``hidden`` what of it can't be,
    empty where nothing is.
    """

    operation: str
    arguments: Callable[[Row], Mapping[str, Any]]
    when: Callable[[Row], bool] = lambda row: True
    hidden: Callable[[Row], str] = lambda row: ""


Verb = Callable[[Resource], list[Call]]


def _no_calls(change: Change) -> list[Call]:
    return []


def _nothing(resource: Resource, parent: Mapping[str, Any]) -> list[Resource]:
    return []


@dataclass(frozen=True)
class ResourceType:
    """Everything that is said about an AWS type. What has a default says nothing where it is left out.

    Identity:
        identity          the last segment(s) of the key, ``segments`` of them, below the parent's; None: not captured
        physical          the id that AWS gave, from the row; empty where there is none
        parent_id         the parent's physical id, where a row is not listed under its parent
        pairs_by_id       a row with a known id keeps its key, so that a rename is told as one
        born              what homonyms are ordered by
        root              a whole thing, inside which the set is closed
        owner             the root that a key belongs to, where that is not its nearest ancestor
        landmark          found, never made; kept only where something refers to it
        after             types whose keys an identity asks for
        asks              types whose rows are put ``beside`` this one's
        nameless          known by what refers to it, so that its own key has to be kept in mind

    Content:
        prepare           the row in AWS's best form: one way of saying each thing
        facts             members kept beside the body
        mentions          resources named inside text
        freezes           the types whose content this one freezes at its creation
        export            how its content is read, which is another one than the draft's

    Verbs, which return calls and make none:
        calls             the operations that the verbs call; `service:Operation` where it is another service's
        create, update, delete
        take_back         deletes what is never deleted but by the undo of the run that made it
        adopted           AWS makes it with its parent, so that it is never created or deleted
        implied           what AWS makes along with a new one, given the facts of the target's parent
        outlives_parent   not deleted with its parent, so that it is deleted before
        merge             many calls as few, each with the numbers of those that went into it
        covers            whether the first lets through all that the second does
        rivals            whether two of this type can't exist side by side under one parent
        placeholder       what stands in a new one until those that it mentions in a circle are there too
        follows           types that are made and changed before it; its own: what goes of it goes before any is made
        slow              takes minutes to be ready, so that it is begun before all else
        caution           what a person has to be told where one is made, as a finding
        lost              what no other one has, made again under the same name
        once_landmark     snapshots of earlier versions hold no more of it than its name
    """

    name: str
    service: str
    shape: str
    title: str
    listing: Listing
    fields: Mapping[str, Field]
    identity: Callable[[Row, Names], str | tuple[str, ...] | None]
    physical: Callable[[Mapping[str, Any]], str] = lambda data: ""
    parent: str | None = None
    parent_id: Callable[[Mapping[str, Any]], str] | None = None
    segments: int = 1
    root: bool = False
    landmark: bool = False
    pairs_by_id: bool = False
    born: Callable[[Mapping[str, Any]], Any] = lambda data: ""
    prepare: Callable[[Row, Scope], dict[str, Any]] = lambda row, scope: dict(row.data)
    facts: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    create: Verb | None = None
    update: Callable[[Change], list[Call]] = _no_calls
    delete: Verb | None = None
    take_back: Verb | None = None
    adopted: Callable[[ResourceKey], bool] = lambda key: False
    implied: Callable[[Resource, Mapping[str, Any]], list[Resource]] = _nothing
    freezes: tuple[str, ...] = ()
    export: Export | None = None
    after: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    nameless: bool = False
    owner: Callable[[ResourceKey], ResourceKey] | None = None
    outlives_parent: bool = False
    rivals: Callable[[Resource, Resource], bool] | None = None
    covers: Callable[[Resource, Resource], bool] | None = None
    merge: Callable[[list[Call]], list[tuple[Call, list[int]]]] | None = None
    placeholder: Mapping[str, Any] = field(default_factory=dict)
    mentions: Callable[[Resource], list[ResourceKey]] = lambda resource: []
    follows: tuple[str, ...] = ()
    slow: bool = False
    caution: str = ""
    lost: str = ""
    once_landmark: bool = False
    notes: str = ""

    def parent_key(self, key: ResourceKey) -> ResourceKey | None:
        """The key of the parent of a resource of this type; None where it has none."""
        if self.parent is None:
            return None
        return ResourceKey(self.parent, key.path[: -self.segments])

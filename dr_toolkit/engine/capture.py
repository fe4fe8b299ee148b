"""Reading a region: rows by type, and what could not be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.engine.ahead import Ahead, Read
from dr_toolkit.engine.demands import Demands
from dr_toolkit.engine.dispatch import Pace
from dr_toolkit.engine.exports import Asked, Exporter, Exports
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.errors import (
    AwsError,
    CloudRefused,
    CloudUnreachable,
    CredentialsMissing,
    RegionUnavailable,
)
from dr_toolkit.model.documents import EXCLUDED, FAILED, READ, Coverage
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.model.secrets import Hidden
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import KINDS, Serving
from dr_toolkit.spec.types import Detail, Listing, Paging, ResourceType, Row

FATAL = (CredentialsMissing, RegionUnavailable, CloudUnreachable)
"""Errors after which nothing else in the region can be read either."""

MALFORMED = (KeyError, ValueError, TypeError, AttributeError)
"""What a row raises that is not as AWS's own models describe it."""

HEART = frozenset({"ec2", "apigateway", "apigatewayv2"})
"""The services without which there is nothing to read; any other one may be out of reach, and only fails its types."""

Progress = Callable[[str], None]


@dataclass
class Reading:
    """Rows by type as AWS returned them, coverage by type, and what stages serve, as far as that was asked for."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    coverage: dict[str, Coverage] = field(default_factory=dict)
    exports: Exports = field(default_factory=Exports)

    def fail(self, name: str, reason: str) -> None:
        """Take a type as not read after all, and say why."""
        self.rows.pop(name, None)
        self.coverage[name] = Coverage(FAILED, reason)

    def of(self, name: str) -> list[Row]:
        """The rows of a type; none where it was not read."""
        return self.rows.get(name, [])


class _Failed(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason


class Reader:
    """Reads types in a region, each list call once, whatever the number of types that it feeds."""

    def __init__(
        self,
        cloud: Cloud,
        registry: Registry,
        progress: Progress = lambda text: None,
        *,
        secrets: bool = False,
        given: Mapping[str, list[Row]] | None = None,
        pace: Pace = Pace(),  # noqa: B008  # it is frozen
    ) -> None:
        self._secrets = secrets
        self._cloud, self._registry, self._progress = Ahead(cloud, pace, progress), registry, progress
        self._pages: dict[str, list[dict[str, Any]]] = {}
        self._rows: dict[str, list[Row]] = dict(given or {})
        self._failed: dict[str, str] = {}
        self._gone: set[int] = set()
        self._demands = Demands(registry, cloud.scope)
        self._families: dict[str, dict[int, list[Row]]] = {}
        self._always: frozenset[str] = frozenset()

    def read(
        self,
        excluded: Callable[[str], bool] = lambda name: False,
        landmarks: Iterable[str] = (),
        only: Iterable[str] | None = None,
        wanted: Iterable[ResourceKey] = (),
        serving: Asked | None = None,
    ) -> Reading:
        """Read every type that is not excluded, and of the landmarks those that something refers to.

        ``landmarks`` names types, landmarks among them, to be read in any case, ``wanted`` the landmarks that are
        looked for; ``only`` narrows the types. ``serving`` says of which stages it is read what they serve.
        """
        names = [t.name for t in self._registry if only is None or t.name in set(only)]
        reading, self._always = Reading(), frozenset(landmarks)
        self._demands.look_for(wanted)
        things = [n for n in names if not self._registry[n].landmark]
        late = [n for n in things if self._foundation(n)]
        self._take_all([n for n in things if n not in late], reading, excluded)
        if serving is not None:
            reading.exports = self._exports(reading, serving)
        demanded = {*landmarks} | self._demanded(reading)
        while left := [t.name for t in self._registry if t.landmark and t.name in demanded - reading.coverage.keys()]:
            self._take_each(left, reading, excluded)
            demanded |= self._demanded(reading)
        for name in late:
            if self._foundation(name) not in reading.coverage:
                self._rows.setdefault(name, [])
        self._take_all(late, reading, excluded)
        self._check_foundations(reading)
        reading.rows = {n: [r for r in rows if not self._vanished(r)] for n, rows in reading.rows.items()}
        return reading

    def _exports(self, reading: Reading, serving: Asked) -> Exports:
        """What stages serve: after the draft, so that landmarks that only a deployment names are looked for too.

        Where a type of what a deployment freezes was not read, there is no draft that it could be held against.
        """
        whole = [kind.stage for kind in KINDS if all(self._is_read(n, reading) for n in self._frozen(kind))]
        rows = {n: [r for r in reading.of(n) if not self._vanished(r)] for n in whole}
        return Exporter(self._cloud, self._registry, self._is_there, self._progress).read(rows, serving)

    def _frozen(self, kind: Serving) -> tuple[str, ...]:
        return self._registry[kind.deployment].freezes if kind.deployment in self._registry else ()

    def _is_read(self, name: str, reading: Reading) -> bool:
        coverage = reading.coverage.get(name)
        return coverage is not None and coverage.status == READ

    def _is_there(self, row: Row) -> bool:
        try:
            if not self._still_there(row):
                self._gone.add(id(row))
        except _Failed:
            return True
        return not self._vanished(row)

    def _demanded(self, reading: Reading) -> set[str]:
        """The landmark types that something read refers to."""
        return self._demands.of(reading.rows, *(export.rows for export in reading.exports.found))

    def _foundation(self, name: str) -> str:
        """The landmark under which a type is listed, which is known only when all else is read; empty where none is."""
        t = self._registry[name]
        above = t.listing.per or t.listing.within
        if above is None:
            return ""
        return above if self._registry[above].landmark else self._foundation(above)

    def _take_each(self, names: list[str], reading: Reading, excluded: Callable[[str], bool]) -> None:
        """Take landmarks, of which one that is excluded keeps no other from being read."""
        for name in names:
            if excluded(name):
                reading.coverage[name] = Coverage(EXCLUDED, "excluded by the config")
            else:
                self._take(name, reading)

    def _take_all(self, names: list[str], reading: Reading, excluded: Callable[[str], bool]) -> None:
        left = []
        for name in names:
            if any(excluded(above) for above in self._registry.sources(name)):
                reading.coverage[name] = Coverage(EXCLUDED, "excluded by the config")
            else:
                left.append(name)
        while left:
            now = [name for name in left if not self._registry.listed_after(name) & {*left}]
            self._cloud.fetch(call for name in now for call in self._calls(self._registry[name]))
            for name in now:
                self._take(name, reading)
            left = [name for name in left if name not in now]

    def calls(self, names: Iterable[str]) -> list[Read]:
        """The list calls of types, as far as what is given tells them, each for its first page."""
        return [call for name in names for call in self._calls(self._registry[name])]

    def _calls(self, t: ResourceType) -> Iterator[Read]:
        """The list calls of a type, each for its first page, as far as what they begin at is read."""
        listing = t.listing
        if t.name in self._rows or listing.within or listing.by_name is not None:
            return
        if not self._registry.listed_after(t.name) <= {*self._rows}:
            return
        parents = [None] if listing.per is None else self._rows[listing.per]
        for parent in parents:
            if parent is None or (id(parent) not in self._gone and self._lists(t, parent)):
                more = listing.arguments(parent) if parent is not None else {}
                size = listing.paging.size if listing.paging else {}
                yield t.service, listing.operation, self._params(listing, more) | dict(size)

    def _take(self, name: str, reading: Reading) -> None:
        try:
            reading.rows[name] = self._of(name)
            reading.coverage[name] = Coverage(READ)
        except _Failed as failure:
            reading.coverage[name] = Coverage(FAILED, failure.reason)
        except (CloudUnreachable, RegionUnavailable) as error:
            if self._registry[name].service in HEART:
                raise
            reading.coverage[name] = Coverage(FAILED, str(error))

    def _check_foundations(self, reading: Reading) -> None:
        """A type whose names rest on one that failed has failed with it."""
        for t in self._registry:
            for above in self._registry.sources(t.name) - {t.name}:
                base = reading.coverage.get(above)
                mine = reading.coverage.get(t.name)
                if base and base.status == FAILED and mine and mine.status == READ:
                    reading.coverage[t.name] = Coverage(FAILED, f"rests on {above}: {base.reason}")
                    reading.rows.pop(t.name, None)

    # --- one type ---------------------------------------------------------------------------------

    def _of(self, name: str) -> list[Row]:
        if name in self._failed:
            raise _Failed(self._failed[name])
        if name not in self._rows:
            try:
                self._rows[name] = self._read(self._registry[name])
            except _Failed as failure:
                self._failed[name] = failure.reason
                raise
        return self._rows[name]

    def _read(self, t: ResourceType) -> list[Row]:
        listing = t.listing
        if listing.within:
            return [Row(t.name, data, row) for row in self._of(listing.within) for data in listing.split(row)]
        if listing.by_name is not None:
            names = sorted(self._demands.names.get(t.name, ()))
            return self._complete(
                t, [Row(t.name, d) for name in names for d in self._of_name(t, listing.by_name(name))]
            )
        if listing.per is None:
            return self._complete(t, [Row(t.name, d) for d in self._listed(t, listing, {}, "")])
        rows: list[Row] = []
        parents = self._of(listing.per)
        for number, parent in enumerate(parents, 1):
            self._progress(f"{t.title}: {number} of {len(parents)}")
            if id(parent) not in self._gone:
                rows += self._of_parent(t, parent)
        return self._complete(t, rows)

    def _of_name(self, t: ResourceType, more: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What is listed for one name; nothing where AWS says that there is none."""
        try:
            return self._listed(t, t.listing, more, "")
        except _Failed as failure:
            error = failure.__cause__
            if isinstance(error, CloudRefused) and error.code == "ResourceNotFoundException":
                return []
            raise

    def _of_parent(self, t: ResourceType, parent: Row) -> list[Row]:
        listing, beside = t.listing, self._beside(t, parent)
        if not self._lists(t, parent):
            return []
        name = parent.data.get("name") or parent.data.get("Name")
        where = str(name or self._registry[parent.type].physical(parent.data))
        try:
            found = self._listed(t, listing, listing.arguments(parent), where)
            if listing.unfold is not None:
                found = [data for each in found for data in listing.unfold(Row(t.name, each, parent))]
            return [Row(t.name, d, parent, beside=beside) for d in found]
        except _Failed as failure:
            if isinstance(failure.__cause__, CloudRefused) and failure.__cause__.code in listing.absent:
                return []
            if not self._still_there(parent):
                self._gone.add(id(parent))
                return []
            raise

    def _lists(self, t: ResourceType, parent: Row) -> bool:
        """Whether there is anything to be listed under a row."""
        return t.name in self._always or t.listing.when(Row(t.name, {}, parent, beside=self._beside(t, parent)))

    def _beside(self, t: ResourceType, parent: Row) -> dict[str, list[Row]]:
        """The rows under a parent of the types that one asks for."""
        for name in t.asks:
            if name not in self._families:
                families = self._families.setdefault(name, {})
                for row in self._of(name):
                    families.setdefault(id(row.parent), []).append(row)
        return {name: self._families[name].get(id(parent), []) for name in t.asks}

    def _still_there(self, row: Row) -> bool:
        """Whether a row that could not be looked into is still listed; it may have been deleted meanwhile."""
        t = self._registry[row.type]
        if t.listing.within:
            return True
        if row.parent is not None and not self._still_there(row.parent):
            self._gone.add(id(row.parent))
            return False
        more = t.listing.arguments(row.parent) if row.parent is not None else {}
        self._pages = {k: v for k, v in self._pages.items() if not k.startswith(f"{t.service}:{t.listing.operation}:")}
        mine = _mark(t, row)
        return any(_mark(t, Row(t.name, data, row.parent)) == mine for data in self._listed(t, t.listing, more, ""))

    def _complete(self, t: ResourceType, rows: list[Row]) -> list[Row]:
        if (named := t.listing.named) is not None:
            rows = [row for row in rows if named(row.data) in self._demands.names.get(t.name, ())]
        for detail in t.listing.details:
            for row in rows:
                if detail.when(row, self._cloud.scope):
                    self._add(t, row, detail)
        return rows

    def _add(self, t: ResourceType, row: Row, detail: Detail) -> None:
        where = t.physical(row.data)
        try:
            items = self._all(
                t.service, detail.operation, dict(detail.arguments(row)), detail.items, detail.paging, where
            )
        except _Failed:
            if self._still_there(row):
                raise
            self._gone.add(id(row))
            return
        row.data = row.data | {detail.into: items}

    def _vanished(self, row: Row | None) -> bool:
        while row is not None:
            if id(row) in self._gone:
                return True
            row = row.parent
        return False

    # --- calls ------------------------------------------------------------------------------------

    def _listed(self, t: ResourceType, listing: Listing, more: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
        params = self._params(listing, more)
        items = self._all(t.service, listing.operation, params, listing.items, listing.paging, where)
        for item in items:
            _veil(item, listing.veiled)
        return [item for item in items if listing.keep(item, self._cloud.scope)]

    def _params(self, listing: Listing, more: Mapping[str, Any]) -> dict[str, Any]:
        return {**listing.params, **more, **(listing.unveil if self._secrets else {})}

    def _all(
        self, service: str, operation: str, params: dict[str, Any], items: str, paging: Paging | None, where: str
    ) -> list[dict[str, Any]]:
        """Every item of every page; the same call is made once."""
        cache = f"{service}:{operation}:{json.dumps(params, sort_keys=True, default=str)}"
        if cache not in self._pages:
            self._progress(operation)
            try:
                self._pages[cache] = self._cloud.listed(service, operation, params, items, paging)
            except FATAL:
                raise
            except AwsError as error:
                raise _Failed(f"{error}{f' (at {where})' if where else ''}") from error
        return self._pages[cache]


def _mark(t: ResourceType, row: Row) -> Any:
    """What a row is known by as long as it is there: its id, or where it has none, what it is asked for by."""
    return t.physical(row.data) or (t.export.arguments(row) if t.export else "")


def _veil(item: dict[str, Any], members: Iterable[str]) -> None:
    """Keep the secret members of an item from showing anywhere."""
    for name in members:
        if isinstance(item.get(name), str):
            item[name] = Hidden(item[name])

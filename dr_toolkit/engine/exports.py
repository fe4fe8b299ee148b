"""What stages serve, read by export: the rows of a deployment's own content, as lists return those of the draft.

A stage whose content can't be had is named with the reason. What it serves is then not known; it is never nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.engine.ahead import Ahead
from dr_toolkit.engine.exported import rows_of
from dr_toolkit.errors import (
    AwsError,
    CloudRefused,
    CloudUnreachable,
    CloudUnsupported,
    CredentialsMissing,
    RegionUnavailable,
)
from dr_toolkit.model.documents import GAP, INFO, WARNING, Finding, Scope
from dr_toolkit.spec.fields import Kind
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.types import ResourceType, Row

UNEXPORTABLE, NOT_EXPORTED = "unexportable", "not-exported"
"""Codes of findings: what a stage serves can't be exported; its export failed, and may succeed another time."""

Asked = Callable[[Row], bool]
"""Whether it is to be read what a stage, as AWS lists it, serves."""

Rows = dict[str, list[Row]]

_MALFORMED = (KeyError, ValueError, TypeError, AttributeError, RecursionError)
_FATAL = (CredentialsMissing, RegionUnavailable, CloudUnreachable)
_FOR_GOOD = frozenset({"BadRequestException"})


@dataclass(frozen=True)
class Export:
    """What one stage serves: its row, and the rows of what AWS exported of it, by type."""

    stage: Row
    rows: Rows


@dataclass(frozen=True)
class Remark:
    """What is to be said of a stage, or, without one, of a type."""

    stage: Row | None
    severity: str
    code: str
    text: str
    type: str = ""

    def finding(self) -> Finding | None:
        """The finding, once rows have keys; None of a stage that has none."""
        if self.stage is None:
            return Finding(self.severity, self.code, self.type, self.text)
        return Finding(self.severity, self.code, self.stage.key.text, self.text) if self.stage.key else None


@dataclass
class Exports:
    """What was exported, and what is to be said of the rest."""

    found: list[Export] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


class _Lacking(Exception):
    """The endpoint does not export at all."""


class Exporter:
    """Asks for the exports of stages, one call each; ``still_there`` looks whether a row is still listed."""

    def __init__(
        self,
        cloud: Ahead,
        registry: Registry,
        still_there: Callable[[Row], bool],
        progress: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._cloud, self._registry = cloud, registry
        self._still_there, self._progress = still_there, progress
        self._result = Exports()

    def read(self, rows: Mapping[str, list[Row]], serving: Asked) -> Exports:
        """The exports of all stages among the rows that are asked for."""
        for t in self._registry:
            if t.export is not None:
                self._read_type(t, [row for row in rows.get(t.name, ()) if serving(row)])
        return self._result

    def _read_type(self, t: ResourceType, stages: list[Row]) -> None:
        """The exports of one type's stages: the first tells whether there are any, then the others side by side."""
        assert t.export is not None
        for stage in stages:
            if hidden := t.export.hidden(stage):
                text = f"{hidden}; a restore deploys the draft in its place"
                self._result.remarks.append(Remark(stage, INFO, UNEXPORTABLE, text))
        told = [stage for stage in stages if t.export.when(stage)]
        for number, stage in enumerate(told):
            self._progress(f"{t.title}, what it serves: {number + 1} of {len(told)}")
            if number == 1:
                self._cloud.fetch((t.service, t.export.operation, t.export.arguments(each)) for each in told[1:])
            try:
                self._read_stage(t, stage)
            except _Lacking as lacking:
                text = f"what stages serve is not known, and a restore deploys the draft: {lacking}"
                self._result.remarks.append(Remark(None, WARNING, UNEXPORTABLE, text, t.name))
                return

    def _read_stage(self, t: ResourceType, stage: Row) -> None:
        assert t.export is not None
        try:
            answer = self._cloud.call(t.service, t.export.operation, dict(t.export.arguments(stage)))
            document = json.loads(answer["body"])
            if not str(document.get("openapi", "")).startswith("3."):
                raise _Lacking(f"the endpoint's {t.export.operation} writes no OpenAPI 3")
            if not isinstance(document.get("paths"), Mapping):
                raise ValueError("it has no paths")
            api = stage.root
            found = rows_of(api.type, self._registry[api.type].physical(api.data), document)
        except _FATAL:
            raise
        except AwsError as error:
            self._failed(stage, error)
        except _MALFORMED as error:
            reason = f"the document that AWS exported can't be read: {type(error).__name__}: {error}"
            self._say(stage, WARNING, UNEXPORTABLE, f"{reason}; what it serves is not known here")
        else:
            self._result.found.append(Export(stage, self._family(stage, found)))

    def _failed(self, stage: Row, error: AwsError) -> None:
        """A stage that went away is none any more; what AWS refuses for good is said, and all else leaves a gap."""
        if isinstance(error, CloudUnsupported):
            raise _Lacking(error.message) from error
        code = error.code if isinstance(error, CloudRefused) else ""
        if code == "NotFoundException" and not self._still_there(stage):
            return
        if code in _FOR_GOOD:
            text = f"AWS does not export it, so that what it serves is not known here: {error.message}"
            self._say(stage, WARNING, UNEXPORTABLE, text)
        else:
            self._say(stage, GAP, NOT_EXPORTED, f"what it serves could not be read: {error.message}")

    def _say(self, stage: Row, severity: str, code: str, text: str) -> None:
        self._result.remarks.append(Remark(stage, severity, code, text))

    def _family(self, stage: Row, found: Mapping[str, list[dict[str, Any]]]) -> Rows:
        """Rows beneath a row of the API itself, which has its id: whatever else is said of an API, no export tells."""
        api = stage.root
        t = self._registry[api.type]
        own = next(iter(found.get(api.type, ())), {})
        named = {n: api.data[n] for n, f in t.fields.items() if f.kind is Kind.PHYSICAL and n in api.data}
        root = Row(api.type, {**own, **named})
        family: Rows = {api.type: [root]}
        for each in self._registry:
            if each.name == api.type:
                continue
            if each.name in found:
                family[each.name] = list(_kept(each, found[each.name], root, self._cloud.scope))
            elif each.listing.within in family:
                above = family[each.listing.within]
                family[each.name] = [Row(each.name, data, row) for row in above for data in each.listing.split(row)]
        for name, rows in family.items():
            for row in rows:
                row.beside = {asked: family.get(asked, []) for asked in self._registry[name].asks}
        return family


def _kept(t: ResourceType, found: list[dict[str, Any]], root: Row, scope: Scope) -> Iterator[Row]:
    return (Row(t.name, data, root) for data in found if t.listing.keep(data, scope))

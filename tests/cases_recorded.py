"""Rows of answers that were recorded from AWS, by the name of botocore's shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROWS: dict[str, tuple[str, str | None]] = {
    "GetRestApis": ("RestApi", "items"),
    "GetRestApi": ("RestApi", None),
    "UpdateRestApi": ("RestApi", None),
    "GetResources": ("Resource", "items"),
    "GetMethod": ("Method", None),
    "UpdateMethod": ("Method", None),
    "GetIntegration": ("Integration", None),
    "UpdateIntegration": ("Integration", None),
    "GetStages": ("Stage", "item"),
    "GetStage": ("Stage", None),
    "UpdateStage": ("Stage", None),
    "DescribeSecurityGroups": ("SecurityGroup", "SecurityGroups"),
    "DescribeVpcs": ("Vpc", "Vpcs"),
    "DescribeManagedPrefixLists": ("ManagedPrefixList", "PrefixLists"),
    "GetManagedPrefixListEntries": ("PrefixListEntry", "Entries"),
    "DescribeVpcEndpoints": ("VpcEndpoint", "VpcEndpoints"),
}
_BY_NAME = (
    ("RestApi", ("id", "name", "endpointConfiguration", "apiKeySource")),
    ("Stage", ("stageName", "deploymentId")),
    ("Authorizer", ("id", "name", "type", "authType")),
    ("RequestValidator", ("id", "validateRequestBody")),
    ("GatewayResponse", ("responseType", "defaultResponse")),
    ("Model", ("id", "name", "contentType")),
    ("Method", ("httpMethod", "authorizationType", "apiKeyRequired")),
    ("Integration", ("type", "timeoutInMillis", "cacheNamespace")),
    ("Resource", ("id", "path")),
    ("VpcLink", ("id", "targetArns")),
)


@dataclass(frozen=True)
class Recorded:
    """One row of an answer that AWS gave, by the name of botocore's shape, and where it was recorded."""

    shape: str
    row: dict[str, Any]
    origin: str


def _plain(value: Any) -> Any:
    """The answer without the recorder's own wrapping: dates are text."""
    if isinstance(value, dict):
        if value.get("__class__") == "datetime":
            parts = [int(value.get(name, 0)) for name in ("year", "month", "day", "hour", "minute", "second")]
            return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*parts)
        return {key: _plain(item) for key, item in value.items() if key != "ResponseMetadata"}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _rows_in(answer: Any, origin: str) -> Iterator[Recorded]:
    """The rows in an answer whose operation is not known, by the members that only that shape has."""
    if isinstance(answer, list):
        for item in answer:
            yield from _rows_in(item, origin)
    if not isinstance(answer, dict) or "Error" in answer:
        return
    for listed in ("items", "item"):
        if isinstance(answer.get(listed), list):
            yield from _rows_in(answer[listed], origin)
            return
    for shape, members in _BY_NAME:
        if all(member in answer for member in members):
            yield Recorded(shape, answer, origin)
            return


def read_rows(folder: Path, shapes: tuple[str, ...] = ()) -> list[Recorded]:
    """Rows of the answers in the folder, of the shapes asked for or of all.

    Among them RestApi, Resource (with methods where these were embedded), Method, Integration, Model, Authorizer,
    RequestValidator, GatewayResponse, Stage, SecurityGroup, ManagedPrefixList, PrefixListEntry, Vpc and VpcEndpoint.
    """
    rows: list[Recorded] = []
    for path in sorted(folder.glob("*.json")):
        document = json.loads(path.read_text())
        if path.name.endswith(".snapshot.json"):
            for test, recorded in document.items():
                for name, answer in recorded["recorded-content"].items():
                    rows += _rows_in(_plain(answer), f"{test.rpartition('::')[2]}/{name}")
            continue
        operation = path.stem.rpartition(".")[2].rpartition("_")[0]
        shape, listed = _ROWS.get(operation, ("", None))
        answer = _plain(document.get("data", document))
        if ("__apigatewayv2." in path.name) or not shape or document.get("status_code", 200) >= 300:
            continue
        found = answer.get(listed) or answer.get("item") or [] if listed else [answer]
        rows += [Recorded(shape, row, path.name) for row in found if row]
    return [row for row in rows if not shapes or row.shape in shapes]

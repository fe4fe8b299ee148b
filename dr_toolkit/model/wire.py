"""The only codec: nouns to canonical JSON bytes and back.

Canonical means: keys sorted, no blanks, UTF-8, the shortest number (10.0 is 10), no NaN. A ``Ref`` is
``{"@ref": "<key>"}`` and a ``Join`` ``{"@join": [...]}``; a member of the data's own that begins with ``@`` is
written with one ``@`` more, so that nothing in a schema or policy can pass for either.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from dr_toolkit.model.changes import Join
from dr_toolkit.model.documents import (
    Coverage,
    Finding,
    Manifest,
    Resource,
    Scope,
    Selection,
    Signature,
    StoredObject,
)
from dr_toolkit.model.keys import Ref, ResourceKey, deployed_key, of_deployed
from dr_toolkit.model.secrets import SecretRef


def plain(value: Any) -> Any:
    """A value as JSON knows it; raises TypeError for what JSON can't hold and ValueError for NaN."""
    match value:
        case None | bool() | str() | int():
            return value
        case float():
            if value != value or value in (float("inf"), float("-inf")):
                raise ValueError("NaN and infinity have no place in a snapshot")
            return int(value) if value.is_integer() and abs(value) < 2**53 else value
        case Ref():
            return {"@ref": value.key.text}
        case Join():
            return {"@join": [plain(part) for part in value.parts]}
        case SecretRef():
            return {"@secret": value.key.text}
        case dict() | Mapping():
            return {_escaped(str(k)): plain(v) for k, v in value.items()}
        case list() | tuple():
            return [plain(v) for v in value]
        case _:
            raise TypeError(f"{type(value).__name__} has no JSON form")


def _escaped(name: str) -> str:
    return "@" + name if name.startswith("@") else name


def rich(value: Any) -> Any:
    """The inverse of ``plain``."""
    if not isinstance(value, dict | list):
        return value
    match value:
        case {"@ref": str(text)} if len(value) == 1:
            return Ref(ResourceKey.parse(text))
        case {"@secret": str(text)} if len(value) == 1:
            return SecretRef(ResourceKey.parse(text))
        case {"@join": list(parts)} if len(value) == 1:
            return Join(tuple(rich(part) for part in parts))
        case dict():
            return {(k[1:] if k.startswith("@@") else k): rich(v) for k, v in value.items()}
        case list():
            return [rich(v) for v in value]


def canonical(value: Any) -> bytes:
    """A value's one and only byte form."""
    return dumps(plain(value)).encode()


def dumps(document: Any) -> str:
    """Canonical JSON text of plain JSON."""
    return _ENCODER.encode(document)


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(data: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(data).hexdigest()


# --- resources: one line each ---------------------------------------------------------------------


def line(resource: Resource) -> bytes:
    """A body line: key and attributes, without the newline."""
    return canonical({"key": resource.key.text, "attributes": resource.attributes})


def read_line(data: bytes, physical_id: str | None = None, observed: Mapping[str, Any] | None = None) -> Resource:
    """The resource of a body line; raises ValueError where the line is none."""
    document = json.loads(data)
    if not isinstance(document, dict) or not isinstance(document.get("attributes"), dict):
        raise ValueError("a body line is an object with key and attributes")
    key = ResourceKey.parse(str(document["key"]))
    return Resource(key, rich(document["attributes"]), physical_id, observed or {})


def body(lines: Mapping[str, bytes]) -> bytes:
    """All lines in the order of their keys, each ended by a newline."""
    return b"".join(lines[key] + b"\n" for key in sorted(lines))


def read_body(data: bytes) -> dict[str, bytes]:
    """Lines by printed key; raises ValueError for a line that can't be read, or a key that stands twice."""
    lines: dict[str, bytes] = {}
    for number, text in enumerate(data.splitlines(), 1):
        try:
            document = json.loads(text)
            key = document["key"]
            ResourceKey.parse(key)
            if not isinstance(document["attributes"], dict):
                raise ValueError("its attributes are no object")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"line {number} can't be read: {error}") from None
        if key in lines:
            raise ValueError(f"line {number} repeats {key}")
        lines[key] = text
    return lines


def ids(physical: Mapping[str, str], observed: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The ids object: key, physical id and observed facts, a line each."""
    rows = [
        {"key": key, "id": physical.get(key), "observed": observed.get(key, {})}
        for key in sorted({*physical, *observed})
    ]
    return b"".join(canonical(row) + b"\n" for row in rows)


def read_ids(data: bytes) -> tuple[dict[str, str], dict[str, Mapping[str, Any]]]:
    """Physical ids and observed facts by printed key; raises ValueError where a line can't be read."""
    physical: dict[str, str] = {}
    observed: dict[str, Mapping[str, Any]] = {}
    for text in data.splitlines():
        row = json.loads(text)
        if not isinstance(row, dict) or "key" not in row or not isinstance(row.get("observed", {}), dict):
            raise ValueError("an ids line is an object with key, id and observed")
        if row.get("id") is not None:
            physical[row["key"]] = row["id"]
        if row.get("observed"):
            observed[row["key"]] = rich(row["observed"])
    return physical, observed


# --- what stages serve ----------------------------------------------------------------------------


def served(contents: Mapping[str, Mapping[str, bytes]]) -> bytes:
    """What stages serve, a body of its own: lines by the draft's keys, by stage, under the keys of deployed things."""
    lines: dict[str, bytes] = {}
    for stage, content in contents.items():
        for text, data in content.items():
            key = deployed_key(ResourceKey.parse(stage), ResourceKey.parse(text)).text
            lines[key] = _called(data, text, key)
    return body(lines)


def read_served(data: bytes, same: Mapping[bytes, bytes]) -> dict[str, dict[str, bytes]]:
    """The inverse of ``served``; raises ValueError as ``read_body`` does.

    Lines that are among ``same`` are not held twice.
    """
    kept = dict(same)
    contents: dict[str, dict[str, bytes]] = {}
    for key, line_ in read_body(data).items():
        stage, of_draft = of_deployed(ResourceKey.parse(key))
        told = _called(line_, key, of_draft.text)
        contents.setdefault(stage.text, {})[of_draft.text] = kept.setdefault(told, told)
    return contents


def _called(data: bytes, old: str, new: str) -> bytes:
    """A line under another key, which stands at its end."""
    end = f',"key":{dumps(old)}}}'.encode()
    if not data.endswith(end):
        raise ValueError(f"the line of {old} is not canonical")
    return data[: -len(end)] + f',"key":{dumps(new)}}}'.encode()


# --- manifests and their parts --------------------------------------------------------------------


def scope(value: Scope) -> dict[str, str]:
    """A scope as JSON."""
    return {"account": value.account, "region": value.region, "partition": value.partition}


def read_scope(document: Mapping[str, Any]) -> Scope:
    """The inverse of ``scope``."""
    return Scope(document["account"], document["region"], document["partition"])


def finding(value: Finding) -> dict[str, str]:
    """A finding as JSON."""
    return {"severity": value.severity, "code": value.code, "key": value.key, "text": value.text}


def findings(values: Iterable[Finding]) -> list[dict[str, str]]:
    """Findings as JSON, sorted."""
    return [finding(f) for f in sorted(set(values))]


def read_finding(document: Mapping[str, Any]) -> Finding:
    """The inverse of ``finding``."""
    return Finding(document["severity"], document["code"], document["key"], document["text"])


def coverage(values: Mapping[str, Coverage]) -> dict[str, dict[str, str]]:
    """Coverage by type as JSON; a reason stands only where there is one."""
    return {
        name: {"status": c.status} | ({"reason": c.reason} if c.reason else {}) for name, c in sorted(values.items())
    }


def manifest(value: Manifest) -> bytes:
    """A manifest's bytes: indented, for people read it too."""
    document = {
        "format": value.format,
        "id": value.id,
        "taken_at": value.taken_at,
        "source": value.source,
        "scope": scope(value.scope),
        "tool_version": value.tool_version,
        "parent": value.parent,
        "objects": {role: {"name": o.name, "sha256": o.sha256, "size": o.size} for role, o in value.objects.items()},
        "counts": dict(value.counts),
        "coverage": coverage(value.coverage),
        "findings": findings(value.findings),
    }
    if value.selection is not None:
        document["selection"] = {"include": list(value.selection.include), "exclude": list(value.selection.exclude)}
    if value.signatures:
        document[SIGNATURES] = signatures(value.signatures)
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def manifest_format(data: bytes) -> int:
    """The format number alone; raises ValueError where there is none. Read it before anything else."""
    number = json.loads(data)["format"]
    if type(number) is not int:
        raise ValueError("format is not a number")
    return number


# --- signatures -------------------------------------------------------------------------------------

SIGNATURES = "signatures"
"""The member of a signed document that its signatures don't cover: they cover all the others, known or not."""


def signatures(values: Iterable[Signature]) -> list[dict[str, str]]:
    """Signatures as JSON."""
    return [{"key": s.key, "algorithm": s.algorithm, "value": s.value} for s in values]


def read_signatures(document: Mapping[str, Any]) -> tuple[Signature, ...]:
    """The signatures that a document bears; raises ValueError, KeyError or TypeError where they are none."""
    found = tuple(Signature(s["key"], s["algorithm"], s["value"]) for s in document.get(SIGNATURES, []))
    if not all(isinstance(text, str) for s in found for text in (s.key, s.algorithm, s.value)):
        raise ValueError("a signature is a key, an algorithm and a value, all text")
    return found


def signed_part(document: Mapping[str, Any]) -> bytes:
    """What the signatures of a document (plain JSON) are made over: all its members but themselves, canonical."""
    return dumps({name: value for name, value in document.items() if name != SIGNATURES}).encode()


def _read_selection(document: Mapping[str, Any] | None) -> Selection | None:
    return Selection(tuple(document["include"]), tuple(document["exclude"])) if document is not None else None


def read_manifest(data: bytes) -> Manifest:
    """The inverse of ``manifest``; raises ValueError, KeyError or TypeError where it is none."""
    document = json.loads(data)
    return Manifest(
        id=document["id"],
        taken_at=document["taken_at"],
        source=document["source"],
        scope=read_scope(document["scope"]),
        objects={role: StoredObject(o["name"], o["sha256"], o["size"]) for role, o in document["objects"].items()},
        counts=document["counts"],
        coverage={name: Coverage(c["status"], c.get("reason", "")) for name, c in document["coverage"].items()},
        findings=tuple(read_finding(f) for f in document["findings"]),
        parent=document.get("parent"),
        tool_version=document.get("tool_version", ""),
        selection=_read_selection(document.get("selection")),
        signatures=read_signatures(document),
        format=document["format"],
    )

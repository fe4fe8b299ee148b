"""One row in canonical form: references in the place of ids, no region, no default, no order that means nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dr_toolkit.engine import tokens
from dr_toolkit.engine.pairing import Names
from dr_toolkit.model import wire
from dr_toolkit.model.documents import GAP, INFO, WARNING, Finding, Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.model.secrets import Hidden, Sealer
from dr_toolkit.spec import policies
from dr_toolkit.spec.fields import ABSENT, Field, Kind
from dr_toolkit.spec.tags import RUN_TAG
from dr_toolkit.spec.types import ResourceType, Row

_PHYSICAL_LOOKING = re.compile(r"(?<!\w)(?:vpce|vpc|sg|subnet|pl|eni|igw|nat|rtb|tgw)-[0-9a-f]{8,17}(?!\w)")
_NOTHING: tuple[Any, ...] = (None, {}, [])


class Canon:
    """One row on its way to being a resource; what is found on the way is added to ``findings``."""

    def __init__(self, t: ResourceType, row: Row, names: Names, findings: list[Finding], sealer: Sealer | None) -> None:
        assert row.key is not None
        self.sealer = sealer
        self.t, self.row, self.names, self.findings = t, row, names, findings
        self.key: ResourceKey = row.key
        self.scope = names.scope

    def resource(self) -> Resource:
        """The resource; raises one of ``MALFORMED`` for what is not as AWS describes it."""
        data = self.t.prepare(self.row, self.scope)
        attributes: dict[str, Any] = {}
        for member in sorted(data):
            field = self.t.fields.get(member)
            if field is None:
                self._say(GAP, "unknown-member", f"AWS returned {member}, which this version does not know")
            elif field.compared:
                value = self._value(field, data[member], member)
                if value is not ABSENT:
                    attributes[member] = value
            elif field.kind is Kind.SECRET and self.sealer is not None and isinstance(data[member], Hidden):
                attributes[member] = self.sealer.seal(self.key.text, data[member])
        observed = {m: _plain(data[m]) for m in self.t.facts if data.get(m) is not None}
        if run := _run_of(self.row.data):
            observed[RUN_TAG] = run
        return Resource(self.key, attributes, self.t.physical(self.row.data) or None, observed)

    def _say(self, severity: str, code: str, text: str) -> None:
        self.findings.append(Finding(severity, code, self.key.text, text))

    def _value(self, field: Field, value: Any, path: str) -> Any:
        """A member's canonical value, or ABSENT where it says nothing."""
        if value in _NOTHING or (value == "" and not field.free):
            return ABSENT
        if field.default is not ABSENT and _same(value, field.default):
            return ABSENT
        result = self._shaped(field, value, path)
        return ABSENT if result in _NOTHING and field.members is not None else result

    def _shaped(self, field: Field, value: Any, path: str) -> Any:
        if field.kind is Kind.REFERENCE:
            return self._reference(field, value, path)
        if field.json and isinstance(value, str):
            value = _parsed(policies.unescaped(value) if field.policy else value)
        if field.kind in (Kind.LOCATED, Kind.MANUAL):
            located = self._located(value, path)
            return policies.form(located) if field.policy else self._ordered(field, located)
        if field.members is not None and isinstance(value, Mapping):
            return self._members(field.members, value, path)
        if field.values is not None and isinstance(value, Mapping):
            return {str(k): self._entry(field.values, v, f"{path}.{k}") for k, v in value.items()}
        if field.items is not None and isinstance(value, list):
            return self._ordered(field, [self._entry(field.items, v, _item_path(field, v, path)) for v in value])
        if field.free:
            self._scan(value, path)
        return self._ordered(field, _plain(value))

    def _entry(self, field: Field, value: Any, path: str) -> Any:
        """A map's value or a list's item: it stays, even where it says nothing, for its key or place says something."""
        if value is None and field.members is not None:
            return {}
        return self._shaped(field, value, path)

    def _members(self, members: Mapping[str, Field], value: Mapping[str, Any], path: str) -> Any:
        result: dict[str, Any] = {}
        for name in sorted(value):
            field = members.get(name)
            if field is None:
                self._say(GAP, "unknown-member", f"AWS returned {path}.{name}, which this version does not know")
            elif field.compared:
                inner = self._value(field, value[name], f"{path}.{name}")
                if inner is not ABSENT:
                    result[name] = inner
        return result

    def _ordered(self, field: Field, value: Any) -> Any:
        if isinstance(value, list) and (field.unordered or field.keyed):
            by = field.keyed
            return sorted(value, key=lambda v: (str(v[by]),) if by else (wire.canonical(v),))
        return value

    # --- references and located text --------------------------------------------------------------

    def _reference(self, field: Field, value: Any, path: str) -> Any:
        if isinstance(value, list):
            refs = [self._one(field, v, path) for v in value]
            return self._ordered(field, refs)
        return self._one(field, value, path)

    def _one(self, field: Field, value: Any, path: str) -> Any:
        text = str(value)
        key = self.names.key(field.to, text, self.row)
        if key is not None:
            return Ref(key)
        if field.free and ("${" in text or field.to == ("apigateway.resource",)):
            return text
        stand_in = ResourceKey(field.to[0], ("unknown", wire.digest(text.encode())[:12]))
        self._say(
            WARNING,
            "unresolved-reference",
            f"{path} names {text}, which is not among what was read ({' or '.join(field.to)})",
        )
        return Ref(stand_in)

    def _lookup(self, type_name: str, physical_id: str) -> ResourceKey | None:
        if physical_id.startswith("arn:"):
            return self.names.key((type_name,), physical_id, self.row)
        outer, _, inner = physical_id.rpartition("/")
        return self.names.inside(type_name, outer, inner) if outer else self.names.key((type_name,), inner, self.row)

    def _located(self, value: Any, path: str) -> Any:
        match value:
            case str():
                text = tokens.take_out(tokens.marked(value), self.scope, self._lookup)
                self._check_located(text, path)
                return text
            case dict():
                return {
                    tokens.take_out(tokens.marked(str(k)), self.scope, self._lookup): self._located(v, path)
                    for k, v in value.items()
                }
            case list() | tuple():
                return [self._located(v, path) for v in value]
            case _:
                return _plain(value)

    def _check_located(self, text: str, path: str) -> None:
        """Ids that can't be derived for another region: said at capture, so that they can be mapped in peace."""
        if f".amazonaws.com/{tokens.REGION}_" in text:
            self._say(WARNING, "unportable-id", f"{path}: a user pool's id differs in another region; map {text}")
        elif f":userpool/{tokens.REGION}_" in text:
            self._say(INFO, "unportable-id", f"{path}: a user pool's id differs in another region; map {text}")
        elif re.search(r"\.elb\.(?:\$\{AWS::Region\}\.)?amazonaws|\.\$\{AWS::Region\}\.elb\.amazonaws", text):
            self._say(INFO, "unportable-id", f"{path}: a load balancer's name differs in another region; map {text}")
        elif re.search(r":certificate/[0-9a-f]{8}-", text):
            self._say(INFO, "unportable-id", f"{path}: a certificate's ARN differs in another region; map {text}")
        elif text.startswith("s3://"):
            self._say(INFO, "unportable-id", f"{path}: a truststore lies in a bucket of its region; map {text}")
        elif _PHYSICAL_LOOKING.search(text) or re.search(r"(?<![\w}.])[a-z0-9]{10}\.execute-api\.", text):
            self._say(WARNING, "unknown-id", f"{path} holds an id that is not among what was read: {text}")
        elif self.scope.region in text:
            self._say(WARNING, "looks-located", f"{path} holds {self.scope.region} in a name of its own: map {text}")

    def _scan(self, value: Any, path: str) -> None:
        """The customer's own text is never rewritten; what looks like an id or a region in it is said."""
        for text in tokens.strings(value):
            if found := _PHYSICAL_LOOKING.search(text):
                self._say(WARNING, "looks-located", f"{path} holds {found[0]}; it is restored as it is")
            elif self.scope.region in text:
                self._say(WARNING, "looks-located", f"{path} holds {self.scope.region}; it is restored as it is")
            elif self.scope.account in text:
                self._say(INFO, "looks-located", f"{path} holds the account's number; it is restored as it is")


def _same(value: Any, default: Any) -> bool:
    """Whether a value is the default; a number is no boolean."""
    return isinstance(value, bool) is isinstance(default, bool) and bool(value == default)


def _item_path(field: Field, item: Any, path: str) -> str:
    named = item.get(field.keyed) if field.keyed and isinstance(item, Mapping) else None
    return f"{path}[{named or ''}]"


def _parsed(text: str) -> Any:
    """The object or list that a text holds; the text itself where it holds none, or none that can be written again."""
    try:
        value = json.loads(text)
        wire.canonical(value)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict | list) else text


def _plain(value: Any) -> Any:
    """Numbers, texts, lists and maps; times as text."""
    match value:
        case datetime():
            return value.isoformat()
        case float():
            return int(value) if value.is_integer() and abs(value) < 2**53 else value
        case dict():
            return {str(k): _plain(v) for k, v in value.items()}
        case list() | tuple():
            return [_plain(v) for v in value]
        case None | bool() | int() | str():
            return value
        case _:
            return str(value)


def _run_of(data: Mapping[str, Any]) -> str:
    """The restore run that made a thing, if a tag says so."""
    held = data.get("tags") or data.get("Tags") or {}
    if not isinstance(held, Mapping):
        held = {t.get("Key"): t.get("Value") for t in held}
    return str(held.get(RUN_TAG) or "")

"""A region's raw state read by human names: no ids, no region, no account, no times; policies and schemas parsed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.strict_aws.call import Region
from tests.strict_aws.judge.differences import Bag, Free
from tests.strict_aws.judge.left_out import at, left_out
from tests.strict_aws.judge.names import local_names, region_names
from tests.strict_aws.judge.raw import Path, tree

Document = dict[str, Any]

_ID = re.compile(r"(?:[a-z]+)-[0-9a-f]{8,17}(?![0-9A-Za-z])|[A-Za-z0-9]+")
_POLICIES = frozenset({"policy", "managementPolicy", "PolicyDocument"})
_JSON = frozenset({"schema", "Schema", "properties"})
_FREE = frozenset(
    {
        *("description", "Description", "tags", "Tags", "variables", "StageVariables", "stageVariableOverrides"),
        *("requestTemplates", "responseTemplates", "RequestTemplates", "ResponseTemplates", "schema", "Schema"),
        *("requestParameters", "responseParameters", "RequestParameters", "ResponseParameters", "format", "Format"),
        *("properties", "identityValidationExpression", "value"),
    }
)
"""Members whose texts AWS doesn't read as references: see `Free`. URLs of integrations are so too."""
_KEPT_EMPTY = frozenset(
    {"RequestParameters", "ResponseParameters", "methodSettings", "RouteSettings", "throttle", "requestTemplates"}
)
"""Maps in which a key says something even where its value is empty."""


class Reading:
    """One region, read. ``landmarks`` are names for texts of the region that nothing in its state explains: the ARN of
    a certificate, the id of a user pool. ``before`` is an earlier reading of the same region: things that have stayed
    what they were are not read again."""

    def __init__(
        self, region: Region, landmarks: Mapping[str, str] | None = None, before: Reading | None = None
    ) -> None:
        self.region, self.tree = region, tree(region)
        self.landmarks = landmarks or {}
        self.names = region_names(self.tree, region)
        self._things: dict[Path, tuple[Any, Any]] = {}
        self._before = before._things if before and before.names == self.names else {}
        self._placed = re.compile(rf"(?<![a-z0-9]){region.name}(?=[a-f]?(?![a-z0-9]))")
        self._texts: dict[str, str] = {}

    def whole(self) -> Document:
        """All of it."""
        read = {
            name: self._walk(part, (name,), self.names) for name, part in self.tree.items() if not self._out((name,))
        }
        return {name: part for name, part in read.items() if part}

    # --- the walk -------------------------------------------------------------------------------------------------

    def _out(self, path: Path) -> bool:
        return left_out(self.tree, path) is not None

    def _walk(self, value: Any, path: Path, names: Mapping[str, str], free: bool = False) -> Any:
        name = path[-1]
        free = free or name in _FREE
        if isinstance(value, dict):
            return self._document(value, path, names, free)
        if isinstance(value, list):
            return Bag(self._walk(each, (*path, number), names, free) for number, each in enumerate(value))
        if isinstance(value, str):
            return self._text(value, path, names, free)
        return value

    def _document(self, value: Document, path: Path, names: Mapping[str, str], free: bool) -> Document:
        if len(path) != 3:
            return self._members(value, path, names, free)
        then, read = self._before.get(path, (None, None))
        if then != value:
            read = self._members(value, path, names, free)
        self._things[path] = value, read
        return read

    def _members(self, value: Document, path: Path, names: Mapping[str, str], free: bool) -> Document:
        local = local_names(path, value)
        if local:
            names = {**names, **{each: self._plain(label, names) for each, label in local.items()}}
        read: Document = {}
        for key, each in value.items():
            below = (*path, key)
            if self._out(below) or (len(path) == 3 and path[1] == "apis" and key in ("deployments", "deployed")):
                continue
            seen = self._walk(each, below, names, free)
            if seen in (None, {}, []) and path[-1] not in _KEPT_EMPTY:
                continue
            if len(path) == 4 and path[1] == "apis" and path[3] == "stages":
                seen |= self._deployed(each, path[:3], names)
            _put(read, self._key(key, path, names), seen)
        return read

    def _deployed(self, stage: Document, api_path: Path, names: Mapping[str, str]) -> Document:
        """What a stage and its canary serve, in the place of the deployments' ids."""
        api = self.tree[api_path[0]][api_path[1]][api_path[2]]
        canary = (stage.get("canarySettings") or {}).get("deploymentId")
        found: Document = {}
        for name, each in (("deployed", stage.get("deploymentId") or stage.get("DeploymentId")), ("canary", canary)):
            if each is not None and each in api["deployments"]:
                found[f"{name} by"] = self._walk(api["deployments"][each], (*api_path, "deployments", each), names)
                if each in api["deployed"]:
                    found[name] = self._walk(api["deployed"][each], (*api_path, "deployed", each), names)
        return found

    # --- texts ----------------------------------------------------------------------------------------------------

    def _key(self, key: Any, path: Path, names: Mapping[str, str]) -> str:
        if isinstance(key, tuple):
            return " & ".join(self._key(each, path, names) for each in key)
        if path[1:2] == ("prefix_lists",) and path[-1] == "versions":
            return "current"
        text = str(key)
        if path[-1] == "methodSettings":
            return _method_key(text)
        if len(path) == 5 and path[3] == "stages":
            return text
        return self._plain(text, names)

    def _text(self, text: str, path: Path, names: Mapping[str, str], free: bool) -> Any:
        member, own = path[-1], names.get(path[2], "") if path[:2] == ("RestRegion", "apis") else ""
        if member in _POLICIES or member in _JSON:
            parsed = _parsed(text)
            if member == "schema" and path[0] == "RestRegion" and isinstance(parsed, dict):
                parsed = _telling(parsed, at(self.tree, path[:-1]))
            if parsed is not None:
                return self._json(parsed, member in _POLICIES, names, own)
        plain = self._plain(text, names)
        if free or (member in ("uri", "IntegrationUri") and text.startswith("http")):
            return Free(text, plain)
        return plain

    def _json(self, value: Any, policy: bool, names: Mapping[str, str], own: str) -> Any:
        """A document inside a text: a policy, in which no order means anything, or the customer's own."""
        if isinstance(value, dict):
            return {self._plain(key, names): self._json(each, policy, names, own) for key, each in value.items()}
        if isinstance(value, list):
            parts = (self._json(each, policy, names, own) for each in value)
            return Bag(parts) if policy else list(parts)
        if isinstance(value, str):
            plain = self._plain(value, names)
            return _relative(plain, own) if policy else Free(value, plain)
        return value

    def _plain(self, text: str, names: Mapping[str, str]) -> str:
        """A text with names in the place of ids, and without region and account."""
        if text in names:
            return names[text]
        for landmark, name in self.landmarks.items():
            text = text.replace(landmark, name)
        text = _ID.sub(lambda found: names.get(found[0], found[0]), text)
        if self.region.name in text:
            text = self._placed.sub("<region>", text)
        return text.replace(self.region.account, "<account>") if self.region.account in text else text


def _relative(text: str, own: str) -> str:
    """A resource of a policy as people write it: AWS completes `execute-api:/` with the API's own ARN."""
    found = re.match(r"arn:[a-z-]+:execute-api:<region>:<account>:", text) if own else None
    return text.replace(f"{found[0]}{own}/", "execute-api:/") if found else text


_DRAFT4 = "http://json-schema.org/draft-04/schema#"


def _telling(schema: Document, model: Document) -> Document:
    """A model's schema without what says nothing: that it is of draft 4, which all are, and the model's own description
    once more, which an import takes from there."""
    unsaid = {"$schema": _DRAFT4, "description": model.get("description")}
    return {name: value for name, value in schema.items() if name not in unsaid or value != unsaid[name]}


def _method_key(key: str) -> str:
    """The key of method settings, which may be written `~1pets/GET` or `pets/GET`."""
    path, _, verb = key.replace("~1", "/").rpartition("/")
    return f"{path if path == '*' else '/' + path.lstrip('/')} {verb}"


def _parsed(text: str) -> Any:
    try:
        parsed = json.loads(text)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict | list) else None


def _put(read: Document, name: str, value: Any) -> None:
    """Enter a value under a name, or under the next one where two things have come to have the same."""
    number, free = 1, name
    while free in read:
        number += 1
        free = f"{name}~{number}"
    read[free] = value

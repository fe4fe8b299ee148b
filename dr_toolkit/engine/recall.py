"""A region in which what was read of an API is recalled until something of that API is changed.

An import is read back as soon as it is done, and APIs are read while AWS's quotas hold up what is left to do: so the
look at the end need not ask for all of it again. What it is told was read after the last change that was made from
here.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from dr_toolkit.engine.ahead import Reads
from dr_toolkit.engine.capture import Reader
from dr_toolkit.engine.ports import Cloud, Lane
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.types import Row

_OF_STAGES = frozenset({"GetStages", "GetDeployments", "GetExport", "ExportApi"})
"""What a stage or a deployment shows in; nothing else of an API changes with these, and with each change these may."""

_SHOWN_IN = {
    "Stage": frozenset[str](),
    "Deployment": frozenset[str](),
    "Integration": frozenset({"GetIntegrations", "GetIntegrationResponses"}),
    "IntegrationResponse": frozenset({"GetIntegrationResponses"}),
    "Route": frozenset({"GetRoutes", "GetRouteResponses"}),
    "RouteResponse": frozenset({"GetRouteResponses"}),
}
"""What else the things of an API show in, by their name in operations; of any other thing it is not told here."""

_TOLD = {"PutRestApi": ("GetRestApi", "restApiId"), "ReimportApi": ("GetApi", "ApiId")}
"""The changes that answer what a read of the API would, and how that is asked for."""

_ANYWHERE = ("TagResource", "UntagResource", "AssociateWebACL", "DisassociateWebACL")
_CHANGES = re.compile("Create|Update|Delete")


class Recall:
    """A cloud (``ports.Cloud``) that is asked once for what it lists of an API. Safe in threads."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud, self.scope = cloud, cloud.scope
        self._kept: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
        self._changes: Counter[str] = Counter()
        self._lock = threading.Lock()

    def lane(self, service: str, operation: str, params: Mapping[str, Any]) -> Lane:
        """What limits a call; see ``ports.Cloud``."""
        return self._cloud.lane(service, operation, params)

    def delay(self, lane: Lane, ahead: Sequence[Lane] = ()) -> float:
        """The seconds until a call may be made; see ``ports.Cloud``."""
        return self._cloud.delay(lane, ahead)

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call, or recall its answer."""
        api = params.get("restApiId") or params.get("ApiId")
        if not operation.startswith(("Get", "List", "Describe", "Export")):
            return self._change(service, operation, params, api)
        if not api or not service.startswith("apigateway"):
            return self._cloud.call(service, operation, params)
        asked = (operation, json.dumps(params, sort_keys=True, default=str))
        with self._lock:
            answer, changes = self._kept.get(api, {}).get(asked), self._changes[api]
        if answer is None:
            answer = self._cloud.call(service, operation, params)
            with self._lock:
                if changes == self._changes[api]:
                    self._kept.setdefault(api, {})[asked] = answer
        return deepcopy(answer)

    def _change(self, service: str, operation: str, params: Mapping[str, Any], api: str | None) -> dict[str, Any]:
        answer = None
        try:
            answer = self._cloud.call(service, operation, params)
            return answer
        finally:
            with self._lock:
                for each in [api] if api else [*self._kept] if operation in _ANYWHERE else []:
                    self._forget(service, operation, each)
                if answer is not None and api and operation in _TOLD:
                    read, member = _TOLD[operation]
                    self._kept.setdefault(api, {})[read, json.dumps({member: api})] = deepcopy(answer)

    def _forget(self, service: str, operation: str, api: str) -> None:
        """Forget what a change may have made untrue, whether or not it took effect."""
        name = "Stage" if operation in _ANYWHERE else _CHANGES.sub("", operation, count=1)
        if name == "ApiMapping":  # is a domain name's
            return
        self._changes[api] += 1
        told = name in ("Stage", "Deployment") or (service == "apigatewayv2" and name in _SHOWN_IN)
        kept = self._kept.get(api, {})
        untrue = _OF_STAGES | _SHOWN_IN[name] if told else {asked[0] for asked in kept}
        for asked in [a for a in kept if a[0] in untrue]:
            del kept[asked]


def read_ahead(cloud: Cloud, registry: Registry, api: ResourceKey, data: Mapping[str, Any]) -> Reads[None]:
    """Read all that lies in an API, whose own row says ``data``, and what its stages serve, so that it is recalled.

    The lists that come first are yielded, to be called by who goes on; what they lead to is read at the end.
    """
    inside = {t.name for t in registry if registry.outermost(t.name) == api.type}
    reader = Reader(cloud, registry, given={api.type: [Row(api.type, dict(data))]})
    yield from reader.calls(sorted(inside))
    reader.read(lambda name: registry[name].landmark, only={api.type, *inside}, serving=lambda stage: True)

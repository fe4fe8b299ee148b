"""An HTTP or WebSocket API as names see it: what two APIs are compared by."""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.strict_aws.http.state import HttpApi

Document = dict[str, Any]
_OWN = ("ApiId", "ApiEndpoint", "CreatedDate", "ImportInfo", "Warnings")


def by_name(api: HttpApi) -> Document:
    """Its members and its draft, ids replaced by what they stand for; integrations that no route has as a list."""
    integrations = {key: _without(each, "IntegrationId") for key, each in api.draft.integrations.items()}
    authorizers = {each["AuthorizerId"]: each["Name"] for each in api.draft.authorizers.values()}
    routes, used = {}, set()
    for route in copy.deepcopy(api.draft.routes).values():
        target = route.pop("Target", "").partition("/")[2]
        used.add(target)
        route["AuthorizerId"] = authorizers.get(route.get("AuthorizerId"))
        route["Target"] = integrations.get(target)
        routes[route["RouteKey"]] = _without(route, "RouteId")
    return {
        "api": {name: value for name, value in api.fields.items() if name not in _OWN},
        "routes": routes,
        "unused": sorted((each for key, each in integrations.items() if key not in used), key=_text),
        "shared": len(used - {""}),
        "authorizers": {each["Name"]: _without(each, "AuthorizerId") for each in api.draft.authorizers.values()},
    }


def _text(document: Document) -> str:
    return json.dumps(document, sort_keys=True)


def _without(document: Document, name: str) -> Document:
    return {key: value for key, value in document.items() if key != name}

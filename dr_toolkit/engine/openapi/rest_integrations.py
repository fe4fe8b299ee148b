"""Integrations of methods as the extension of an operation in a document for an import."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dr_toolkit.engine.openapi import rest_words as w
from dr_toolkit.engine.openapi.texts import Unheld
from dr_toolkit.model.keys import Ref, ResourceKey

_SAME = (
    *("uri", "httpMethod", "credentials", "connectionType", "connectionId", "requestParameters", "requestTemplates"),
    *("cacheKeyParameters", "contentHandling", "timeoutInMillis", "tlsConfig"),
)
_RESPONSE = ("responseParameters", "responseTemplates", "contentHandling")
_UNCONFIRMED = ("responseTransferMode", "integrationTarget")
_ADDRESS = ("uri", "httpMethod")


def integration(method: ResourceKey, a: Mapping[str, Any], bound: Collection[ResourceKey]) -> dict[str, Any]:
    """The extension. Raises `Unheld` where it can't hold all of the integration.

    A cache namespace is the id of the method's own resource where a person gave none; an import gives resources that
    were there before another one, so that the id has to be said of those that are ``bound``.
    """
    for member in _UNCONFIRMED:
        if member in a:
            raise Unheld(f"it is not confirmed that documents hold {member}")
    made: dict[str, Any] = {"type": str(a.get("type", "")).lower()}
    if made["type"] == "mock" and any(member in a for member in _ADDRESS):
        raise Unheld("an import drops the address of an integration that answers by itself")
    made |= {member: a[member] for member in _SAME if member in a}
    made["passthroughBehavior"] = str(a.get("passthroughBehavior", "WHEN_NO_MATCH")).lower()
    namespace = _namespace(method, a.get("cacheNamespace"), bound)
    made |= {"cacheNamespace": namespace} if namespace else {}
    if responses := a.get("integrationResponses"):
        made["responses"] = _responses(responses)
    return made


def _namespace(method: ResourceKey, given: Any, bound: Collection[ResourceKey]) -> Any:
    own = Ref(ResourceKey(w.RESOURCE, method.path[:2]))
    wanted = given or own
    if not isinstance(wanted, Ref) or wanted.key in bound:
        return wanted
    if wanted != own:
        raise Unheld("its cache namespace is the id of another resource, which is not known before the import")
    return None


def _responses(responses: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The responses by pattern, by which a document knows them."""
    made: dict[str, Any] = {}
    for status, response in sorted(responses.items()):
        pattern = response.get("selectionPattern", "")
        if pattern == "default":
            raise Unheld('documents take the selection pattern "default" for none')
        if (name := pattern or "default") in made:
            raise Unheld(f"two responses of its integration have the selection pattern {pattern or '(none)'}")
        made[name] = {"statusCode": status} | {member: response[member] for member in _RESPONSE if member in response}
    return made

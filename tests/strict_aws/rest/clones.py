"""CreateRestApi's cloneFrom: another API's definition with ids of its own."""

from __future__ import annotations

import copy
import re

from tests.strict_aws.call import Call
from tests.strict_aws.rest.state import Content, Document, RestApi
from tests.strict_aws.rules import rule

WHOLE = rule(
    "rest.clone-content",
    "A clone has the draft of its source, with ids of its own, and neither deployments nor stages",
    "botocore: CreateRestApi.cloneFrom; which settings come along is from memory",
    recalled=True,
)


def copied(call: Call, source: RestApi, target: RestApi) -> Content:
    """The source's draft for the target: everything that has an id gets another one, and what refers to it follows."""
    content = copy.deepcopy(source.draft)
    root = source.draft.root()["id"]
    ids = {each: call.aws.ids.gateway(6) for each in (*content.resources, *content.authorizers, *content.validators)}
    ids[root] = target.draft.root()["id"]
    content.resources = {ids[each]: _renamed(held, ids) for each, held in content.resources.items()}
    content.authorizers = {ids[each]: _renamed(held, ids) for each, held in content.authorizers.items()}
    content.validators = {ids[each]: _renamed(held, ids) for each, held in content.validators.items()}
    for _, _, method in content.methods():
        method.update(_renamed(method, ids))
        method.get("methodIntegration", {}).update(_renamed(method.get("methodIntegration", {}), ids))
    for model in content.models.values():
        model["id"] = call.aws.ids.gateway(6)
        model["schema"] = re.sub(f"/restapis/{source.id}/models/", f"/restapis/{target.id}/models/", model["schema"])
    return content


def _renamed(document: Document, ids: dict[str, str]) -> Document:
    members = ("id", "parentId", "authorizerId", "requestValidatorId", "cacheNamespace")
    return {k: ids.get(v, v) if k in members else v for k, v in document.items()}

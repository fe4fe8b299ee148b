"""Lambda permissions: the statements of functions' policies that let an API of the region call them.

Without them a restored API has all that it had, and answers 500. A statement is known by what it lets through, not by
its id: that is whatever the tool that made it called it. It is described in the terms of AddPermission, which makes it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change, Join
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.fields import located, observed, setting
from dr_toolkit.spec.served import APIS
from dr_toolkit.spec.types import Listing, Names, ResourceType, Row

FUNCTION, ALIAS = "lambda.function", "lambda.alias"
ANY = "*"
_AUTHORIZERS = ("apigateway.authorizer", "apigatewayv2.authorizer")
_SOURCE = re.compile(r"arn:[^:]+:execute-api:[^:]*:[^:]*:([^/]+)/?(.*)")
_SETTINGS = (
    *("Action", "Principal", "SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken"),
    *("FunctionUrlAuthType", "InvokedViaFunctionUrl"),
)
_CONDITIONS = {
    "aws:sourcearn": "SourceArn",
    "aws:sourceaccount": "SourceAccount",
    "aws:principalorgid": "PrincipalOrgID",
    "lambda:eventsourcetoken": "EventSourceToken",
    "lambda:functionurlauthtype": "FunctionUrlAuthType",
    "lambda:invokedviafunctionurl": "InvokedViaFunctionUrl",
}


def _statements(row: Row) -> Iterator[dict[str, Any]]:
    """The statements of a policy that let API Gateway in, as AddPermission's parameters."""
    function = str(row.root.data["FunctionArn"]).removesuffix(":$LATEST")
    arn = function if row.parent is row.root or row.parent is None else f"{function}:{row.parent.data['Name']}"
    for statement in json.loads(row.data["Policy"]).get("Statement", ()):
        principal = statement.get("Principal")
        service = principal.get("Service") if isinstance(principal, Mapping) else None
        if statement.get("Effect") == "Allow" and statement.get("Resource") == arn and _is_gateway(service):
            yield {
                "StatementId": statement["Sid"],
                "Action": statement["Action"],
                "Principal": service,
                **_conditions(statement.get("Condition") or {}),
            }


def _is_gateway(service: Any) -> bool:
    return isinstance(service, str) and service.startswith("apigateway.")


def _conditions(condition: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What AddPermission makes its conditions of; ArnLike or ArnEquals, in either spelling."""
    tests = {name.lower(): value for each in condition.values() for name, value in each.items()}
    found = {member: tests[name] for name, member in _CONDITIONS.items() if name in tests}
    if "InvokedViaFunctionUrl" in found:
        found["InvokedViaFunctionUrl"] = str(found["InvokedViaFunctionUrl"]).lower() == "true"
    return found


def _identity(row: Row, names: Names) -> tuple[str, str] | None:
    """The API and what of it may call; None for statements about APIs that are not there (any more)."""
    source = str(row.data.get("SourceArn") or "")
    if not source:
        return ANY, ANY
    match = _SOURCE.fullmatch(source)
    if match is None:
        return None
    api_id, what = match[1], match[2]
    if ANY in api_id:
        return api_id, what
    api = names.key(sorted(APIS), api_id, row)
    kind, _, authorizer_id = what.partition("/")
    if kind == "authorizers" and authorizer_id != ANY:
        keys = (names.inside(t, api_id, authorizer_id) for t in _AUTHORIZERS)
        authorizer = next((key for key in keys if key), None)
        if authorizer is None:
            return None
        what = f"authorizers/{authorizer.name}"
    return None if api is None else (api.text, what)


def _owner(key: ResourceKey) -> ResourceKey:
    """The API that a permission is for: inside it the set is closed."""
    api = key.path[-2]
    return ResourceKey.parse(api) if api.partition("/")[0] in APIS else key


def _function(key: ResourceKey) -> dict[str, Any]:
    """The function, and the alias of it, whose policy a permission stands in."""
    name, *alias = key.path[:-2]
    return {"FunctionName": Ref(ResourceKey(FUNCTION, (name,)))} | ({"Qualifier": alias[0]} if alias else {})


def _create(permission: Resource) -> list[Call]:
    """Its id is the same at every repetition, and another one for an API that was made anew."""
    a, key, owner = permission.attributes, permission.key, _owner(permission.key)
    mark = hashlib.sha256(key.text.encode()).hexdigest()[:16]
    own = Join(("dr-toolkit-", Ref(owner), f"-{mark}")) if owner.type in APIS else f"dr-toolkit-{mark}"
    params = _function(key) | {"StatementId": own} | {name: a[name] for name in _SETTINGS if name in a}
    return [Call("AddPermission", params, tolerates={"ResourceConflictException": "done"})]


def _delete(permission: Resource) -> list[Call]:
    params = _function(permission.key) | {"StatementId": permission.observed.get("StatementId", "unknown")}
    return [Call("RemovePermission", params, tolerates={"ResourceNotFoundException": "done"})]


def _update(change: Change) -> list[Call]:
    """Made anew: nothing in a statement can be changed."""
    assert change.before is not None and change.after is not None
    return _delete(change.before) + _create(change.after)


def _type(name: str, title: str, parent: str, segments: str) -> ResourceType:
    def arguments(row: Row) -> dict[str, Any]:
        alias = {} if row.parent is None else {"Qualifier": row.data["Name"]}
        return {"FunctionName": row.root.data["FunctionName"]} | alias

    return ResourceType(
        name=name,
        service="lambda",
        shape="AddPermissionRequest",
        title=title,
        listing=Listing(
            "GetPolicy",
            per=parent,
            arguments=arguments,
            unfold=_statements,
            absent=("ResourceNotFoundException",),
        ),
        identity=_identity,
        parent=parent,
        segments=2,
        owner=_owner,
        after=(*sorted(APIS), *_AUTHORIZERS),
        facts=("StatementId",),
        fields={
            "Action": setting(),
            "Principal": setting(),
            "SourceArn": located(),
            "SourceAccount": located(),
            "PrincipalOrgID": setting(),
            "EventSourceToken": setting(),
            "FunctionUrlAuthType": setting(),
            "InvokedViaFunctionUrl": setting(default=False),
            "StatementId": observed("says nothing; a restore gives its own"),
            "FunctionName": observed("is the key's"),
            "Qualifier": observed("is the key's"),
            "RevisionId": observed("counts the changes of the policy"),
        },
        calls=("AddPermission", "RemovePermission"),
        create=_create,
        update=_update,
        delete=_delete,
        notes=f"Known by {segments}, API, and what of the API may call. Those of APIs that are not there are left "
        "alone. The function is found in the target, never made.",
    )


TYPES = (
    _type("lambda.permission", "Lambda permission", FUNCTION, "function"),
    _type("lambda.alias_permission", "Lambda permission of an alias", ALIAS, "function, alias"),
)

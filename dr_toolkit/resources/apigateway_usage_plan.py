"""Usage plans: which stages keys open, and how often they may be called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change, Join
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec import patches, tags
from dr_toolkit.spec.arns import REST_API, around
from dr_toolkit.spec.fields import manual, physical, reference, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, ResourceType, Row

_CREATED_WITH = ("name", "description", "throttle", "quota", "apiStages")
_LIMITS = ("burstLimit", "rateLimit")
_QUOTA: dict[str, Any] = {"limit": None, "offset": 0, "period": None}


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    return dict(row.data) | {"tags": tags.of_map(row.data.get("tags"))}


def _mentions(plan: Resource) -> list[ResourceKey]:
    """The stages in it, by name."""
    found = []
    for entry in plan.attributes.get("apiStages", ()):
        api = entry.get("apiId")
        if isinstance(api, Ref) and "stage" in entry and api.key.type == REST_API:
            found.append(ResourceKey("apigateway.stage", (*api.key.path, entry["stage"])))
    return found


def _create(plan: Resource) -> list[Call]:
    a = plan.attributes
    params = {name: a[name] for name in _CREATED_WITH if name in a}
    params["tags"] = dict(a.get("tags") or {}) | {tags.RUN_TAG: tags.RUN_TOKEN}
    return [Call("CreateUsagePlan", params, {plan.key: "id"})]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after = change.before.attributes, change.after.attributes
    operations = [
        patch
        for name in ("name", "description")
        if name in change.names
        for patch in patches.scalar(f"/{name}", after.get(name))
    ]
    operations += _numbers("/throttle", before.get("throttle"), after.get("throttle"), dict.fromkeys(_LIMITS, 0))
    operations += _numbers("/quota", before.get("quota"), after.get("quota"), _QUOTA)
    operations += _stages(before.get("apiStages", ()), after.get("apiStages", ()))
    params = {"usagePlanId": Ref(change.key), "patchOperations": operations}
    calls = [Call("UpdateUsagePlan", params)] if operations else []
    return calls + tags.v1_calls(around("usageplans", change.key), before.get("tags"), after.get("tags"))


def _numbers(
    path: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, defaults: Mapping[str, Any]
) -> list[patches.Patch]:
    """Turn one throttle or quota into another: AWS removes it as a whole."""
    old, new = before or {}, after or {}
    if old and not new:
        return [patches.remove(path)]
    changed = [n for n, default in defaults.items() if new and old.get(n, default) != new.get(n, default)]
    return [patches.replace(f"{path}/{name}", new.get(name, defaults[name])) for name in changed]


def _stages(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[patches.Patch]:
    """Take stages out and put stages in; a stage that stays keeps its place, and only its throttles change."""
    old, new = {_place(e): e for e in before}, {_place(e): e for e in after}
    operations = [patches.remove("/apiStages", _named(old[place])) for place in sorted(old.keys() - new.keys())]
    operations += [patches.add("/apiStages", _named(new[place])) for place in sorted(new.keys() - old.keys())]
    for place in sorted(new):
        had = (old.get(place) or {}).get("throttle") or {}
        operations += _throttles(new[place], had, new[place].get("throttle") or {})
    return operations


def _throttles(entry: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> list[patches.Patch]:
    operations: list[patches.Patch] = []
    for method in sorted(old.keys() | new.keys()):
        path = _under(entry, patches.pointer(method))
        if method not in new:
            operations.append({"op": "remove", "path": path})
            continue
        had, wanted = old.get(method, {}), new[method]
        for limit in _LIMITS:
            if method not in old or had.get(limit, 0) != wanted.get(limit, 0):
                value = patches.text(wanted.get(limit, 0))
                operations.append(
                    {"op": "replace", "path": _under(entry, patches.pointer(method), limit), "value": value}
                )
    return operations


def _place(entry: Mapping[str, Any]) -> tuple[str, str]:
    return str(entry.get("apiId")), str(entry.get("stage"))


def _named(entry: Mapping[str, Any]) -> Join:
    """A stage as patches name it: ``api:stage``."""
    return Join((entry["apiId"], f":{entry['stage']}"))


def _under(entry: Mapping[str, Any], *path: str) -> Join:
    stage = patches.pointer(str(entry["stage"]))
    return Join(("/apiStages/", entry["apiId"], f":{stage}/throttle/{'/'.join(path)}"))


def _delete(plan: Resource) -> list[Call]:
    """A plan that has stages can't be deleted."""
    operations = [patches.remove("/apiStages", _named(e)) for e in plan.attributes.get("apiStages", ())]
    target = {"usagePlanId": Ref(plan.key)}
    gone = {"NotFoundException": "done"}
    emptied = [Call("UpdateUsagePlan", target | {"patchOperations": operations}, tolerates=gone)] if operations else []
    return [*emptied, Call("DeleteUsagePlan", target, tolerates=gone)]


_THROTTLE = {name: setting(default=0) for name in _LIMITS}

TYPES = (
    ResourceType(
        name="apigateway.usage_plan",
        service="apigateway",
        shape="UsagePlan",
        title="Usage plan",
        listing=Listing("GetUsagePlans", "items", paging=V1_PAGES),
        physical=lambda data: str(data["id"]),
        identity=lambda row, names: str(row.data.get("name") or "unnamed"),
        root=True,
        lost="its id, and what its keys have used of their quotas",
        pairs_by_id=True,
        born=lambda data: str(data["id"]),
        fields={
            "id": physical(),
            "name": setting(),
            "description": setting(),
            "apiStages": setting(
                unordered=True,
                items=setting(
                    members={
                        "apiId": reference(REST_API),
                        "stage": setting(),
                        "throttle": setting(values=setting(members=_THROTTLE)),
                    }
                ),
            ),
            "throttle": setting(members=_THROTTLE),
            "quota": setting(members={"limit": setting(), "offset": setting(default=0), "period": setting()}),
            "productCode": manual("subscribe the plan to the product of AWS Marketplace in the target"),
            "tags": setting(),
        },
        prepare=_prepare,
        calls=("CreateUsagePlan", "UpdateUsagePlan", "DeleteUsagePlan", *tags.GATEWAY_CALLS),
        create=_create,
        update=_update,
        delete=_delete,
        mentions=_mentions,
        notes="Names are not unique: homonyms carry an ordinal. What keys have used of a quota is not configuration.",
    ),
)

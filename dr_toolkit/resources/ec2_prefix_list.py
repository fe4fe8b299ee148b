"""Customer-managed prefix lists, with their entries."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec import tags
from dr_toolkit.spec.fields import fixed, manual, observed, physical, setting
from dr_toolkit.spec.types import PREFIX_LIST_PAGES, Detail, Listing, ResourceType, Row

MOST_ENTRIES_A_CALL = 100
_BUSY = {"IncorrectState": "again", "InvalidPrefixListID.NotFound": "again", "InvalidPrefixListId.NotFound": "again"}


_GOING = ("delete-in-progress", "delete-complete")


def _own(data: Mapping[str, Any], scope: Scope) -> bool:
    """A list that is being deleted is still shown for a while; it can't be kept any more, and counts as gone."""
    return data.get("OwnerId") == scope.account and data.get("State") not in _GOING


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    data = row.data | {"Tags": tags.of_list(row.data.get("Tags"))}
    data["Entries"] = [
        e | {"Cidr": str(ipaddress.ip_network(e["Cidr"], strict=False))} for e in data.get("Entries") or ()
    ]
    return data


def _entries(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{k: e[k] for k in ("Cidr", "Description") if e.get(k)} for e in items]


def _chunks(items: list[Any]) -> list[list[Any]]:
    return [items[i : i + MOST_ENTRIES_A_CALL] for i in range(0, len(items), MOST_ENTRIES_A_CALL)]


def _create(wanted: Resource) -> list[Call]:
    a = wanted.attributes
    first, *more = _chunks(_entries(a.get("Entries", ()))) or [[]]
    params = {
        "PrefixListName": a["PrefixListName"],
        "MaxEntries": a["MaxEntries"],
        "AddressFamily": a["AddressFamily"],
        "TagSpecifications": tags.specification("prefix-list", a.get("Tags"), run=True),
        "ClientToken": tags.CLIENT_TOKEN,
    } | ({"Entries": first} if first else {})
    calls = [Call("CreateManagedPrefixList", params, {wanted.key: "PrefixList.PrefixListId"})]
    return calls + _modifications(wanted.key, 1, [{"AddEntries": chunk} for chunk in more])


def _modifications(key: ResourceKey, version: int, parts: list[dict[str, Any]]) -> list[Call]:
    """One ModifyManagedPrefixList a part; each change of entries raises the version by one."""
    return [
        Call(
            "ModifyManagedPrefixList", {"PrefixListId": Ref(key), "CurrentVersion": version + n} | part, tolerates=_BUSY
        )
        for n, part in enumerate(parts)
    ]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after, key = change.before.attributes, change.after.attributes, change.key
    calls = []
    if "PrefixListName" in change.names:
        params = {"PrefixListId": Ref(key), "PrefixListName": after["PrefixListName"]}
        calls.append(Call("ModifyManagedPrefixList", params, tolerates=_BUSY))
    size = {"PrefixListId": Ref(key), "MaxEntries": after["MaxEntries"]}
    resize = Call("ModifyManagedPrefixList", size, tolerates=_BUSY)
    grows = after["MaxEntries"] > before["MaxEntries"]
    if "MaxEntries" in change.names and grows:
        calls.append(resize)
    if "Entries" in change.names:
        version = int(change.before.observed.get("Version", 1))
        calls += _modifications(key, version, _entry_parts(before.get("Entries", ()), after.get("Entries", ())))
    if "MaxEntries" in change.names and not grows:
        calls.append(resize)
    return calls + tags.ec2_calls(key, before.get("Tags"), after.get("Tags"))


def _entry_parts(before: Any, after: Any) -> list[dict[str, Any]]:
    """What to remove and what to add, at most a hundred of each a call; removals first, to stay within the size.

    AWS changes no description: such an entry is removed, and added by the next call, since one can't do both.
    """
    old = {e["Cidr"]: e.get("Description") for e in before}
    new = {e["Cidr"]: e.get("Description") for e in after}
    described = {cidr for cidr in old.keys() & new.keys() if old[cidr] != new[cidr]}
    gone = [{"Cidr": cidr} for cidr in sorted((old.keys() - new.keys()) | described)]
    put = _entries(e for e in after if e["Cidr"] not in old or e["Cidr"] in described)
    removals, additions = _chunks(gone), _chunks(put)
    if len(removals) == len(additions) == 1 and not described:
        return [{"RemoveEntries": removals[0], "AddEntries": additions[0]}]
    return [{"RemoveEntries": chunk} for chunk in removals] + [{"AddEntries": chunk} for chunk in additions]


def _delete(resource: Resource) -> list[Call]:
    gone = {"InvalidPrefixListID.NotFound": "done", "InvalidPrefixListId.NotFound": "done", "IncorrectState": "again"}
    return [Call("DeleteManagedPrefixList", {"PrefixListId": Ref(resource.key)}, tolerates=gone)]


TYPES = (
    ResourceType(
        name="ec2.prefix_list",
        service="ec2",
        shape="ManagedPrefixList",
        title="Customer-managed prefix list",
        listing=Listing(
            "DescribeManagedPrefixLists",
            "PrefixLists",
            paging=PREFIX_LIST_PAGES,
            keep=_own,
            details=(
                Detail(
                    "GetManagedPrefixListEntries",
                    lambda row: {"PrefixListId": row.data["PrefixListId"]},
                    "Entries",
                    "Entries",
                    paging=PREFIX_LIST_PAGES,
                ),
            ),
        ),
        physical=lambda data: str(data["PrefixListId"]),
        identity=lambda row, names: str(row.data["PrefixListName"]),
        root=True,
        lost="its id, which route tables and rules of other accounts may name",
        pairs_by_id=True,
        facts=("Version", "State"),
        fields={
            "PrefixListId": physical(),
            "PrefixListName": setting(),
            "AddressFamily": fixed(),
            "MaxEntries": setting(),
            "Entries": setting(
                keyed="Cidr", items=setting(members={"Cidr": setting(cidr=True), "Description": setting()})
            ),
            "Tags": tags.TAG_LIST,
            "State": observed("moves with every change"),
            "StateMessage": observed("moves with every change"),
            "PrefixListArn": observed("made from account, region and id"),
            "Version": observed("counts the changes"),
            "OwnerId": observed("the account"),
            "IpamPrefixListResolverTargetId": manual("attach the list to the IPAM resolver of the target"),
            "IpamPrefixListResolverSyncEnabled": observed("follows from the resolver"),
        },
        prepare=_prepare,
        calls=("CreateManagedPrefixList", "ModifyManagedPrefixList", "DeleteManagedPrefixList", *tags.EC2_CALLS),
        create=_create,
        update=_update,
        delete=_delete,
        notes="Matched by name. Lists of AWS or of other accounts are landmarks.",
    ),
)

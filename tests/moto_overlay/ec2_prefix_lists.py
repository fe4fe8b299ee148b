"""Managed prefix lists: versions, the bound on entries, states that take a moment, canonical CIDRs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses.vpcs import VPCs

from tests.moto_overlay.ec2_rules import canonical_cidr, invalid, refuse

SETTLED = {"create-in-progress": "create-complete", "modify-in-progress": "modify-complete"}
ENTRIES = 1000


def _entries(given: Iterable[Mapping[str, str]], family: str) -> list[dict[str, str]]:
    """Entries as they are kept; each CIDR once."""
    made: list[dict[str, str]] = []
    for entry in given:
        cidr = canonical_cidr(entry["Cidr"], 4 if family == "IPv4" else 6)
        if any(each["Cidr"] == cidr for each in made):
            raise invalid(f"Duplicate entry {cidr} in the prefix list")
        text = entry.get("Description")
        made.append({"Cidr": cidr, **({"Description": text} if text else {})})
    return made


def _held(response: Any) -> Any:
    """The list that the request names, not one of AWS's own."""
    list_id = response._get_param("PrefixListId")
    held = response.ec2_backend.managed_prefix_lists.get(list_id)
    if held is None or held.state == "delete-complete":
        raise refuse("InvalidPrefixListID.NotFound", f"The prefix list ID '{list_id}' does not exist")
    if held.owner_id == "AWS":
        raise refuse("UnauthorizedOperation", "You are not authorized to change a prefix list of AWS's own.")
    return held


def _row(held: Any) -> dict[str, Any]:
    """A list as it is answered."""
    row: dict[str, Any] = {"PrefixListId": held.id, "PrefixListName": held.prefix_list_name}
    row |= {"AddressFamily": held.address_family, "State": held.state, "PrefixListArn": held.prefix_list_arn}
    row |= {"OwnerId": held.owner_id, "StateMessage": held.state_message}
    row |= {"MaxEntries": held.max_entries, "Version": held.version}
    tags = [{"Key": tag["key"], "Value": tag["value"]} for tag in held.get_tags()]
    return {key: value for key, value in row.items() if value is not None} | {"Tags": tags}


def _bound(value: Any) -> int:
    bound = int(value or 0)
    if not 1 <= bound <= ENTRIES:
        raise invalid(f"The number of entries must be between 1 and {ENTRIES}")
    return bound


def _create(response: Any) -> ActionResult:
    """A new list; its answer says that it is in progress."""
    backend, family = response.ec2_backend, response._get_param("AddressFamily")
    name, token = response._get_param("PrefixListName"), response._get_param("ClientToken")
    if family not in ("IPv4", "IPv6"):
        raise invalid(f"Invalid AddressFamily: {family}")
    if not name or name.startswith("com.amazonaws"):
        raise invalid(f"Value ({name}) for parameter PrefixListName is invalid.")
    for other in backend.managed_prefix_lists.values():
        if token and getattr(other, "client_token", None) == token:
            return ActionResult({"PrefixList": _row(other)})
    entries = _entries(response._get_param("Entries", []), family)
    bound = _bound(response._get_param("MaxEntries"))
    if len(entries) > bound:
        raise refuse("PrefixListMaxEntriesExceeded", f"You've exceeded the maximum number of entries ({bound}).")
    response.error_on_dryrun()
    tags = response._parse_tag_specification().get("prefix-list", {})
    made = backend.create_managed_prefix_list(family, entries, bound, name, tags)
    made.entries = {1: entries}
    made.state, made.client_token = "create-in-progress", token
    return ActionResult({"PrefixList": _row(made)})


def _settle(backend: Any) -> None:
    """What was in progress has come to its end by the time of the next look."""
    for held in list(backend.managed_prefix_lists.values()):
        held.state = SETTLED.get(held.state, held.state)
        if held.state == "delete-in-progress":
            if _used(backend, held.id):
                held.state, held.state_message = "delete-failed", "The prefix list is in use"
            else:
                del backend.managed_prefix_lists[held.id]


def _used(backend: Any, list_id: str) -> bool:
    return any(
        rule.prefix_list_id == list_id
        for groups in backend.groups.values()
        for group in groups.values()
        for rule in [*group.ingress_rules, *group.egress_rules]
    )


def _describe(response: Any) -> ActionResult:
    """The lists of the region, AWS's own included."""
    response.error_on_dryrun()
    backend, ids = response.ec2_backend, response._get_param("PrefixListIds", [])
    _settle(backend)
    for list_id in ids:
        if list_id not in backend.managed_prefix_lists:
            raise refuse("InvalidPrefixListID.NotFound", f"The prefix list ID '{list_id}' does not exist")
    found = backend.describe_managed_prefix_lists(ids, response._filters_from_querystring())
    return ActionResult({"PrefixLists": [_row(held) for held in sorted(found, key=lambda held: str(held.id))]})


def _get_entries(response: Any) -> ActionResult:
    """The entries of a list, of the version that is asked for or of the latest."""
    list_id, backend = response._get_param("PrefixListId"), response.ec2_backend
    held = backend.managed_prefix_lists.get(list_id)
    if held is None:
        raise refuse("InvalidPrefixListID.NotFound", f"The prefix list ID '{list_id}' does not exist")
    version = response._get_param("TargetVersion") or held.version or 1
    if int(version) not in held.entries:
        raise refuse("InvalidPrefixListVersion.NotFound", f"Version {version} of {list_id} does not exist")
    return ActionResult({"Entries": sorted(held.entries[int(version)], key=lambda entry: str(entry["Cidr"]))})


def _changed_entries(held: Any, added: list[dict[str, str]], removed: list[str], bound: int) -> list[Any]:
    left = [entry for entry in held.entries[held.version] if entry["Cidr"] not in removed]
    if len(left) + len(removed) != len(held.entries[held.version]):
        raise invalid("An entry to remove is not in the prefix list")
    known = {entry["Cidr"] for entry in added}
    after = [entry for entry in left if entry["Cidr"] not in known] + added
    if len(after) > bound:
        raise refuse("PrefixListMaxEntriesExceeded", f"You've exceeded the maximum number of entries ({bound}).")
    return after


def _modify(response: Any) -> ActionResult:
    """Change name, entries or size; entries only from the version that the caller knows."""
    held = _held(response)
    family = held.address_family
    added = _entries(response._get_param("AddEntries", []), family)
    removed = [each["Cidr"] for each in _entries(response._get_param("RemoveEntries", []), family)]
    version, size = response._get_param("CurrentVersion"), response._get_param("MaxEntries")
    if held.state in SETTLED:
        held.state = SETTLED[held.state]  # by the time of the next try
        raise refuse("IncorrectState", f"The prefix list {held.id} is still being made or modified")
    if (added or removed) and size is not None:
        text = "You cannot modify the entries and the maximum number of entries in one request."
        raise refuse("InvalidParameterCombination", text)
    if (added or removed) and version is None:
        raise refuse("MissingParameter", "The request must contain the parameter CurrentVersion")
    if version is not None and int(version) != held.version:
        text = f"The prefix list has the incorrect version number: {version}. The current version is {held.version}"
        raise refuse("PrefixListVersionMismatch", text)
    bound = held.max_entries if size is None else _bound(size)
    entries = _changed_entries(held, added, removed, int(bound))
    response.error_on_dryrun()
    if response._get_param("PrefixListName"):
        held.prefix_list_name = response._get_param("PrefixListName")
    held.max_entries = bound
    if added or removed:
        held.version += 1
        held.entries[held.version] = entries
    held.state = "modify-in-progress"
    return ActionResult({"PrefixList": _row(held)})


def _delete(response: Any) -> ActionResult:
    """Begin to delete a list; where a rule refers to it, that ends in delete-failed."""
    held = _held(response)
    response.error_on_dryrun()
    held.state = "delete-in-progress"
    return ActionResult({"PrefixList": _row(held)})


def install() -> None:
    """Put the handlers into moto's response class; to be done before the listings are paged."""
    handlers = {
        "create_managed_prefix_list": _create,
        "describe_managed_prefix_lists": _describe,
        "get_managed_prefix_list_entries": _get_entries,
        "modify_managed_prefix_list": _modify,
        "delete_managed_prefix_list": _delete,
    }
    for name, handler in handlers.items():
        setattr(VPCs, name, handler)

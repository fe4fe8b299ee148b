"""Managed prefix lists: versions, sizes, states that take a while."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.addresses import canonical
from tests.strict_aws.ec2.errors import check_id, combined, dry_run, invalid, missing, no_such
from tests.strict_aws.ec2.filters import filtered, value_of
from tests.strict_aws.ec2.listings import named, paged
from tests.strict_aws.ec2.lists import aws_entries, aws_lists, holders_of, settle_lists
from tests.strict_aws.ec2.once import made_before, remember
from tests.strict_aws.ec2.state import PrefixList, held, turn
from tests.strict_aws.ec2.tags import put_tags, specified, tags_of
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]

NAME = rule(
    "ec2.list-name", "A list's name has up to 255 characters, and not AWS's prefix", "botocore: CreateManagedPrefixList"
)
MOST = rule("ec2.most-lists", "An account has so many lists in a region", "AWS notes, section 2.4")
SIZE = rule("ec2.list-size", "A list has up to 1000 entries, and no more than its size", "AWS notes, section 2.4")
CHUNK = rule(
    "ec2.entries-a-call", "A call takes up to 100 entries to add and 100 to remove", "botocore: AddPrefixListEntries"
)
VERSION = rule(
    "ec2.list-version", "Entries change only from the version that the caller knows", "AWS notes, section 1.3"
)
APART = rule("ec2.entries-and-size", "Entries and size don't change in one call", "botocore: ModifyManagedPrefixList")
BUSY = rule(
    "ec2.list-in-progress",
    "A list that is being made or changed can't be changed",
    "AWS notes, section 1.3; terraform-provider-aws quotes IncorrectState",
)
BOTH = rule(
    "ec2.entry-added-and-removed",
    "A block can't be added and removed in one call",
    "quoted: terraform-provider-aws, vpc_managed_prefix_list.go",
)
ADDED_TWICE = rule(
    "ec2.entry-there-already",
    "An entry with the same block and description as one that is there is refused",
    "quoted: terraform-provider-aws, issue 29204",
)
REDESCRIBED = rule(
    "ec2.entry-description",
    "A block that is there can't be added with another description: it is removed first, in a call of its own",
    "quoted: terraform-provider-aws, vpc_managed_prefix_list.go, and pull request 43661",
)
NOT_AN_ENTRY = rule(
    "ec2.entry-not-there",
    "An entry to remove has to be there",
    "quoted: terraform-provider-aws, InvalidPrefixListModification",
)
OWN = rule(
    "ec2.aws-lists-are-fixed",
    "AWS's own lists can't be changed",
    "VPC user guide, AWS-managed prefix lists: from memory",
    recalled=True,
)


def _find(call: Call, *, own: bool = True) -> PrefixList:
    """The customer's list that the call names; raises."""
    settle_lists(call)
    list_id = call.params["PrefixListId"]
    check_id(call, "pl", list_id)
    found = held(call).prefix_lists.get(list_id)
    if found is not None:
        return found
    if own and list_id in aws_lists(call) and call.holds(OWN):
        raise Refusal("UnauthorizedOperation", "You are not authorized to perform this operation.", 403)
    raise no_such("pl", list_id)


def _shown(call: Call, fields: Document) -> Document:
    return fields | {"Tags": tags_of(call, fields["PrefixListId"])}


def _entries(call: Call, given: Iterable[Mapping[str, str]] | None, family: str) -> list[Document]:
    """Entries of a request as they are kept."""
    made: dict[str, Document] = {}
    rows = list(given or ())
    if len(rows) > 100 and call.holds(CHUNK):
        raise invalid("The request cannot contain more than 100 entry additions or removals")
    for entry in rows:
        cidr = canonical(entry["Cidr"], 4 if family == "IPv4" else 6)
        if cidr is None:
            raise invalid(f"The CIDR {entry['Cidr']} is not valid for the address family {family}")
        if cidr in made:
            raise invalid(f"The request contains the CIDR {cidr} more than once")
        text = entry.get("Description")
        if text and len(text) > 255:
            raise invalid("The description of an entry has up to 255 characters")
        made[cidr] = {"Cidr": cidr, **({"Description": text} if text else {})}
    return list(made.values())


def _checked_name(call: Call, name: str) -> str:
    if (not name or len(name) > 255 or name.startswith("com.amazonaws")) and call.holds(NAME):
        raise invalid(f"Value ({name}) for parameter PrefixListName is invalid.")
    return name


def _checked_size(call: Call, size: int, entries: int) -> int:
    if not 1 <= size <= 1000 and call.holds(SIZE):
        raise invalid(f"Value ({size}) for parameter MaxEntries is invalid. It must be between 1 and 1000.")
    _check_fit(call, size, entries)
    return size


def _check_fit(call: Call, size: int, entries: int) -> None:
    if entries > size and call.holds(SIZE):
        text = f"You've reached the maximum number of entries for the prefix list. It may have {size}."
        raise Refusal("PrefixListMaxEntriesExceeded", text)


@answers("ec2", "CreateManagedPrefixList")
def create_prefix_list(call: Call) -> Document:
    """A new list: being made, says the answer."""
    before = made_before(call)
    if before is not None and before in held(call).prefix_lists:
        return {"PrefixList": _shown(call, held(call).prefix_lists[before].fields)}
    family = call.params["AddressFamily"]
    if family not in ("IPv4", "IPv6"):
        raise invalid(f"Value ({family}) for parameter AddressFamily is invalid. Valid values are IPv4 and IPv6.")
    name = _checked_name(call, call.params["PrefixListName"])
    entries = _entries(call, call.params.get("Entries"), family)
    size = _checked_size(call, call.params["MaxEntries"], len(entries))
    tags, here = specified(call, "prefix-list"), held(call)
    settle_lists(call)
    if len(here.prefix_lists) >= call.aws.limits.prefix_lists_per_region and call.holds(MOST):
        raise Refusal("PrefixListLimitExceeded", "The maximum number of prefix lists has been reached.")
    dry_run(call)
    list_id = call.aws.ids.ec2("pl")
    fields = {
        "PrefixListId": list_id,
        "AddressFamily": family,
        "State": "create-in-progress",
        "PrefixListArn": call.region.arn("ec2", f"prefix-list/{list_id}"),
        "PrefixListName": name,
        "MaxEntries": size,
        "Version": 1,
        "OwnerId": call.region.account,
    }
    here.prefix_lists[list_id] = PrefixList(fields, {1: entries}, turn(call, here.pace.prefix_list, "create-complete"))
    put_tags(call, list_id, tags)
    remember(call, list_id)
    return {"PrefixList": _shown(call, fields)}


def _check_idle(call: Call, kept: PrefixList) -> None:
    if kept.turn is not None and call.holds(BUSY):
        text = f"The request cannot be completed while the prefix list ({kept.fields['PrefixListId']}) is in the "
        raise Refusal("IncorrectState", text + f"current state ({kept.fields['State']}).")


def _check_version(call: Call, kept: PrefixList, version: int | None) -> None:
    if version is None:
        raise missing("CurrentVersion")
    if version != kept.fields["Version"] and call.holds(VERSION):
        raise Refusal("PrefixListVersionMismatch", "The prefix list has the incorrect version number.")


def _changed(call: Call, kept: PrefixList, added: list[Document], removed: list[Document]) -> list[Document]:
    """The entries after a change."""
    there = {entry["Cidr"]: entry for entry in kept.entries}
    for entry in removed:
        if entry["Cidr"] not in there and call.holds(NOT_AN_ENTRY):
            text = f"The entry with the CIDR ({entry['Cidr']}) does not exist."
            raise Refusal("InvalidPrefixListModification", text)
        if entry["Cidr"] in {each["Cidr"] for each in added} and call.holds(BOTH):
            text = f"Request cannot contain Cidr {entry['Cidr']} in both AddPrefixListEntries and "
            raise invalid(text + "RemovePrefixListEntries")
    for entry in added:
        if there.get(entry["Cidr"]) == entry and call.holds(ADDED_TWICE):
            text = f"An entry with the CIDR ({entry['Cidr']}) and description ({entry.get('Description', '')}) already"
            raise Refusal("InvalidPrefixListModification", text + " exists.")
        if entry["Cidr"] in there and call.holds(REDESCRIBED):
            raise Refusal("InvalidRequest", "The request received was invalid.")
    gone = {entry["Cidr"] for entry in removed} | {entry["Cidr"] for entry in added}
    after = [entry for cidr, entry in there.items() if cidr not in gone] + added
    _check_fit(call, kept.fields["MaxEntries"], len(after))
    return after


@answers("ec2", "ModifyManagedPrefixList")
def modify_prefix_list(call: Call) -> Document:
    """Change name, entries or size; a change of entries makes a new version."""
    kept, params = _find(call), call.params
    family = kept.fields["AddressFamily"]
    added, removed = (_entries(call, params.get(name), family) for name in ("AddEntries", "RemoveEntries"))
    size, name = params.get("MaxEntries"), params.get("PrefixListName")
    _check_idle(call, kept)
    if (added or removed) and size is not None and call.holds(APART):
        text = "You cannot modify the entries of a prefix list and modify the size of a prefix list at the same time."
        raise combined(text)
    if added or removed or params.get("CurrentVersion") is not None:
        _check_version(call, kept, params.get("CurrentVersion"))
    if not (added or removed or name) and size is None:
        raise Refusal("InvalidRequest", "The request received was invalid.")
    if name is not None:
        _checked_name(call, name)
    if size is not None:
        _checked_size(call, size, len(kept.entries))
    after = _changed(call, kept, added, removed) if added or removed else None
    dry_run(call)
    if name is not None:
        kept.fields["PrefixListName"] = name
    if after is not None:
        kept.fields["Version"] += 1
        kept.versions[kept.fields["Version"]] = after
    kept.wanted_size = size
    _begin(call, kept, "modify")
    return {"PrefixList": _shown(call, kept.fields)}


def _begin(call: Call, kept: PrefixList, what: str) -> None:
    kept.fields["State"] = f"{what}-in-progress"
    kept.fields.pop("StateMessage", None)
    kept.turn = turn(call, held(call).pace.prefix_list, None if what == "delete" else f"{what}-complete")


@answers("ec2", "RestoreManagedPrefixListVersion")
def restore_version(call: Call) -> Document:
    """A new version with the entries of an old one."""
    kept = _find(call)
    _check_idle(call, kept)
    _check_version(call, kept, call.params["CurrentVersion"])
    entries = _version(kept, call.params["PreviousVersion"])
    _check_fit(call, kept.fields["MaxEntries"], len(entries))
    dry_run(call)
    kept.fields["Version"] += 1
    kept.versions[kept.fields["Version"]] = copy.deepcopy(entries)
    _begin(call, kept, "restore")
    return {"PrefixList": _shown(call, kept.fields)}


def _version(kept: PrefixList, number: int) -> list[Document]:
    if number not in kept.versions:
        text = f"The version {number} of the prefix list {kept.fields['PrefixListId']} does not exist"
        raise Refusal("InvalidPrefixListVersion.NotFound", text)
    return kept.versions[number]


@answers("ec2", "DeleteManagedPrefixList")
def delete_prefix_list(call: Call) -> Document:
    """Begin to delete a list."""
    kept = _find(call)
    _check_idle(call, kept)
    dry_run(call)
    _begin(call, kept, "delete")
    return {"PrefixList": _shown(call, kept.fields)}


# --- reads ----------------------------------------------------------------------------------------------

_READS = {
    "owner-id": value_of("OwnerId"),
    "prefix-list-id": value_of("PrefixListId"),
    "prefix-list-name": value_of("PrefixListName"),
}


@answers("ec2", "DescribeManagedPrefixLists")
def describe_prefix_lists(call: Call) -> Document:
    """The customer's lists and AWS's own."""
    settle_lists(call)
    known = {key: kept.fields for key, kept in held(call).prefix_lists.items()} | aws_lists(call)
    rows = filtered(call, named(call, "PrefixListIds", "pl", known), _READS, lambda row: str(row["PrefixListId"]))
    return paged(call, "PrefixLists", rows, lambda row: _shown(call, row), usual=100, least=1, most=100)


@answers("ec2", "GetManagedPrefixListEntries")
def get_entries(call: Call) -> Document:
    """The entries of a list, of the current version or another."""
    settle_lists(call)
    list_id = call.params["PrefixListId"]
    if list_id in aws_lists(call):
        rows: list[Document] = [{"Cidr": cidr} for cidr in aws_entries(call, list_id)]
    else:
        kept = _find(call)
        rows = _version(kept, call.params.get("TargetVersion") or kept.fields["Version"])
    rows = sorted(rows, key=lambda entry: str(entry["Cidr"]))
    return paged(call, "Entries", rows, dict, usual=100, least=1, most=100)


@answers("ec2", "GetManagedPrefixListAssociations")
def get_associations(call: Call) -> Document:
    """What refers to a customer's list."""
    kept = _find(call)
    groups = holders_of(call, kept.fields["PrefixListId"])
    rows = [{"ResourceId": group.id, "ResourceOwner": group.fields["OwnerId"]} for group in groups]
    return paged(call, "PrefixListAssociations", rows, dict, usual=255, most=255)


@answers("ec2", "DescribePrefixLists")
def describe_aws_prefix_lists(call: Call) -> Document:
    """AWS's own lists with their blocks, in the older form."""
    known = aws_lists(call)
    rows = filtered(call, named(call, "PrefixListIds", "pl", known), _READS)
    return paged(
        call,
        "PrefixLists",
        rows,
        lambda row: {
            "PrefixListId": row["PrefixListId"],
            "PrefixListName": row["PrefixListName"],
            "Cidrs": aws_entries(call, row["PrefixListId"]),
        },
    )

"""Tags of EC2's resources: with what is created, afterwards, and their listing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.errors import dry_run, invalid, missing, no_such
from tests.strict_aws.ec2.filters import filtered, value_of
from tests.strict_aws.ec2.listings import paged
from tests.strict_aws.ec2.lookups import known_group, known_rule
from tests.strict_aws.ec2.state import held
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]

RESERVED = rule("ec2.reserved-tags", "Keys that begin with aws: are AWS's own", "botocore: CreateTags")
LENGTHS = rule("ec2.tag-lengths", "Keys have up to 127 characters, values up to 256", "botocore: CreateTags")
MOST = rule("ec2.most-tags", "A resource has at most 50 tags", "botocore: CreateTags")
BATCH = rule("ec2.most-tagged", "CreateTags and DeleteTags take up to 1000 resources", "botocore: CreateTags")
TWICE = rule("ec2.tag-key-twice", "A key stands once in a request", "botocore: CreateTags (keys are unique)")
KIND = rule(
    "ec2.tag-specifications",
    "TagSpecifications name what the operation creates, each kind once",
    "botocore: TagSpecifications",
)

_TYPES = {
    "sg": "security-group",
    "sgr": "security-group-rule",
    "vpc": "vpc",
    "subnet": "subnet",
    "eni": "network-interface",
    "rtb": "route-table",
    "pl": "prefix-list",
    "pcx": "vpc-peering-connection",
    "vpce": "vpc-endpoint",
}


def tags_of(call: Call, resource_id: str) -> list[Document]:
    """The tags of a resource, as answers list them."""
    return [{"Key": key, "Value": value} for key, value in held(call).tags.get(resource_id, {}).items()]


def tags_if_any(call: Call, resource_id: str) -> Document:
    """Its tags under `Tags`; nothing where it has none."""
    found = tags_of(call, resource_id)
    return {"Tags": found} if found else {}


def put_tags(call: Call, resource_id: str, tags: Mapping[str, str]) -> None:
    """Give a resource tags beside those that it has."""
    if tags:
        held(call).tags.setdefault(resource_id, {}).update(tags)


def drop_tags(call: Call, *resource_ids: str) -> None:
    """Forget the tags of what is gone."""
    for each in resource_ids:
        held(call).tags.pop(each, None)


def specified(call: Call, kind: str) -> dict[str, str]:
    """The tags of the call's TagSpecifications, which may be of this kind of resource only."""
    found: dict[str, str] = {}
    specifications = call.params.get("TagSpecifications") or ()
    kinds = [each.get("ResourceType") for each in specifications]
    if call.holds(KIND):
        for each in kinds:
            if each is None:
                raise missing("TagSpecification.ResourceType")
            if each != kind:
                raise invalid(f"'{each}' is not a valid taggable resource type for this operation.")
        if len(kinds) > 1:
            raise invalid(f"The same resource type may not be specified more than once in tag specifications: {kind}")
    for each in specifications:
        found |= checked(call, each.get("Tags") or ())
    _check_count(call, found)
    return found


def checked(call: Call, tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags of a request as a map, if AWS would take them."""
    found: dict[str, str] = {}
    for tag in tags:
        key, value = tag.get("Key"), tag.get("Value") or ""
        if not key:
            raise missing("Tag.Key")
        if key.lower().startswith("aws:") and call.holds(RESERVED):
            raise invalid("Tag keys starting with 'aws:' are reserved for internal use")
        if len(key) > 127 and call.holds(LENGTHS):
            raise invalid("Tag key exceeds the maximum length of 127 characters")
        if len(value) > 256 and call.holds(LENGTHS):
            raise invalid("Tag value exceeds the maximum length of 256 characters")
        if key in found and call.holds(TWICE):
            raise invalid(f"Duplicate tag key '{key}' specified.")
        found[key] = value
    return found


def _check_count(call: Call, tags: Mapping[str, str]) -> None:
    if len(tags) > 50 and call.holds(MOST):
        raise Refusal("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")


def _exists(call: Call, kind: str, resource_id: str) -> bool:
    here = held(call)
    tables: dict[str, Mapping[str, Any]] = {
        "vpc": here.vpcs,
        "subnet": here.subnets,
        "eni": here.interfaces,
        "rtb": here.route_tables,
        "pl": here.prefix_lists,
        "vpce": here.endpoints,
        "pcx": {**here.peerings, **here.peered},
    }
    if kind == "sg":
        return known_group(call, resource_id) is not None
    if kind == "sgr":
        return known_rule(call, resource_id) is not None
    return resource_id in tables[kind]


def _resources(call: Call) -> list[str]:
    """The resources that the call names; all of them are there."""
    ids: list[str] = call.params["Resources"]
    if len(ids) > 1000 and call.holds(BATCH):
        raise invalid("The maximum number of resources is 1000")
    for each in ids:
        kind = each.partition("-")[0]
        if kind not in _TYPES:
            raise Refusal("InvalidID", f"The ID '{each}' is not valid")
        if not _exists(call, kind, each):
            raise no_such(kind, each)
    return ids


@answers("ec2", "CreateTags")
def create_tags(call: Call) -> None:
    """Add tags or change their values."""
    tags, ids = checked(call, call.params["Tags"]), _resources(call)
    if not tags:
        raise missing("Tags")
    for each in ids:
        _check_count(call, held(call).tags.get(each, {}) | tags)
    dry_run(call)
    for each in ids:
        put_tags(call, each, tags)


@answers("ec2", "DeleteTags")
def delete_tags(call: Call) -> None:
    """Take tags away: by key, by key and value, or all that are not AWS's own."""
    ids, wanted = _resources(call), call.params.get("Tags")
    if any(not tag.get("Key") for tag in wanted or ()):
        raise missing("Tag.Key")
    dry_run(call)
    for each in ids:
        tags = held(call).tags.get(each, {})
        if not wanted:
            gone = [key for key in tags if not key.startswith("aws:")]
        else:
            gone = [tag["Key"] for tag in wanted if tag.get("Value") in (None, tags.get(tag["Key"]))]
        for key in gone:
            tags.pop(key, None)
        if not tags:
            drop_tags(call, each)


@answers("ec2", "DescribeTags")
def describe_tags(call: Call) -> Document:
    """All tags of the region."""
    rows = [
        {"Key": key, "Value": value, "ResourceId": each, "ResourceType": _TYPES[each.partition("-")[0]]}
        for each, tags in sorted(held(call).tags.items())
        for key, value in tags.items()
    ]
    names = {"key": "Key", "value": "Value", "resource-id": "ResourceId", "resource-type": "ResourceType"}
    reads = {name: value_of(member) for name, member in names.items()}
    for wanted in call.params.get("Filters") or ():
        name = wanted.get("Name") or ""
        if name.startswith("tag:"):
            key = name.removeprefix("tag:")
            reads[name] = lambda row, key=key: [row["Value"]] if row["Key"] == key else []  # type: ignore[misc]
    return paged(call, "Tags", filtered(call, rows, reads), dict)

"""Load public estates of security groups into the stand-in, by plain create and authorize calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from tests.cases_loaded import Loaded, why


def load_vpcs(path: Path, ec2: Any) -> Loaded:
    """Only a case's VPCs, as the landmarks of a recovery region."""
    loaded = Loaded()
    for vpc in json.loads(path.read_text())["vpcs"]:
        named = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": vpc["key"]}]}]
        made = ec2.create_vpc(CidrBlock=vpc["cidr"], TagSpecifications=named)
        loaded.vpcs[vpc["key"]] = made["Vpc"]["VpcId"]
    return loaded


def _load_lists(document: dict[str, Any], ec2: Any, loaded: Loaded) -> None:
    for wanted in document.get("prefix_lists") or []:
        entries = [each if isinstance(each, dict) else {"Cidr": each} for each in wanted["entries"]]
        made = ec2.create_managed_prefix_list(
            PrefixListName=wanted["name"],
            AddressFamily="IPv6" if ":" in entries[0]["Cidr"] else "IPv4",
            MaxEntries=wanted.get("max") or len(entries),
            Entries=entries[:100],
        )
        made_id = loaded.prefix_lists[wanted["key"]] = made["PrefixList"]["PrefixListId"]
        for version, start in enumerate(range(100, len(entries), 100), 1):
            more = entries[start : start + 100]
            ec2.modify_managed_prefix_list(PrefixListId=made_id, CurrentVersion=version, AddEntries=more)
    if loaded.prefix_lists:
        ec2.describe_managed_prefix_lists(PrefixListIds=list(loaded.prefix_lists.values()))


def _group(wanted: dict[str, Any], ec2: Any, loaded: Loaded) -> str:
    """A group of the case; the VPC's own where that is what it is."""
    vpc = loaded.vpcs[wanted["vpc"]]
    if wanted["name"] == "default":
        filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
        return str(ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"])
    tags = [{"Key": key, "Value": value} for key, value in (wanted.get("tags") or {}).items()]
    spec = {"TagSpecifications": [{"ResourceType": "security-group", "Tags": tags}]} if tags else {}
    made = ec2.create_security_group(GroupName=wanted["name"], Description=wanted["description"], VpcId=vpc, **spec)
    return str(made["GroupId"])


def _resolved(permission: dict[str, Any], loaded: Loaded) -> dict[str, Any]:
    """A permission whose references by key have become ids."""
    made = dict(permission)
    for member, name, known in (
        ("UserIdGroupPairs", "GroupId", loaded.groups),
        ("PrefixListIds", "PrefixListId", loaded.prefix_lists),
    ):
        if made.get(member):
            items = [{**item, name: known[item["key"]]} for item in made[member]]
            made[member] = [{key: value for key, value in item.items() if key != "key"} for item in items]
    return made


def _single(permission: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The permission as one permission per source."""
    members = ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds")
    own = {key: value for key, value in permission.items() if key not in members}
    for member in members:
        for item in permission.get(member) or []:
            yield {**own, member: [item]}


def _authorize(ec2: Any, group: str, direction: str, wanted: list[dict[str, Any]], loaded: Loaded) -> None:
    """All the rules in one call; one by one where that is refused, so as to name the ones that can't be."""
    call = getattr(ec2, f"authorize_security_group_{direction}")
    single = [each for permission in wanted for each in _single(permission)]
    if not single:
        return
    try:
        loaded.rules += len(call(GroupId=group, IpPermissions=wanted)["SecurityGroupRules"])
    except ClientError:
        for permission in single:
            try:
                loaded.rules += len(call(GroupId=group, IpPermissions=[permission])["SecurityGroupRules"])
            except ClientError as error:
                loaded.left_out.append((f"{group} {direction} {json.dumps(permission)}", why(error)))


def load_groups(path: Path, ec2: Any) -> Loaded:
    """A case's VPCs, prefix lists and groups, by plain create and authorize calls."""
    document, loaded = json.loads(path.read_text()), load_vpcs(path, ec2)
    _load_lists(document, ec2, loaded)
    for wanted in document["groups"]:
        try:
            loaded.groups[wanted["key"]] = _group(wanted, ec2, loaded)
        except ClientError as error:
            loaded.left_out.append((f"group {wanted['name']}", why(error)))
    for wanted in document["groups"]:
        if wanted["key"] not in loaded.groups:
            continue
        group = loaded.groups[wanted["key"]]
        held = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
        if wanted.get("drop_default_egress") and held["IpPermissionsEgress"]:
            ec2.revoke_security_group_egress(GroupId=group, IpPermissions=held["IpPermissionsEgress"])
        if wanted["name"] == "default" and held["IpPermissions"]:
            ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=held["IpPermissions"])
        for direction in ("ingress", "egress"):
            try:
                permissions = [_resolved(each, loaded) for each in wanted.get(direction) or []]
            except KeyError as missing:
                loaded.left_out.append((f"{wanted['name']} {direction}", f"refers to {missing}, not in the case"))
                continue
            _authorize(ec2, group, direction, permissions, loaded)
    return loaded

"""Security groups: made, found and taken away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.births import add_group
from tests.strict_aws.ec2.endings import settle_endpoints
from tests.strict_aws.ec2.errors import dry_run, invalid, missing
from tests.strict_aws.ec2.filters import filtered
from tests.strict_aws.ec2.listings import paged
from tests.strict_aws.ec2.lookups import find_group, find_vpc, group_by_name, is_associated, known_groups, named_group
from tests.strict_aws.ec2.permissions import WITH_PORTS, as_permissions, refers_to
from tests.strict_aws.ec2.state import Group, default_vpc, held, settle
from tests.strict_aws.ec2.tags import drop_tags, put_tags, specified, tags_if_any
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]

NAMES = rule(
    "ec2.group-names", "Names have a charset and a length, and don't begin with sg-", "botocore: CreateSecurityGroup"
)
UNIQUE = rule(
    "ec2.group-names-unique",
    "A name is unique in its VPC, whatever its case",
    "botocore: CreateSecurityGroup.GroupName",
)
TEXTS = rule("ec2.group-descriptions", "Descriptions have a charset and a length", "botocore: CreateSecurityGroup")
MOST = rule("ec2.groups-per-region", "An account has so many groups in a region", "AWS notes, section 2.4")
RESERVED = rule("ec2.default-group-name", "No group can be called default", "quoted: public code")
STAYS = rule("ec2.default-group-stays", "The default group of a VPC can't be deleted", "AWS notes, section 3.2")
IN_USE = rule(
    "ec2.group-in-use",
    "A group that an interface, an endpoint or a rule of another group uses can't be deleted",
    "AWS notes, section 6; VPC user guide, delete a security group",
)
ACROSS_PEERING = rule(
    "ec2.peer-references-do-not-hold",
    "A rule of a peer VPC's group does not keep a group from being deleted: it becomes stale",
    "botocore: DescribeStaleSecurityGroups",
)
ASSOCIATION_HOLDS = rule(
    "ec2.association-holds-group",
    "A group that is associated with another VPC can't be deleted",
    "not documented",
    recalled=True,
)
IN_USE_BY_NAME = rule(
    "ec2.group-in-use-by-name",
    "Deleted by name in the default VPC, it is InvalidGroup.InUse where it is in use",
    "EC2's list of error codes has it; when it comes is recalled",
    recalled=True,
)

_TEXT = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}")


def _checked_name(call: Call, name: str) -> str:
    if name.lower().startswith("sg-") and call.holds(NAMES):
        raise invalid(f"Invalid value '{name}' for groupName. Group names may not be in the format sg-*.")
    if not _TEXT.fullmatch(name) and call.holds(NAMES):
        text = f"Value ({name}) for parameter GroupName is invalid. Valid names are strings less than 256 characters "
        raise invalid(text + "from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*")
    if name.lower() == "default" and call.holds(RESERVED):
        raise invalid("Cannot use reserved security group name: default")
    return name


@answers("ec2", "CreateSecurityGroup")
def create_group(call: Call) -> Document:
    """A new group, born with its rules; others see it a little later."""
    name, text = call.params["GroupName"], call.params["Description"]
    if not name or not text:
        raise missing("GroupDescription" if name else "GroupName")
    _checked_name(call, name)
    if not _TEXT.fullmatch(text) and call.holds(TEXTS):
        message = (
            "Invalid security group description. Valid descriptions are strings less than 256 characters from the "
        )
        raise invalid(message + "following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*")
    if call.params.get("VpcId"):
        vpc = find_vpc(call, call.params["VpcId"])
    else:
        found = default_vpc(call)
        if found is None:
            raise Refusal("VPCIdNotSpecified", "No default VPC for this user")
        vpc = found
    groups = held(call).groups
    for other in groups.values():
        same = other.vpc == vpc["VpcId"] and other.fields["GroupName"].lower() == name.lower()
        if same and call.holds(UNIQUE):
            message = f"The security group '{name}' already exists for VPC '{vpc['VpcId']}'"
            raise Refusal("InvalidGroup.Duplicate", message)
    if len(groups) >= call.aws.limits.groups_per_region and call.holds(MOST):
        raise Refusal("SecurityGroupLimitExceeded", "The maximum number of security groups has been reached.")
    tags = specified(call, "security-group")
    dry_run(call)
    group = add_group(call, vpc, name, text)
    group.known_from = call.now + call.aws.weather.group_lag
    put_tags(call, group.id, tags)
    return {"GroupId": group.id, "SecurityGroupArn": _arn(call, group)} | tags_if_any(call, group.id)


def _arn(call: Call, group: Group) -> str:
    return call.region.arn("ec2", f"security-group/{group.id}")


def _users(call: Call, group: Group) -> Iterator[str]:
    """What keeps a group from being deleted."""
    here = held(call)
    settle_endpoints(call)
    settle(call, here.associations)
    for other in here.groups.values():
        if other.id != group.id and any(refers_to(made, group.id) for made in other.rules.values()):
            infos = [made["ReferencedGroupInfo"] for made in other.rules.values() if refers_to(made, group.id)]
            if not all("VpcPeeringConnectionId" in info for info in infos) or not call.holds(ACROSS_PEERING):
                yield other.id
    for interface in here.interfaces.values():
        if any(each["GroupId"] == group.id for each in interface["Groups"]):
            yield interface["NetworkInterfaceId"]
    for endpoint in here.endpoints.values():
        if any(each["GroupId"] == group.id for each in endpoint.fields["Groups"]):
            yield endpoint.fields["VpcEndpointId"]
    if call.holds(ASSOCIATION_HOLDS):
        yield from (vpc_id for group_id, vpc_id in here.associations if group_id == group.id)


@answers("ec2", "DeleteSecurityGroup")
def delete_group(call: Call) -> Document:
    """Take a group away that nothing uses."""
    group = named_group(call)
    if group.is_default and call.holds(STAYS):
        text = f'the specified group: "{group.id}" name: "default" cannot be deleted by a user'
        raise Refusal("CannotDelete", text)
    if call.holds(IN_USE) and any(True for _ in _users(call, group)):
        if not call.params.get("GroupId") and call.holds(IN_USE_BY_NAME):
            text = f"There are active instances using security group '{group.fields['GroupName']}'"
            raise Refusal("InvalidGroup.InUse", text)
        raise Refusal("DependencyViolation", f"resource {group.id} has a dependent object")
    dry_run(call)
    here = held(call)
    drop_tags(call, group.id, *group.rules)
    del here.groups[group.id]
    for key in [key for key in here.associations if key[0] == group.id]:
        del here.associations[key]
    return {"Return": True, "GroupId": group.id}


# --- reads ----------------------------------------------------------------------------------------------


def shown_group(call: Call, group: Group) -> Document:
    """A group as DescribeSecurityGroups gives it: rules merged, without their ids, tags and owners."""
    return {
        **group.fields,
        "SecurityGroupArn": _arn(call, group),
        "IpPermissions": as_permissions(call, group.of(egress=False)),
        "IpPermissionsEgress": as_permissions(call, group.of(egress=True)),
        **tags_if_any(call, group.id),
    }


Read = Callable[[Group], Iterable[Any]]


def _rule_reads(call: Call, prefix: str, *, egress: bool) -> dict[str, Read]:
    """The filters on the rules of one direction."""

    def reading(read: Callable[[Document], Any]) -> Read:
        return lambda group: [value for made in group.of(egress=egress) if (value := read(made)) is not None]

    def referenced_name(made: Document) -> Any:
        found = held(call).groups.get(made.get("ReferencedGroupInfo", {}).get("GroupId"))
        return found.fields["GroupName"] if found else None

    def port(name: str) -> Callable[[Document], Any]:
        return lambda made: made[name] if made["IpProtocol"] in WITH_PORTS else None

    reads: dict[str, Callable[[Document], Any]] = {
        "cidr": lambda made: made.get("CidrIpv4"),
        "ipv6-cidr": lambda made: made.get("CidrIpv6"),
        "prefix-list-id": lambda made: made.get("PrefixListId"),
        "protocol": lambda made: made["IpProtocol"],
        "from-port": port("FromPort"),
        "to-port": port("ToPort"),
        "group-id": lambda made: made.get("ReferencedGroupInfo", {}).get("GroupId"),
        "user-id": lambda made: made.get("ReferencedGroupInfo", {}).get("UserId"),
        "group-name": referenced_name,
    }
    return {f"{prefix}ip-permission.{name}": reading(read) for name, read in reads.items()}


def _field(name: str) -> Read:
    return lambda group: [group.fields[name]]


_OWN: dict[str, Read] = {
    "description": _field("Description"),
    "group-id": _field("GroupId"),
    "group-name": _field("GroupName"),
    "owner-id": _field("OwnerId"),
    "vpc-id": _field("VpcId"),
}


@answers("ec2", "DescribeSecurityGroups")
def describe_groups(call: Call) -> Document:
    """The region's groups."""
    ids, names = call.params.get("GroupIds") or [], call.params.get("GroupNames") or []
    named = {group.id: group for group in (find_group(call, each) for each in ids)}
    named |= {group.id: group for group in (group_by_name(call, name) for name in names)}
    rows = [named[each] for each in sorted(named)] if named else known_groups(call)
    reads = _OWN
    if any("ip-permission" in wanted.get("Name", "") for wanted in call.params.get("Filters") or ()):
        reads = _OWN | _rule_reads(call, "", egress=False) | _rule_reads(call, "egress.", egress=True)
    rows = filtered(call, rows, reads, lambda group: group.id)
    return paged(call, "SecurityGroups", rows, lambda group: shown_group(call, group), ids="GroupIds")


@answers("ec2", "GetSecurityGroupsForVpc")
def groups_for_vpc(call: Call) -> Document:
    """The groups that interfaces in a VPC can have: its own, and those that are associated with it."""
    vpc_id = find_vpc(call, call.params["VpcId"])["VpcId"]
    rows = [group for group in known_groups(call) if group.vpc == vpc_id or is_associated(call, group, vpc_id)]
    reads = {name: read for name, read in _OWN.items() if name != "vpc-id"} | {"primary-vpc-id": _field("VpcId")}
    names = ("GroupId", "GroupName", "Description", "OwnerId")

    def show(group: Group) -> Document:
        row = {name: group.fields[name] for name in names} | {"PrimaryVpcId": group.vpc}
        return row | tags_if_any(call, group.id)

    return paged(call, "SecurityGroupForVpcs", filtered(call, rows, reads, lambda group: group.id), show)

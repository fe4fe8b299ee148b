"""EC2: what was recorded from AWS is built by plain calls, and described in the same words.

Ids are taken for each other in the order in which they were made; members that AWS has begun to answer since a
recording are named in `NEWER`. What can't be built is named in `LEFT_OUT` with its reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cases import cases, find_cases
from tests.strict_aws import StrictAws
from tests.strict_aws.ec2.endpoint_parts import DEFAULT_POLICIES
from tests.strict_aws.tests.ec2_words import default_of

Row = dict[str, Any]

NEWER = {
    *("SecurityGroupArn", "OwnerId", "Tags", "Ipv6Ranges", "CidrBlockAssociationSet"),
    *("Region", "CidrBlockSet", "RequesterManaged", "DnsOptions", "IpAddressType", "ServiceRegion"),
}
LEFT_OUT = {
    "vpce-04a4c8e2145cb966e": "made by a service for itself (RequesterManaged)",
    "vpce-0b36452b351fd6285": "made by a service for itself (RequesterManaged)",
    "vpce-0aaa000000000001": "written by hand: a gateway of a service that there is not",
    "vpce-0aaa000000000002": "written by hand: a gateway without a policy",
    "vpce-0f0a1d8b9f7c1a2b3": "written by hand: an interface with private DNS and without names",
    "vpce-0ed5e77b9c6578e6a": "of another region, whose names have another form",
    "sg-01a19f602ecaf25f4": "written by hand: a block that is not canonical",
}
MEMBERS = ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("__class__") == "datetime":
            return "a date"
        return {name: _plain(each) for name, each in value.items() if name != "ResponseMetadata"}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _answers(operation: str) -> Iterator[tuple[str, Row]]:
    for path in sorted(cases("recorded").glob(f"*__ec2.{operation}_*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        assert document["status_code"] == 200
        yield path.stem, _plain(document["data"])


def _names(operation: str) -> list[str]:
    folder = find_cases()
    found = sorted((folder / "recorded").glob(f"*__ec2.{operation}_*.json")) if folder else []
    return [path.stem for path in found] or ["none"]


def _answer(name: str) -> Row:
    path = cases("recorded") / f"{name}.json"
    return dict(_plain(json.loads(path.read_text(encoding="utf-8"))["data"]))


class Meant:
    """Which recorded id stands for which one here."""

    def __init__(self) -> None:
        self.here: dict[str, str] = {}

    def back(self, answer: Any) -> Any:
        """An answer with the recorded ids in place of the ones here."""
        text = json.dumps(answer, default=lambda _: "a date")
        for recorded, own in self.here.items():
            text = text.replace(f'"{own}"', f'"{recorded}"')
        return json.loads(text)


def compare(recorded: Any, answered: Any, where: str = "") -> None:
    """Everything that was recorded is answered, and nothing else but newer members and empty lists."""
    if isinstance(recorded, dict):
        assert set(recorded) - set(answered) - {name for name, each in recorded.items() if each == []} == set(), where
        assert {name for name in set(answered) - set(recorded) if answered[name] != []} <= NEWER, where
        for name in set(recorded) & set(answered):
            compare(recorded[name], answered[name], f"{where}.{name}")
    elif isinstance(recorded, list):
        assert len(recorded) == len(answered), where
        for one, other in zip(sorted(recorded, key=_order), sorted(answered, key=_order), strict=True):
            compare(one, other, f"{where}[]")
    else:
        assert recorded == answered, where


def _order(row: Any) -> str:
    """By what two rows have in common: rules by protocol and ports, all else by its texts."""
    if not isinstance(row, dict):
        return str(row)
    ids = ("GroupId", "VpcId", "PrefixListId", "VpcEndpointId", "Cidr", "CidrIp", "DnsName", "Key", "CidrBlock")
    own = [str(row.get(name)) for name in ("IpProtocol", "FromPort", "ToPort", *ids)]
    return json.dumps(own)


@pytest.fixture
def meant() -> Meant:
    """No ids yet."""
    return Meant()


# --- groups ---------------------------------------------------------------------------------------------


def _load_groups(ec2: Any, groups: list[Row], meant: Meant) -> None:
    for number, vpc in enumerate(sorted({group["VpcId"] for group in groups})):
        meant.here[vpc] = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
    for group in groups:
        vpc = meant.here[group["VpcId"]]
        if group["GroupName"] == "default":
            made = default_of(ec2, vpc)
        else:
            params = {"GroupName": group["GroupName"], "Description": group["Description"], "VpcId": vpc}
            made = ec2.create_security_group(**params)["GroupId"]
        meant.here[group["GroupId"]] = made
        if group.get("Tags"):
            ec2.create_tags(Resources=[made], Tags=group["Tags"])
    for group in groups:
        _load_rules(ec2, group, meant)


def _load_rules(ec2: Any, group: Row, meant: Meant) -> None:
    made = meant.here[group["GroupId"]]
    born = ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"][0]
    for name, member in (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress")):
        if born[member]:
            getattr(ec2, f"revoke_security_group_{name}")(GroupId=made, IpPermissions=born[member])
        for each in group[member]:
            for item in each["PrefixListIds"]:
                if item["PrefixListId"] not in meant.here:
                    params = {"PrefixListName": "x", "AddressFamily": "IPv4", "MaxEntries": 1}
                    there = ec2.create_managed_prefix_list(**params)["PrefixList"]["PrefixListId"]
                    meant.here[item["PrefixListId"]] = there
        if group[member]:
            text = json.dumps([{**each, **{m: each.get(m, []) for m in MEMBERS}} for each in group[member]])
            for recorded, own in meant.here.items():
                text = text.replace(f'"{recorded}"', f'"{own}"')
            getattr(ec2, f"authorize_security_group_{name}")(GroupId=made, IpPermissions=json.loads(text))


@pytest.mark.parametrize("name", _names("DescribeSecurityGroups"))
def test_groups(client: Callable[..., Any], meant: Meant, name: str) -> None:
    groups = _answer(name)["SecurityGroups"]
    ec2 = client("ec2", account=groups[0]["OwnerId"])
    _load_groups(ec2, groups, meant)
    ids = [meant.here[group["GroupId"]] for group in groups]
    answered = meant.back(ec2.describe_security_groups(GroupIds=ids)["SecurityGroups"])
    kept = [group for group in groups if group["GroupId"] not in LEFT_OUT]
    compare(kept, [group for group in answered if group["GroupId"] not in LEFT_OUT])
    if len(kept) < len(groups):
        ranges = next(g for g in answered if g["GroupId"] in LEFT_OUT)["IpPermissions"][0]["IpRanges"]
        assert ranges == [{"CidrIp": "192.168.0.0/31", "Description": "testcidr"}]


def test_references(ec2: Any) -> None:
    """All that were recorded are of groups that no peer refers to."""
    group = ec2.create_vpc(CidrBlock="10.0.0.0/16") and ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    for name, answer in _answers("DescribeSecurityGroupReferences"):
        answered = ec2.describe_security_group_references(GroupId=[group])
        compare(answer, _plain(answered), name)


# --- VPCs and peers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", _names("DescribeVpcs"))
def test_vpcs(strict: StrictAws, client: Callable[..., Any], meant: Meant, name: str) -> None:
    rows = _answer(name)["Vpcs"]
    ec2 = client("ec2", account=rows[0].get("OwnerId", "123456789012"))
    for row in rows:
        make = ec2.create_default_vpc if row["IsDefault"] else ec2.create_vpc
        made = make(**{} if row["IsDefault"] else {"CidrBlock": row["CidrBlock"]})["Vpc"]
        meant.here |= {row["VpcId"]: made["VpcId"], row["DhcpOptionsId"]: made["DhcpOptionsId"]}
        for one, other in zip(row.get("CidrBlockAssociationSet", ()), made["CidrBlockAssociationSet"], strict=False):
            meant.here[one["AssociationId"]] = other["AssociationId"]
        if row.get("Tags"):
            ec2.create_tags(Resources=[made["VpcId"]], Tags=row["Tags"])
    compare(rows, meant.back(ec2.describe_vpcs()["Vpcs"]))


@pytest.mark.parametrize("name", _names("DescribeVpcPeeringConnections"))
def test_peering_connections(client: Callable[..., Any], meant: Meant, name: str) -> None:
    (row,) = _answer(name)["VpcPeeringConnections"]
    sides = [row["RequesterVpcInfo"], row["AccepterVpcInfo"]]
    there, here = (client("ec2", account=side["OwnerId"]) for side in sides)
    for ec2, side in zip((there, here), sides, strict=True):
        meant.here[side["VpcId"]] = ec2.create_vpc(CidrBlock=side["CidrBlock"])["Vpc"]["VpcId"]
    params = {"VpcId": meant.here[sides[0]["VpcId"]], "PeerVpcId": meant.here[sides[1]["VpcId"]]}
    made = there.create_vpc_peering_connection(**params, PeerOwnerId=sides[1]["OwnerId"])["VpcPeeringConnection"]
    peering = meant.here[row["VpcPeeringConnectionId"]] = made["VpcPeeringConnectionId"]
    here.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    if row["Tags"]:
        here.create_tags(Resources=[peering], Tags=row["Tags"])
    compare([row], meant.back(here.describe_vpc_peering_connections()["VpcPeeringConnections"]))


# --- prefix lists ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", _names("DescribeManagedPrefixLists"))
def test_prefix_lists(strict: StrictAws, client: Callable[..., Any], meant: Meant, name: str) -> None:
    rows = _answer(name)["PrefixLists"]
    ec2 = client("ec2", account="644160558196")
    for row in rows:
        if row["OwnerId"] != "AWS":
            params = {key: row[key] for key in ("PrefixListName", "AddressFamily", "MaxEntries")}
            entries = [{"Cidr": "172.31.0.0/16"}]
            made = ec2.create_managed_prefix_list(**params, Entries=entries)["PrefixList"]
            meant.here |= {row["PrefixListId"]: made["PrefixListId"], row["PrefixListArn"]: made["PrefixListArn"]}
    strict.clock.sleep(5)
    ids = [meant.here.get(row["PrefixListId"], row["PrefixListId"]) for row in rows]
    compare(rows, meant.back(ec2.describe_managed_prefix_lists(PrefixListIds=ids)["PrefixLists"]))
    for each, answer in _answers("GetManagedPrefixListEntries"):
        compare(answer, _plain(ec2.get_managed_prefix_list_entries(PrefixListId=ids[0])), each)


def test_lists_of_aws(ec2: Any) -> None:
    for name, answer in _answers("DescribePrefixLists"):
        filters = [{"Name": "prefix-list-name", "Values": ["com.amazonaws.us-east-1.s3"]}]
        compare(answer, _plain(ec2.describe_prefix_lists(Filters=filters)), name)


# --- endpoints ------------------------------------------------------------------------------------------


def _load_endpoint(ec2: Any, row: Row, number: int, meant: Meant) -> None:
    if row["VpcId"] not in meant.here:
        meant.here[row["VpcId"]] = vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    vpc = meant.here[row["VpcId"]]
    zones = [found[1] for name in row["DnsEntries"] if (found := re.search(r"-(us-east-1[a-f])\.", name["DnsName"]))]
    for at, (subnet, zone) in enumerate(zip(row["SubnetIds"], zones, strict=True)):
        params = {"VpcId": vpc, "CidrBlock": f"10.0.{10 * number + at}.0/24", "AvailabilityZone": zone}
        meant.here[subnet] = ec2.create_subnet(**params)["Subnet"]["SubnetId"]
    for table in row["RouteTableIds"]:
        if table not in meant.here:
            meant.here[table] = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    for group in row["Groups"]:
        meant.here[group["GroupId"]] = default_of(ec2, vpc)
    params = {"VpcEndpointType": row["VpcEndpointType"], "VpcId": vpc, "ServiceName": row["ServiceName"]}
    if row["PolicyDocument"] not in DEFAULT_POLICIES.values():
        params["PolicyDocument"] = row["PolicyDocument"]
    if row["VpcEndpointType"] == "Interface":
        params["SubnetIds"] = [meant.here[each] for each in row["SubnetIds"]]
        params["PrivateDnsEnabled"] = row["PrivateDnsEnabled"]
    if row["RouteTableIds"]:
        params["RouteTableIds"] = [meant.here[each] for each in row["RouteTableIds"]]
    made = ec2.create_vpc_endpoint(**params)["VpcEndpoint"]
    meant.here[row["VpcEndpointId"]] = made["VpcEndpointId"]
    meant.here |= dict(zip(row["NetworkInterfaceIds"], made["NetworkInterfaceIds"], strict=True))
    if row.get("Tags"):
        ec2.create_tags(Resources=[made["VpcEndpointId"]], Tags=row["Tags"])


def _without_random(rows: list[Row]) -> list[Row]:
    """Names hold the endpoint's id and eight letters that nobody can know."""
    return json.loads(re.sub(r"vpce-[0-9a-f]+-[0-9a-z]{8}(?=[-.])", "vpce-id", json.dumps(rows)))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", _names("DescribeVpcEndpoints"))
def test_endpoints(strict: StrictAws, client: Callable[..., Any], meant: Meant, name: str) -> None:
    rows = _answer(name)["VpcEndpoints"]
    kept = [row for row in rows if row["VpcEndpointId"] not in LEFT_OUT]
    ec2 = client("ec2", account=rows[0].get("OwnerId", "123456789012"))
    for number, row in enumerate(kept):
        _load_endpoint(ec2, row, number, meant)
    strict.clock.sleep(100)
    compare(_without_random(kept), _without_random(meant.back(ec2.describe_vpc_endpoints()["VpcEndpoints"])))


def test_every_answer_of_ec2_that_was_recorded_is_replayed() -> None:
    done = {
        *("DescribeSecurityGroups", "DescribeSecurityGroupReferences", "DescribeVpcs", "DescribeVpcEndpoints"),
        *("DescribeVpcPeeringConnections", "DescribeManagedPrefixLists", "GetManagedPrefixListEntries"),
        "DescribePrefixLists",
    }
    found = {path.name.partition("__ec2.")[2].rpartition("_")[0] for path in cases("recorded").glob("*__ec2.*.json")}
    assert found == done

"""The standard estate's VPCs, prefix lists and security groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.estates import Estate

Permission = dict[str, Any]


def _tags(kind: str, **tags: str) -> list[dict[str, Any]]:
    """TagSpecifications of one kind of resource."""
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


def build_vpcs(ec2: Any, estate: Estate, cidrs: dict[str, str]) -> None:
    """VPCs by name; `main` has IPv6 too. Each with one subnet, and the default VPC is left as it is."""
    for name, cidr in cidrs.items():
        made = ec2.create_vpc(
            CidrBlock=cidr,
            AmazonProvidedIpv6CidrBlock=name == "main",
            TagSpecifications=_tags("vpc", Name=name),
        )
        estate.vpcs[name] = made["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(
            VpcId=estate.vpcs[name],
            CidrBlock=cidr.replace(".0.0/16", ".1.0/24"),
            TagSpecifications=_tags("subnet", Name=f"{name}-a"),
        )
        estate.subnets[f"{name}-a"] = subnet["Subnet"]["SubnetId"]
        groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [estate.vpcs[name]]}])
        estate.groups[f"{name}/default"] = groups["SecurityGroups"][0]["GroupId"]


def build_prefix_lists(ec2: Any, estate: Estate) -> None:
    """Two lists of the customer's own."""
    wanted: dict[str, tuple[str, int, list[dict[str, str]]]] = {
        "office": (
            "IPv4",
            10,
            [
                {"Cidr": "198.51.100.0/24", "Description": "headquarters"},
                {"Cidr": "203.0.113.0/24", "Description": "branch"},
                {"Cidr": "192.0.2.7/32"},
            ],
        ),
        "partners": ("IPv6", 4, [{"Cidr": "2001:db8:1::/48", "Description": "partner one"}]),
    }
    for name, (family, size, entries) in wanted.items():
        made = ec2.create_managed_prefix_list(
            PrefixListName=name,
            AddressFamily=family,
            MaxEntries=size,
            Entries=entries,
            TagSpecifications=_tags("prefix-list", team="network", list=name),
        )
        estate.prefix_lists[name] = made["PrefixList"]["PrefixListId"]
    ec2.describe_managed_prefix_lists(PrefixListIds=list(estate.prefix_lists.values()))


def _ports(protocol: str, start: int, end: int | None = None, **sources: Any) -> Permission:
    return {"IpProtocol": protocol, "FromPort": start, "ToPort": start if end is None else end, **sources}


def _v4(cidr: str, text: str = "") -> dict[str, Any]:
    return {"IpRanges": [{"CidrIp": cidr, **({"Description": text} if text else {})}]}


def _v6(cidr: str, text: str = "") -> dict[str, Any]:
    return {"Ipv6Ranges": [{"CidrIpv6": cidr, **({"Description": text} if text else {})}]}


def _from(group_id: str, text: str = "") -> dict[str, Any]:
    return {"UserIdGroupPairs": [{"GroupId": group_id, **({"Description": text} if text else {})}]}


def _list(list_id: str, text: str = "") -> dict[str, Any]:
    return {"PrefixListIds": [{"PrefixListId": list_id, **({"Description": text} if text else {})}]}


def drop_default_egress(ec2: Any, group_id: str, *, ipv6: bool) -> None:
    """Revoke what a new group is born with."""
    ec2.revoke_security_group_egress(GroupId=group_id, IpPermissions=[{"IpProtocol": "-1", **_v4("0.0.0.0/0")}])
    if ipv6:
        ec2.revoke_security_group_egress(GroupId=group_id, IpPermissions=[{"IpProtocol": "-1", **_v6("::/0")}])


def _create(ec2: Any, estate: Estate, vpc: str, name: str, text: str, **tags: str) -> str:
    spec = {"TagSpecifications": _tags("security-group", **tags)} if tags else {}
    made = ec2.create_security_group(GroupName=name, Description=text, VpcId=estate.vpcs[vpc], **spec)
    estate.groups[f"{vpc}/{name}"] = made["GroupId"]
    return str(made["GroupId"])


def _web(ec2: Any, estate: Estate) -> None:
    """Open to the world, by both families; default egress kept; an egress to a list of AWS's own."""
    group = estate.groups["main/web"]
    permissions = [
        _ports("tcp", 80, **_v4("0.0.0.0/0"), **_v6("::/0")),
        _ports("tcp", 443, **_v4("0.0.0.0/0", "https for all"), **_v6("::/0", "https for all")),
        _ports("tcp", 22, **_list(estate.prefix_lists["office"], "administrators")),
        _ports("icmp", 8, -1, **_v4("0.0.0.0/0", "ping")),
        _ports("icmpv6", -1, **_v6("::/0")),
    ]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
    name = f"com.amazonaws.{estate.region}.s3"
    found = ec2.describe_managed_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [name]}])
    s3 = found["PrefixLists"][0]["PrefixListId"]
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[_ports("tcp", 443, **_list(s3, "objects"))])


def _app_and_db(ec2: Any, estate: Estate) -> None:
    """Groups that refer to each other and to themselves, with nothing of the default egress left."""
    web, app, db = (estate.groups[f"main/{name}"] for name in ("web", "app", "db"))
    drop_default_egress(ec2, app, ipv6=True)
    drop_default_egress(ec2, db, ipv6=True)
    permissions = [
        _ports("tcp", 8080, **_from(web, "from the web tier")),
        _ports("udp", 4000, 4010, **_from(db, "replies")),
        {"IpProtocol": "-1", **_from(app, "each other")},
    ]
    ec2.authorize_security_group_ingress(GroupId=app, IpPermissions=permissions)
    ec2.authorize_security_group_egress(
        GroupId=app,
        IpPermissions=[
            _ports("tcp", 5432, **_from(db, "to the database")),
            _ports("tcp", 443, **_v4("10.0.0.0/8")),
        ],
    )
    ec2.authorize_security_group_ingress(
        GroupId=db,
        IpPermissions=[_ports("tcp", 5432, **_from(app))],
        TagSpecifications=_tags("security-group-rule", Name="postgres", ticket="NET-12"),
    )


def _vpn(ec2: Any, estate: Estate) -> None:
    """Protocols by number, all protocols, whole port ranges."""
    group = estate.groups["main/vpn"]
    permissions = [
        {"IpProtocol": "50", **_v4("198.51.100.7/32", "esp")},
        {"IpProtocol": "51", **_v6("2001:db8:1::/48", "ah")},
        _ports("udp", 500, **_v4("198.51.100.7/32")),
        _ports("udp", 4500, **_v4("198.51.100.7/32")),
        {"IpProtocol": "-1", **_v4("172.16.0.0/12", "the tunnel"), **_list(estate.prefix_lists["partners"])},
        _ports("tcp", 0, 65535, **_v4("192.168.0.0/16")),
        _ports("icmp", -1, **_v4("10.0.0.0/8")),
    ]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
    drop_default_egress(ec2, group, ipv6=True)
    described = {"IpProtocol": "-1", **_v4("0.0.0.0/0", "everything, on purpose")}
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[described])


def _default(ec2: Any, estate: Estate) -> None:
    """The default group of `main`, as an auditor wants it: nothing in, little out."""
    group = estate.groups["main/default"]
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "-1", **_from(group)}])
    drop_default_egress(ec2, group, ipv6=True)
    ec2.authorize_security_group_egress(
        GroupId=group, IpPermissions=[_ports("tcp", 443, **_v4("10.20.0.0/16", "inside only"))]
    )


def _fleet(ec2: Any, estate: Estate, size: int) -> None:
    """Many groups of the same kind, for a larger estate."""
    for number in range(size):
        name = f"fleet-{number:03d}"
        group = _create(ec2, estate, "main", name, f"Fleet {number}", Name=name)
        ranges = [{"CidrIp": f"10.{number % 250}.{each}.0/24", "Description": f"net {each}"} for each in range(15)]
        permissions = [_ports("tcp", 9000 + number % 50, IpRanges=ranges), _ports("tcp", 22, **_from(group))]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)


def build_groups(ec2: Any, estate: Estate, fleet: int = 0) -> None:
    """All groups and prefix lists of the standard estate."""
    build_prefix_lists(ec2, estate)
    _create(ec2, estate, "main", "web", "Public web tier", Name="web", team="shop")
    _create(ec2, estate, "main", "app", "Application tier", Name="app", team="shop")
    _create(ec2, estate, "main", "db", "Databases: closed", team="data")
    cache = _create(ec2, estate, "main", "cache", "Caches (default egress kept)", team="shop")
    _create(ec2, estate, "main", "vpn", "VPN endpoints")
    _create(ec2, estate, "main", "empty", "Nothing in, default out")
    build = _create(ec2, estate, "tools", "web", "Same name, other VPC", Name="web")
    _web(ec2, estate)
    _app_and_db(ec2, estate)
    _vpn(ec2, estate)
    _default(ec2, estate)
    ec2.authorize_security_group_ingress(
        GroupId=cache, IpPermissions=[_ports("tcp", 6379, **_from(estate.groups["main/app"], "redis"))]
    )
    ec2.authorize_security_group_ingress(
        GroupId=build,
        IpPermissions=[_ports("tcp", 8443, **_list(estate.prefix_lists["office"]), **_from(build))],
        TagSpecifications=_tags("security-group-rule", Name="build"),
    )
    _fleet(ec2, estate, fleet)

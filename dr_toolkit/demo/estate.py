"""What the demo's company has: groups and prefix lists in us-east-1, and the landmarks of its recovery region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

HOME, AWAY = "us-east-1", "us-west-2"
BUCKET = "acme-dr-snapshots"

Permission = dict[str, Any]


@dataclass(frozen=True)
class Built:
    """The ids of what is edited by hand later on."""

    web: str
    """The group ``main/web``."""
    api: str
    """The API ``shop``."""
    pet: str
    """The path ``/pets/{petId}`` of it."""


def build_bucket(s3: Any) -> None:
    """A bucket with versioning in the recovery region."""
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": AWAY})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})


def build_vpc(ec2: Any, cidr: str) -> str:
    """The VPC ``main``: its id. Both regions have one, with addresses of their own."""
    made = ec2.create_vpc(CidrBlock=cidr, TagSpecifications=_tags("vpc", Name="main"))
    return str(made["Vpc"]["VpcId"])


def build_groups(ec2: Any, vpc: str) -> str:
    """A prefix list and four groups, two of which refer to each other; the id of ``web``."""
    office = _office(ec2)
    web = _group(ec2, vpc, "web", "Public web tier", team="shop")
    app = _group(ec2, vpc, "app", "Application tier", team="shop")
    database = _group(ec2, vpc, "db", "Databases: nothing out", team="data")
    ops = _group(ec2, vpc, "ops", "Administrators")
    everyone = {"CidrIp": "0.0.0.0/0", "Description": "https for all"}
    everyone6 = {"CidrIpv6": "::/0", "Description": "https for all"}
    for group in (app, database):
        ec2.revoke_security_group_egress(
            GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        )
    _allow(
        ec2.authorize_security_group_ingress,
        {
            web: [_tcp(443, IpRanges=[everyone], Ipv6Ranges=[everyone6])],
            app: [
                _tcp(8080, UserIdGroupPairs=[{"GroupId": web, "Description": "from the web tier"}]),
                _tcp(9300, 9305, UserIdGroupPairs=[{"GroupId": app, "Description": "each other"}]),
                _tcp(8443, UserIdGroupPairs=[{"GroupId": database, "Description": "change feed"}]),
            ],
            database: [_tcp(5432, UserIdGroupPairs=[{"GroupId": app, "Description": "postgres"}])],
            ops: [_tcp(22, PrefixListIds=[{"PrefixListId": office}])],
        },
    )
    _allow(
        ec2.authorize_security_group_egress,
        {app: [_tcp(5432, UserIdGroupPairs=[{"GroupId": database, "Description": "to the database"}])]},
    )
    return web


def _office(ec2: Any) -> str:
    entries = [
        {"Cidr": "198.51.100.0/24", "Description": "headquarters"},
        {"Cidr": "203.0.113.0/24", "Description": "branch"},
    ]
    made = ec2.create_managed_prefix_list(
        PrefixListName="office",
        AddressFamily="IPv4",
        MaxEntries=10,
        Entries=entries,
        TagSpecifications=_tags("prefix-list", team="network"),
    )
    return str(made["PrefixList"]["PrefixListId"])


def _group(ec2: Any, vpc: str, name: str, text: str, **tags: str) -> str:
    spec = {"TagSpecifications": _tags("security-group", **tags)} if tags else {}
    return str(ec2.create_security_group(GroupName=name, Description=text, VpcId=vpc, **spec)["GroupId"])


def _allow(authorize: Any, rules: dict[str, list[Permission]]) -> None:
    for group, permissions in rules.items():
        authorize(GroupId=group, IpPermissions=permissions)


def _tcp(first: int, last: int | None = None, **sources: Any) -> Permission:
    return {"IpProtocol": "tcp", "FromPort": first, "ToPort": first if last is None else last, **sources}


def _tags(kind: str, **tags: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


# --- what somebody does by hand ---------------------------------------------------------------------


def drift_by_hand(ec2: Any, rest: Any, built: Built) -> list[str]:
    """Edits as people make them in the console; what was done, in words."""
    anyone = [{"CidrIp": "0.0.0.0/0", "Description": "just for today"}]
    ec2.authorize_security_group_ingress(GroupId=built.web, IpPermissions=[_tcp(22, IpRanges=anyone)])
    green = {"op": "replace", "path": "/variables/backend", "value": "green"}
    rest.update_stage(restApiId=built.api, stageName="prod", patchOperations=[green])
    rest.delete_method(restApiId=built.api, resourceId=built.pet, httpMethod="DELETE")
    return [
        'opens ssh of the group "web" to the world, just for today',
        'points the stage "prod" of the API "shop" at another backend',
        "deletes the method DELETE /pets/{petId}",
    ]

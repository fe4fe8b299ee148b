"""What EC2 holds in a region, as plain documents with AWS's member names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.strict_aws.call import Call

Document = dict[str, Any]


@dataclass
class Turn:
    """What something becomes by itself: from ``due`` on its state is ``state``, or it is gone where that is None."""

    due: float
    state: str | None = None


@dataclass
class Group:
    """A security group. ``fields``: GroupId, GroupName, Description, VpcId, OwnerId.

    It is seen from ``known_from`` on. ``rules`` is by rule id: rows of DescribeSecurityGroupRules without ARN, tags and
    the status of a peering; ports are -1 where the protocol has none, as there.
    """

    fields: Document
    known_from: float = 0.0
    rules: dict[str, Document] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.fields["GroupId"])

    @property
    def vpc(self) -> str:
        """The VPC that it was made in."""
        return str(self.fields["VpcId"])

    @property
    def is_default(self) -> bool:
        """Whether it is the one that its VPC was born with."""
        return bool(self.fields["GroupName"] == "default")

    def of(self, *, egress: bool) -> list[Document]:
        """Its rules of one direction."""
        return [rule for rule in self.rules.values() if rule["IsEgress"] is egress]


@dataclass
class PrefixList:
    """A prefix list of a customer: the members of ManagedPrefixList but for tags, and the entries of each version.

    ``wanted_size`` is the MaxEntries that a change under way is about.
    """

    fields: Document
    versions: dict[int, list[Document]]
    turn: Turn | None = None
    wanted_size: int | None = None

    @property
    def entries(self) -> list[Document]:
        """Those of the current version."""
        return self.versions[self.fields["Version"]]


@dataclass
class Kept:
    """A document with a State that may turn by itself: a VPC endpoint, an association of a group and a VPC."""

    fields: Document
    turn: Turn | None = None


@dataclass
class Pace:
    """Seconds that changes take which AWS only begins when it answers. A test may set any; where it is calm none do."""

    prefix_list: float = 1.0
    endpoint: float = 60.0
    association: float = 2.0


@dataclass
class Ec2Region:
    """All of EC2 in one region, by id. Tags are apart: resource id -> key -> value."""

    vpcs: dict[str, Document] = field(default_factory=dict)
    vpc_attributes: dict[str, dict[str, bool]] = field(default_factory=dict)
    subnets: dict[str, Document] = field(default_factory=dict)
    route_tables: dict[str, Document] = field(default_factory=dict)
    interfaces: dict[str, Document] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    prefix_lists: dict[str, PrefixList] = field(default_factory=dict)
    endpoints: dict[str, Kept] = field(default_factory=dict)
    associations: dict[tuple[str, str], Kept] = field(default_factory=dict)
    """(group id, VPC id) -> association"""
    peerings: dict[str, Kept] = field(default_factory=dict)
    """Those that were asked for from here; the turn says until when one that ended is still listed."""
    peered: dict[str, tuple[str, str]] = field(default_factory=dict)
    """peering id -> account and region that asked for one with a VPC here"""
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """(operation, client token) -> what was asked for, and the id of what was made"""
    dhcp_options: str = "dopt-0a1b2c3d4e5f60718"
    pace: Pace = field(default_factory=Pace)


def held(call: Call) -> Ec2Region:
    """What EC2 holds in the call's account and region."""
    return call.part(Ec2Region)


def turn(call: Call, seconds: float, state: str | None) -> Turn:
    """The end of a change that takes so many seconds."""
    return Turn(call.now + (0.0 if call.aws.weather.is_calm else seconds), state)


def settle(call: Call, kept: dict[Any, Kept]) -> None:
    """Let all that is due by now have turned."""
    for key, each in list(kept.items()):
        if each.turn is not None and each.turn.due <= call.now:
            if each.turn.state is None:
                del kept[key]
            else:
                each.fields["State"], each.turn = each.turn.state, None


def default_vpc(call: Call) -> Document | None:
    """The region's default VPC, if there is one."""
    return next((vpc for vpc in held(call).vpcs.values() if vpc["IsDefault"]), None)

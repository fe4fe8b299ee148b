"""A region of the stand-in kept in mind, and put back as it was: quicker than building it again."""

from __future__ import annotations

from tests.stand import stand
from tests.strict_aws.ec2.state import Ec2Region, Group
from tests.strict_aws.rest.state import RestApi, RestRegion


class Kept:
    """What a region holds at this moment."""

    def __init__(self, region: str) -> None:
        self._held = stand().world.keep(region)

    def put_back(self) -> None:
        """Make the region what it was."""
        stand().world.put_back(self._held)


def ec2_of(region: str) -> Ec2Region:
    """EC2 of a region, as the stand-in keeps it."""
    return stand().world.region(region).part(Ec2Region)


def groups(region: str, vpc: str) -> list[Group]:
    """The groups of a VPC, as the stand-in keeps them."""
    return [group for group in ec2_of(region).groups.values() if group.vpc == vpc]


def apis(region: str) -> list[RestApi]:
    """The REST APIs of a region, as the stand-in keeps them."""
    return list(stand().world.region(region).part(RestRegion).apis.values())

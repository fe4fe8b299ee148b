"""A target as it was, to be held against what it is after an undo: by raw states, and by a fresh look."""

from __future__ import annotations

from typing import Any

from dr_toolkit.spec.tags import RUN_TAG
from tests.scenario.desk import AWAY, Desk
from tests.strict_aws import StrictAws
from tests.strict_aws.ec2.state import Ec2Region
from tests.strict_aws.http.state import HttpRegion
from tests.strict_aws.judge import Reading, report
from tests.strict_aws.judge.differences import differences
from tests.strict_aws.rest.state import RestRegion


class Before:
    """What the target held at this moment."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.runs = desk.restores()
        self.whole = whole_of(desk.aws.world, AWAY)
        self.deployments = deployments(desk)
        self.lines = desk.capture_of(AWAY)

    def assert_again(self, at: str = "") -> None:
        """The target holds the same: by human names, what stages serve included; no deployment more is there."""
        found = list(differences(self.whole, whole_of(self.desk.aws.world, AWAY)))
        assert not found, f"{at}: {report(found)}"
        there = deployments(self.desk)
        assert there == self.deployments, f"{at}: {there}, not {self.deployments}"

    def assert_looks_again(self, at: str = "") -> None:
        """The same by a fresh capture, byte by byte."""
        assert self.desk.capture_of(AWAY) == self.lines, at
        self.assert_again(at)


def whole_of(world: StrictAws, region: str) -> dict[str, Any]:
    """A region's raw state by human names, without the tags of lists that are being deleted and marks of runs."""
    kept = world.keep(region)
    ec2 = kept.part(Ec2Region)
    for physical_id, held in ec2.prefix_lists.items():
        if held.fields["State"].startswith("delete-"):
            ec2.tags.pop(physical_id, None)
    return unmarked(Reading(kept).whole())


def unmarked(document: dict[str, Any]) -> dict[str, Any]:
    """The same without the marks of runs: what was removed and is made again bears one."""
    found = {}
    for name, value in document.items():
        inner = unmarked(value) if isinstance(value, dict) else value
        if name != RUN_TAG and not (inner == {} and value != {}):
            found[name] = inner
    return found


def deployments(desk: Desk) -> dict[str, list[Any]]:
    """The deployments of each API, by their ids, whether anything serves them or not."""
    region = desk.aws.world.region(AWAY)
    rest = {api.id: sorted(api.deployments) for api in region.part(RestRegion).apis.values()}
    http = {
        api.id: sorted(i for i, each in api.deployments.items() if not each["AutoDeployed"])
        for api in region.part(HttpRegion).apis.values()
    }
    return rest | http

"""A target as it was, to be held against what it is after an undo, from wherever that or the restore died."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from dr_toolkit.engine.compare import compare
from dr_toolkit.errors import TakenBack
from dr_toolkit.model.estate import Estate
from dr_toolkit.report.undo_results import UndoResult
from dr_toolkit.resources import registry
from dr_toolkit.spec.tags import RUN_TAG
from tests.scenario.desk import AWAY, Desk
from tests.scenario.moments import Film, Moment, moment
from tests.strict_aws import StrictAws
from tests.strict_aws.ec2.state import Ec2Region
from tests.strict_aws.http.state import HttpRegion
from tests.strict_aws.judge import Reading, report
from tests.strict_aws.judge.differences import differences
from tests.strict_aws.rest.state import RestRegion

_ORDINAL = re.compile(rb"~\d+")


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

    def assert_says_the_same(self, at: str = "") -> None:
        """A fresh look says the same, but for which of several homonyms is the elder one."""
        now = self.desk.capture_of(AWAY)
        changed = compare(Estate(dict(self.lines)), Estate(dict(now)), registry())
        if changed and unordered(self.lines) != unordered(now):
            raise AssertionError(f"{at}: {[f'{c.action} {c.key} {c.fields}' for c in changed]}")


def unordered(lines: Mapping[str, bytes]) -> Counter[bytes]:
    """Lines without the ordinals of homonyms, which go by age or id."""
    return Counter(_ORDINAL.sub(b"", line) for line in lines.values())


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


# --- deaths -------------------------------------------------------------------------------------------


def film_of(before: Before, doing: Callable[[Film], object]) -> list[Moment]:
    """Every moment of something that is done from here, the begin included."""
    film = Film(AWAY, before.desk.store, [moment("nothing", AWAY, before.desk.store)])
    doing(film)
    return film.moments


def assert_undone_from(before: Before, moments: list[Moment]) -> None:
    """From wherever the restore died, an undo makes the target what it was."""
    for number, each in enumerate(moments):
        each.come_back(before.desk.store)
        at = f"died after {each.after}, moment {number}"
        if before.desk.restores() != before.runs:
            assert_done(before.desk.undo(), at)
            before.assert_again(at)


def assert_goes_on_from(before: Before, run: str, moments: list[Moment]) -> None:
    """From wherever the undo died the same command goes on to the same end, and is refused once there."""
    for number, each in enumerate(moments):
        each.come_back(before.desk.store)
        at = f"died after {each.after}, moment {number}"
        try:
            assert_done(before.desk.undo(run), at)
        except TakenBack:
            assert number > len(moments) - 4, at
        before.assert_again(at)


def assert_done(result: UndoResult, at: str = "") -> None:
    """Nothing failed, and nothing is left to do."""
    said = (result.exit_code, list(result.failed), list(result.left))
    assert said == (0, [], []), f"{at}: {result.verdict} {result.gaps}"


def undone_from_anywhere(before: Before, every: int) -> None:
    """Restore, and take that back: from each so-manieth moment of the restore, and then of the undo."""
    desk = before.desk
    film = film_of(before, lambda film: desk.restore(film=film))
    assert_undone_from(before, film[::every])
    film[-1].come_back(desk.store)
    run = max(desk.restores())
    assert_goes_on_from(before, run, film_of(before, lambda film: desk.undo(run, film=film))[::every])

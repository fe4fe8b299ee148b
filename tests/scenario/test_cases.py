"""Public estates and API definitions that nobody here wrote: loaded, snapshotted, restored elsewhere, verified.

What the stand-in can't hold is left out when a case is loaded; every test says how much was loaded and what was not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_toolkit.errors import BlockedSteps
from tests.cases import cases, definition_cases, group_cases, load_definition, load_groups, load_vpcs
from tests.cases_loaded import Loaded
from tests.scenario.desk import AWAY, HOME, Desk
from tests.stand import Stand

RULES_A_GROUP = 1100
"""One public estate lists the whole world in a group: a quota that AWS grants on request."""


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with nothing yet, in a time that passes only where one waits."""
    with aws.virtual_time():
        yield Desk(aws)


def tell(name: str, loaded: Loaded, lines: int) -> None:
    """Say what of a case made the round trip."""
    what = f"{len(loaded.groups)} groups, {loaded.rules} rules, {loaded.methods} methods; {lines} resources restored"
    print(f"{name}: {what}; left out: {len(loaded.left_out)}")
    for part, reason in loaded.left_out:
        print(f"  {part}: {reason}")


def has_dangling_link(path: Path) -> bool:
    """Whether a definition names a VPC link by an id of its author's."""
    return re.search(r'"connectionId": *"[^$"]+"', path.read_text()) is not None


def round_trip(desk: Desk) -> int:
    """Snapshot, restore, and show that nothing is left to do and that both regions have the same bytes.

    What names the recovery region by itself is at home there afterwards, so that it is told in other words.
    """
    desk.snapshot()
    wanted = desk.load().estate.lines
    restored = desk.restore()
    assert restored.exit_code == 0, (restored.verdict, restored.failed)
    assert restored.verify is not None
    assert restored.verify.changes == ()
    again = desk.plan()
    assert (again.steps, again.blocked) == ((), ())
    made = desk.capture_of(AWAY)
    there_already = {k for k, line in wanted.items() if AWAY.encode() in line}
    assert {k: made.get(k) for k in wanted.keys() - there_already} == {
        k: wanted[k] for k in wanted.keys() - there_already
    }
    assert there_already <= made.keys()
    return len(wanted)


@pytest.mark.parametrize("name", group_cases() or ["none"])
def test_public_groups_make_the_round_trip(desk: Desk, name: str) -> None:
    path = cases("groups") / f"{name}.json"
    desk.aws.raise_rule_quota(RULES_A_GROUP)
    loaded = load_groups(path, desk.clients.client("ec2", HOME))
    load_vpcs(path, desk.clients.client("ec2", AWAY))
    lines = round_trip(desk)
    tell(name, loaded, lines)
    assert lines >= loaded.rules + len(loaded.groups)


@pytest.mark.parametrize("name", definition_cases() or ["none"])
def test_public_definitions_make_the_round_trip(desk: Desk, name: str) -> None:
    path = cases("openapi") / f"{name}.json"
    loaded = load_definition(path, desk.clients.client("apigateway", HOME))
    if loaded.api is None:
        tell(name, loaded, 0)
        assert loaded.left_out == [(name, "an HTTP API, not a REST API")]
        return
    if has_dangling_link(path):
        with pytest.raises(BlockedSteps, match=r"refers to a VPC link \(REST\) that the snapshot does not hold"):
            round_trip(desk)
        loaded.left_out.append((name, "it names a VPC link that is nowhere"))
        tell(name, loaded, 0)
        return
    lines = round_trip(desk)
    tell(name, loaded, lines)
    assert lines > loaded.methods > 0

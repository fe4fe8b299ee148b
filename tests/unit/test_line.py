"""Which steps may go: by what they need, one at a time of each thing, few open doors, what is pruned last."""

from __future__ import annotations

from collections.abc import Callable

from dr_toolkit.engine.line import Line
from dr_toolkit.model.changes import Call, Step, Until
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry


def step(number: int, action: str, key: str, *needs: int, until: bool = False) -> Step:
    """The n-th step of a plan."""
    call = Call("Anything", {}, until=Until("status", ("AVAILABLE",)) if until else None)
    return Step(f"s{number}", action, (ResourceKey.parse(key),), "any", call, tuple(f"s{n}" for n in needs))


def line(*steps: Step, doors: int = 1, skip: Callable[[int], bool] = lambda number: False) -> Line:
    """The line of a plan."""
    return Line(steps, registry(), skip, doors)


SHOP, PETS = "apigateway.model/shop", "apigateway.model/pets"


def test_what_lies_in_one_api_is_changed_one_at_a_time_in_the_plans_order() -> None:
    found = line(
        step(0, "create", f"{SHOP}/A"),
        step(1, "create", f"{SHOP}/B"),
        step(2, "update", "apigateway.stage/shop/prod"),
        step(3, "create", f"{PETS}/A"),
    )
    assert found.first() == [0, 3]
    assert found.settle(3) == []
    assert found.settle(0) == [1]
    assert found.settle(1) == [2]
    assert (found.settle(2), found.left()) == ([], [])


def test_groups_of_one_vpc_are_changed_side_by_side_and_what_may_call_a_function_is_not() -> None:
    groups = [step(n, "update", f"ec2.security_group/main/{name}") for n, name in enumerate("ab")]
    assert line(*groups).first() == [0, 1]
    callers = [step(n, "create", f"lambda.permission/orders/shop/{name}") for n, name in enumerate("ab")]
    assert line(*callers).first() == [0]


def test_a_step_waits_for_all_that_it_needs() -> None:
    found = line(
        step(0, "create", f"{SHOP}/A"), step(1, "create", f"{PETS}/A"), step(2, "create", "apigateway.api_key/k", 0, 1)
    )
    assert found.first() == [0, 1]
    assert found.settle(1) == []
    assert found.settle(0) == [2]


def test_waiting_for_a_thing_keeps_nobody_from_it() -> None:
    found = line(
        step(0, "create", "apigateway.vpc_link/back", until=True), step(1, "update", "apigateway.vpc_link/back")
    )
    assert found.first() == [0, 1]


def test_what_is_pruned_goes_last_of_all() -> None:
    found = line(
        step(0, "delete", "apigateway.rest_api/old"),
        step(1, "delete", f"{SHOP}/A"),
        step(2, "create", f"{PETS}/A", 1),
        step(3, "create", f"{PETS}/B", 0),
    )
    assert found.first() == [1]
    assert found.settle(1) == [2]
    assert found.settle(2) == []
    assert found.rest() == [0]
    assert found.settle(0) == [3]
    assert (found.settle(3), found.rest(), found.left()) == ([], [], [])


def opened(number: int, name: str) -> list[Step]:
    """A group, and the two calls that take away what it was born with."""
    rule = f"ec2.security_group_rule/main/{name}/egress/all/all"
    return [
        step(number, "create", f"ec2.security_group/main/{name}"),
        step(number + 1, "delete", f"{rule}/0.0.0.0%2F0", number),
        step(number + 2, "delete", f"{rule}/::%2F0", number + 1),
    ]


def test_no_more_groups_stand_open_than_there_are_doors() -> None:
    found = line(*opened(0, "a"), *opened(3, "b"), *opened(6, "c"), doors=2)
    assert found.first() == [0, 3]
    assert found.settle(0) == [1]
    assert found.settle(3) == [4]
    assert found.settle(1) == [2]
    assert found.settle(2) == [6]


def test_a_group_that_could_not_be_made_closes_its_door() -> None:
    lost: set[int] = set()
    found = line(*opened(0, "a"), *opened(3, "b"), skip=lambda number: number - 1 in lost and lost.add(number) is None)
    assert found.first() == [0]
    lost.add(0)
    assert found.settle(0) == [3]
    assert found.left() == [3, 4, 5]


def test_what_is_skipped_is_over_and_so_is_what_needs_it() -> None:
    found = line(
        step(0, "create", f"{SHOP}/A"),
        step(1, "create", f"{SHOP}/B", 0),
        step(2, "create", f"{SHOP}/C", 1),
        step(3, "create", f"{PETS}/D", 2),
        skip=lambda number: number in (1, 2),
    )
    assert found.first() == [0]
    assert found.settle(0) == [3]
    assert found.left() == [3]

"""Many keys as one file: which of them, in what form, and what comes before what."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

import pytest

from dr_toolkit.engine.key_files import MOST, Filed, with_key_files
from dr_toolkit.model.changes import CREATE, ONE_OF, Call, Step
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.model.secrets import Csv, Hidden, SecretRef, Vault, holds_secret, resolved
from dr_toolkit.spec.tags import RUN_TAG, RUN_TOKEN

VALUE = "abcdefghij0123456789-"


class Everybody:
    """Knows the value of every key but those that end in ``?``."""

    def matches(self, key: str, form: re.Pattern[str]) -> bool:
        """Whether the value is known."""
        return not key.endswith("?") and form.fullmatch(VALUE + "1") is not None


def key(name: str) -> ResourceKey:
    """A key's own key."""
    return ResourceKey("apigateway.api_key", (name,))


def plan(name: str) -> ResourceKey:
    """A plan's."""
    return ResourceKey("apigateway.usage_plan", (name,))


def create(number: int, known_as: str, /, needs: Iterable[str] = (), **more: Any) -> Step:
    """The step that makes a key."""
    name = known_as
    params = {"name": name, "enabled": True, "value": SecretRef(key(name)), "tags": {RUN_TAG: RUN_TOKEN}} | more
    call = Call("CreateApiKey", params, {key(name): "id"})
    return Step(f"s{number:05d}", CREATE, (key(name),), "apigateway", call, tuple(needs))


def join(number: int, name: str, to: str, needs: Iterable[str] = (), **more: Any) -> Step:
    """The step that puts a key into a plan."""
    params = {"usagePlanId": Ref(plan(to)), "keyId": Ref(key(name)), "keyType": "API_KEY"} | more
    member = ResourceKey("apigateway.usage_plan_key", (to, name))
    return Step(f"s{number:05d}", CREATE, (member,), "apigateway", Call("CreateUsagePlanKey", params), tuple(needs))


def make_plan(number: int, name: str, needs: Iterable[str] = ()) -> Step:
    """The step that makes a plan."""
    call = Call("CreateUsagePlan", {"name": name}, {plan(name): "id"})
    return Step(f"s{number:05d}", CREATE, (plan(name),), "apigateway", call, tuple(needs))


def filed(*steps: Step, **more: Any) -> Filed:
    """The steps with files."""
    return with_key_files(steps, Everybody(), **{"others": False, **more})


def held(*steps: Step, **more: Any) -> list[str]:
    """The names of the keys that are in files."""
    made = [step for step in filed(*steps, **more).steps if step.call.operation == "ImportApiKeys"]
    return [row[0] for step in made for row in step.call.params["body"].rows]


def four() -> list[Step]:
    """As many keys as are worth a file."""
    return [create(number, f"k{number}") for number in range(1, 5)]


def test_keys_and_their_plans_are_one_call() -> None:
    steps = [
        create(1, "a", description="the first, of all"),
        create(2, "b", enabled=False),
        make_plan(3, "gold"),
        make_plan(4, "free"),
        *(join(5, "a", "gold", ["s00001", "s00003"]), join(6, "a", "free", ["s00001", "s00004"])),
        join(7, "b", "gold", ["s00002", "s00003"]),
    ]
    found = filed(*steps)
    assert [step.call.operation for step in found.steps] == ["CreateUsagePlan", "CreateUsagePlan", "ImportApiKeys"]
    (made,) = found.steps[2:]
    assert made.call.params == {
        "body": Csv(
            ("Name", "Key", "Description", "Enabled", "UsagePlanIds"),
            (
                ("a", SecretRef(key("a")), "the first, of all", "true", [Ref(plan("gold")), Ref(plan("free"))]),
                ("b", SecretRef(key("b")), "", "false", [Ref(plan("gold"))]),
            ),
        ),
        "format": "csv",
        "failOnWarnings": True,
    }
    assert made.call.binds == {key("a"): f"ids{ONE_OF}", key("b"): f"ids{ONE_OF}"}
    assert (made.id, made.needs) == ("s00001", ("s00003", "s00004"))
    assert found.parts == {"s00001": ["s00001", "s00002", "s00005", "s00006", "s00007"]}
    assert set(made.keys) == {k for step in steps if step.id not in made.needs for k in step.keys}


@pytest.mark.parametrize(
    "odd",
    [
        create(9, "odd?"),
        create(9, "odd", customerId="c"),
        create(9, "odd", stageKeys=[{"restApiId": "a", "stageName": "b"}]),
        create(9, "odd", tags={"team": "a", RUN_TAG: RUN_TOKEN}),
        create(9, "odd", description=' "quoted"'),
        create(9, "odd", description="two\nlines"),
        create(9, "odd "),
        create(9, "ödd"),
        create(9, "o'dd"),
        create(9, "x" * 1025),
        create(9, "odd", name="another"),
    ],
    ids=repr,
)
def test_what_a_file_can_t_say_is_said_by_a_call(odd: Step) -> None:
    found = filed(*four(), odd)
    assert held(*four(), odd) == ["k1", "k2", "k3", "k4"]
    assert odd in found.steps


def test_homonyms_are_made_by_calls_of_their_own() -> None:
    """Nothing would tell their ids apart."""
    twins = [create(7, "same"), create(8, "same~2", name="same")]
    assert held(*four(), *twins) == ["k1", "k2", "k3", "k4"]


def test_no_file_where_it_might_overwrite_or_is_not_worth_it() -> None:
    assert held(*four(), others=True) == []
    assert held(*four()[:3]) == []
    assert held(*four(), without=[key("k1")]) == []
    assert held(*four(), create(5, "k5"), without=[key("k1")]) == ["k2", "k3", "k4", "k5"]
    assert filed(*four(), others=True) == Filed(four())


def test_many_keys_are_several_files() -> None:
    steps = [create(number, f"k{number}") for number in range(MOST + 5)]
    found = filed(*steps)
    assert [len(step.call.params["body"].rows) for step in found.steps] == [MOST, 5]
    assert sorted(part for parts in found.parts.values() for part in parts) == [step.id for step in steps]


def test_what_needs_a_key_comes_after_its_file() -> None:
    """And a membership that the file can't hold is one of these."""
    late = join(2, "k1", "gold", ["s00001"], keyType="OTHER")
    keys = [create(1, "k1"), *(create(number, f"k{number}") for number in range(3, 6))]
    steps = [keys[0], late, make_plan(6, "gold"), *keys[1:], join(7, "k3", "gold", ["s00003", "s00006"])]
    found = filed(*steps)
    assert [step.call.operation for step in found.steps] == ["CreateUsagePlan", "ImportApiKeys", "CreateUsagePlanKey"]
    assert found.steps[2].needs == (found.steps[1].id,)


def test_a_file_that_would_wait_for_what_waits_for_it_is_not_made() -> None:
    between = make_plan(5, "gold", ["s00001"])
    steps = [*four(), between, join(6, "k2", "gold", ["s00002", "s00005"])]
    assert filed(*steps) == Filed(steps)


def test_the_text_of_a_table_is_written_by_the_adapter_alone() -> None:
    table = Csv(
        ("Name", "Key", "UsagePlanIds"),
        (("a, b", SecretRef(key("a")), ["p1", "p2"]), ("c", SecretRef(key("c")), []), ("d", Hidden('x"y'), ["p1"])),
    )
    vault = Vault()
    vault.add({key("a").text: Hidden(VALUE)})
    params = {"body": table}
    assert holds_secret(params)
    assert VALUE not in repr(params) and 'x"y' not in repr(params)
    text = resolved(params, vault)["body"]
    assert text == f'Name,Key,UsagePlanIds\n"a, b",{VALUE},"p1,p2"\nd,"x""y",p1\n'.encode()
    assert list(csv.reader(io.StringIO(text.decode())))[2] == ["d", 'x"y', "p1"]


def test_a_vault_tells_the_form_of_a_value_and_not_the_value() -> None:
    vault = Vault()
    vault.add({"a": Hidden("12345")})
    five = re.compile(r"\d{5}")
    assert [vault.matches(name, five) for name in ("a", "b")] == [True, False]
    assert not vault.matches("a", re.compile(r"\d{4}"))

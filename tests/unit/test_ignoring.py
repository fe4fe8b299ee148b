"""Ignore rules: what they take out, what is left, and what is said of the rules themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from dr_toolkit.config import IgnoreRule
from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.judge import judge
from dr_toolkit.model.documents import Resource
from dr_toolkit.resources import registry
from dr_toolkit.workflows import ignoring
from tests.exposed import estate, group, rule, thing

TODAY = date(2026, 11, 25)
STAGE = "apigateway.stage/shop/prod"


def ignored(before: list[Resource | str], after: list[Resource | str], *rules: IgnoreRule) -> ignoring.Kept:
    """What is kept of the changes between two estates."""
    sides = estate(*before), estate(*after)
    return ignoring.ignore(compare(*sides, registry()), sides[1], rules, TODAY)


def of(key: str, **more: Any) -> IgnoreRule:
    """A rule of the config."""
    return IgnoreRule(key=key, reason="because", **more)


def test_a_whole_change_and_what_lies_beneath_a_match() -> None:
    after: list[Resource | str] = [group("web"), "in tcp 22 0.0.0.0/0", group("db")]
    kept = ignored([], after, of("ec2.security_group/main/web"))
    assert [c.key.name for c in kept.changes] == ["db"]
    assert sorted(i.key.name for i in kept.ignored) == ["0.0.0.0/0", "web"]
    assert "ec2.security_group/main/web" not in kept.estate.lines


def test_a_field_goes_and_the_others_stay() -> None:
    before, after = thing(STAGE, description="a", tracingEnabled=True), thing(STAGE, description="b")
    kept = ignored([before], [after], of("apigateway.stage/*", field="description"))
    (change,) = kept.changes
    assert change.names == {"tracingEnabled"}
    assert change.after is not None
    assert change.after.attributes == {"description": "a"}
    assert [(i.fields, i.field) for i in kept.ignored] == [(("description",), "description")]
    both = ignored([before], [after], of(STAGE, field="description"), of(STAGE, field="tracingEnabled"))
    assert (both.changes, len(both.ignored)) == ((), 2)
    assert kept.estate.lines != both.estate.lines == estate(before).lines


def test_a_part_of_a_field_and_not_one_that_only_begins_alike() -> None:
    before = thing(STAGE, variables={"a": "1", "ab": "1"})
    after = thing(STAGE, variables={"a": "2", "ab": "2", "c": "3"})
    kept = ignored([before], [after], of(STAGE, field="variables.a"), of(STAGE, field="variables.c"))
    assert [f.path for c in kept.changes for f in c.fields] == [("variables", "ab")]
    assert kept.changes[0].after is not None
    assert kept.changes[0].after.attributes["variables"] == {"a": "1", "ab": "2"}
    assert len(ignored([before], [after], of(STAGE, field="variable")).changes) == 1


def test_a_field_rule_does_not_take_what_comes_or_goes_whole() -> None:
    assert len(ignored([], [thing(STAGE, description="x")], of(STAGE, field="description")).changes) == 1


def test_what_is_ignored_neither_alarms_nor_exposes() -> None:
    before, after = estate(group()), estate(group(), "in tcp 22 0.0.0.0/0", "in tcp 3389 0.0.0.0/0")
    changes = compare(before, after, registry())
    kept = ignoring.ignore(changes, after, [of("ec2.security_group_rule/*/22-22/*")], TODAY)
    found = judge(kept.changes, before, kept.estate, datetime(2026, 11, 25, tzinfo=UTC))
    assert [a.rule for a in found.alerts] == ["sg-world-rdp"]
    (exposure,) = found.exposures
    assert [[str(s) for s in f.services] for f in exposure.newly_allowed] == [["tcp 3389"]]


def test_a_rule_that_is_gone_and_ignored_is_as_if_it_were_there() -> None:
    kept = ignored(["in tcp 22 10.0.0.0/8"], [], of("ec2.security_group_rule/*"))
    assert kept.changes == ()
    assert kept.estate.lines == estate("in tcp 22 10.0.0.0/8").lines


def test_a_rule_holds_to_the_end_of_its_day() -> None:
    after: list[Resource | str] = [rule("in tcp 22 10.0.0.0/8")]
    assert ignored([], after, of("ec2.*", until=TODAY)).changes == ()
    assert len(ignored([], after, of("ec2.*", until=date(2026, 11, 24))).changes) == 1


def test_what_is_said_of_the_rules() -> None:
    rules = [
        of("a.*", owner="net", until=date(2026, 1, 31)),
        of("b.*", field="x"),
        of("b.*", field="y", owner="web"),
    ]
    found = ignoring.remarks(rules, {("b.*", "x")}, TODAY, everything=True)
    assert [(f.severity, f.code, f.key) for f in found] == [
        ("warning", "ignore-expired", "a.*"),
        ("info", "ignore-unused", "b.*"),
    ]
    assert found[0].text.startswith("net: expired after 2026-01-31")
    assert [f.code for f in ignoring.remarks(rules, set(), TODAY, everything=False)] == ["ignore-expired"]

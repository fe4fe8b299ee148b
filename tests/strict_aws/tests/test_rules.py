"""The ledger: every rule names where it is known from, and what is only recalled can be switched off."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.rules import LEDGER, Rule

PACKAGE = Path(__file__).parents[1]
SOURCES = (
    r"AWS notes, (sections?|appendix) [0-9A-B]",
    r"recorded: \w",
    r"botocore: \w",
    r"the service model",
    r"quoted: \w",
)
"""What a source begins with: a section of the AWS notes, a recorded answer, a shape or member of botocore's model, or a
public issue that quotes AWS's answer."""


@pytest.fixture(scope="module")
def ledger() -> dict[str, Rule]:
    """Every rule."""
    StrictAws()
    return LEDGER


def test_every_rule_names_its_source(ledger: dict[str, Rule]) -> None:
    assert len(ledger) > 100
    for rule in ledger.values():
        assert re.fullmatch(r"(front-door|weather|rest|http|ec2|domains|gateway)\.[a-z0-9.-]+", rule.id), rule.id
        assert len(rule.text) > 10, rule.id
        if not rule.recalled:
            assert re.match("|".join(SOURCES), rule.source), f"{rule.id}: {rule.source}"


def test_what_is_recalled_can_be_switched_off(ledger: dict[str, Rule]) -> None:
    sure, whole = StrictAws(recalled=False), StrictAws()
    recalled = [rule for rule in ledger.values() if rule.recalled]
    assert recalled
    for rule in ledger.values():
        assert whole.holds(rule)
        assert sure.holds(rule) is not rule.recalled
    whole.switch_off(recalled[0])
    assert not whole.holds(recalled[0])


def test_no_rule_stands_in_the_ledger_only(ledger: dict[str, Rule]) -> None:
    """Each is asked for somewhere: what nobody asks for holds nothing."""
    asked = set[str]()
    for path in PACKAGE.rglob("*.py"):
        if path.parent.name != "tests":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
            asked |= set(names) | {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            value = getattr(node, "value", None)
            if isinstance(node, ast.Assign) and isinstance(value, ast.Call) and getattr(value.func, "id", "") == "rule":
                assert isinstance(node.targets[0], ast.Name)
                assert node.targets[0].id in asked, f"{path.name}: {node.targets[0].id}"


def test_the_package_knows_nothing_of_the_toolkit_and_the_toolkit_nothing_of_it() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert not re.search(r"^\s*(from|import) dr_toolkit", path.read_text(encoding="utf-8"), re.MULTILINE), path
    for path in (PACKAGE.parents[1] / "dr_toolkit").rglob("*.py"):
        assert "strict_aws" not in path.read_text(encoding="utf-8"), path

"""API keys brought by one file, through real boto3 clients: what is made, what shows, and what a dead call leaves."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from dr_toolkit.aws.cloud import Access, AwsCloud, Clouds
from dr_toolkit.aws.pacing import Pacer
from dr_toolkit.engine import key_files
from dr_toolkit.engine.dispatch import Pace
from dr_toolkit.engine.executor import Executor, Outcome
from dr_toolkit.engine.key_files import Filed, with_key_files
from dr_toolkit.engine.survey import Outlook, survey
from dr_toolkit.errors import CloudRefused
from dr_toolkit.model.changes import Step
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.secrets import Hidden, Vault
from dr_toolkit.resources import registry
from tests import engines
from tests.scenario.desk import AWAY, HOME
from tests.stand import Stand

VALUES = {f"key-{number:02d}": f"v4lu3-0f-k3y-{number:02d}-abcdefghij" for number in range(6)}


@dataclass
class Log:
    """A journal that keeps what it is told."""

    told: list[Any] = field(default_factory=list)

    def append_all(self, records: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Write the next records."""
        self.told += records


@dataclass
class Run:
    """A restore of keys and plans into the other region."""

    aws: Stand
    wanted: Estate
    vault: Vault = field(default_factory=Vault)
    log: Log = field(default_factory=Log)

    def __post_init__(self) -> None:
        self.vault.add({f"apigateway.api_key/{name}": Hidden(value) for name, value in VALUES.items()})
        self.cloud = self.open(AWAY)

    def open(self, region: str) -> AwsCloud:
        """A region, with the values at hand."""
        clock = self.aws.world.clock
        pacer = Pacer(clock.now, clock.sleep)
        return Clouds(pacer, self.vault).open(region, Access(endpoint_url=self.aws.endpoint))

    def plan(self) -> tuple[list[Step], dict[str, str]]:
        """The steps that are left, one by one, and what is known of the target."""
        _, steps, bound = engines.plan(self.wanted, self.open(HOME).scope, self.cloud, prune=False)
        return steps, bound

    def execute(self, steps: list[Step], bound: dict[str, str]) -> Outcome:
        """Make them."""
        executor = Executor(
            cloud=self.cloud,
            registry=registry(),
            record=self.log,
            bindings=bound,
            run="run",
            look=lambda names: survey(self.cloud, registry(), Outlook(), only=_sources(names)),
            pace=Pace(1, self.aws.world.clock.sleep, self.aws.world.clock.now),
        )
        return executor.execute(steps)

    def filed(self, steps: list[Step], **more: Any) -> Filed:
        """The steps with files."""
        return with_key_files(steps, self.vault, **{"others": False, **more})


def _sources(names: Any) -> frozenset[str]:
    return frozenset().union(*(registry().sources(name) for name in names))


@pytest.fixture
def run(aws: Stand) -> Iterator[Run]:
    """Six keys at home: two plain ones in two plans, one of them in none, one disabled, one with tags."""
    with aws.virtual_time():
        build(aws.client("apigateway", HOME))
        yield Run(aws, engines.capture(Clouds().open(HOME, Access(endpoint_url=aws.endpoint))))


def build(rest: Any) -> None:
    """Keys, and plans that they are in."""
    plans = [rest.create_usage_plan(name=name)["id"] for name in ("gold", "free")]
    for number, (name, value) in enumerate(VALUES.items()):
        more = {1: {"description": "one, two"}, 4: {"tags": {"team": "a"}}}.get(number, {})
        made = rest.create_api_key(name=name, value=value, enabled=number != 2, **more)["id"]
        for plan in plans[: (2, 1, 1, 0, 1, 1)[number]]:
            rest.create_usage_plan_key(usagePlanId=plan, keyId=made, keyType="API_KEY")


def there(aws: Stand, region: str) -> list[dict[str, Any]]:
    """The keys of a region with values, by name, without what is AWS's own; a run's mark is none of the customer's."""
    rows = aws.client("apigateway", region).get_api_keys(includeValues=True)["items"]
    kept = ("name", "value", "description", "enabled", "tags")
    told = [{name: row[name] for name in kept if row.get(name)} for row in rows]
    for row in told:
        row["tags"] = {name: value for name, value in row.get("tags", {}).items() if not name.startswith("dr-toolkit:")}
    return sorted(told, key=lambda row: str(row["name"]))


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """All that anybody logs."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield log
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def assert_nothing_shows(*texts: object) -> None:
    """No value stands in what is shown."""
    for value in VALUES.values():
        assert [str(text)[:80] for text in texts if value in str(text) or value in repr(text)] == []


def test_keys_come_over_in_one_file_and_nothing_shows_them(run: Run) -> None:
    steps, bound = run.plan()
    filed = run.filed(steps)
    calls = [step.call.operation for step in filed.steps]
    assert calls.count("ImportApiKeys") == 1
    assert (calls.count("CreateApiKey"), calls.count("CreateUsagePlanKey")) == (1, 1)
    with everything_logged() as log:
        outcome = run.execute(filed.steps, bound)
    assert (outcome.failed, outcome.skipped, outcome.unsure) == ({}, {}, {})
    assert there(run.aws, AWAY) == there(run.aws, HOME)
    assert run.plan()[0] == []
    ids = {row["name"]: row["id"] for row in run.aws.client("apigateway", AWAY).get_api_keys()["items"]}
    keys = {k.partition("/")[2]: i for k, i in outcome.bound.items() if k.startswith("apigateway.api_key/")}
    assert keys == ids
    assert "CreateUsagePlan" in log.getvalue()
    assert_nothing_shows(log.getvalue(), outcome, run.log.told, filed)


@pytest.mark.parametrize("after", [False, True])
def test_a_call_whose_answer_is_lost_is_no_second_key(run: Run, after: bool) -> None:
    steps, bound = run.plan()
    run.aws.gate.fail("ImportApiKeys", "InternalFailure", 500, after=after)
    outcome = run.execute(run.filed(steps).steps, bound)
    assert (outcome.failed, outcome.skipped, outcome.unsure) == ({}, {}, {})
    assert there(run.aws, AWAY) == there(run.aws, HOME)
    assert run.plan()[0] == []


def test_a_file_that_is_refused_names_no_value(run: Run) -> None:
    steps, _ = run.plan()
    (file,) = [step for step in run.filed(steps).steps if step.call.operation == "ImportApiKeys"]
    table = file.call.params["body"]
    nowhere = replace(table, rows=tuple((*row[:-1], ["nowhere"]) for row in table.rows))
    params = dict(file.call.params) | {"body": nowhere}
    with everything_logged() as log, pytest.raises(CloudRefused) as caught:
        run.cloud.call("apigateway", "ImportApiKeys", params)
    shown = "".join(traceback.format_exception(caught.value))
    assert "Warnings found during import" in shown
    assert_nothing_shows(log.getvalue(), shown, caught.value.facts)
    assert there(run.aws, AWAY) == []


def test_a_key_whose_value_is_not_known_is_made_by_itself(run: Run) -> None:
    run.vault = Vault()
    run.vault.add({f"apigateway.api_key/{name}": Hidden(value) for name, value in list(VALUES.items())[1:]})
    run.cloud = run.open(AWAY)
    steps, bound = run.plan()
    outcome = run.execute(run.filed(steps).steps, bound)
    assert outcome.failed == {}
    wanted, found = there(run.aws, HOME), there(run.aws, AWAY)
    assert found[1:] == wanted[1:]
    assert (found[0]["name"], found[0]["value"] != wanted[0]["value"]) == ("key-00", True)


def test_several_files_are_told_apart(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_files, "MOST", 2)
    monkeypatch.setattr(key_files, "FEW", 0)
    steps, bound = run.plan()
    filed = run.filed(steps)
    assert [step.call.operation for step in filed.steps].count("ImportApiKeys") == 3
    outcome = run.execute(filed.steps, bound)
    ids = {row["name"]: row["id"] for row in run.aws.client("apigateway", AWAY).get_api_keys()["items"]}
    assert {name: outcome.bound[f"apigateway.api_key/{name}"] for name in VALUES} == ids
    assert there(run.aws, AWAY) == there(run.aws, HOME)
    assert run.plan()[0] == []

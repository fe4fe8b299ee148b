"""Verdicts, exit codes and the words of counting."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_toolkit.engine.exposure import Exposure
from dr_toolkit.engine.traffic import Traffic, network
from dr_toolkit.errors import CloudDenied, LockedError, ManifestDamaged, StoreUnreachable
from dr_toolkit.model.alerts import Alert
from dr_toolkit.model.changes import ADOPT, REPLACE, Change, Plan
from dr_toolkit.model.documents import BLOCKED, FAILED, GAP, Coverage, Finding
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report import vocabulary
from dr_toolkit.report.listings import CreateEntry, CreateResult, OnceResult, OnceRow, StatusResult, StatusRow
from dr_toolkit.report.results import DriftReport, DriftResult, PlanResult, RestoreResult, worst
from dr_toolkit.report.store_results import GOOD, WARN, Check, DoctorResult
from dr_toolkit.report.text import Result
from dr_toolkit.report.undo_results import UndoPlan
from tests.unit import report_samples as samples


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([], 0),
        ([0, 0], 0),
        ([2, 0], 2),
        ([2, 4], 4),
        ([2, 3], 3),
        ([4, 3], 3),
        ([3, 10], 10),
        ([10, 11], 11),
        ([11, 13], 13),
        ([13, 12], 12),
        ([12, 1], 1),
        ([2, 4, 3, 10, 11, 13, 12, 1], 1),
        ([2, 99], 1),
        ([1, 130], 130),
        ([3, 64], 64),
    ],
)
def test_the_worst_code_holds(codes: list[int], expected: int) -> None:
    assert worst(codes) == expected
    assert worst(reversed(codes)) == expected


@pytest.mark.parametrize(
    ("report", "verdict", "code"),
    [
        ([samples.drift_result()], "in sync", 0),
        ([samples.drift_result(samples.added(samples.WORLD))], "1 change: 1 added", 2),
        (
            [
                samples.drift_result(
                    samples.added(samples.WORLD), samples.removed(samples.OFFICE), samples.METHOD_CHANGE
                )
            ],
            "3 changes: 1 added, 1 removed, 1 changed",
            2,
        ),
        (
            [samples.drift_result(coverage=samples.COVERAGE)],
            "can't say clean: apigateway.model could not be read",
            3,
        ),
        (
            [samples.drift_result(samples.added(samples.WORLD), coverage=samples.COVERAGE)],
            "1 change: 1 added; incomplete: apigateway.model could not be read",
            3,
        ),
        ([samples.drift_result(findings=[samples.GAP_FINDING])], "can't say clean: 1 gap", 3),
        ([samples.drift_result(findings=samples.FINDINGS)], "in sync", 0),
        (
            [samples.drift_result(), samples.drift_result(samples.added(samples.WORLD), source="lab")],
            "prod-use1: in sync; lab: 1 change: 1 added",
            2,
        ),
        ([], "nothing to compare", 0),
    ],
)
def test_drift(report: list[object], verdict: str, code: int) -> None:
    result = DriftReport(tuple(report))  # type: ignore[arg-type]
    assert (result.verdict, result.exit_code) == (verdict, code)


def test_many_unread_types_are_counted() -> None:
    failed = {f"apigateway.{letter}": Coverage(FAILED, "no") for letter in "abcde"}
    verdict = samples.drift_result(coverage=failed).verdict
    assert verdict == "can't say clean: apigateway.a, apigateway.b and 3 more types could not be read"


@pytest.mark.parametrize("action", [REPLACE, ADOPT])
def test_every_action_has_a_word_in_every_report(action: str) -> None:
    changes = (Change(samples.API.key, action),)
    assert samples.drift_result(*changes).verdict == "1 change: 1 changed"
    assert samples.verification(*changes).verdict == "1 difference: 1 different"
    assert PlanResult(samples.plan(changes=changes, blocked=(), gaps=())).verdict == (
        f"1 change to dr-usw2: 1 to {action}"
    )


def test_verification() -> None:
    assert samples.verification().verdict == "in sync: dr-usw2 is what the snapshot says"
    assert samples.verification().exit_code == 0
    different = samples.verification(samples.added(samples.OFFICE), samples.removed(samples.WORLD))
    assert (different.verdict, different.exit_code) == ("2 differences: 1 missing, 1 extra", 2)
    unsure = samples.verification(coverage=samples.COVERAGE)
    assert unsure.verdict == "can't say that nothing differs: apigateway.model could not be read"
    assert unsure.exit_code == 3


def only(**parts: object) -> Plan:
    """A plan with nothing in it but what is given."""
    empty: dict[str, object] = {"changes": (), "steps": (), "blocked": (), "gaps": (), "findings": ()}
    return samples.plan(**(empty | parts))


BLOCKS = samples.plan().blocked


@pytest.mark.parametrize(
    ("plan", "verdict", "code"),
    [
        (only(), "nothing to do: dr-usw2 is what the snapshot says", 0),
        (
            only(changes=(samples.added(samples.API),), steps=samples.STEPS),
            "1 change to dr-usw2: 1 to create",
            2,
        ),
        (only(blocked=BLOCKS), "0 changes to dr-usw2; 1 blocked", 3),
        (only(steps=samples.STEPS, gaps=("a", "b")), "0 changes to dr-usw2; incomplete: 2 gaps", 3),
        (
            only(findings=(samples.GAP_FINDING,)),
            "nothing planned for dr-usw2; incomplete: 1 gap",
            3,
        ),
        (
            only(findings=(Finding(BLOCKED, "edge", "apigateway.rest_api/shop", "is an edge API"),)),
            "nothing to do: dr-usw2 is what the snapshot says",
            3,
        ),
    ],
)
def test_plan(plan: Plan, verdict: str, code: int) -> None:
    assert (PlanResult(plan).verdict, PlanResult(plan).exit_code) == (verdict, code)


def test_checks_are_counted_with_their_nouns() -> None:
    check = Check("store", "lock", WARN, "off", "", "")
    assert DoctorResult((check, check, replace(check, state=GOOD))).verdict == "2 warnings, 1 ok"


def test_restore() -> None:
    assert samples.RESTORED.verdict == "restored: 3 steps by 2 calls to dr-usw2 in 41s; verified: nothing differs"
    assert samples.RESTORED.exit_code == 0
    assert samples.STOPPED.verdict == "not restored: 1 of 3 steps to dr-usw2 failed, 1 done, 1 skipped"
    assert samples.STOPPED.exit_code == 1


def test_a_restore_that_leaves_something_out_is_incomplete() -> None:
    left = replace(samples.RESTORED, plan=samples.plan(gaps=()))
    assert left.verdict == "restored: 3 steps by 2 calls to dr-usw2 in 41s; verified: nothing differs; 1 left out"
    assert left.exit_code == 3
    remade = replace(samples.RESTORED, plan=replace(samples.RESTORED.plan, findings=(Finding(GAP, "x", "k", "y"),)))
    assert (
        remade.verdict == "restored: 3 steps by 2 calls to dr-usw2 in 41s; verified: nothing differs; incomplete: 1 gap"
    )
    assert remade.exit_code == 3


def test_a_restore_whose_verification_differs_says_so() -> None:
    differs = replace(samples.RESTORED, verify=samples.verification(samples.added(samples.OFFICE)))
    assert differs.verdict == "restored: 3 steps by 2 calls to dr-usw2 in 41s; verification: 1 difference: 1 missing"
    assert differs.exit_code == 2


def test_a_restore_of_what_is_restored_already() -> None:
    done = RestoreResult("r", only(), verify=samples.verification())
    assert (done.verdict, done.exit_code) == ("nothing to do; verified: nothing differs", 0)


def test_capture() -> None:
    entry = CreateEntry("prod-use1", samples.MANIFEST, became_baseline=True, seconds=4.2)
    assert entry.verdict == ("complete, 1,234 resources in 4.2s; the first complete one, so it is the baseline now")
    partial = CreateEntry("prod-use1", samples.PARTIAL, seconds=4.2)
    assert (partial.verdict, partial.exit_code) == ("incomplete: 1 gap, 1,234 resources in 4.2s", 3)
    locked = CreateEntry("lab", error=LockedError(what="lab", holder="pid 7", until="03:00"))
    assert CreateResult((entry, partial)).exit_code == 3
    assert CreateResult((entry, partial, locked)).exit_code == 11
    assert CreateResult((locked, CreateEntry("x", error=CloudDenied()))).exit_code == 1
    storage = (CreateEntry("x", error=StoreUnreachable()), CreateEntry("y", error=ManifestDamaged()))
    assert CreateResult(storage).exit_code == 12


def test_schedule_status() -> None:
    fresh = StatusRow("a", "0 3 * * *", age=3600, rpo=93_600)
    late = StatusRow("b", "0 3 * * *", age=93_601, rpo=93_600)
    never = StatusRow("c", rpo=60)
    free = StatusRow("d")
    assert (StatusResult((fresh, free)).verdict, StatusResult((fresh,)).exit_code) == (
        "2 sources, nothing stale",
        0,
    )
    both = StatusResult((fresh, late, never))
    assert both.exit_code == 4
    assert both.verdict == (
        "2 of 3 sources are stale: b (last complete snapshot 26h ago, RPO 26h), c (no snapshot yet, RPO 1m)"
    )
    assert [row.state for row in (fresh, late, never, free)] == ["fresh", "stale", "stale", "no RPO"]


def test_one_round() -> None:
    rows = (OnceRow("a", "taken"), OnceRow("b", "failed", exit_code=10), OnceRow("c", "incomplete", exit_code=3))
    assert (OnceResult(rows).verdict, OnceResult(rows).exit_code) == ("1 failed, 1 incomplete, 1 taken", 10)
    assert (OnceResult(()).verdict, OnceResult(()).exit_code) == ("no sources", 0)


@pytest.mark.parametrize("name", samples.RESULTS)
def test_every_result_has_an_exit_code(name: str) -> None:
    result: Result = samples.RESULTS[name]
    assert result.exit_code in (0, 1, 2, 3, 4, 12)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0.0s"),
        (0.04, "0.0s"),
        (9.94, "9.9s"),
        (41.3, "41s"),
        (59.6, "1m"),
        (90, "1m 30s"),
        (3600, "1h"),
        (93_900, "26h 5m"),
        (172_800, "2d"),
        (266_400, "3d 2h"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert vocabulary.duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 B"), (999, "999 B"), (2_100_000, "2.1 MB"), (5 * 10**12, "5000.0 GB")]
)
def test_sizes(number: int, text: str) -> None:
    assert vocabulary.size(number) == text


# --- severity ----------------------------------------------------------------------------------------

SEVERE = {samples.WORLD.key.text: "critical", samples.OFFICE.key.text: "info"}
EXPOSED = tuple(
    Exposure(ResourceKey("ec2.security_group", ("main", name)), closed={"egress": Traffic(((0, 1, network("::/0")),))})
    for name in ("web", "db")
)


def judged(**more: object) -> DriftResult:
    """Two changes, one of them critical and one of no consequence."""
    changes = (samples.added(samples.WORLD), samples.removed(samples.OFFICE))
    alerts = (
        Alert("sg-world-ssh", "critical", samples.WORLD.key, "tcp 22"),
        Alert("sg-regrouped", "info", samples.OFFICE.key, "the same"),
        Alert(
            "certificate-ends", "high", ResourceKey("apigateway.client_certificate", ("edge",)), "soon", standing=True
        ),
    )
    facts = {"severities": SEVERE, "alerts": alerts, "exposures": EXPOSED} | more
    return samples.drift_result(*changes, **facts)


def test_the_verdict_counts_severities_the_worst_first() -> None:
    result = judged()
    assert result.verdict == "2 changes: 1 added, 1 removed (1 critical, 1 info)"
    assert [a.rule for a in result.standing] == ["certificate-ends"]
    assert DriftReport((result,)).severity == "critical"
    assert DriftReport((samples.drift_result(),)).severity == "info"


def test_what_is_less_bad_is_left_out_and_counted() -> None:
    result = judged().at_least("high")
    assert result.verdict == "1 change: 1 added (1 critical); 1 lesser change not shown"
    assert [a.rule for a in result.alerts] == ["sg-world-ssh", "certificate-ends"]
    assert [e.key.name for e in result.exposures] == ["web"]
    assert (result.exit_code, result.hidden) == (2, 1)
    none = replace(judged(), changes=(samples.removed(samples.OFFICE),)).at_least("medium")
    assert (none.exit_code, none.verdict) == (0, "nothing as bad as medium; 1 lesser change not shown")
    assert judged().at_least("info").changes == judged().changes


def test_stages_are_told_with_the_changes_of_their_apis() -> None:
    """Where these are not shown, what their stages serve is not, either."""
    one = samples.drift_result(
        samples.METHOD_CHANGE,
        stages=(samples.SERVING,),
        severities={samples.GET_PET.key.text: "medium"},
    )
    assert one.at_least("medium").stages == (samples.SERVING,)
    assert one.at_least("high").stages == ()


def test_what_could_not_be_read_goes_before_any_severity() -> None:
    doubtful = judged(coverage=samples.COVERAGE).at_least("critical")
    assert doubtful.exit_code == 3
    assert "could not be read" in doubtful.verdict


def test_what_stands_is_said_and_is_no_drift() -> None:
    quiet = replace(judged(), changes=())
    assert (quiet.exit_code, quiet.verdict, len(quiet.standing)) == (0, "in sync", 1)
    assert "certificate-ends" in samples.text(DriftReport((quiet,)))


def test_a_run_that_is_taken_back() -> None:
    assert (samples.UNDONE.verdict, samples.UNDONE.exit_code) == (
        "run 000007 is taken back: 3 steps by 4 calls to dr-usw2 in 41s",
        0,
    )
    assert samples.HALF_UNDONE.verdict == "not taken back: 1 of 3 steps to dr-usw2 failed, 1 done, 1 skipped"
    assert samples.HALF_UNDONE.exit_code == 1
    refused = replace(samples.UNDONE, plan=samples.plan(gaps=()))
    assert (refused.verdict, refused.exit_code) == (f"{samples.UNDONE.verdict}; 1 left as they are", 3)
    differs = replace(samples.UNDONE, left=(samples.added(samples.API),))
    assert (differs.verdict, differs.exit_code) == (f"{samples.UNDONE.verdict}; still differing: 1 to create", 2)
    nothing = replace(samples.UNDONE, plan=only(), done=())
    assert (nothing.verdict, nothing.exit_code) == ("run 000007 is taken back: there was nothing to do", 0)


def test_what_an_undo_would_do() -> None:
    would = UndoPlan("000007", samples.plan(gaps=()))
    assert would.verdict == "6 changes to dr-usw2 take run 000007 back: 6 to create; 1 blocked"
    assert would.exit_code == 3
    assert UndoPlan("000007", samples.plan(blocked=(), findings=())).exit_code == 2
    nothing = UndoPlan("000007", only())
    assert (nothing.verdict, nothing.exit_code) == ("nothing to take back of run 000007", 0)

"""What the engines cost by themselves, without any call: compare, drift, snapshots, capture, planning, memory."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count

from dr_toolkit.engine import planner, replays
from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.compare import both_read, compare
from dr_toolkit.engine.identities import with_identities
from dr_toolkit.engine.judge import judge
from dr_toolkit.engine.pairing import pair
from dr_toolkit.engine.situation import Situation
from dr_toolkit.engine.translate import Wishes, translate
from dr_toolkit.model.changes import Change
from dr_toolkit.model.documents import Manifest
from dr_toolkit.model.estate import Estate
from dr_toolkit.report import as_json, formats, text
from dr_toolkit.report.page import Page
from dr_toolkit.report.results import DriftReport, DriftResult
from dr_toolkit.report.style import Style
from dr_toolkit.resources import registry
from dr_toolkit.store.content import pack
from dr_toolkit.store.memory import MemoryStore
from dr_toolkit.store.snapshots import Snapshots
from tests.bench.measure import HOW_CPU, HOW_PEAK, cpu, peaks_of_child
from tests.bench.section import Section
from tests.bench.synthetic import ABROAD, HOME, Region, bare, edited, replaced

TARGET_SECONDS = 0.15
"""What comparing 20,000 rules, 1 % of them changed, should take at most."""

_AT = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)
_store_numbers = count()


@dataclass(frozen=True)
class Sizes:
    """How much is measured: rules to compare and plan, APIs and methods to plan, runs of which the best counts."""

    rules: tuple[int, ...] = (1_000, 5_000, 20_000)
    apis: int = 20
    methods: int = 50
    repeats: int = 2
    scale: int = 1
    estate: str = "standard"

    @property
    def most(self) -> int:
        """The largest number of rules."""
        return max(self.rules)


@cache
def _made(rules: int, apis: int = 0, methods: int = 0) -> Estate:
    """An estate at home of that size, which nobody may change."""
    return Region(HOME, rules, apis, methods).estate()


def _differences(before: Estate, after: Estate) -> list[Change]:
    return compare(before, after, registry(), both_read(before, after))


def measure_compare(sizes: Sizes) -> Section:
    """Two estates in memory, one of them edited."""
    section = Section("compare", "two estates of rules, 1 % of the rules changed")
    for rules in sizes.rules:
        before = _made(rules)
        after = edited(before)
        seconds, changes = cpu(lambda b=before, a=after: _differences(b, a), max(5, sizes.repeats))  # type: ignore[misc]
        same, _ = cpu(lambda b=before: _differences(b, b), sizes.repeats)  # type: ignore[misc]
        section.add(
            rules=rules,
            changes=len(changes),
            cpu_seconds=seconds,
            microseconds_a_rule=round(seconds / rules * 1e6, 2),
            cpu_seconds_identical=same,
        )
    section.notes += [HOW_CPU, f"target: 20,000 rules in less than {TARGET_SECONDS} s"]
    return section


def measure_capture_cpu(sizes: Sizes) -> Section:
    """From rows to an estate."""
    section = Section("canonical", "rows that AWS answered to an estate: reading, naming, canonical form")
    for rules in sizes.rules:
        region = Region(rules=rules)
        read, reading = cpu(region.read, sizes.repeats)
        paired, names = cpu(lambda r=reading: pair(r, registry(), HOME, {}), 1)  # type: ignore[misc]
        shaped, estate = cpu(lambda r=reading, n=names: canonicalise(r, registry(), n), sizes.repeats)  # type: ignore[misc]
        section.add(
            rules=rules,
            resources=len(estate),
            cpu_seconds_reading=read,
            cpu_seconds_naming=paired,
            cpu_seconds_canonical=shaped,
        )
    section.notes += [HOW_CPU, "the answers are ready-made: no time of a network or of botocore is in it"]
    return section


def written(snapshots: Snapshots, estate: Estate, minutes: int = 0) -> Manifest:
    """Store an estate as of some minutes after three o'clock."""
    return snapshots.write("bench", HOME, estate, _AT + timedelta(minutes=minutes), "0")


def new_store() -> Snapshots:
    """An empty store in memory."""
    return Snapshots(MemoryStore(f"memory://bench-{next(_store_numbers)}"))


def measure_snapshot(sizes: Sizes) -> Section:
    """Writing and loading, in a store in memory."""
    section = Section("snapshot", "writing and loading a snapshot, every byte proven")
    cases = [(f"{n} rules", _made(n)) for n in sizes.rules]
    cases.append((f"{sizes.apis} APIs x {sizes.methods} methods", _made(0, sizes.apis, sizes.methods)))
    for what, estate in cases:
        writing, (snapshots, manifest) = cpu(lambda e=estate: _write(e), sizes.repeats)  # type: ignore[misc]
        entry = snapshots.resolve("bench", manifest.id)
        loading, loaded = cpu(lambda s=snapshots, e=entry: s.load(e), sizes.repeats)  # type: ignore[misc]
        body = b"".join(loaded.estate.lines[k] + b"\n" for k in sorted(loaded.estate.lines))
        packed = len(pack(body))
        section.add(
            of=what,
            resources=len(estate),
            cpu_seconds_write=writing,
            cpu_seconds_load=loading,
            body_bytes=len(body),
            packed_bytes=packed,
            compression=round(len(body) / packed, 1),
        )
    section.notes.append(HOW_CPU)
    return section


def _write(estate: Estate) -> tuple[Snapshots, Manifest]:
    snapshots = new_store()
    return snapshots, written(snapshots, estate)


def drift_of(snapshots: Snapshots, first: Manifest, second: Manifest) -> tuple[int, str, str]:
    """Two stored snapshots to a report: number of changes, text, JSON."""
    before = snapshots.load(snapshots.resolve("bench", first.id))
    after = snapshots.load(snapshots.resolve("bench", second.id))
    changes = _differences(before.estate, after.estate)
    result = DriftResult(
        source="bench",
        baseline_id=first.id,
        live_taken_at=second.taken_at,
        changes=tuple(changes),
        coverage=after.estate.coverage,
        scope=HOME,
        resources=len(after.estate),
    )
    stream = io.StringIO()
    text.show(Page(stream, Style.of(stream)), DriftReport((result,)), registry())
    return len(changes), stream.getvalue(), as_json.dumps(as_json.document(DriftReport((result,))))


JUDGED_SECONDS, FIRST_LINE_SECONDS = 1.0, 2.0
"""What drift of two loaded snapshots, exposure and rule book included, and its first line of text may take."""


class _FirstLine(io.StringIO):
    """A stream that knows when its first line was whole: CPU seconds of the process."""

    at: float | None = None

    def write(self, text: str) -> int:
        """Take text."""
        if self.at is None and "\n" in text:
            self.at = time.process_time()
        return super().write(text)


def judged(before: Estate, after: Estate) -> DriftReport:
    """Two estates in memory to all that is told of them."""
    types = registry()
    changes = with_identities(_differences(before, after), before, after, types)
    found = judge(changes, before, after, _AT)
    result = DriftResult(
        source="bench",
        baseline_id="before",
        live_taken_at="2026-11-22T03:00:00Z",
        changes=tuple(changes),
        coverage=after.coverage,
        scope=HOME,
        resources=len(after),
        alerts=found.alerts,
        severities=found.severities,
        exposures=found.exposures,
    )
    return DriftReport((result,))


def measure_judged(sizes: Sizes) -> Section:
    """Drift of two loaded snapshots as it is told: what differs, how bad it is, what it exposes."""
    section = Section("judged", "two loaded snapshots, 1 % changed: compare, exposure, rule book, text, HTML")
    apis = sizes.apis * 30
    for rules in sizes.rules:
        before = Region(HOME, rules, apis, sizes.methods // 5, rules_a_group=20).estate()
        after = edited(before)
        seconds, report = cpu(lambda b=before, a=after: judged(b, a), sizes.repeats)  # type: ignore[misc]
        stream, began = _FirstLine(), time.process_time()
        text.show(Page(stream, Style.of(stream)), judged(before, after), registry())
        shown = time.process_time() - began
        html, page = cpu(lambda r=report: formats.render("html", r), 1)  # type: ignore[misc]
        result = report.results[0]
        section.add(
            rules=rules,
            groups=before.counts.get("ec2.security_group", 0),
            apis=apis,
            changes=len(result.changes),
            exposed=len(result.exposures),
            cpu_seconds=seconds,
            cpu_seconds_first_line=round((stream.at or began) - began, 4),
            cpu_seconds_text=round(shown, 4),
            cpu_seconds_html=html,
            html_bytes=len(page),
        )
    section.notes += [
        HOW_CPU,
        f"target: 20,000 rules in 1,000 groups and 600 APIs in less than {JUDGED_SECONDS} s, "
        f"the first line of text in less than {FIRST_LINE_SECONDS} s",
    ]
    return section


def measure_drift(sizes: Sizes) -> Section:
    """From two snapshots in a store to both reports."""
    section = Section("drift", "two stored snapshots, 1 % changed: load, compare, report as text and as JSON")
    for rules in sizes.rules:
        before = _made(rules)
        snapshots = new_store()
        first, second = written(snapshots, before), written(snapshots, edited(before), 1)
        seconds, (changes, shown, document) = cpu(
            lambda s=snapshots, a=first, b=second: drift_of(s, a, b),  # type: ignore[misc]
            sizes.repeats,
        )
        section.add(rules=rules, changes=changes, cpu_seconds=seconds, text_bytes=len(shown), json_bytes=len(document))
    section.notes.append(HOW_CPU)
    return section


def planned(wanted: Estate, live: Estate) -> tuple[int, int, int]:
    """Everything that planning does after the target was read: numbers of changes, of steps, of blocked changes."""
    types = registry()
    moved = translate(wanted, HOME, ABROAD, Wishes(), types).estate
    situation = Situation(moved, live, types, live.ids)
    draft = planner.draft(situation)
    ordered = replays.steps(draft, situation, ABROAD)
    planner.fingerprint(live, moved, types, live.ids)
    return len(draft.changes), len(ordered), len(draft.blocked)


def measure_plan(sizes: Sizes) -> Section:
    """Planning against targets that hold everything, most of it, other things, or nothing."""
    section = Section("plan", "translate, compare, plan, order the steps, fingerprint")
    contents = [(f"{n} rules", (n, 0, 0)) for n in (max(1, sizes.most // 4), sizes.most)]
    contents.append((f"{sizes.apis} APIs x {sizes.methods} methods", (0, sizes.apis, sizes.methods)))
    for what, content in contents:
        wanted = _made(*content)
        there = replace(wanted, ids={key: f"{physical_id}-b" for key, physical_id in wanted.ids.items()})
        targets = {"identical": there, "1 % edited": edited(there), "empty": bare(there)}
        if 0 < content[0] < sizes.most:
            targets["every rule another"] = replaced(there)
        for state, live in targets.items():
            seconds, numbers = cpu(lambda w=wanted, x=live: planned(w, x), sizes.repeats)  # type: ignore[misc]
            changes, made, blocked = numbers
            section.add(of=what, target=state, changes=changes, steps=made, blocked=blocked, cpu_seconds=seconds)
    section.notes.append(HOW_CPU)
    return section


def measure_memory(sizes: Sizes) -> Section:
    """Peak memory, in a process that does nothing else."""
    section = Section("memory", HOW_PEAK)
    for work, peak in peaks_of_child(sizes.most).items():
        section.add(after=work, rules=sizes.most, peak_mib=round(peak / 1024, 1))
    section.notes.append("one after another in one process: a later peak includes the earlier ones")
    return section

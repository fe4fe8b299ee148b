"""What there is: snapshots, baselines, schedules and types, as they are handed to the reports."""

from __future__ import annotations

from dataclasses import dataclass

from dr_toolkit.engine.rulebook.case import Rule
from dr_toolkit.errors import DrToolkitError
from dr_toolkit.model.documents import Manifest
from dr_toolkit.model.estate import Estate
from dr_toolkit.report import vocabulary as say
from dr_toolkit.report.results import INCOMPLETE, OK, STALE, DriftResult, worst
from dr_toolkit.spec.registry import Registry

TAKEN, PARTIAL, NOT_DUE, RUNNING, FAILED_RUN = "taken", "incomplete", "not due", "running", "failed"
"""What one round of the schedule did for a source."""

OUTCOMES = (FAILED_RUN, PARTIAL, TAKEN, RUNNING, NOT_DUE)
"""All of them, the worst first."""


@dataclass(frozen=True)
class CreateEntry:
    """What a capture of one source ended with: a manifest, or the error that stopped it."""

    source: str
    manifest: Manifest | None = None
    error: DrToolkitError | None = None
    became_baseline: bool = False
    seconds: float = 0.0

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is missing, a line each."""
        if self.error is not None:
            return (f"{self.source}: {self.error.message}",)
        return self.manifest.gaps if self.manifest else ()

    @property
    def verdict(self) -> str:
        """The capture in one line."""
        if self.manifest is None:
            return f"no snapshot: {self.error.message if self.error else 'nothing was captured'}"
        counted = say.count(sum(self.manifest.counts.values()), "resource")
        state = f"incomplete: {say.count(len(self.gaps), 'gap')}" if self.gaps else "complete"
        taken = f"{state}, {counted} in {say.duration(self.seconds)}"
        return f"{taken}; the first complete one, so it is the baseline now" if self.became_baseline else taken

    @property
    def exit_code(self) -> int:
        """That of the error, or 3 for an incomplete snapshot."""
        if self.error is not None:
            return self.error.exit_code
        return INCOMPLETE if self.gaps else OK


@dataclass(frozen=True)
class CreateResult:
    """The captures of all sources that were asked for."""

    entries: tuple[CreateEntry, ...]

    @property
    def exit_code(self) -> int:
        """The worst of all."""
        return worst(e.exit_code for e in self.entries)


@dataclass(frozen=True)
class SnapshotRow:
    """One snapshot of a listing; counts are None where the listing did not read the manifest.

    ``damaged`` says why a manifest can't be read; empty where it can, or was not tried. ``pruned``: only its manifest
    is left. ``short``: fewer stores have it than ``write_quorum`` asks for.
    """

    source: str
    id: str
    taken_at: str
    complete: bool
    resources: int | None = None
    size: int | None = None
    baseline: bool = False
    damaged: str = ""
    pruned: bool = False
    short: bool = False

    @property
    def note(self) -> str:
        """What else is to be said of it: why it is damaged, or what it is."""
        said = (
            *(("baseline",) if self.baseline else ()),
            *(("pruned: only the manifest is left",) if self.pruned else ()),
            *(("in too few stores: dr-toolkit snapshot mirror",) if self.short else ()),
        )
        return self.damaged or ", ".join(said)

    @property
    def state(self) -> str:
        """In a word: complete, incomplete or damaged."""
        return "damaged" if self.damaged else "complete" if self.complete else "incomplete"


@dataclass(frozen=True)
class SnapshotList:
    """The snapshots in a store, the oldest first; ``source`` is the only one that was asked for, if one was."""

    store: str
    rows: tuple[SnapshotRow, ...]
    source: str = ""

    @property
    def verdict(self) -> str:
        """How many there are, and of how many sources."""
        if not self.rows:
            return f"no snapshots{f' of {self.source}' if self.source else ''} in {self.store}"
        sources = len({r.source for r in self.rows})
        text = f"{say.count(len(self.rows), 'snapshot')} of {say.count(sources, 'source')} in {self.store}"
        odd = [state for state in ("incomplete", "damaged") if any(r.state == state for r in self.rows)]
        told = [f"{sum(r.state == state for r in self.rows):,} {state}" for state in odd]
        return ": ".join([text, ", ".join(told)]) if told else text

    @property
    def exit_code(self) -> int:
        """0: a listing that could be made is a good listing, whatever it lists."""
        return OK


@dataclass(frozen=True)
class SnapshotShow:
    """One snapshot, with its resources if they are to be shown."""

    manifest: Manifest
    store: str = ""
    baseline: bool = False
    estate: Estate | None = None

    @property
    def verdict(self) -> str:
        """Whether it is complete, and how much it holds."""
        gaps, counted = self.manifest.gaps, say.count(sum(self.manifest.counts.values()), "resource")
        state = f"incomplete: {say.count(len(gaps), 'gap')}" if gaps else "complete"
        return f"{state}; {counted} of {say.count(len(self.manifest.counts), 'type')}"

    @property
    def exit_code(self) -> int:
        """0: what is shown is shown, complete or not."""
        return OK


@dataclass(frozen=True)
class BaselineResult:
    """A source's baseline: what it is, or what it has just become (``moved``); ``history``: those before it."""

    source: str
    snapshot: str
    taken_at: str = ""
    number: int = 1
    set_at: str = ""
    set_by: str = ""
    reason: str = ""
    previous: str = ""
    moved: bool = False
    complete: bool = True
    history: tuple[BaselineResult, ...] = ()

    @property
    def verdict(self) -> str:
        """The baseline in one line."""
        if not self.moved:
            return f"the baseline of {self.source} is {self.snapshot}"
        before = f" (it was {self.previous})" if self.previous and self.previous != self.snapshot else ""
        return f"the baseline of {self.source} is now {self.snapshot}{before}"

    @property
    def exit_code(self) -> int:
        """0: without a baseline there is an error instead of a result."""
        return OK


@dataclass(frozen=True)
class AcceptResult:
    """What was accepted, the baseline that came of it, and how many changes were left as drift."""

    accepted: DriftResult
    baseline: BaselineResult
    left: int = 0

    @property
    def verdict(self) -> str:
        """What was accepted, in one line."""
        if not self.baseline.moved:
            return f"nothing to accept: {self.accepted.source} is what its baseline says"
        rest = f"; {say.count(self.left, 'change')} left as drift" if self.left else ""
        return f"accepted {say.count(len(self.accepted.changes), 'change')}: {self.baseline.verdict}{rest}"

    @property
    def exit_code(self) -> int:
        """0: what could not be accepted is an error."""
        return OK


@dataclass(frozen=True)
class StatusRow:
    """How a source stands: its schedule, its last complete snapshot and its age. Times in UTC."""

    source: str
    schedule: str = ""
    last_id: str = ""
    last_at: str = ""
    age: float | None = None
    rpo: float | None = None
    next_due: str = ""
    running: bool = False
    note: str = ""

    @property
    def stale(self) -> bool:
        """Whether the promise is broken: an RPO, and no complete snapshot younger than that."""
        return self.rpo is not None and (self.age is None or self.age > self.rpo)

    @property
    def state(self) -> str:
        """In a word: fresh, stale, or no RPO to hold it against."""
        return "stale" if self.stale else "fresh" if self.rpo is not None else "no RPO"

    @property
    def told(self) -> str:
        """The row as part of a sentence."""
        last = f"last complete snapshot {say.duration(self.age)} ago" if self.age is not None else "no snapshot yet"
        return f"{self.source} ({last}, RPO {say.duration(self.rpo)})" if self.rpo is not None else self.source


@dataclass(frozen=True)
class StatusResult:
    """How all sources stand."""

    rows: tuple[StatusRow, ...]

    @property
    def verdict(self) -> str:
        """One line; stale sources are named."""
        stale = [r.told for r in self.rows if r.stale]
        if stale:
            be = "is" if len(stale) == 1 else "are"
            return f"{len(stale):,} of {say.count(len(self.rows), 'source')} {be} stale: {', '.join(stale)}"
        if not self.rows:
            return "no sources"
        return f"{say.count(len(self.rows), 'source')}, nothing stale"

    @property
    def exit_code(self) -> int:
        """4 where a source is past its RPO."""
        return STALE if any(r.stale for r in self.rows) else OK


@dataclass(frozen=True)
class OnceRow:
    """What one round did for a source; ``outcome`` is taken, incomplete, not due, running or failed."""

    source: str
    outcome: str
    snapshot: str = ""
    reason: str = ""
    next_due: str = ""
    exit_code: int = OK
    seconds: float = 0.0


@dataclass(frozen=True)
class OnceResult:
    """One round of the schedule."""

    rows: tuple[OnceRow, ...]

    @property
    def verdict(self) -> str:
        """How many sources met which outcome."""
        counts = {o: sum(r.outcome == o for r in self.rows) for o in OUTCOMES}
        return ", ".join(f"{n:,} {o}" for o, n in counts.items() if n) or "no sources"

    @property
    def exit_code(self) -> int:
        """The worst of all."""
        return worst(r.exit_code for r in self.rows)


@dataclass(frozen=True)
class LeftOut:
    """An operation or type of AWS that is not covered, and why."""

    service: str
    operation: str
    reason: str


@dataclass(frozen=True)
class TypesResult:
    """Everything that is covered, and what is not."""

    registry: Registry
    left_out: tuple[LeftOut, ...] = ()

    @property
    def verdict(self) -> str:
        """How many types are restored, found and left out."""
        types = list(self.registry)
        found = sum(t.landmark for t in types)
        restored = say.count(len(types) - found, "type")
        left = say.count(len(self.left_out), "operation")
        return f"{restored} restored, {found:,} only found; {left} left out"

    @property
    def exit_code(self) -> int:
        """Always 0."""
        return OK


@dataclass(frozen=True)
class RulesResult:
    """The rule book."""

    rules: tuple[Rule, ...]

    @property
    def verdict(self) -> str:
        """How many rules there are."""
        return say.count(len(self.rules), "rule")

    @property
    def exit_code(self) -> int:
        """Always 0."""
        return OK

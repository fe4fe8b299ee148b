"""What was found out about a store or done to it, as it is handed to the reports: proofs, retention, mirrors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dr_toolkit.errors import DrToolkitError
from dr_toolkit.report import vocabulary as say
from dr_toolkit.report.results import ERROR, INCOMPLETE, OK, worst

DAMAGED = 12
"""The exit code of what is not as it must be."""


@dataclass(frozen=True)
class Fault:
    """An object that is not as it must be: where, its name, and why."""

    store: str
    name: str
    reason: str

    @property
    def text(self) -> str:
        """The fault in one line."""
        return f"{self.name} in {self.store}: {self.reason}"


@dataclass(frozen=True)
class ProofRow:
    """What was found of one snapshot in one store; ``state`` is whole, damaged, pruned, or unsigned.

    Unsigned is what is from before signing was turned on: it is used with --allow-unsigned alone.
    """

    store: str
    source: str
    id: str
    state: str
    complete: bool = True
    signed_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProofResult:
    """Whether snapshots are whole. ``data_read``: every byte of the bodies too; ``trusted``: signatures were asked for.

    ``gaps`` say what could not be looked at; ``failed`` are the stores that gave no answer.
    """

    rows: tuple[ProofRow, ...]
    faults: tuple[Fault, ...] = ()
    gaps: tuple[str, ...] = ()
    failed: tuple[tuple[str, DrToolkitError], ...] = ()
    data_read: bool = False
    trusted: bool = False
    anchored: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """What was not looked at, a line each."""
        return (*self.gaps, *(f"{store}: {error.message}" for store, error in self.failed))

    @property
    def verdict(self) -> str:
        """All of it in one line."""
        found = say.count(len({(r.source, r.id) for r in self.rows}), "snapshot")
        if self.faults:
            return f"{say.count(len(self.faults), 'fault')} in {found}"
        looked = ["structure", "chain", *(["signatures"] if self.trusted else [])]
        looked += ["anchor"] * self.anchored + ["every byte"] * self.data_read
        old = sum(r.state == "unsigned" for r in self.rows)
        text = f"{found} verified: {', '.join(looked)}" + (f"; {old:,} from before signing" if old else "")
        return f"{text}; not everything could be looked at" if self.missing else text

    @property
    def exit_code(self) -> int:
        """12 for a fault, 3 for what could not be looked at; that of the error for a store that gave no answer."""
        codes = [DAMAGED if self.faults else OK, INCOMPLETE if self.gaps else OK]
        return worst([*codes, *(error.exit_code for _, error in self.failed)])


@dataclass(frozen=True)
class PruneRow:
    """What becomes of a snapshot: ``keep`` or ``prune``, and why. ``done``: its body is gone."""

    source: str
    id: str
    action: str
    reasons: tuple[str, ...] = ()
    complete: bool = True
    done: bool = False


@dataclass(frozen=True)
class PruneResult:
    """What retention says, or did. ``failed`` maps ``SOURCE/ID`` or a source to the error that stopped it there."""

    rows: tuple[PruneRow, ...]
    dry_run: bool
    failed: tuple[tuple[str, DrToolkitError], ...] = ()
    unruled: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """How many go and how many stay."""
        going = [r for r in self.rows if r.action == "prune"]
        kept = f"{len(self.rows) - len(going):,} kept"
        if self.dry_run:
            done = f"{say.count(len(going), 'snapshot')} would be pruned, {kept}"
        else:
            done = f"{say.count(sum(r.done for r in going), 'snapshot')} pruned, {kept}"
        return f"{done}; {len(self.failed):,} failed" if self.failed else done

    @property
    def exit_code(self) -> int:
        """That of the worst error."""
        return worst(error.exit_code for _, error in self.failed)


@dataclass(frozen=True)
class MirrorRow:
    """What one store lacked: objects and bytes that were copied to it, and snapshots that it has now."""

    store: str
    copied: int = 0
    bytes: int = 0
    snapshots: int = 0
    error: DrToolkitError | None = None


@dataclass(frozen=True)
class MirrorResult:
    """All stores brought to the same state, as far as that could be done."""

    rows: tuple[MirrorRow, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What could not be done, a line each."""
        errors = (f"{r.store}: {r.error.message}" for r in self.rows if r.error is not None)
        return (*errors, *(fault.text for fault in self.faults))

    @property
    def verdict(self) -> str:
        """All of it in one line."""
        copied = sum(r.copied for r in self.rows)
        text = f"{say.count(copied, 'object')} copied" if copied else "nothing to copy"
        if not self.missing:
            return f"{text}: {say.count(len(self.rows), 'store')} hold the same"
        return f"{text}; {say.count(len(self.missing), 'fault')}"

    @property
    def exit_code(self) -> int:
        """12 where something is damaged or differs, that of the error where a store could not be written."""
        codes = (r.error.exit_code for r in self.rows if r.error is not None)
        return worst([DAMAGED if self.faults else OK, *codes])


@dataclass(frozen=True)
class PolicyResult:
    """An IAM policy for a role that does one thing: ``purpose`` is what it is for, ``notes`` what else to know."""

    purpose: str
    policy: Mapping[str, Any]
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """What it is, in one line."""
        return f"{say.count(len(self.policy['Statement']), 'statement')} for {self.purpose}"

    @property
    def exit_code(self) -> int:
        """Always 0."""
        return OK


GOOD, WARN, BAD, UNKNOWN = "ok", "warning", "problem", "unknown"
"""What a check came to: as it should be, could be better, must be mended, could not be found out."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: of what (``subject``), what came of it, why it matters, and what mends it."""

    subject: str
    name: str
    state: str
    text: str
    reason: str = ""
    mend: str = ""


@dataclass(frozen=True)
class DoctorResult:
    """Everything that was looked at before a bad day."""

    checks: tuple[Check, ...]

    @property
    def gaps(self) -> tuple[str, ...]:
        """What could not be found out, a line each."""
        return tuple(f"{c.subject}: {c.name}: {c.text}" for c in self.checks if c.state == UNKNOWN)

    @property
    def verdict(self) -> str:
        """How many checks came to what."""
        counts = {state: sum(c.state == state for c in self.checks) for state in (BAD, UNKNOWN, WARN, GOOD)}
        words = {BAD: "problem", WARN: "warning"}
        told = (say.count(n, words[s]) if s in words else f"{n:,} {s}" for s, n in counts.items() if n)
        return ", ".join(told) or "nothing to look at"

    @property
    def exit_code(self) -> int:
        """1 for a problem, 3 for what could not be found out; warnings are for people."""
        states = {c.state for c in self.checks}
        return worst([ERROR if BAD in states else OK, INCOMPLETE if UNKNOWN in states else OK])

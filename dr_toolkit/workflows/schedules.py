"""Snapshots by schedule: what is due, what is stale, and taking what is due.

A fire time of a schedule is *served* by a complete snapshot taken at or after it, or by two incomplete
ones: a capture that lacks something is made again once, and what is missing then too waits for the next
fire time. Only the latest fire time is ever due, so one capture makes up for any number that were missed;
a source without any snapshot is due at once. Every snapshot counts, by whomever it was taken.

That is told from the names in the store alone. So any number of daemons and cron jobs on one store agree
on what is due, and a lease of each fire time, ``schedule/<source>/<time>``, has one of them take it.
"""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from dr_toolkit.config import Source
from dr_toolkit.crontab import Crontab
from dr_toolkit.errors import DrToolkitError, IntegrityError, LockedError, StoreError, UsageError
from dr_toolkit.report.listings import (
    FAILED_RUN,
    NOT_DUE,
    PARTIAL,
    RUNNING,
    TAKEN,
    CreateEntry,
    OnceResult,
    OnceRow,
    StatusResult,
    StatusRow,
)
from dr_toolkit.report.vocabulary import count, duration
from dr_toolkit.store import clock
from dr_toolkit.store.entries import Entry
from dr_toolkit.store.layout import quoted
from dr_toolkit.store.leases import Lease, acquire, current
from dr_toolkit.workflows import capture
from dr_toolkit.workflows.context import LEASE_SECONDS, Context

log = logging.getLogger(__name__)

Known = Sequence[Entry]
"""Snapshots of any sources, as one listing of the store shows them, the oldest first."""

INCOMPLETE_TRIES = 2
"""So many incomplete snapshots serve a fire time."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""A snapshot dated later than that from now was taken by a wrong clock: it serves nothing and is not fresh."""

_LOOK_AHEAD = 8  # fire times: every weekday's schedule shows its weekend


def scheduled(context: Context) -> list[Source]:
    """The sources that have a schedule; raises UsageError where none has, or where no store is named."""
    found = [source for source in context.sources(()) if source.schedule]
    if not found:
        raise UsageError(
            reason="no source has a schedule, so no snapshot would ever be taken",
            hint='Give a source one in the config file, such as schedule: "0 3 * * *".',
        )
    _ = context.store
    return found


# --- what is due --------------------------------------------------------------------------------------


def due(source: Source, entries: Known, now: datetime) -> datetime | None:
    """The fire time (UTC) that is due and not yet served; None where there is none, or no schedule.

    ``entries`` may hold other sources' snapshots too.
    """
    if source.schedule is None:
        return None
    fire = source.schedule.previous_before_or_at(now)
    since = _since(source, entries, now, fire)
    served = any(entry.complete for entry in since) or len(since) >= INCOMPLETE_TRIES
    return None if served else fire


def standing(source: Source, entries: Known, now: datetime) -> StatusRow:
    """How a source stands, as far as a listing tells: all of its row but whether it is being captured now."""
    mine = _of(source, entries, now)
    last = next((entry for entry in reversed(mine) if entry.complete and not entry.short), None)
    moment = due(source, entries, now)
    if moment is None and source.schedule:
        moment = source.schedule.next_after(now)
    return StatusRow(
        source=source.name,
        schedule=f"{source.schedule.expression} {source.schedule.timezone}" if source.schedule else "",
        last_id=last.id if last else "",
        last_at=clock.seconds(last.taken_at) if last else "",
        age=max((now - last.taken_at).total_seconds(), 0.0) if last else None,
        rpo=source.rpo.total_seconds() if source.rpo else None,
        next_due=clock.seconds(moment) if moment else "",
        note="; ".join(_notes(source, entries, now)),
    )


def status(context: Context) -> StatusResult:
    """How every source stands: one listing of the snapshots, and a look at each source's capture lease."""
    now = context.now()
    entries = context.snapshots.entries()
    return StatusResult(tuple(_status(context, source, entries, now) for source in context.sources(())))


def _status(context: Context, source: Source, entries: Known, now: datetime) -> StatusRow:
    row = standing(source, entries, now)
    try:
        claim = current(context.store, f"capture/{quoted(source.name)}")
    except IntegrityError as error:
        return replace(row, note="; ".join(filter(None, (row.note, error.message))))
    return replace(row, running=claim is not None and claim.holds(now))


def _notes(source: Source, entries: Known, now: datetime) -> Iterator[str]:
    """What a person should know beside the figures."""
    mine = _of(source, entries, now)
    if source.schedule is None:
        yield "no schedule: it is taken only when somebody asks"
    elif missed := due(source, entries, now):
        yield f"due since {clock.seconds(missed)}" if mine else "no snapshot yet: due at once"
    if source.rpo is None:
        yield "no RPO: it never counts as stale"
    elif source.schedule and (gap := _longest_gap(source.schedule, now)) > source.rpo:
        least, most = duration(source.rpo.total_seconds()), duration(gap.total_seconds())
        yield f"up to {most} lie between its fire times, so an RPO of {least} can't be kept"
    if mine and not mine[-1].complete:
        yield f"the last snapshot, {mine[-1].id}, is incomplete"
    if mine and mine[-1].short:
        yield f"the last snapshot, {mine[-1].id}, does not count: it is in too few stores (dr-toolkit snapshot mirror)"
    ahead = [e.id for e in entries if e.source == source.name and e.taken_at > now + CLOCKS_DIFFER]
    if ahead:
        yield f"left out of account, being dated in the future: {count(len(ahead), 'snapshot')}, {ahead[-1]} the last"


def _longest_gap(schedule: Crontab, now: datetime) -> timedelta:
    fires = [schedule.next_after(now)]
    for _ in range(_LOOK_AHEAD):
        fires.append(schedule.next_after(fires[-1]))
    return max(later - earlier for earlier, later in pairwise(fires))


def _of(source: Source, entries: Known, now: datetime) -> list[Entry]:
    return [e for e in entries if e.source == source.name and e.taken_at <= now + CLOCKS_DIFFER]


def _since(source: Source, entries: Known, now: datetime, fire: datetime) -> list[Entry]:
    return [entry for entry in _of(source, entries, now) if entry.taken_at >= fire]


# --- taking it ----------------------------------------------------------------------------------------


def once(context: Context) -> OnceResult:
    """One round: take every source that is due, one after another, whatever becomes of the others.

    A source that another run is capturing is ``running``, and no error. Raises UsageError where there is
    nothing to do by schedule at all.
    """
    scheduled(context)
    return OnceResult(tuple(serve(context, source) for source in context.sources(())))


def serve(context: Context, source: Source) -> OnceRow:
    """Take a source if it is due; whatever goes wrong is in the row, and nothing is raised.

    Of several that do this at once for the same fire time one takes it, and the others' rows say that it
    is running. ``seconds`` is the time of the capture.
    """
    if source.schedule is None:
        return OnceRow(source.name, NOT_DUE, reason="no schedule")
    began = time.monotonic()
    try:
        row = _serve(context, source)
    except DrToolkitError as error:
        row = _stopped(source, error, time.monotonic() - began)
    except Exception as error:  # a fault of ours in one source must not keep the others from being taken
        log.exception("capturing %s failed", source.name)
        fault = DrToolkitError(reason=f"dr-toolkit itself failed: {type(error).__name__}: {error}")
        row = _stopped(source, fault, time.monotonic() - began)
    return replace(row, next_due=clock.seconds(source.schedule.next_after(context.now())))


def _serve(context: Context, source: Source) -> OnceRow:
    fire, reason = _due_now(context, source)
    if fire is None:
        return OnceRow(source.name, NOT_DUE, reason=reason)
    name = f"schedule/{quoted(source.name)}/{fire:%Y%m%dT%H%M%SZ}"
    with acquire(context.store, name, LEASE_SECONDS, context.now) as lease:
        fire, reason = _due_now(context, source)  # before the lease was ours, another may have served it
        if fire is None:
            return OnceRow(source.name, NOT_DUE, reason=reason)
        return _row(source, capture.take(_keeping(context, lease), source))


def _due_now(context: Context, source: Source) -> tuple[datetime | None, str]:
    """The fire time that is due, or None; and what is to be said about one that is not well served."""
    now, entries = context.now(), context.snapshots.entries(source.name)
    if (fire := due(source, entries, now)) or source.schedule is None:
        return fire, ""
    since = _since(source, entries, now, source.schedule.previous_before_or_at(now))
    if any(entry.complete for entry in since):
        return None, ""
    last = since[-1].id
    return None, f"taken {len(since)} times, and incomplete still ({last} is the last): left till the next fire time"


def _keeping(context: Context, lease: Lease) -> Context:
    """The context, whose progress keeps the lease: a capture may take longer than a lease lasts."""

    def progress(text: str) -> None:
        try:
            lease.keep()
        except StoreError as error:
            log.warning("the lease %s could not be renewed: %s", lease.name, error)
        context.progress(text)

    kept = copy.copy(context)
    kept.progress = progress
    return kept


def _row(source: Source, entry: CreateEntry) -> OnceRow:
    """A capture's result as a row of the round."""
    if entry.error is not None or entry.manifest is None:
        return _stopped(source, entry.error or DrToolkitError(reason="nothing was captured"), entry.seconds)
    outcome = TAKEN if entry.manifest.complete else PARTIAL
    reason = "; ".join(entry.gaps)
    return OnceRow(source.name, outcome, entry.manifest.id, reason, "", entry.exit_code, entry.seconds)


def _stopped(source: Source, error: DrToolkitError, seconds: float) -> OnceRow:
    if isinstance(error, LockedError):
        return OnceRow(source.name, RUNNING, reason=error.message, seconds=seconds)
    return OnceRow(source.name, FAILED_RUN, reason=error.message, exit_code=error.exit_code, seconds=seconds)

"""When a source is looked at: its crontab, and the times in between, as apscheduler wants to be told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from dr_toolkit.crontab import Crontab

WATCH = "watch"
"""The executor of what looks around beside the captures."""


class Fires:
    """A schedule as apscheduler's trigger; ``now`` there is this machine's time, and may not be the context's.

    ``again`` is when the source must be looked at before its next fire time. It is kept here, since a time that
    the job itself is given would be lost where its run ends before apscheduler has noted the next one.
    """

    def __init__(self, schedule: Crontab, now: Callable[[], datetime]) -> None:
        self.schedule, self._now = schedule, now
        self.again: datetime | None = None

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:  # noqa: ARG002
        """The first time after now, whatever was missed: one run makes up for all of that."""
        ahead = timedelta(seconds=round((self._now() - now).total_seconds()))
        fires = self.schedule.next_after(now + ahead) - ahead
        again = self.again
        return min(fires, again) if again and again > now else fires


def make_timer(captures: int) -> Any:
    """An apscheduler that keeps its jobs in memory and runs late ones however late they are."""
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.base import BaseTrigger

    BaseTrigger.register(Fires)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # what else it says, the daemon says better
    return BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(captures), WATCH: ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )

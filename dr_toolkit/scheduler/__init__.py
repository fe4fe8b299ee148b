"""The daemon of ``schedule run``: takes every source when its schedule says so, until it is asked to end.

Every source is looked at once at the start, which catches up on what was missed, and then at each fire
time. A capture that fails, or lacks something, is tried again after 5 minutes, then 10, at most an hour
apart, until the next fire time; so is one that could not reach the store. What is due, and who takes it,
is for ``workflows.schedules`` to say: here are only the clock, the threads and the signals. The config is
the truth and nothing is remembered from one run to the next, so the daemon may be killed at any moment.

The context's clock is the one that counts. Where it moves (somebody set it, or the machine slept) every
source is looked at anew. On SIGTERM or SIGINT no capture begins any more, those under way are finished,
and the exit code is 143 or 130; on a second signal they are abandoned, which loses nothing but themselves.
"""

from dr_toolkit.scheduler.daemon import Pace, run

__all__ = ["Pace", "run"]

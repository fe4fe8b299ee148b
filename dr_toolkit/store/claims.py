"""One entry of a lease's sequence: who claims it, until when, and how that is stored."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from dr_toolkit.store.processes import is_gone, machine

_LONGEST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lease: a host's name, a process on it, and a nonce of this one claim.

    ``machine`` tells hosts of the same name apart; process ids mean something only within it.
    """

    host: str
    pid: int
    nonce: str
    machine: str = ""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


@dataclass(frozen=True, slots=True)
class Claim:
    """One number of a lease's sequence: ``until`` (UTC) is when it runs out by itself."""

    number: int
    holder: Holder
    until: datetime
    state: Literal["held", "released"]

    def holds(self, now: datetime) -> bool:
        """Whether nobody else may have the lease now; false too where its process is known dead.

        And where it states a time that no clock explains: a claim that was put there must not lock others out for ever.
        """
        if self.state == "released" or not now < self.until <= now + _LONGEST:
            return False
        return not (self.holder.machine == machine() and is_gone(self.holder.pid))

    def encode(self) -> bytes:
        """The claim as it is stored: one JSON object."""
        body = {"holder": asdict(self.holder), "state": self.state, "until": written(self.until)}
        return json.dumps(body, sort_keys=True).encode() + b"\n"

    @classmethod
    def decode(cls, number: int, data: bytes) -> Self:
        """The claim behind what is stored; ``ValueError`` where that is none."""
        try:
            body = json.loads(data)
            holder, state = body["holder"], body["state"]
            until = datetime.fromisoformat(body["until"])
            who = Holder(
                str(holder["host"]),
                int(holder["pid"]),
                str(holder["nonce"]),
                str(holder.get("machine", "")),
            )
        except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise ValueError(f"no claim: {error!r}") from error
        if state not in ("held", "released") or until.tzinfo is None:
            raise ValueError("no claim: its state or its time is none")
        return cls(number, who, until, state)


def written(moment: datetime) -> str:
    """``moment`` as text, in whole seconds of UTC; parts of a second are rounded up."""
    whole = (moment + timedelta(microseconds=999_999)).astimezone(UTC)
    return whole.strftime("%Y-%m-%dT%H:%M:%SZ")

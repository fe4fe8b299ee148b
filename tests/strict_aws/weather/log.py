"""What was called: every request, with what became of it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

READS = ("Describe", "Get", "List", "Search", "Head", "Lookup", "Export", "TestInvoke", "Simulate", "GET ")


@dataclass(eq=False)
class Entry:
    """One request.

    `at` is this AWS's time. `status` is None while it has no answer, or where the client never got one; `code` is the
    error that it ended in, `fault` what a test or the weather did to it; `done` says that it was carried out.
    """

    number: int
    at: float
    service: str
    operation: str
    region: str
    account: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    status: int | None = None
    code: str = ""
    fault: str | None = None
    done: bool = False

    @property
    def name(self) -> str:
        """The operation as IAM would write it, `ec2:AuthorizeSecurityGroupIngress`."""
        return f"{self.service}:{self.operation}"

    @property
    def mutating(self) -> bool:
        """Whether it would change something."""
        return bool(self.service) and not self.operation.startswith(READS) and not self.params.get("DryRun")

    @property
    def verdict(self) -> str:
        """`done`, the code of the error, or the fault that kept the answer away."""
        return self.code or (self.fault or "no answer" if self.status is None else "done")

    def __str__(self) -> str:
        note = f" [{self.fault}]" if self.fault else ""
        return f"#{self.number} {self.name} {self.region} -> {self.code or self.status}{note}"


class Log:
    """All entries in their order; safe in threads."""

    def __init__(self) -> None:
        self.calls: list[Entry] = []
        self._lock = threading.RLock()

    def add(self, at: float, **facts: Any) -> Entry:
        """Write down a request."""
        with self._lock:
            entry = Entry(len(self.calls) + 1, at, **facts)
            self.calls.append(entry)
            return entry

    def select(
        self,
        service: str | None = None,
        operation: str | None = None,
        region: str | None = None,
        mutating: bool | None = None,
    ) -> list[Entry]:
        """The calls so far that fit; what is None fits all."""
        with self._lock:
            return [
                call
                for call in self.calls
                if service in (None, call.service)
                and operation in (None, call.operation)
                and region in (None, call.region)
                and mutating in (None, call.mutating)
            ]

    def count(self, operation: str | None = None, **where: Any) -> int:
        """How many calls fit; see `select`."""
        return len(self.select(operation=operation, **where))

    def tally(self, *, mutating: bool | None = None, s3: bool = False) -> Counter[tuple[str, str, str]]:
        """Calls by (service, operation, region); S3 left out unless asked for."""
        calls = self.select(mutating=mutating)
        return Counter((c.service, c.operation, c.region) for c in calls if s3 or c.service != "s3")

    def verdicts(self) -> Counter[tuple[str, str, str, str]]:
        """Calls by (service, operation, region, verdict); S3's left out."""
        return Counter((c.service, c.operation, c.region, c.verdict) for c in self.select() if c.service != "s3")

    def refusals(self) -> list[Entry]:
        """The calls that a quota refused."""
        return [c for c in self.select() if c.code in ("TooManyRequestsException", "RequestLimitExceeded")]

    def mutations(self, region: str | None = None) -> list[Entry]:
        """The calls that would change something in AWS, in vain or not, in their order; S3's left out."""
        return [call for call in self.select(region=region, mutating=True) if call.service != "s3"]

    def effects(self, region: str | None = None) -> list[Entry]:
        """Those of `mutations` that were carried out, those whose answer was lost among them."""
        return [call for call in self.mutations(region) if call.done]

    def mark(self) -> int:
        """A place in the log, for `since`."""
        return len(self.calls)

    def since(self, mark: int) -> list[Entry]:
        """The calls written down after `mark`."""
        with self._lock:
            return self.calls[mark:]

"""The gate before an AWS: the log of every request, and the faults that a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.strict_aws.refusals import Dropped, Refusal, Unreachable
from tests.strict_aws.weather.log import Entry, Log

if TYPE_CHECKING:
    from tests.strict_aws.call import Call

_DENIED = {"ec2": ("UnauthorizedOperation", 403), "s3": ("AccessDenied", 403), "sts": ("AccessDenied", 403)}
_THROTTLED = {"ec2": ("RequestLimitExceeded", 503), "s3": ("SlowDown", 503), "sts": ("Throttling", 400)}
_EXPIRED = {"ec2": ("RequestExpired", 400), "s3": ("ExpiredToken", 400), "sts": ("ExpiredToken", 403)}
_GATEWAY = {"denied": ("AccessDeniedException", 403), "throttled": ("TooManyRequestsException", 429)}
_GATEWAY["expired"] = ("ExpiredTokenException", 403)


class Killed(BaseException):
    """Raised inside the client instead of an answer, once the gate played the death of the process."""


class Page(Exception):
    """An answer that no service of AWS gives: a page of HTML."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        title = {404: "404 Not Found", 501: "501 Not Implemented"}.get(status, str(status))
        self.status, self.body = status, f"<!doctype html>\n<html lang=en>\n<title>{title}</title>\n<h1>{title}</h1>\n"


@dataclass
class _Fault:
    """What to do with the calls of one operation, `times` times, or always where that is None."""

    kind: str
    operation: str
    service: str | None
    region: str | None
    times: int | None
    status: int = 501
    code: str = ""
    message: str = ""
    after: bool = False
    number: float = 0

    def matches(self, service: str, operation: str, region: str) -> bool:
        """Whether it speaks of such a call."""
        return (
            self.times != 0
            and self.operation in (operation, "*")
            and self.service in (None, service)
            and self.region in (None, region)
        )

    def used(self) -> _Fault:
        """Itself, once it has been counted."""
        if self.times is not None:
            self.times -= 1
        return self

    def answer(self, service: str, operation: str) -> Exception:
        """What the client gets to see."""
        match self.kind:
            case "unsupported":
                return Page(self.status)
            case "reset":
                return Dropped()
            case "failed":
                return Refusal(self.code, self.message or f"{operation} failed as the test wants it", self.status)
            case "throttled":
                code, status = _form(service, self.kind, _THROTTLED, ("ThrottlingException", 400))
                return Refusal(code, "Rate exceeded", status)
            case "expired":
                code, status = _form(service, self.kind, _EXPIRED, ("ExpiredTokenException", 400))
                return Refusal(code, "The security token included in the request is expired", status)
        code, status = _form(service, self.kind, _DENIED, ("AccessDeniedException", 400))
        return Refusal(code, f"User is not authorized to perform: {service}:{operation}", status)


def _form(service: str, kind: str, forms: dict[str, tuple[str, int]], other: tuple[str, int]) -> tuple[str, int]:
    return _GATEWAY[kind] if service.startswith("apigateway") else forms.get(service, other)


class Gate(Log):
    """The log, and the faults that a test arms. Counted calls are those that change something, S3's only with `s3`.

    `on_call` is called with every request before anything becomes of it, `on_death` at the first one that meets death.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sleep: Callable[[float], None] = lambda seconds: None
        self.reset()

    # -- what a test arms ------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Forget the calls and every fault."""
        with self._lock:
            self.calls.clear()
            self.on_death: Callable[[], None] | None = None
            self.on_call: Callable[[Entry], None] | None = None
            self._refused: dict[str, frozenset[str] | None] = {}
            self._gone: set[str] = set()
            self.clear_faults()

    def clear_faults(self) -> None:
        """Let everything pass again, the dead included. The log stays, and so do regions that are refused or gone."""
        with self._lock:
            self._faults: list[_Fault] = []
            self._arm(s3=False)

    def refuse(self, region: str, services: Iterable[str] | None = None) -> None:
        """Answer every request to the region with an error; S3 only where `services` names it."""
        self._refused[region] = frozenset(services) if services is not None else None

    def allow(self, region: str) -> None:
        """Take back `refuse` and `lose_region`."""
        self._refused.pop(region, None)
        self._gone.discard(region)

    def lose_region(self, region: str) -> None:
        """Let the region be dead: no service of it, S3 included, can be connected to."""
        self._gone.add(region)

    def kill_before(self, number: int, *, s3: bool = False) -> None:
        """Die just before the n-th changing call from now on: it has no effect, and nothing after it either."""
        self._arm(s3)
        self._kill_before = number

    def kill_after(self, number: int, *, s3: bool = False) -> None:
        """Die just after the n-th changing call from now on: it took effect, and its answer is lost."""
        self._arm(s3)
        self._kill_after = number

    def lose_answer(self, number: int, *, s3: bool = False) -> None:
        """Drop the connection after the n-th changing call from now on took effect; later calls pass."""
        self._arm(s3)
        self._lose = number

    def _arm(self, s3: bool) -> None:
        with self._lock:
            self._seen_mutations, self._counts_s3 = 0, s3
            self._victim: Entry | None = None
            self._kill_before = self._kill_after = self._lose = 0
            self.dead = False

    def deny(
        self, operation: str, *, service: str | None = None, region: str | None = None, times: int | None = None
    ) -> None:
        """Answer the operation (`*` for all) with the service's own form of access denied."""
        self._faults.append(_Fault("denied", operation, service, region, times))

    def unsupported(self, operation: str, *, service: str | None = None, status: int = 501) -> None:
        """Answer the operation as an endpoint does that has never heard of it: an HTML page, 501 or 404."""
        self._faults.append(_Fault("unsupported", operation, service, None, None, status))

    def throttle(self, operation: str, times: int, *, service: str | None = None) -> None:
        """Answer the operation `times` times with the service's own form of throttling."""
        self._faults.append(_Fault("throttled", operation, service, None, times))

    def expire(self, operation: str = "*", *, service: str | None = None, times: int | None = None) -> None:
        """Answer the operation with the service's own form of an expired token."""
        self._faults.append(_Fault("expired", operation, service, None, times))

    def reset_connection(self, operation: str, times: int = 1, *, service: str | None = None) -> None:
        """End the connection before the operation has any effect."""
        self._faults.append(_Fault("reset", operation, service, None, times))

    def delay(self, operation: str, seconds: float, *, service: str | None = None, times: int | None = None) -> None:
        """Answer the operation only after so many seconds of this AWS's time."""
        self._faults.append(_Fault("delayed", operation, service, None, times, number=seconds))

    def shorten(self, operation: str, rows: int, *, service: str | None = None, times: int | None = None) -> None:
        """Give pages of the operation so many rows at most, with a token for the rest, as AWS may at any time."""
        self._faults.append(_Fault("shortened", operation, service, None, times, number=rows))

    def fail(
        self,
        operation: str,
        code: str,
        status: int = 400,
        *,
        times: int = 1,
        service: str | None = None,
        message: str = "",
        after: bool = False,
    ) -> None:
        """Answer the operation `times` times with an error of any code; with `after` it took effect all the same."""
        self._faults.append(_Fault("failed", operation, service, None, times, status, code, message, after))

    @property
    def refused(self) -> list[Entry]:
        """The calls that went to a refused region."""
        with self._lock:
            return [call for call in self.calls if call.fault == "refused"]

    def page_size(self, call: Call) -> int | None:
        """How many rows a fault leaves the call's page."""
        fault = self._find("shortened", call.service, call.operation, call.region.name)
        return int(fault.used().number) if fault else None

    # -- the way of a request --------------------------------------------------------------------------------

    @contextmanager
    def around(self, entry: Entry) -> Iterator[None]:
        """What happens to a request before and after it is carried out; raises what comes in place of its answer."""
        if self.on_call:
            self.on_call(entry)
        with self._lock:
            late = self._before(entry)
        yield
        with self._lock:
            self._after(entry, late)

    def _before(self, entry: Entry) -> _Fault | None:
        if self.dead:
            self._die(entry, "dead")
        self._refuse_region(entry)
        if entry.mutating and (self._counts_s3 or entry.service != "s3"):
            self._seen_mutations += 1
            if self._seen_mutations == self._kill_before:
                self._die(entry, "killed before")
            if self._seen_mutations in (self._kill_after, self._lose):
                self._victim = entry
        delay = self._find("delayed", entry.service, entry.operation, entry.region)
        if delay:
            self.sleep(delay.used().number)
        fault = self._find(None, entry.service, entry.operation, entry.region)
        if fault is None or fault.after:
            return fault
        entry.fault = fault.kind
        raise fault.used().answer(entry.service, entry.operation)

    def _refuse_region(self, entry: Entry) -> None:
        if entry.region in self._gone:
            entry.fault = "region lost"
            raise Unreachable()
        services = self._refused.get(entry.region, frozenset())
        if (services is None and entry.service not in ("s3", "")) or (services and entry.service in services):
            entry.fault = "refused"
            raise Refusal("RegionRefused", f"no call may go to {entry.region}", 400)

    def _find(self, kind: str | None, service: str, operation: str, region: str) -> _Fault | None:
        """The first fault of a kind that fits; None stands for those that take the answer's place."""
        for fault in self._faults:
            mine = fault.kind == kind if kind else fault.kind not in ("delayed", "shortened")
            if mine and fault.matches(service, operation, region):
                return fault
        return None

    def _after(self, entry: Entry, late: _Fault | None) -> None:
        if entry is self._victim and self._kill_after:
            self._die(entry, "killed after")
        if entry is self._victim and self._lose:
            entry.fault, entry.status = "answer lost", None
            self._lose = 0
            raise Dropped()
        if late is not None:
            entry.fault = late.kind
            raise late.used().answer(entry.service, entry.operation)

    def _die(self, entry: Entry, how: str) -> None:
        first, self.dead = not self.dead, True
        entry.fault = how if first else "dead"
        entry.status = None
        if first and self.on_death:
            self.on_death()
        raise Dropped()

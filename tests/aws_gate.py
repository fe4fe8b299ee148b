"""The gate before the stand-in for AWS: it writes down every request, and fails the ones a test asks it to."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.aws_calls import Call, recognise

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
REQUEST_ID = "00000000-0000-4000-8000-000000000000"
_DENIED = {"ec2": ("UnauthorizedOperation", 403), "apigateway": ("AccessDeniedException", 403)}
_DENIED |= {"s3": ("AccessDenied", 403), "sts": ("AccessDenied", 403)}
_THROTTLED = {"ec2": ("RequestLimitExceeded", 503), "apigateway": ("TooManyRequestsException", 429)}
_THROTTLED |= {"s3": ("SlowDown", 503), "sts": ("Throttling", 400)}


@dataclass
class Answer:
    """An HTTP answer that the gate gives by itself."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def error_answer(service: str, code: str, message: str, status: int) -> Answer:
    """An error in the form that the service's protocol has."""
    if service == "ec2":
        text = f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        text += f"<RequestID>{REQUEST_ID}</RequestID></Response>"
    elif service == "s3":
        text = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{REQUEST_ID}</RequestId></Error>"
    elif service in ("sts", "iam", "elasticloadbalancing"):
        text = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        text += f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    else:
        document = {"message": message} if service.startswith("apigateway") else {"__type": code, "message": message}
        body = json.dumps(document).encode()
        return Answer(status, "application/json", body, (("x-amzn-ErrorType", code),))
    return Answer(status, "text/xml", b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode())


def _family(service: str) -> str:
    return "apigateway" if service.startswith("apigateway") else service


@dataclass
class _Rule:
    """What to do with the calls of one operation, `times` times, or always where that is None."""

    kind: str
    operation: str
    service: str | None
    region: str | None
    times: int | None
    status: int = 501
    code: str = ""
    message: str = ""

    def matches(self, call: Call) -> bool:
        """Whether the rule speaks of this call."""
        return (
            self.times != 0
            and self.operation in (call.operation, "*")
            and self.service in (None, call.service)
            and self.region in (None, call.region)
        )

    def answer(self, call: Call) -> Answer:
        """The rule's answer in the form of the call's service."""
        if self.times is not None:
            self.times -= 1
        family = _family(call.service)
        if self.kind == "failed":
            message = self.message or f"{call.operation} failed as the test wants it"
            return error_answer(call.service, self.code, message, self.status)
        if self.kind == "unsupported":
            page = "<!doctype html>\n<html lang=en>\n<title>{0}</title>\n<h1>{0}</h1>\n".format(
                {404: "404 Not Found", 501: "501 Not Implemented"}.get(self.status, str(self.status))
            )
            return Answer(self.status, "text/html; charset=utf-8", page.encode())
        if self.kind == "throttled":
            code, status = _THROTTLED.get(family, ("ThrottlingException", 400))
            return error_answer(call.service, code, "Rate exceeded", status)
        code, status = _DENIED.get(family, ("AccessDeniedException", 400))
        return error_answer(call.service, code, f"User is not authorized to perform: {call.name}", status)


class Killed(BaseException):
    """Raised inside the client instead of an answer, once the gate played the death of the process."""


class Gate:
    """WSGI middleware: a log of all calls, and the faults that a test arms."""

    def __init__(self, app: WSGIApp) -> None:
        self.app = app
        self.calls: list[Call] = []
        self.on_death: Callable[[], None] | None = None
        self.dead = False
        self._victim: Call | None = None
        self._lock = threading.RLock()
        self._work = threading.RLock()
        self.reset()

    # -- what a test arms ------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Forget the calls and every fault."""
        with self._lock:
            self.calls.clear()
            self.on_death = None
            self._refused: dict[str, frozenset[str] | None] = {}
            self.clear_faults()

    def clear_faults(self) -> None:
        """Let everything pass again, the dead included. The log stays, and so do the regions that are refused."""
        with self._lock:
            self._rules: list[_Rule] = []
            self._arm(s3=False)

    def refuse(self, region: str, services: Iterable[str] | None = None) -> None:
        """Answer every request to the region with an error; S3 only where `services` names it."""
        self._refused[region] = frozenset(services) if services is not None else None

    def allow(self, region: str) -> None:
        """Take back `refuse`."""
        self._refused.pop(region, None)

    def kill_before(self, number: int, *, s3: bool = False) -> None:
        """Die just before the n-th changing call from now on: it has no effect, and nothing after it either.

        Here and below, calls to S3 are counted only with `s3`.
        """
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
            self._seen_mutations, self._counts_s3, self._victim = 0, s3, None
            self._kill_before = self._kill_after = self._lose = 0
            self.dead = False

    def deny(
        self,
        operation: str,
        *,
        service: str | None = None,
        region: str | None = None,
        times: int | None = None,
    ) -> None:
        """Answer the operation (`*` for all) with the service's own form of access denied."""
        self._rules.append(_Rule("denied", operation, service, region, times))

    def unsupported(self, operation: str, *, service: str | None = None, status: int = 501) -> None:
        """Answer the operation as an endpoint does that has never heard of it: an HTML page, 501 or 404."""
        self._rules.append(_Rule("unsupported", operation, service, None, None, status))

    def throttle(self, operation: str, times: int, *, service: str | None = None) -> None:
        """Answer the operation `times` times with the service's own form of throttling."""
        self._rules.append(_Rule("throttled", operation, service, None, times))

    def fail(
        self,
        operation: str,
        code: str,
        status: int = 400,
        *,
        times: int = 1,
        service: str | None = None,
        message: str = "",
    ) -> None:
        """Answer the operation `times` times with an error of any code, in the service's own form."""
        self._rules.append(_Rule("failed", operation, service, None, times, status, code, message))

    # -- what a test reads -----------------------------------------------------------------------------------

    def select(
        self,
        service: str | None = None,
        operation: str | None = None,
        region: str | None = None,
        mutating: bool | None = None,
    ) -> list[Call]:
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

    def mutations(self, region: str | None = None) -> list[Call]:
        """The calls that would change something in AWS, in vain or not, in their order; S3's left out."""
        return [call for call in self.select(region=region, mutating=True) if call.service != "s3"]

    def effects(self, region: str | None = None) -> list[Call]:
        """Those of `mutations` that were carried out, those whose answer was lost among them."""
        return [call for call in self.mutations(region) if call.done]

    @property
    def refused(self) -> list[Call]:
        """The calls that went to a refused region."""
        with self._lock:
            return [call for call in self.calls if call.fault == "refused"]

    def mark(self) -> int:
        """A place in the log, for `since`."""
        return len(self.calls)

    def since(self, mark: int) -> list[Call]:
        """The calls written down after `mark`."""
        with self._lock:
            return self.calls[mark:]

    # -- the request path ------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith("/moto-api"):
            return self.app(environ, start_response)
        with self._lock:
            call = recognise(environ, len(self.calls) + 1)
            self.calls.append(call)
            fault = self._fault_before(call)
        if fault == "killed":
            self._die(call, environ, "killed before")
        if isinstance(fault, Answer):
            call.status = fault.status
            headers = [("Content-Type", fault.content_type), ("Content-Length", str(len(fault.body)))]
            start_response(f"{fault.status} Fault", headers + list(fault.headers))
            return [fault.body]
        answer = self._serve(call, environ, start_response)
        if call is self._victim and self._kill_after:
            self._die(call, environ, "killed after")
        if call is self._victim and self._lose:
            call.fault, call.status = "answer lost", None
            self._lose = 0
            _drop(environ)
        return answer

    def _fault_before(self, call: Call) -> str | Answer | None:
        if self.dead:
            call.fault = "dead"
            return "killed"
        services = self._refused.get(call.region, frozenset())
        if (services is None and call.service not in ("s3", "")) or (services and call.service in services):
            call.fault = "refused"
            return error_answer(call.service, "RegionRefused", f"no call may go to {call.region}", 400)
        if call.mutating and (self._counts_s3 or call.service != "s3"):
            self._seen_mutations += 1
            if self._seen_mutations == self._kill_before:
                return "killed"
            if self._seen_mutations in (self._kill_after, self._lose):
                self._victim = call
        for rule in self._rules:
            if rule.matches(call):
                call.fault = rule.kind
                return rule.answer(call)
        return None

    def _serve(self, call: Call, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun: list[tuple[Any, ...]] = []

        def start(*args: Any) -> None:
            begun.append(args)

        def start_both(*args: Any) -> Any:
            start(*args)
            return start_response(*args)

        if call.service == "s3" and call is not self._victim:
            result = self.app(environ, start_both)
            call.status = int(begun[0][0].split()[0]) if begun else None
            call.done = call.status is not None and call.status < 300
            return result
        with self._work:  # moto's models know nothing of threads
            result = self.app(environ, start)
            body = b"".join(result)
            getattr(result, "close", lambda: None)()
        call.status = int(begun[0][0].split()[0])
        call.done = call.status < 300
        lost = call is self._victim and (self._kill_after or self._lose)
        if not lost:
            start_response(*begun[0])
        return [body]

    def _die(self, call: Call, environ: dict[str, Any], how: str) -> None:
        with self._lock:
            first, self.dead = not self.dead, True
            call.fault = how if first else "dead"
            call.status = None
        if first and self.on_death:
            self.on_death()
        _drop(environ)


def _drop(environ: dict[str, Any]) -> None:
    """Close the connection without a byte of answer."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):  # where the client went first
            connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError("the gate dropped the connection")

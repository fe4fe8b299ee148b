"""A gate before the embedded AWS: it counts the calls by region, can take a region away, and answers dry runs."""

from __future__ import annotations

import io
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_SIGNED_FOR = re.compile(r"Credential=[^/,\s]+/\d{8}/([^/,\s]+)/[^/,\s]+/aws4_request")
_DRY_RUN = re.compile(rb"(?:^|&)DryRun=true(?:&|$)")
_TRIED = (
    b"<Response><Errors><Error><Code>DryRunOperation</Code>"
    b"<Message>Request would have succeeded, but DryRun flag is set.</Message></Error></Errors>"
    b"<RequestID>demo</RequestID></Response>"
)
_UNSIGNED = "(not signed)"
_BODY = b"This region is out of service in the demo."


class Gate:
    """WSGI middleware; a region that is closed answers 503 to everything that is signed for it.

    What EC2 is to try only is answered here: not every operation of the embedded AWS would leave it at that.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._lock = threading.Lock()
        self._closed: frozenset[str] = frozenset()
        self.calls: Counter[str] = Counter()
        """How many calls came in, by the region that they were signed for."""
        self.refused: Counter[str] = Counter()
        """How many of them were refused."""

    def close(self, region: str) -> None:
        """Take a region away."""
        with self._lock:
            self._closed |= {region}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Count the call, and refuse it or hand it on."""
        signed = _SIGNED_FOR.search(str(environ.get("HTTP_AUTHORIZATION", "")))
        region = signed[1] if signed else _UNSIGNED
        with self._lock:
            self.calls[region] += 1
            closed = region in self._closed
            self.refused[region] += closed
        if closed:
            return _answer(start_response, "503 Service Unavailable", "text/plain", _BODY)
        if _is_dry_run(environ):
            return _answer(start_response, "412 Precondition Failed", "text/xml", _TRIED)
        return self._application(environ, start_response)


def _answer(start_response: Callable[..., Any], status: str, kind: str, body: bytes) -> Iterable[bytes]:
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


def _is_dry_run(environ: dict[str, Any]) -> bool:
    """Whether a form is sent, and asks for no more than a try."""
    if not str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):
        return False
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return _DRY_RUN.search(body) is not None

"""A gate before the embedded AWS: it counts the calls by region, and can take a whole region away."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_SIGNED_FOR = re.compile(r"Credential=[^/,\s]+/\d{8}/([^/,\s]+)/[^/,\s]+/aws4_request")
_UNSIGNED = "(not signed)"
_BODY = b"This region is out of service in the demo."


class Gate:
    """WSGI middleware; a region that is closed answers 503 to everything that is signed for it."""

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
        if not closed:
            return self._application(environ, start_response)
        start_response("503 Service Unavailable", [("Content-Type", "text/plain"), ("Content-Length", str(len(_BODY)))])
        return [_BODY]

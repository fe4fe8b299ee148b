"""The same AWS as an HTTP server on loopback, for whatever speaks AWS's protocols."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.strict_aws.aws import StrictAws
from tests.strict_aws.door import Door
from tests.strict_aws.refusals import Dropped, Unreachable
from tests.strict_aws.wire.http import Request

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length"})


class _QuietHandler(WSGIRequestHandler):
    """A request handler that writes no access log."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


class Server:
    """A server of an AWS; it listens once it is made, on a free port where none is given."""

    def __init__(self, aws: StrictAws, port: int = 0) -> None:
        self._door = Door(aws)
        self._server = make_server("127.0.0.1", port, self, threaded=True, request_handler=_QuietHandler)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Serve in a thread of its own, which ends with the process or at `stop`."""
        threading.Thread(target=self.serve, name="strict-aws", daemon=True).start()

    def serve(self) -> None:
        """Serve until `stop`."""
        self._server.serve_forever()

    def stop(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request of WSGI's."""
        try:
            answer = self._door.answer(_request(environ))
        except (Dropped, Unreachable) as gone:
            _drop(environ)
            raise ConnectionResetError("the connection was dropped") from gone
        headers = [(name, value) for name, value in answer.headers.items() if name not in _HOP_BY_HOP]
        # A HEAD request is answered without a body, but with the length that it would have.
        length = answer.headers.get("content-length") if not answer.body else None
        start_response(f"{answer.status} Answer", [*headers, ("content-length", length or str(len(answer.body)))])
        return [answer.body]


def _request(environ: dict[str, Any]) -> Request:
    raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "/")
    url = raw if re.match(r"https?://", raw) else f"http://{environ.get('HTTP_HOST', '127.0.0.1')}{raw}"
    headers = {
        name[5:].replace("_", "-").lower(): str(value) for name, value in environ.items() if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    chunked = headers.pop("transfer-encoding", "") == "chunked"
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read() if chunked else environ["wsgi.input"].read(length) if length else b""
    return Request(environ["REQUEST_METHOD"], url, headers, body)


def _drop(environ: dict[str, Any]) -> None:
    """Close the connection without a byte of answer."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):  # where the client went first
            connection.shutdown(socket.SHUT_RDWR)

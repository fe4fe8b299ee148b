"""A proxy on the loopback interface that lets a test lose, cut or rewrite what a server answers."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; ``cut`` is after how many bytes of the body to hang up."""

    method: str
    path: str
    headers: dict[str, str]
    status: int = 0
    body: bytes = b""
    cut: int | None = None


Alter = Callable[[Exchange], Exchange | None]
"""Gets the exchange that took place, and returns what to answer; None drops the connection."""


class LoopbackProxy:
    """Passes every request on to ``target``; ``alter`` sees each answer, ``seen`` keeps them all."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target).netloc
        self.alter: Alter = lambda exchange: exchange
        self.rewrite_path: Callable[[str], str] = lambda path: path
        self.seen: list[Exchange] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"

    def methods(self) -> list[str]:
        """The methods of all requests so far, in their order."""
        return [exchange.method for exchange in self.seen]


@contextmanager
def loopback_proxy(target: str) -> Iterator[LoopbackProxy]:
    """A running proxy before ``target``, an ``http://host:port``."""
    proxy = LoopbackProxy(target)
    thread = threading.Thread(target=proxy.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        proxy.server.server_close()
        thread.join()


def times(count: int, alter: Alter, method: str = "PUT") -> Alter:
    """Apply ``alter`` to the first ``count`` answers to ``method`` and leave all others alone."""
    left = [count]

    def some(exchange: Exchange) -> Exchange | None:
        if exchange.method != method or not left[0]:
            return exchange
        left[0] -= 1
        return alter(exchange)

    return some


def s3_error(status: int, code: str) -> Alter:
    """Answer with an S3 error instead."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>as the test wants</Message></Error>"
    return lambda exchange: replace(exchange, status=status, body=body.encode(), headers={})


def _handler_of(proxy: LoopbackProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def relay(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            exchange = _forward(proxy, Exchange(self.command, self.path, dict(self.headers)), sent)
            proxy.seen.append(replace(exchange, headers=dict(self.headers)))
            answer = proxy.alter(exchange)
            self.close_connection = True
            if answer is not None:
                self.answer(answer)

        def answer(self, exchange: Exchange) -> None:
            self.send_response(exchange.status)
            for name, value in exchange.headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            if exchange.status != 204:
                self.send_header("Content-Length", str(len(exchange.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(exchange.body[: exchange.cut])

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    for method in ("GET", "PUT", "POST", "HEAD", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.relay)
    return Handler


def _forward(proxy: LoopbackProxy, asked: Exchange, sent: bytes) -> Exchange:
    connection = http.client.HTTPConnection(proxy.target, timeout=20)
    headers = {name: value for name, value in asked.headers.items() if name.lower() != "expect"}
    connection.request(asked.method, proxy.rewrite_path(asked.path), sent, headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return replace(asked, headers=dict(answer.getheaders()), status=answer.status, body=body)

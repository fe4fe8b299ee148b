"""A short cut from botocore to the stand-in for AWS: the same requests and answers, without a socket between them.

For tests that make thousands of calls. The gate stands where it always stands, and so does all of botocore.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session
from werkzeug.test import create_environ

from tests.moto_aws import Stand


class _Body(BytesIO):
    """What is left to read of an answer."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """All of it."""
        yield self.read()


@contextmanager
def direct_line(aws: Stand) -> Iterator[None]:
    """Hand botocore's requests straight to the stand-in's gate; a dropped connection is told as botocore tells it.

    What moto finds out about a host by looking through its own folders, it finds out once.
    """
    send, app = URLLib3Session.send, aws.gate.app
    app.get_backend_for_host = cache(type(app).get_backend_for_host.__get__(app))  # type: ignore[attr-defined]

    def handed_over(session: Any, request: Any) -> AWSResponse:
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        headers = [(k, v.decode() if isinstance(v, bytes) else str(v)) for k, v in request.headers.items()]
        body = request.body or b""
        environ = create_environ(
            request.url, method=request.method, headers=headers, data=body.encode() if isinstance(body, str) else body
        )
        try:
            answer = b"".join(aws.gate(environ, lambda status, headers, *_: begun.append((status, headers))))
        except ConnectionResetError as error:
            raise ConnectionClosedError(error=error, request=request, endpoint_url=request.url) from error
        status, answered = begun[0]
        return AWSResponse(request.url, int(status.split()[0]), _Headers(answered), _Body(answer))

    URLLib3Session.send = handed_over
    try:
        yield
    finally:
        URLLib3Session.send = send
        del app.get_backend_for_host  # type: ignore[attr-defined]


class _Headers(dict[str, str]):
    """Headers as botocore reads them: by name in any case."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__({name.lower(): value for name, value in pairs})

    def get(self, name: str, default: Any = None) -> Any:
        """The header of that name."""
        return super().get(name.lower(), default)

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

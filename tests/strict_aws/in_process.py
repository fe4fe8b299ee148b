"""Calls of botocore's clients answered before they are sent, in this process: thousands a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from unittest.mock import patch

import boto3
import botocore
import botocore.endpoint
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from tests.strict_aws.aws import ACCOUNT, StrictAws
from tests.strict_aws.door import Door
from tests.strict_aws.models import session as shared_session
from tests.strict_aws.refusals import Dropped, Unreachable
from tests.strict_aws.wire.http import Request


class _Body(BytesIO):
    """What is left to read of an answer."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """All of it."""
        yield self.read()


class _Headers(dict[str, str]):
    """Headers as botocore reads them: by name in any case."""

    def get(self, name: str, default: Any = None) -> Any:
        """The header of that name."""
        return super().get(name.lower(), default)

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())


class Line:
    """What answers the requests of clients in place of the network."""

    def __init__(self, aws: StrictAws) -> None:
        self.door = Door(aws)

    def before_send(self, request: Any, **_: Any) -> AWSResponse:
        """botocore's event: the answer, so that nothing is sent."""
        body = request.body or b""
        if not isinstance(body, bytes | bytearray | str):
            body = body.read()
        headers = {k.lower(): v.decode() if isinstance(v, bytes) else str(v) for k, v in request.headers.items()}
        asked = Request(request.method, request.url, headers, body.encode() if isinstance(body, str) else bytes(body))
        try:
            answer = self.door.answer(asked)
        except Dropped as error:
            raise ConnectionClosedError(error=error, request=request, endpoint_url=request.url) from error
        except Unreachable as error:
            raise EndpointConnectionError(error=error, endpoint_url=request.url) from error
        return AWSResponse(request.url, answer.status, _Headers(answer.headers), _Body(answer.body))


def session(aws: StrictAws, account: str = ACCOUNT) -> boto3.session.Session:
    """A boto3 session whose clients are answered by this AWS; its access key is the account's number."""
    inner = botocore.session.Session()
    inner.register_component("data_loader", shared_session().get_component("data_loader"))
    inner.set_credentials(account, "secret")
    inner.register("before-send.*.*", Line(aws).before_send)
    return boto3.session.Session(botocore_session=inner)


@contextmanager
def answered(aws: StrictAws) -> Iterator[None]:
    """Answer every client of botocore's that is made meanwhile, whoever makes it, at whatever endpoint.

    botocore's own waits before another try take this AWS's time. What is sent through sockets of other libraries
    (aiobotocore, and with it s3fs) is not seen here: that takes the server.
    """
    line = Line(aws)
    alive = True

    def initialise(made: Any) -> None:
        if type(made).__module__.startswith("aiobotocore"):
            return

        def before_send(**event: Any) -> AWSResponse | None:
            return line.before_send(**event) if alive else None

        made.register("before-send.*.*", before_send)

    botocore.register_initializer(initialise)
    try:
        with patch.object(botocore.endpoint, "time", Waits(aws)):
            yield
    finally:
        alive = False
        botocore.unregister_initializer(initialise)


class Waits:
    """What botocore's endpoint takes from the time module."""

    def __init__(self, aws: StrictAws) -> None:
        self._aws = aws

    def sleep(self, seconds: float) -> None:
        """Sleep in this AWS's time."""
        self._aws.clock.sleep(seconds)

    def __getattr__(self, name: str) -> Any:
        import time

        return getattr(time, name)

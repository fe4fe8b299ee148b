"""A stand-in for AWS in this process: moto's server, mended by the overlay, behind the gate.

Started once per process on a free port of the loopback interface; `Stand.reset` empties it between tests.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

import boto3
import botocore.session
from aiobotocore.httpsession import AIOHTTPSession
from botocore.config import Config
from botocore.httpsession import URLLib3Session
from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from tests import moto_overlay
from tests.aws_gate import Gate, Killed
from tests.moto_overlay import ec2_groups

ACCOUNT = "123456789012"
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


class _QuietHandler(MotoRequestHandler):
    """A request handler that writes no access log."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


class Stand:
    """The running stand-in: where it listens, its gate, and clients of it."""

    def __init__(self) -> None:
        moto_overlay.apply()
        self.gate = Gate(DomainDispatcherApplication(create_backend_app))
        self._server = make_server("127.0.0.1", 0, self.gate, threaded=True, request_handler=_QuietHandler)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, name="stand-in-for-aws", daemon=True).start()

    def raise_rule_quota(self, rules: int) -> None:
        """Allow so many rules in a group, per direction and family, until the next `reset`."""
        ec2_groups.QUOTA.rules_per_group = rules

    def reset(self) -> None:
        """Empty every service in every region, and the gate."""
        self.gate.reset()
        ec2_groups.QUOTA = ec2_groups.Quota()
        BackendDict.reset()
        reset_model_data()

    def reset_region(self, region: str) -> None:
        """Empty EC2 and API Gateway in one region, and leave all else as it is, the gate's log too."""
        for service in ("ec2", "apigateway", "apigatewayv2"):
            backends: Any = get_backend(service)
            backends[ACCOUNT][region].reset()

    def client(self, service: str, region: str, **config: Any) -> Any:
        """A boto3 client of the stand-in."""
        return _session().client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(**{"parameter_validation": True, "retries": {"max_attempts": 0}, **config}),
        )

    def environment(self) -> dict[str, str]:
        """The variables that point a process of its own at the stand-in."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @contextmanager
    def mortal_clients(self) -> Iterator[Gate]:
        """Let every boto3 call of this process raise `Killed` once the gate is dead, as if the process were.

        `Killed` is a BaseException: no `except Exception` and no retry of botocore's holds it up. s3fs can't
        carry one through its event loop, so its calls end in a ConnectionError instead.
        """
        send, async_send = URLLib3Session.send, AIOHTTPSession.send
        gate = self.gate

        def mortal(session: Any, request: Any) -> Any:
            if gate.dead:
                raise Killed
            try:
                return send(session, request)
            finally:
                if gate.dead:
                    raise Killed

        async def async_mortal(session: Any, request: Any) -> Any:
            if gate.dead:
                raise ConnectionError("killed")
            try:
                return await async_send(session, request)
            finally:
                if gate.dead:
                    raise ConnectionError("killed")

        URLLib3Session.send, AIOHTTPSession.send = mortal, async_mortal
        try:
            yield gate
        finally:
            URLLib3Session.send, AIOHTTPSession.send = send, async_send


@cache
def _session() -> boto3.session.Session:
    """One session for all clients: loading the service models is the slow part."""
    return boto3.session.Session(botocore_session=botocore.session.Session())


@cache
def stand() -> Stand:
    """The process's one stand-in, started when first asked for."""
    return Stand()

"""The stand-in for AWS of this test process: one strict AWS, in process for boto3, on loopback for everybody else.

Started once per process; `Stand.reset` empties it between tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
import botocore
import botocore.endpoint
import botocore.session
from aiobotocore.httpsession import AIOHTTPSession
from botocore.config import Config

from tests.strict_aws import StrictAws
from tests.strict_aws.aws import ACCOUNT
from tests.strict_aws.clock import HurriedClock, VirtualClock
from tests.strict_aws.in_process import Line, Waits
from tests.strict_aws.server import Server
from tests.strict_aws.weather.gate import Gate, Killed

__all__ = ["ACCESS_KEY", "ACCOUNT", "SECRET_KEY", "Gate", "Killed", "Stand", "stand"]

ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
HURRY = 200.0
"""How many times faster time goes for clients in processes of their own, whose waiting is real."""


class Stand:
    """The running stand-in: where it listens, its gate, and clients of it.

    boto3 clients of this process are answered without a socket, whoever makes them. Those of `client` build and look:
    the weather does not touch them, and they stand in no log.
    """

    def __init__(self) -> None:
        self.world = StrictAws(HurriedClock(HURRY))
        self.gate: Gate = self.world.weather.gate
        self._server = Server(self.world)
        self._server.start()
        self.endpoint = self._server.endpoint
        self._line = Line(self.world)
        self._mortal = False
        self._quiet = _own_session(self._calmly)
        botocore.register_initializer(self._meet)

    # --- what is there --------------------------------------------------------------------------------

    def reset(self) -> None:
        """Empty every service in every region, the log and the faults; calm weather, hurried time."""
        self.world.reset()
        self.world.clock = HurriedClock(HURRY)

    def reset_region(self, region: str) -> None:
        """Empty EC2 and API Gateway in one region, and leave all else as it is, the log too."""
        self.world.clear(region)

    def raise_rule_quota(self, rules: int) -> None:
        """Allow so many rules in a group, per direction and family, until the next `reset`."""
        self.world.limits.rules_per_group = rules

    @contextmanager
    def virtual_time(self) -> Iterator[VirtualClock]:
        """Time that passes only where somebody waits, botocore's own waits included."""
        clock = VirtualClock()
        self.world.clock = clock
        with patch.object(botocore.endpoint, "time", Waits(self.world)):
            yield clock

    # --- who calls ------------------------------------------------------------------------------------

    def client(self, service: str, region: str, **config: Any) -> Any:
        """A boto3 client that builds and looks."""
        return self._quiet.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
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
        async_send, gate = AIOHTTPSession.send, self.gate

        async def async_mortal(session: Any, request: Any) -> Any:
            if gate.dead:
                raise ConnectionError("killed")
            try:
                return await async_send(session, request)
            finally:
                if gate.dead:
                    raise ConnectionError("killed")

        self._mortal = True
        AIOHTTPSession.send = async_mortal
        try:
            yield gate
        finally:
            self._mortal = False
            AIOHTTPSession.send = async_send

    def _meet(self, session: Any) -> None:
        """Answer the clients of a session that somebody makes; aiobotocore's wait for answers of another kind."""
        if not type(session).__module__.startswith("aiobotocore"):
            session.register("before-send.*.*", self._answered)

    def _answered(self, request: Any, **_: Any) -> Any:
        if not request.url.startswith(self.endpoint):
            return None
        if self._mortal and self.gate.dead:
            raise Killed
        try:
            return self._line.before_send(request)
        finally:
            if self._mortal and self.gate.dead:
                raise Killed

    def _calmly(self, request: Any, **_: Any) -> Any:
        with self.world.weather.calm():
            return self._line.before_send(request)


def _own_session(answer: Any) -> boto3.session.Session:
    """One session for all clients: loading the service models is the slow part."""
    inner = botocore.session.Session()
    inner.set_credentials(ACCESS_KEY, SECRET_KEY)
    inner.register("before-send.*.*", answer)
    return boto3.session.Session(botocore_session=inner)


@cache
def stand() -> Stand:
    """The process's one stand-in, started when first asked for."""
    return Stand()

"""Fixtures of all tests: a clean environment, no network but loopback, and the stand-in for AWS."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.stand import ACCESS_KEY, SECRET_KEY, Gate, Stand, stand


def _is_local(address: Any) -> bool:
    """Whether a socket address stays on this machine."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host in ("", "localhost")


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """No AWS settings and proxies of the machine's own; credentials that open nothing."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("AWS_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        patch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        patch.setenv("NO_PROXY", "*")
        yield


@pytest.fixture(scope="session", autouse=True)
def only_loopback(clean_environment: None) -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(original: Any) -> Any:
        def attempt(self: socket.socket, address: Any) -> Any:
            if not _is_local(address):
                raise RuntimeError(f"a test tried to reach {address}")
            return original(self, address)

        return attempt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(connect))
        patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
        yield


@pytest.fixture
def aws(clean_environment: None) -> Iterator[Stand]:
    """The stand-in for AWS, empty; a call to a region that the test refused fails the test."""
    running = stand()
    running.reset()
    yield running
    refused = running.gate.refused
    running.reset()
    assert not refused, f"calls to a refused region: {[str(call) for call in refused]}"


@pytest.fixture
def gate(aws: Stand) -> Gate:
    """The gate of the stand-in: its log, and the faults to arm."""
    return aws.gate

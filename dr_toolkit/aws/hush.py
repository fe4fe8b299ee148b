"""Silence around calls that carry secrets: botocore's debug log holds whole requests and answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_TALKERS = ("botocore", "boto3", "urllib3")
_CARRIERS = {
    "apigateway": frozenset(
        {
            *("GetApiKeys", "GetApiKey", "CreateApiKey", "UpdateApiKey", "ImportApiKeys"),
            *("GetUsagePlanKeys", "GetUsagePlanKey", "CreateUsagePlanKey"),
        }
    ),
    "kms": frozenset({"GenerateDataKey", "Decrypt"}),
}
"""The operations whose requests or answers hold secrets, asked for or not."""

_quiet = threading.local()


class _Hush(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        """Let nothing through while this thread's call carries a secret."""
        return not getattr(_quiet, "on", False)


_HUSH = _Hush()


def carries_secrets(service: str, operation: str) -> bool:
    """Whether a call's request or answer may hold a secret."""
    return operation in _CARRIERS.get(service, ())


@contextmanager
def hushed(*, on: bool) -> Iterator[None]:
    """Keep the libraries below from logging anything of this thread, for as long as the block lasts."""
    if not on:
        yield
        return
    for name in [*_TALKERS, *logging.root.manager.loggerDict]:
        if name.partition(".")[0] in _TALKERS:
            logging.getLogger(name).addFilter(_HUSH)
    _quiet.on = True
    try:
        yield
    finally:
        _quiet.on = False

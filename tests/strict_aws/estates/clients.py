"""Clients of one strict AWS, for builders."""

from __future__ import annotations

from typing import Any

from botocore.config import Config

from tests.strict_aws.aws import ACCOUNT, StrictAws
from tests.strict_aws.in_process import session

_ONCE = Config(parameter_validation=False, retries={"max_attempts": 0})


class StrictClients:
    """Makes clients of a strict AWS: they try once, so that what is refused shows."""

    def __init__(self, aws: StrictAws, account: str = ACCOUNT) -> None:
        self._session = session(aws, account)

    def client(self, service: str, region: str) -> Any:
        """A client of the service in the region."""
        return self._session.client(service, region, config=_ONCE)

"""A region of the stand-in kept in mind, and put back as it was: quicker than building it again."""

from __future__ import annotations

import copy
from typing import Any

from moto.backends import get_backend

from tests.moto_aws import ACCOUNT
from tests.moto_overlay.rest import Api

_SERVICES = ("ec2", "apigateway")


class Kept:
    """What a region holds at this moment."""

    def __init__(self, region: str) -> None:
        self.region = region
        self._copies = {service: copy.deepcopy(_regions(service)[region]) for service in _SERVICES}

    def put_back(self) -> None:
        """Make the region what it was."""
        for service, held in self._copies.items():
            _regions(service)[self.region] = copy.deepcopy(held)


def _regions(service: str) -> Any:
    backends: Any = get_backend(service)  # type: ignore[call-overload]
    return backends[ACCOUNT]


def ec2_of(region: str) -> Any:
    """EC2 of a region, as the stand-in keeps it."""
    return _regions("ec2")[region]


def apis(region: str) -> list[Api]:
    """The REST APIs of a region, as the stand-in keeps them."""
    return list(_regions("apigateway")[region].apis.values())

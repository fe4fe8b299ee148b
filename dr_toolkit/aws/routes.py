"""How an operation of API Gateway goes over the wire, which is what its IAM policies speak of; nothing is called."""

from __future__ import annotations

import re

_PLACE = re.compile(r"\{\+?(\w+)\}")


def route(service: str, operation: str) -> tuple[str, str]:
    """The method and the path of an operation, by the botocore that is installed.

    The path has ``x`` for every id, and no version in front: IAM knows ``/apis`` and ``/restapis``.
    """
    import botocore.session

    http = botocore.session.get_session().get_service_model(service).operation_model(operation).http
    path = _PLACE.sub("x", str(http["requestUri"]).partition("?")[0])
    return str(http["method"]), path.removeprefix("/v2")

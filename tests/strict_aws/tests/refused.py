"""What a refusal says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def refused(call: Callable[..., Any], /, **params: Any) -> tuple[str, str]:
    """The code and the message of the error that a call of a client ends in; fails where it does not."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    return str(error["Code"]), str(error.get("Message", ""))

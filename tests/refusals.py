"""Expect an error answer of AWS by its code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError


@contextmanager
def refused(code: str, text: str = "") -> Iterator[None]:
    """The block ends in a ClientError of this code, whose message has the text in it."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    assert text in error["Message"], error

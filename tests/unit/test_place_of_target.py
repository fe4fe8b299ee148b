"""Where a target may not be, and what to do instead."""

from __future__ import annotations

import pytest

from dr_toolkit.errors import GuardError
from dr_toolkit.model.documents import Scope
from dr_toolkit.workflows.targets import Options, _check_place


def test_another_partition_is_refused_with_what_to_do() -> None:
    here, there = Scope("1", "us-east-1", "aws"), Scope("2", "us-gov-west-1", "aws-us-gov")
    with pytest.raises(GuardError, match="is in partition aws-us-gov, the snapshot in aws:") as caught:
        _check_place(here, there, "gov", Options())
    assert caught.value.next_step == "Restore into a target in partition aws: name another with --to."

"""The weather of one AWS: calm at first; a test sets what it wants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.strict_aws.aws import StrictAws
    from tests.strict_aws.call import Call


@dataclass
class Weather:
    """Quotas, lag and faults.

    ``group_lag`` is how many seconds a new security group is not found for; ``longest_page`` how many rows any page
    holds at most, whatever was asked for: AWS may always return fewer.
    """

    aws: StrictAws
    group_lag: float = 0.0
    longest_page: int | None = None

    def page_size(self, call: Call, asked: int) -> int:
        """How many rows the page of a list gets."""
        return min(asked, self.longest_page or asked)

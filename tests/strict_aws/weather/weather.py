"""The weather of one AWS: calm at first; a test sets what it wants."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule
from tests.strict_aws.weather.buckets import Buckets
from tests.strict_aws.weather.gate import Gate
from tests.strict_aws.weather.quotas import TOTAL, quotas_of

if TYPE_CHECKING:
    from tests.strict_aws.aws import StrictAws
    from tests.strict_aws.call import Call

BUSY = "Unable to complete operation due to concurrent modification. Please try again later."

THROTTLED = rule(
    "weather.quotas", "Calls over a rate are refused and change nothing", "AWS notes, sections 2.1, 2.3 and 6"
)
V2_IN_TOTAL = rule(
    "weather.v2-in-total",
    "Calls of API Gateway v2 count in the total of ten a second too",
    "AWS notes, section 11: not known",
    recalled=True,
)
CONCURRENT = rule(
    "weather.concurrent-modification",
    "A change of an API may be refused because another one is not finished, even where nobody else is there",
    "AWS notes, section 6; recorded: test_authorizer_crud_no_api",
)
LAG = rule("weather.group-lag", "A new group is not found for a while", "AWS notes, section 6")


class Weather:
    """Quotas, lag, conflicts and faults; the log of calls is the gate's.

    ``quotas``: whether rates are limited. ``group_lag``: seconds that a new security group is not found for.
    ``longest_page``: rows that any page holds at most, whatever was asked for. ``conflict_every``: after so many
    changes of one API the next is refused once as concurrent; 0 for never. ``halfway``: called in the middle of a call
    that is not atomic; what it raises ends the call, and half of its effect stays. ``update_lag``: seconds that a
    private REST API is UPDATING for after it was made or changed.
    """

    def __init__(self, aws: StrictAws) -> None:
        self.aws = aws
        self.gate = Gate()
        self.buckets = Buckets()
        self._calm = threading.local()
        self.clear()

    def clear(self) -> None:
        """Be calm again: no quotas, lag, conflicts and faults; full buckets, an empty log."""
        self.quotas = False
        self.longest_page: int | None = None
        self.conflict_every = 0
        self.halfway: Callable[[Call], None] | None = None
        self._lag = 0.0
        self.update_lag = 0.0
        self._changes: Counter[str] = Counter()
        self.buckets.share = 0.0
        self.buckets.refill()
        self.gate.reset()

    def turn_rough(self, *, group_lag: float = 3.0, longest_page: int = 7) -> None:
        """Quotas, lag and short pages all at once."""
        self.quotas, self.group_lag, self.longest_page = True, group_lag, longest_page

    @property
    def group_lag(self) -> float:
        """Seconds that a new security group is not found for."""
        return 0.0 if self.is_calm or not self.aws.holds(LAG) else self._lag

    @group_lag.setter
    def group_lag(self, seconds: float) -> None:
        self._lag = seconds

    @contextmanager
    def calm(self) -> Iterator[None]:
        """For this thread no quotas, lag, conflicts, faults and log meanwhile; what is made is known at once."""
        self._calm.depth = getattr(self._calm, "depth", 0) + 1
        try:
            yield
        finally:
            self._calm.depth -= 1

    @property
    def is_calm(self) -> bool:
        """Whether a `calm` of this thread is under way."""
        return bool(getattr(self._calm, "depth", 0))

    def page_size(self, call: Call, asked: int) -> int:
        """How many rows the page of a list gets."""
        if self.is_calm:
            return asked
        return max(1, min(asked, self.longest_page or asked, self.gate.page_size(call) or asked))

    def break_off(self, call: Call) -> None:
        """End a call that is not atomic in its middle, if that is what a test wants."""
        if self.halfway and not self.is_calm:
            self.halfway(call)

    def refuse(self, call: Call) -> None:
        """Raise the Refusal that the weather has for a call."""
        if self.is_calm:
            return
        if self.quotas and self.aws.holds(THROTTLED):
            self._throttle(call)
        if self.conflict_every and not call.reads and self.aws.holds(CONCURRENT):
            self._conflict(call)

    def _throttle(self, call: Call) -> None:
        quotas = quotas_of(call.service, call.operation, call.params)
        if call.service == "apigatewayv2" and not self.aws.holds(V2_IN_TOTAL):
            quotas = [quota for quota in quotas if quota != TOTAL]
        wait = self.buckets.take(call.region.account, call.region.name, quotas, call.now) if quotas else 0.0
        if wait > 0:
            raise throttled(call.service, wait)

    def _conflict(self, call: Call) -> None:
        api = call.params.get("restApiId") or call.params.get("ApiId")
        if api is None:
            return
        self._changes[api] += 1
        if self._changes[api] % (self.conflict_every + 1) == 0:
            raise Refusal("ConflictException", BUSY, 409)


def throttled(service: str, seconds: float = 0.0) -> Refusal:
    """A service's own form of throttling; API Gateway's says after how many whole seconds to come back."""
    if service == "ec2":
        return Refusal("RequestLimitExceeded", "Request limit exceeded.", 503)
    after = {"retry-after": str(math.ceil(seconds))} if service == "apigateway" and seconds else None
    return Refusal("TooManyRequestsException", "Too Many Requests", 429, after)

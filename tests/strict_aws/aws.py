"""The whole of it: accounts and regions, time, weather, the log, and the way from a request to its answer."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from tests.strict_aws import validation
from tests.strict_aws.answers import ANSWERS
from tests.strict_aws.call import Call, Region
from tests.strict_aws.clock import Clock, VirtualClock
from tests.strict_aws.ids import Ids
from tests.strict_aws.limits import Limits
from tests.strict_aws.models import SERVICES, operations, session
from tests.strict_aws.pages import Pages
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import LEDGER, Rule
from tests.strict_aws.weather import Weather

ACCOUNT = "123456789012"
_PACKAGES = ("rest", "http", "ec2")


class StrictAws:
    """An AWS of its own, empty at first. ``recalled`` is whether rules hold that are only recalled.

    It answers calls (`answer`); the modules `in_process` and `server` bring them here. Safe in threads: one call is
    carried out at a time.
    """

    def __init__(self, clock: Clock | None = None, *, seed: int = 0, recalled: bool = True) -> None:
        for package in _PACKAGES:  # importing them registers what answers
            import_module(f"tests.strict_aws.{package}")
        self.clock: Clock = clock or VirtualClock()
        self.ids = Ids(seed)
        self.pages = Pages()
        self.limits = Limits()
        self.lock = threading.RLock()
        self._regions: dict[tuple[str, str], Region] = {}
        self._off = {rule.id for rule in LEDGER.values() if rule.recalled and not recalled}
        self._last_date = 0.0
        self.weather = Weather(self)
        self.weather.gate.sleep = self.sleep

    # --- what is there ------------------------------------------------------------------------------

    def region(self, name: str, account: str = ACCOUNT) -> Region:
        """One account's region, empty when first asked for."""
        key = (account, name)
        if key not in self._regions:
            partition = session().get_partition_for_region(name)
            self._regions[key] = Region(account, name, partition)
        return self._regions[key]

    def regions(self) -> list[Region]:
        """All regions of all accounts that anybody has asked for."""
        return list(self._regions.values())

    def keep(self, name: str, account: str = ACCOUNT) -> Region:
        """A copy of all that a region holds now, for `put_back`."""
        with self.lock:
            return copy.deepcopy(self.region(name, account))

    def put_back(self, kept: Region) -> None:
        """Make a region what it was when it was kept."""
        with self.lock:
            self._regions[(kept.account, kept.name)] = copy.deepcopy(kept)

    def clear(self, *regions: str, account: str = ACCOUNT) -> None:
        """Empty these regions, or all of all accounts."""
        with self.lock:
            for key in [k for k in self._regions if not regions or (k[1] in regions and k[0] == account)]:
                del self._regions[key]

    def reset(self) -> None:
        """Empty everything, moto's services too, and let the weather be calm."""
        from tests.strict_aws.moto import Moto

        self.clear()
        self.limits = Limits()
        self.weather.clear()
        Moto.reset()

    # --- rules --------------------------------------------------------------------------------------

    def holds(self, rule: Rule) -> bool:
        """Whether a rule is switched on."""
        return rule.id not in self._off

    def switch_off(self, *rules: Rule | str) -> None:
        """Let these rules no longer hold."""
        self._off |= {rule if isinstance(rule, str) else rule.id for rule in rules}

    # --- calls --------------------------------------------------------------------------------------

    def sleep(self, seconds: float) -> None:
        """Let time pass, by whatever clock there is now."""
        self.clock.sleep(seconds)

    def next_date(self) -> float:
        """The time in whole seconds, later than any given before."""
        self._last_date = max(float(int(self.clock.now())), self._last_date + 1)
        return self._last_date

    def call(self, service: str, operation: str, region: str, account: str = ACCOUNT, **params: Any) -> Any:
        """Make a call without a client; it stands in no log, and no fault meets it. Raises Refusal."""
        return self.answer(Call(self, self.region(region, account), service, operation, params))

    def answer(self, call: Call) -> dict[str, Any] | None:
        """Carry out a call: the weather, the front door's checks, then the service's own. Raises Refusal."""
        with self.lock:
            self.weather.refuse(call)
            validation.check(call)
            answer = ANSWERS.get((call.service, call.operation))
            if answer is None:
                raise _unknown(call)
            return copy.deepcopy(answer(call))


def _unknown(call: Call) -> Refusal:
    text = f"{call.operation} is not answered by this AWS"
    return Refusal("InvalidAction" if call.service == "ec2" else "UnknownOperationException", text, 400)


def unanswered(service: str) -> Iterable[str]:
    """The operations of a service that nothing answers."""
    return sorted(name for name in operations(service) if (service, name) not in ANSWERS)


assert set(SERVICES) == {"apigateway", "apigatewayv2", "ec2"}

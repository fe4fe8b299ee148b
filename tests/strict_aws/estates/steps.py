"""An estate is a list of calls, held as data: what one gives, a later one names by a mark such as `<<group main/web>>`.

So the same estate can be built in any region, through any clients, in another order, or only in part.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import jmespath
from botocore import xform_name

Document = dict[str, Any]
ACCOUNT = "123456789012"
_MARK = re.compile(r"<<([^<>]+)>>")
_WHERE = frozenset({"region", "account"})


class Clients(Protocol):
    """Whatever gives boto3 clients: a strict AWS, moto, or a session bound to an endpoint."""

    def client(self, service: str, region: str) -> Any:
        """A client of the service in the region."""


def mark(name: str) -> str:
    """The text that stands for what some call gives, until that call is made."""
    return f"<<{name}>>"


@dataclass(frozen=True)
class Step:
    """One call. ``gives`` says by what name something can be referred to later, and where in the answer its id is (a
    JMESPath; empty where there is only the fact that the call was made); ``needs`` names what has to be there besides
    what the parameters mark. ``kind`` is the kind of thing that it belongs to, see `choose`."""

    kind: str
    service: str
    operation: str
    params: Document
    gives: Mapping[str, str] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()

    @property
    def wants(self) -> frozenset[str]:
        """The names of all that has to be there first."""
        return self.needs | (frozenset(_marks(self.params)) - _WHERE)


@dataclass
class Built:
    """What was built: the ids by name."""

    region: str
    account: str = ACCOUNT
    ids: dict[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, str]:
        """The ids of one kind (`group`, `rest`, ...) by the rest of their names."""
        return {name.partition(" ")[2]: each for name, each in self.ids.items() if name.startswith(f"{kind} ")}

    def fill(self, value: Any) -> Any:
        """A value with ids in the place of marks."""
        if isinstance(value, str):
            return _MARK.sub(lambda found: self._id(found[1]), value) if "<<" in value else value
        if isinstance(value, dict):
            return {self.fill(key): self.fill(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.fill(each) for each in value]
        return value

    def _id(self, name: str) -> str:
        return {"region": self.region, "account": self.account}.get(name) or self.ids[name]


def run(
    steps: Iterable[Step], clients: Clients, region: str, *, account: str = ACCOUNT, into: Built | None = None
) -> Built:
    """Make the calls, one after the other; ``into`` is what was built before and may be referred to."""
    built = into or Built(region, account)
    made: dict[str, Any] = {}
    for step in steps:
        if step.service not in made:
            made[step.service] = clients.client(step.service, region)
        answer = getattr(made[step.service], xform_name(step.operation))(**built.fill(step.params))
        for name, place in step.gives.items():
            found = jmespath.search(place, answer) if place else name
            assert found, f"{step.service}:{step.operation} gave no {name}"
            built.ids[name] = found
    return built


def choose(steps: Iterable[Step], kinds: Iterable[str], given: Iterable[str] = ()) -> list[Step]:
    """The steps of these kinds. What refers to something that is left out is left out too."""
    wanted, there, chosen = set(kinds), set(given), []
    for step in steps:
        if step.kind in wanted and step.wants <= there:
            there |= set(step.gives)
            chosen.append(step)
    return chosen


def shuffled(steps: Sequence[Step], seed: int = 0, given: Iterable[str] = ()) -> list[Step]:
    """The same steps in another order in which everything still comes after what it needs."""
    chance, there, left, made = random.Random(seed), set(given), list(steps), []
    chance.shuffle(left)
    while left:
        ready = [step for step in left if step.wants <= there]
        assert ready, f"nothing gives {sorted(set().union(*(step.wants for step in left)) - there)}"
        left = [step for step in left if not step.wants <= there]
        made += ready
        there.update(*(step.gives for step in ready))
    return made


def _marks(value: Any) -> list[str]:
    if isinstance(value, str):
        return _MARK.findall(value) if "<<" in value else []
    if isinstance(value, dict):
        return [name for key, each in value.items() for name in (*_marks(key), *_marks(each))]
    if isinstance(value, list):
        return [name for each in value for name in _marks(each)]
    return []

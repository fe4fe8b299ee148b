"""Estates: what a company has, as calls that any boto3 clients can make; with a size knob, and random ones.

```python
from tests.strict_aws.estates import STANDARD, build, build_ground

home = build(clients, "us-east-1", STANDARD)              # all of it, or:
home = build(clients, "us-east-1", kinds=("groups", "prefix_lists", "rest"))
away = build_ground(clients, "us-west-2")                 # a recovery region: the ground and nothing else
```

Building takes its share of the quotas; on a strict AWS do it in `with aws.weather.calm():`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from tests.strict_aws.estates.fronts import fronts
from tests.strict_aws.estates.ground import AWAY, HOME, ground
from tests.strict_aws.estates.http import http_apis
from tests.strict_aws.estates.network import network
from tests.strict_aws.estates.rest import rest_apis
from tests.strict_aws.estates.size import GROUND, KINDS, SMALL, STANDARD, Size
from tests.strict_aws.estates.steps import ACCOUNT, Built, Clients, Step, choose, run, shuffled

__all__ = [
    "AWAY",
    "GROUND",
    "HOME",
    "KINDS",
    "SMALL",
    "STANDARD",
    "Built",
    "Clients",
    "Size",
    "Step",
    "build",
    "build_ground",
    "choose",
    "ground",
    "run",
    "shuffled",
    "steps",
]


def steps(size: Size = STANDARD, kinds: Iterable[str] = KINDS) -> list[Step]:
    """The calls that build an estate, the ground first."""
    every = chain(ground(), network(size), rest_apis(size), http_apis(size), fronts(size))
    return choose(every, {GROUND, *kinds})


def build(
    clients: Clients, region: str, size: Size = STANDARD, kinds: Iterable[str] = KINDS, *, account: str = ACCOUNT
) -> Built:
    """Build an estate and the ground that it stands on; ``kinds`` are those of `KINDS` that it is to have."""
    return run(steps(size, kinds), clients, region, account=account)


def build_ground(clients: Clients, region: str, *, account: str = ACCOUNT) -> Built:
    """Build what a recovery region has before anything is restored: VPCs and subnets of the same names with other
    addresses, and the account's role for logs."""
    return run(ground(AWAY), clients, region, account=account)

"""Random estates: every member of every shape by which something is created occurs, each with values that AWS takes.

```python
@given(drawn_estates())
def test_something(steps): ...
    run(steps, clients, "us-east-1"); run(shuffled(steps), clients, "us-west-2")
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import strategies as st

from tests.strict_aws.estates.drawn.fronts import EDGE_DOMAINS, domains, keys_and_plans, links
from tests.strict_aws.estates.drawn.http import http_apis
from tests.strict_aws.estates.drawn.network import network
from tests.strict_aws.estates.drawn.pen import Pen
from tests.strict_aws.estates.drawn.rest import rest_apis
from tests.strict_aws.estates.ground import ground
from tests.strict_aws.estates.size import GROUND, KINDS
from tests.strict_aws.estates.steps import Step, choose

__all__ = ["EDGE_DOMAINS", "drawn_estates"]


def drawn_estates(kinds: Iterable[str] = KINDS, *, full: bool = False) -> st.SearchStrategy[list[Step]]:
    """Estates of these kinds, the ground first, as calls. A ``full`` one has everything with every member at once; it
    is so large that hypothesis has room for the simplest one only: ask for a single example.

    Edge-optimised domain names come only where `EDGE_DOMAINS` is among the kinds: there can be one of a name in AWS.
    """
    chosen = {GROUND, *kinds}
    return _estates(full).map(lambda steps: choose(steps, chosen))


@st.composite
def _estates(draw: Callable[[st.SearchStrategy[Any]], Any], full: bool) -> list[Step]:
    pen = Pen(draw, full=full)
    steps = [*ground(), *network(pen), *links(pen), *rest_apis(pen), *http_apis(pen)]
    stages = [(step, name) for step in _rest_marks(steps) for name in ("prod", "by-deployment")]
    return [*steps, *keys_and_plans(pen, stages), *domains(pen, stages)]


def _rest_marks(steps: Iterable[Step]) -> list[str]:
    return [
        name for step in steps if step.operation == "CreateRestApi" for name in step.gives if name.startswith("rest ")
    ]

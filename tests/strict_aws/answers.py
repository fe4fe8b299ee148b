"""Which function answers which operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.models import operations

Answer = Callable[[Call], "dict[str, Any] | None"]
ANSWERS: dict[tuple[str, str], Answer] = {}


def answers(service: str, *names: str) -> Callable[[Answer], Answer]:
    """Let the function answer these operations: it gets the call and returns AWS's output by the model's member names.

    It raises `Refusal` for what AWS refuses, before it has changed anything. Members that are None are left out of the
    answer.
    """

    def register(answer: Answer) -> Answer:
        for name in names:
            assert name in operations(service), f"{service} has no operation {name}"
            assert (service, name) not in ANSWERS, f"two functions answer {service}:{name}"
            ANSWERS[(service, name)] = answer
        return answer

    return register

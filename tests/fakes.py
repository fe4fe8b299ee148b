"""A small AWS in memory: what the descriptions list is held as rows, and what their verbs call is interpreted.

It is strict where AWS is: every call has to pass botocore's validator and name only what is there; nothing that is in
use can be deleted; a new group is born with open egress; a deployment freezes what the API holds at that moment.
"""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.documents import Scope
from tests.aws_shapes import invalid
from tests.aws_shapes import service as model
from tests.fake_ec2 import Ec2
from tests.fake_rest import Rest
from tests.unpaced import Unpaced

DEFAULT_SCOPE = Scope("123456789012", "us-east-1")


class FakeCloud(Unpaced):
    """One account and region; ``calls`` are those that changed something, ``reads`` the others."""

    def __init__(self, scope: Scope = DEFAULT_SCOPE, seed: int = 0, page: int = 1000) -> None:
        self.scope, self.page = scope, page
        self.random = random.Random(f"{scope}{seed}")
        self.clock = itertools.count(1)
        self.ec2, self.rest = Ec2(self), Rest(self)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.reads: list[tuple[str, dict[str, Any]]] = []
        self.denied: dict[str, Exception] = {}

    def new_id(self, prefix: str) -> str:
        """An id as AWS makes them: ``vpc-`` and 17 hex digits, or ten letters for API Gateway."""
        if prefix:
            return prefix + "".join(self.random.choices("0123456789abcdef", k=17))
        return "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=10))

    def now(self) -> str:
        """A time later than any before it."""
        return f"2026-01-01T00:00:{next(self.clock):08d}Z"

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """See ``engine.ports.Cloud``."""
        if operation in self.denied:
            raise self.denied[operation]
        given = copy.deepcopy(dict(params))
        assert not (report := invalid(service, operation, given)), f"{operation}: {report}"
        reads = operation.startswith(("Get", "Describe", "List"))
        (self.reads if reads else self.calls).append((operation, given))
        if reads and service not in ("ec2", "apigateway"):
            return _nothing(service, operation)
        part = self.ec2 if service == "ec2" else self.rest
        if reads and not hasattr(part, operation):
            return _nothing(service, operation)
        answer = getattr(part, operation)(**given)
        return copy.deepcopy(self._paged(answer, given) if reads else answer or {})

    def _paged(self, answer: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a list that was asked for."""
        if not all(isinstance(rows, list) for rows in answer.values()) or len(answer) != 1:
            return answer
        ((name, rows),) = answer.items()
        token_name = next((n for n in ("NextToken", "position") if n in given), "")
        start = int(given.get(token_name, 0)) if token_name else 0
        size = min(self.page, given.get("MaxResults", given.get("limit", len(rows) + 1)))
        if start + size >= len(rows) or not ("MaxResults" in given or "limit" in given):
            return {name: rows[start:]}
        return {
            name: rows[start : start + size],
            "NextToken" if "MaxResults" in given else "position": str(start + size),
        }


def _nothing(service: str, operation: str) -> dict[str, Any]:
    """What a service answers that has nothing in it: landmarks and the like."""
    members = model(service).operation_model(operation).output_shape.members
    return {name: [] for name, shape in members.items() if shape.type_name == "list"}

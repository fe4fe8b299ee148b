"""How big an estate is, and what it consists of."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

KINDS = (
    "prefix_lists",
    "groups",
    "endpoints",
    "rest",
    "http",
    "websocket",
    "keys",
    "plans",
    "domains",
)
"""What an estate is made of, as builders take it; rules belong to groups, stages and deployments to APIs."""

GROUND = "ground"
"""What has to be there in every region: VPCs, subnets, and the role by which API Gateway writes logs."""


@dataclass(frozen=True)
class Size:
    """How many of each: the standard estate as it stands. ``methods`` and ``routes`` are per API, ``rules`` per group;
    ``edge`` of the REST APIs are edge-optimised."""

    rest_apis: int = 20
    methods: int = 50
    stages: int = 2
    edge: int = 4
    http_apis: int = 8
    websocket_apis: int = 2
    routes: int = 20
    groups: int = 200
    rules: int = 20
    prefix_lists: int = 5
    endpoints: int = 3
    keys: int = 20
    plans: int = 5
    domains: int = 3

    def times(self, factor: float) -> Size:
        """So many times as many things; each of them as big as before, and at least one of what there was any of."""
        inside = ("methods", "stages", "routes", "rules")
        counts = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in inside}
        return replace(self, **{name: max(1, round(n * factor)) if n else 0 for name, n in counts.items()})


STANDARD = Size()
SMALL = Size(
    rest_apis=2, methods=4, edge=1, http_apis=1, websocket_apis=1, routes=4, groups=4, rules=10, prefix_lists=2,
    endpoints=3, keys=2, plans=1, domains=1,
)  # fmt: skip
"""A little of everything."""

"""A stage's cache cluster: it takes minutes until it is there, and until it is gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.rules import rule

Document = dict[str, Any]

CHANGING = 240.0
"""Seconds that a cache is being made, or deleted."""
PHASES = rule(
    "rest.cache-phases",
    "A cache is CREATE_IN_PROGRESS or DELETE_IN_PROGRESS for about four minutes",
    "botocore: CacheClusterStatus; quoted: the developer guide, API caching",
)


@dataclass
class CacheTimes:
    """Until when caches are changing: seconds by API id and name of the stage."""

    until: dict[tuple[str, str], float] = field(default_factory=dict)


def _set_status(stage: Document, *, changing: bool) -> None:
    if changing:
        stage["cacheClusterStatus"] = "CREATE_IN_PROGRESS" if stage["cacheClusterEnabled"] else "DELETE_IN_PROGRESS"
    else:
        stage["cacheClusterStatus"] = "AVAILABLE" if stage["cacheClusterEnabled"] else "NOT_AVAILABLE"


def change_cache(call: Call, api_id: str, stage: Document, before: Document) -> None:
    """Set what follows from the cache being on or off. ``before`` is the stage as it was, empty where it is new."""
    enabled, was = stage.setdefault("cacheClusterEnabled", False), before.get("cacheClusterEnabled", False)
    if enabled:
        stage.setdefault("cacheClusterSize", "0.5")
    resized = enabled and stage["cacheClusterSize"] != before.get("cacheClusterSize")
    if (enabled != was or resized) and call.holds(PHASES):
        call.part(CacheTimes).until[(api_id, stage["stageName"])] = call.now + CHANGING
    settle_cache(call, api_id, stage)


def settle_cache(call: Call, api_id: str, stage: Document) -> None:
    """Set the status of the stage's cache as it is by now."""
    times, key = call.part(CacheTimes).until, (api_id, stage["stageName"])
    if times.get(key, 0.0) <= call.now:
        times.pop(key, None)
    _set_status(stage, changing=key in times)


def forget_cache(call: Call, api_id: str, stage: str) -> None:
    """The stage is no longer there."""
    call.part(CacheTimes).until.pop((api_id, stage), None)

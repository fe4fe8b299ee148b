"""The fewest calls and the least seconds that AWS's quotas allow for the capture of an estate, and for its restore.

    found = floor(STANDARD)            # or floor(aws.region("us-east-1"))
    found.capture.seconds("apigateway"), found.restore.calls("apigateway"), found.one_by_one.calls("apigateway")

What is counted, and nothing else, are the rows of `floor_rows.py`, each with its reason.
Seconds are those of the slowest bucket (`weather/quotas.py`), all buckets full at first and drawn on side by side:
max of (calls - capacity) / rate. Waiting for what AWS does by itself (VPC links, endpoints) is not in them.

- **capture** counts reading: what an estate needs to be known completely (AWS notes, sections 0 and 1.1), the export of
  every stage included, since a deployment's content shows nowhere else.
- **restore** counts writing, its read-back and its verification, each apart: `only("write")`, `only("read back")`,
  `only("verify")`. A REST API is one import, an HTTP API too, the rules of a group one call per direction and set of
  tags, the keys one file, a plan comes with its stages. The read-back is what tells ids and states that later calls
  need; the verification is a capture of what was restored.
- **one by one** is the restore with a call for every object, and the same read-back and verification.

For the standard estate: capture 332 API Gateway calls and 29.2 s; restore by import and batches 333 writing calls, 80
of them for descriptions of HTTP APIs' integrations (a definition has no word for these), and 95 s (deployments bind:
20, the first at once, then one in 5 s; the 332 calls of the verification fit into the same time) with 30 s of EC2
beside it; one by one 7,180 writing calls and 714 s. These figures are derived from what the estate holds, and differ a
little from the round ones that are named elsewhere (320 calls and 28 s, 250 and 95 s, 7,239 and 720 s): a WebSocket
API takes 31 reads here (six lists, the answers of each of its 20 routes and 5 integrations), where 25 would make 320;
250 is the writing alone, without descriptions; and how many objects a method is depends on its statuses, two here.
The two deployments of WebSocket APIs are not counted with v1's quota, which the quotas page does not name for v2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.strict_aws.call import Region
from tests.strict_aws.estates import Size
from tests.strict_aws.floor_rows import Row, capture_rows, one_by_one_rows, restore_rows
from tests.strict_aws.weather.quotas import quotas_of


@dataclass(frozen=True)
class Job:
    """What a capture or a restore takes at least."""

    rows: tuple[Row, ...]

    def only(self, *parts: str) -> Job:
        """These parts of it."""
        return Job(tuple(row for row in self.rows if row.part in parts))

    def calls(self, service: str = "") -> int:
        """How many calls; ``service`` is `ec2`, or `apigateway` for both of its versions."""
        return sum(row.count for row in self._of(service))

    def seconds(self, service: str = "") -> float:
        """The least seconds."""
        return max((quota[1] for quota in self.by_quota(service)), default=0.0)

    def by_quota(self, service: str = "") -> list[tuple[str, float]]:
        """(quota, seconds) of every bucket that is drawn on, the slowest first."""
        drawn: dict[Any, int] = {}
        for row in self._of(service):
            for quota in quotas_of(row.service, row.operation, row.params):
                drawn[quota] = drawn.get(quota, 0) + row.count
        return sorted(((q.name, q.seconds(n)) for q, n in drawn.items()), key=lambda each: -each[1])

    def by_operation(self, service: str = "") -> dict[tuple[str, str], int]:
        """Calls by (service, operation)."""
        found: dict[tuple[str, str], int] = {}
        for row in self._of(service):
            found[(row.service, row.operation)] = found.get((row.service, row.operation), 0) + row.count
        return found

    def _of(self, service: str) -> Iterator[Row]:
        return (row for row in self.rows if row.count and _matches(row.service, service))


def _matches(service: str, asked: str) -> bool:
    return not asked or service == asked or (asked == "apigateway" and service == "apigatewayv2")


@dataclass(frozen=True)
class Floor:
    """The least that three jobs take."""

    capture: Job
    restore: Job
    one_by_one: Job


def floor(estate: Size | Region) -> Floor:
    """The floors of an estate: of a region's raw state as it is now, or of what `estates.build` makes of a size."""
    if isinstance(estate, Size):
        return _of_size(estate)
    return Floor(
        capture=Job(tuple(capture_rows(estate))),
        restore=Job(tuple(restore_rows(estate))),
        one_by_one=Job(tuple(one_by_one_rows(estate))),
    )


@cache
def _of_size(size: Size) -> Floor:
    from tests.strict_aws import StrictAws
    from tests.strict_aws.estates import build
    from tests.strict_aws.estates.clients import StrictClients

    aws = StrictAws()
    with aws.weather.calm():
        build(StrictClients(aws), "us-east-1", size)
    return floor(aws.region("us-east-1"))

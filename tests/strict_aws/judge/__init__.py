"""A judge that knows nothing of the toolkit: are two regions the same, but for what two regions can't have the same?

```python
found = compare(aws.region("us-east-1"), aws.region("us-west-2"))
assert not found, report(found)
```

It reads the raw states: ids are replaced by what people call the things (an API by its name, the second of that name
`name~2`; a resource by its path; a group by its VPC's name and its own), regions, accounts and times are taken out.
What is being edited and what each stage serves are compared apart. What is not compared stands in one list, with
reasons: `left_out.LEFT_OUT`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.strict_aws.call import Region
from tests.strict_aws.judge.differences import Difference, differences
from tests.strict_aws.judge.left_out import LEFT_OUT
from tests.strict_aws.judge.reading import Reading

__all__ = ["LEFT_OUT", "Difference", "Reading", "compare", "report"]


def compare(
    left: Region, right: Region, left_landmarks: Mapping[str, str] | None = None,
    right_landmarks: Mapping[str, str] | None = None,
) -> list[Difference]:  # fmt: skip
    """What differs between two regions. The landmarks name texts that are other ones in each region though they mean
    the same, and that nothing in the region's state explains: ARN of a certificate -> a name for it."""
    sides = Reading(left, left_landmarks).whole(), Reading(right, right_landmarks).whole()
    return list(differences(*sides))


def report(found: Iterable[Difference]) -> str:
    """Differences as text, one a line."""
    return "\n".join(map(str, found))

"""What of a public case came into the stand-in."""

from __future__ import annotations

from dataclasses import dataclass, field

from botocore.exceptions import ClientError

ACCOUNT = "123456789012"


@dataclass
class Loaded:
    """What of a case is in the stand-in now, by the case's own keys, and what was left out with the reason."""

    vpcs: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    prefix_lists: dict[str, str] = field(default_factory=dict)
    rules: int = 0
    api: str | None = None
    methods: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)


def why(error: ClientError) -> str:
    """The reason that the stand-in gave."""
    return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"

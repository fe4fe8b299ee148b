"""CIDR blocks as EC2 reads and gives them back."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_FORM = re.compile(r"[0-9a-fA-F:.]+/[0-9]{1,3}")


@lru_cache(maxsize=20_000)
def network(text: str, version: int) -> Network | None:
    """The block that a text means, host bits dropped; None where it is not one of that IP version."""
    if not _FORM.fullmatch(text):
        return None
    try:
        found = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    return found if found.version == version else None


def canonical(text: str, version: int) -> str | None:
    """The block as EC2 gives it back: host bits dropped, IPv6 in lower case and compressed."""
    found = network(text, version)
    return None if found is None else str(found)


def overlap(one: str, other: str) -> bool:
    """Whether two blocks have addresses in common."""
    first, second = ipaddress.ip_network(one), ipaddress.ip_network(other)
    return first.version == second.version and first.overlaps(second)

"""Protocols and ports on one line of numbers, so that what a rule lets through is a range.

A protocol's number and, in its lower 16 bits, a port; ICMP has type and code there. A protocol without ports
is its whole block, for AWS takes no notice of ports there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

BLOCK = 1 << 16
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
NUMBERS = {"icmp": ICMP, "tcp": TCP, "udp": UDP, "icmpv6": ICMPV6}
NAMES = {number: name for name, number in NUMBERS.items()}
EVERY = (0, 256 * BLOCK - 1)
"""All protocols with all their ports."""


@dataclass(frozen=True, order=True)
class Service:
    """A protocol and, where it has any and not all are meant, its ports: ``80``, ``80-81``, ``type 8 code 0``.

    ``protocol`` is ``all``, a name, a number, or a span of numbers such as ``2-5``.
    """

    protocol: str
    ports: str = ""

    def __str__(self) -> str:
        named = self.protocol[:1].isdigit()
        text = f"protocol {self.protocol}" if named else self.protocol
        if self.ports:
            return f"{text} {self.ports}"
        return f"{text} all ports" if self.protocol in ("tcp", "udp") else text


def of_rule(attributes: Mapping[str, Any]) -> tuple[int, int]:
    """What a security-group rule lets through, as a range."""
    protocol = str(attributes.get("IpProtocol", "-1"))
    if protocol == "-1":
        return EVERY
    number = NUMBERS.get(protocol)
    if number is None:
        base = (int(protocol) if protocol.isdigit() else 255) * BLOCK
        return base, base + BLOCK - 1
    first, last = attributes.get("FromPort"), attributes.get("ToPort")
    base = number * BLOCK
    if first is None or first == -1:
        return base, base + BLOCK - 1
    if number in (ICMP, ICMPV6):
        low, high = (0, 255) if last in (None, -1) else (int(last), int(last))
        return base + int(first) * 256 + low, base + int(first) * 256 + high
    return base + int(first), base + int(last if last not in (None, -1) else first)


def ports(protocol: int, first: int, last: int) -> tuple[int, int]:
    """A range of ports of a protocol, as a range."""
    return protocol * BLOCK + first, protocol * BLOCK + last


def named(first: int, last: int) -> Iterator[Service]:
    """A range as people say it."""
    if (first, last) == EVERY:
        yield Service("all")
        return
    number = first // BLOCK
    while number <= last // BLOCK:
        low, high = max(first, number * BLOCK), min(last, (number + 1) * BLOCK - 1)
        whole = high - low + 1 == BLOCK
        if number in NAMES:
            yield from _ports(number, low % BLOCK, high % BLOCK, whole)
            number += 1
            continue
        end = number
        while end < last // BLOCK and end + 1 not in NAMES:
            end += 1
        yield Service(str(number) if end == number else f"{number}-{end}")
        number = end + 1


def _ports(number: int, low: int, high: int, whole: bool) -> Iterator[Service]:
    name = NAMES[number]
    if whole:
        yield Service(name)
    elif number in (TCP, UDP):
        yield Service(name, str(low) if low == high else f"{low}-{high}")
    else:
        yield from (Service(name, text) for text in _types(low, high))


def _types(low: int, high: int) -> Iterator[str]:
    """ICMP's types, with the codes where not all of a type's are meant."""
    while low <= high:
        kind, code = divmod(low, 256)
        end = min(high, kind * 256 + 255)
        if code == 0 and end % 256 == 255:
            last = (high + 1) // 256 - 1
            yield f"type {kind}" if last == kind else f"type {kind}-{last}"
            low = (last + 1) * 256
        else:
            yield f"type {kind} code {code}" + ("" if end == low else f"-{end % 256}")
            low = end + 1

"""Sets of whole numbers as ranges: addresses and ports are counted with them. Exact, whatever the size."""

from __future__ import annotations

from collections.abc import Iterable

Ranges = tuple[tuple[int, int], ...]
"""First and last number of each range, both inside; sorted, apart, and not even touching: one form a set."""


def union(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The numbers that lie in any of the ranges."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            if last > merged[-1][1]:
                merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return tuple(merged)


def minus(these: Ranges, those: Ranges) -> Ranges:
    """The numbers of the one set that are not in the other."""
    if not those or not these:
        return these
    left: list[tuple[int, int]] = []
    others = iter(those)
    other = next(others, None)
    for first, last in these:
        while other is not None and other[1] < first:
            other = next(others, None)
        while other is not None and other[0] <= last:
            if other[0] > first:
                left.append((first, other[0] - 1))
            first = other[1] + 1
            if first > last:
                break
            other = next(others, None)
        if first <= last:
            left.append((first, last))
    return tuple(left)


def common(these: Ranges, those: Ranges) -> Ranges:
    """The numbers that are in both sets."""
    return minus(these, minus(these, those))


def cidrs(ranges: Ranges, bits: int) -> list[tuple[int, int]]:
    """The fewest blocks that make up a set of addresses of so many bits: first address and prefix length."""
    blocks = []
    for first, last in ranges:
        while first <= last:
            host = min(_trailing_zeros(first, bits), (last - first + 1).bit_length() - 1)
            blocks.append((first, bits - host))
            first += 1 << host
    return blocks


def _trailing_zeros(number: int, most: int) -> int:
    return most if number == 0 else (number & -number).bit_length() - 1

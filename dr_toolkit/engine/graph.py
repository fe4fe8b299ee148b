"""Order: first what others need, and among what is free the smallest first, so that a plan is always the same."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeVar

T = TypeVar("T", bound=Hashable)


class Circle(ValueError):
    """Things that need each other; ``members`` are those that could not be put in order."""

    def __init__(self, members: list[Any]) -> None:
        self.members = members
        super().__init__(f"these need each other: {', '.join(map(str, members))}")


def ordered(needs: Mapping[T, Iterable[T]], priority: Mapping[T, Any]) -> list[T]:
    """All keys of ``needs``, each after what it needs (needs outside the keys count as met); raises Circle."""
    waiting = {node: {n for n in wanted if n in needs and n != node} for node, wanted in needs.items()}
    followers: dict[T, list[T]] = {}
    for node, wanted in waiting.items():
        for n in wanted:
            followers.setdefault(n, []).append(node)
    numbered = {node: i for i, node in enumerate(needs)}
    nodes = list(needs)
    free = [(priority[node], numbered[node]) for node, wanted in waiting.items() if not wanted]
    heapq.heapify(free)
    result: list[T] = []
    while free:
        node = nodes[heapq.heappop(free)[1]]
        result.append(node)
        for follower in followers.get(node, ()):
            waiting[follower].discard(node)
            if not waiting[follower]:
                heapq.heappush(free, (priority[follower], numbered[follower]))
    if len(result) < len(needs):
        done = set(result)
        raise Circle([node for node in needs if node not in done])
    return result


def circles(edges: Mapping[T, Iterable[T]]) -> list[set[T]]:
    """The groups whose members lead to each other, and every one that leads to itself."""
    reach: dict[T, set[T]] = {}
    for start in edges:
        seen: set[T] = set()
        stack = [n for n in edges[start] if n in edges]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                stack += [n for n in edges[node] if n in edges and n not in seen]
        reach[start] = seen
    found: list[set[T]] = []
    placed: set[T] = set()
    for node in edges:
        if node in reach[node] and node not in placed:
            group = {other for other in reach[node] if node in reach.get(other, ())}
            found.append(group)
            placed |= group
    return found

"""Which steps may go now: what they need is over, and nothing else changes the same thing."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from dr_toolkit.model.changes import CREATE, DELETE, Step
from dr_toolkit.spec.registry import Registry


class Line:
    """The steps of a plan, by their numbers in it.

    Changes of one whole thing (an API, a domain, a group) are made one at a time, for AWS refuses concurrent ones, and
    those that are ready in the plan's order. At most ``doors`` new things are there at a time that are yet to lose what
    AWS made with them, such as a group's open egress. What is pruned goes when nothing else is left to do. ``skip`` is
    asked of each step once all that it needs is over, and says whether it is left out.
    """

    def __init__(self, steps: Sequence[Step], registry: Registry, skip: Callable[[int], bool], doors: int = 1) -> None:
        numbers = {step.id: number for number, step in enumerate(steps)}
        self._skip = skip
        self._waits = [{numbers[n] for n in step.needs if n in numbers and n != step.id} for step in steps]
        self._followers: list[list[int]] = [[] for _ in steps]
        for number, waits in enumerate(self._waits):
            for needed in waits:
                self._followers[needed].append(number)
        self._things = [_thing(step, registry) for step in steps]
        self._prunes = [step.action == DELETE and registry[step.keys[0].type].root for step in steps]
        self._queues: dict[str, list[int]] = {}
        self._at_work: set[str] = set()
        self._last: list[int] = []
        self._over: set[int] = set()
        self._closing = _closing(steps, self._waits, self._things)
        self._doors, self._open = doors, dict[int, int]()
        self._outside: set[str] = set()

    def first(self) -> list[int]:
        """What may go at the beginning."""
        ready = [number for number, waits in enumerate(self._waits) if not waits]
        return self._next(self._queued(ready))

    def settle(self, number: int) -> list[int]:
        """Take a step as over, whatever came of it; what may go now that could not before."""
        self._at_work.discard(self._things[number])
        return self._next({self._things[number]} | self._queued(self._end(number)))

    def rest(self) -> list[int]:
        """What may go once nothing else is left: what is pruned."""
        held, self._last = self._last, []
        for number in held:
            heapq.heappush(self._queues.setdefault(self._things[number], []), number)
        return self._next({self._things[number] for number in held})

    def left(self) -> list[int]:
        """What is not over yet."""
        return [number for number in range(len(self._waits)) if number not in self._over]

    def _queued(self, ready: Iterable[int]) -> set[str]:
        """Queue what is ready, each for its thing, and leave out what is to be skipped; the things concerned."""
        touched = set()
        pending = deque(ready)
        while pending:
            number = pending.popleft()
            if self._skip(number):
                pending += self._end(number)
            elif self._prunes[number]:
                self._last.append(number)
            else:
                heapq.heappush(self._queues.setdefault(self._things[number], []), number)
                touched.add(self._things[number])
        return touched

    def _end(self, number: int) -> list[int]:
        """Note a step as over; what waited for nothing but this."""
        self._over.add(number)
        for opened, closed in list(self._open.items()):
            if closed in self._over:
                del self._open[opened]
        freed = []
        for follower in self._followers[number]:
            self._waits[follower].discard(number)
            if not self._waits[follower]:
                freed.append(follower)
        return freed

    def _next(self, things: Iterable[str]) -> list[int]:
        """The first in the queue of each thing that nobody works on, as far as there are doors."""
        found = []
        for number, thing in sorted((queue[0], t) for t in {*things, *self._outside} if (queue := self._queues.get(t))):
            self._outside.discard(thing)
            if thing in self._at_work:
                continue
            if number in self._closing:
                if len(self._open) >= self._doors:
                    self._outside.add(thing)
                    continue
                self._open[number] = self._closing[number]
            self._at_work.add(thing)
            found.append(heapq.heappop(self._queues[thing]))
        return found


def _thing(step: Step, registry: Registry) -> str:
    """The outermost thing that a step changes: an API for its stages too, a function for what may call it.

    A step that only reads till something is ready changes nothing, and stands for itself.
    """
    if step.call.until is not None:
        return step.id
    key = step.keys[0]
    while (above := registry.parent(key)) is not None:
        if registry[key.type].root and registry[above.type].landmark:
            break
        key = above
    return key.text


def _closing(steps: Sequence[Step], waits: Sequence[set[int]], things: Sequence[str]) -> dict[int, int]:
    """For each creation of a whole thing that removals of what comes with it follow at once, the last of these."""
    last: dict[int, int] = {}
    begun: dict[int, int] = {}
    for number, step in enumerate(steps):
        if step.action == CREATE and step.keys[0].text == things[number]:
            begun[number] = number
        elif step.action == DELETE and len(waits[number]) == 1:
            (before,) = waits[number]
            if before in begun and things[before] == things[number]:
                begun[number] = begun[before]
                last[begun[before]] = number
    return last

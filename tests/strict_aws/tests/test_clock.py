"""Virtual time: it passes only where everybody waits, and then at once."""

from __future__ import annotations

import threading
import time

from tests.strict_aws.clock import START, HurriedClock, VirtualClock


def test_time_stands_still_and_leaps_where_somebody_sleeps() -> None:
    clock = VirtualClock()
    assert clock.now() == clock.now() == START
    began = time.monotonic()
    clock.sleep(3600)
    assert clock.now() == START + 3600
    assert time.monotonic() - began < 60
    clock.sleep(-5)
    assert clock.now() == START + 3600


def test_workers_sleep_at_the_same_time() -> None:
    """Four of them, each a hundred times a second: a hundred seconds, not four hundred."""
    clock, order, ready = VirtualClock(), list[float](), threading.Barrier(4)

    def work() -> None:
        with clock.thread():
            ready.wait(30)
            for _ in range(100):
                clock.sleep(1)
                order.append(clock.now())

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert clock.now() == START + 100
    assert order == sorted(order)
    assert len(order) == 400


def test_who_is_awake_holds_time_up() -> None:
    clock, go, slept = VirtualClock(), threading.Event(), threading.Event()

    def sleeper() -> None:
        with clock.thread():
            clock.sleep(10)
            slept.set()

    def watcher() -> None:
        with clock.thread():
            go.wait(30)

    threads = [threading.Thread(target=watcher), threading.Thread(target=sleeper)]
    threads[0].start()
    while not clock.awake:
        time.sleep(0.001)
    threads[1].start()
    assert not slept.wait(0.05)
    assert clock.now() == START
    go.set()
    for thread in threads:
        thread.join(30)
    assert slept.is_set()
    assert clock.now() == START + 10


def test_hurried_time_is_real_time_many_times_faster() -> None:
    clock, began = HurriedClock(1000), time.monotonic()
    start = clock.now()
    clock.sleep(20)
    assert clock.now() - start >= 20
    assert time.monotonic() - began < 20

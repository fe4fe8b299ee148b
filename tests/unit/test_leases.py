"""Leases: one holder at a time, whatever races, crashes and lost answers there are."""

from __future__ import annotations

import itertools
import json
import logging
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dr_toolkit.errors import IntegrityError, LockedError, StoreUnreachable, UsageError
from dr_toolkit.store import claims, processes
from dr_toolkit.store.claims import Claim, Holder
from dr_toolkit.store.leases import Lease, acquire, current
from dr_toolkit.store.memory import MemoryStore
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.open import open_store
from dr_toolkit.store.processes import machine

_numbers = itertools.count(1)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def pass_seconds(self, seconds: float) -> None:
        """Let time go by."""
        self.time += timedelta(seconds=seconds)


class Flaky(MemoryStore):
    """A store whose next puts take effect, but whose answers are lost."""

    lost = 0

    def put_if_absent(self, name: str, data: bytes) -> None:
        """Put, and then fail if told to."""
        super().put_if_absent(name, data)
        if self.lost:
            self.lost -= 1
            raise StoreUnreachable(store=self.url, reason="no answer")


@pytest.fixture
def clock() -> Clock:
    """Three o'clock, till the test says else."""
    return Clock()


@pytest.fixture
def store() -> Flaky:
    """An empty store."""
    return Flaky(f"memory://leases-{next(_numbers)}")


def take(store: ObjectStore, clock: Clock, ttl: float = 600) -> Lease:
    """The lease of the tests."""
    return acquire(store, "restore/dr-usw2", ttl, now=clock)


def test_a_lease_shows_itself_without_its_nonce(store: Flaky, clock: Clock) -> None:
    assert repr(take(store, clock)) == "Lease('restore/dr-usw2', number 1, held)"


def test_a_lease_is_a_numbered_object_that_a_person_can_read(store: Flaky, clock: Clock) -> None:
    lease = take(store, clock)
    assert store.list("") == ["leases/restore/dr-usw2/000001.json"]
    body = json.loads(store.get("leases/restore/dr-usw2/000001.json"))
    assert body["state"] == "held"
    assert body["until"] == "2026-11-22T03:10:00Z"
    assert body["holder"]["pid"] == os.getpid()
    assert set(body["holder"]) == {"host", "machine", "nonce", "pid"}
    assert (lease.number, lease.until) == (1, datetime(2026, 11, 22, 3, 10, tzinfo=UTC))


def test_a_held_lease_is_refused_with_who_and_until_when(store: Flaky, clock: Clock) -> None:
    take(store, clock)
    clock.pass_seconds(599)
    with pytest.raises(LockedError) as caught:
        take(store, clock)
    assert caught.value.exit_code == 11
    assert caught.value.facts["what"] == "a restore to dr-usw2"
    assert f"process {os.getpid()} on {processes.this_host()}" in str(caught.value)
    assert "2026-11-22T03:10:00Z" in str(caught.value)


def test_a_lease_that_ran_out_is_taken_over_and_the_old_holder_finds_out(
    store: Flaky, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "dr_toolkit")
    old = take(store, clock)
    clock.pass_seconds(600)
    new = take(store, clock)
    assert new.number == 2
    assert "taking over" in caplog.text
    with pytest.raises(LockedError):
        old.renew()
    with pytest.raises(LockedError):
        old.keep()
    old.release()
    old.release()
    new.renew()
    assert new.number == 3


def test_a_lease_that_ran_out_and_was_not_taken_can_be_renewed(store: Flaky, clock: Clock) -> None:
    lease = take(store, clock)
    clock.pass_seconds(6000)
    lease.renew()
    with pytest.raises(LockedError):
        take(store, clock)


def test_renewal_extends_from_now(store: Flaky, clock: Clock) -> None:
    lease = take(store, clock)
    clock.pass_seconds(500)
    lease.renew()
    assert lease.until == datetime(2026, 11, 22, 3, 18, 20, tzinfo=UTC)
    clock.pass_seconds(500)
    with pytest.raises(LockedError):
        take(store, clock)


def test_keeping_renews_only_when_half_of_the_time_is_gone(store: Flaky, clock: Clock) -> None:
    lease = take(store, clock)
    for _ in range(3):
        clock.pass_seconds(100)
        lease.keep()
    assert lease.number == 1
    clock.pass_seconds(1)
    lease.keep()
    lease.keep()
    assert lease.number == 2


def test_a_released_lease_is_free_at_once(store: Flaky, clock: Clock) -> None:
    first = take(store, clock)
    first.release()
    first.release()
    assert len(store.list("")) == 2
    last = current(store, "restore/dr-usw2")
    assert last is not None
    assert last.state == "released"
    with take(store, clock) as second:
        assert second.number == 3
    for gone in (first, second):
        with pytest.raises(LockedError, match="given up here"):
            gone.renew()
        with pytest.raises(LockedError):
            gone.keep()
    assert take(store, clock).number == 5


def test_the_end_of_a_with_block_releases_whatever_happened(store: Flaky, clock: Clock) -> None:
    with pytest.raises(ZeroDivisionError), take(store, clock):
        raise ZeroDivisionError
    take(store, clock).release()


def test_a_release_that_fails_does_not_hide_the_work(
    store: Flaky, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with take(store, clock):
        store.lost = 1
    assert "could not be released" in caplog.text


def test_a_release_that_fails_does_not_hide_an_error(store: Flaky, clock: Clock) -> None:
    lease = take(store, clock)
    store.lost = 1
    with pytest.raises(ZeroDivisionError), lease:
        raise ZeroDivisionError
    assert store.lost == 0


def test_a_lost_answer_does_not_cost_the_lease(store: Flaky, clock: Clock) -> None:
    lease = take(store, clock)
    store.lost = 1
    with pytest.raises(StoreUnreachable):
        lease.renew()
    clock.pass_seconds(60)
    lease.renew()
    assert lease.number == 3
    store.lost = 1
    with pytest.raises(StoreUnreachable):
        lease.release()
    clock.pass_seconds(1)
    lease.release()
    take(store, clock)


def test_leases_of_other_names_do_not_meet(store: Flaky, clock: Clock) -> None:
    leases = [acquire(store, name, 600, now=clock) for name in ("a", "ab", "a/b", "A", "b")]
    assert [lease.number for lease in leases] == [1] * 5
    with pytest.raises(LockedError):
        acquire(store, "a", 600, now=clock)


def test_a_name_must_be_one_that_stores_take(store: Flaky) -> None:
    with pytest.raises(UsageError):
        acquire(store, "../other", 600)


def test_numbers_count_on_beyond_six_digits(store: Flaky, clock: Clock) -> None:
    holder = Holder("elsewhere", 1, "n", "m")
    for number in (999_999, 1_000_000):
        claim = Claim(number, holder, clock(), "released")
        store.put_if_absent(f"leases/restore/dr-usw2/{number:06d}.json", claim.encode())
    assert take(store, clock).number == 1_000_001


def test_what_is_no_claim_is_passed_by_and_a_damaged_one_is_not(store: Flaky, clock: Clock) -> None:
    store.put_if_absent("leases/restore/dr-usw2/README", b"")
    store.put_if_absent("leases/restore/dr-usw2/deeper/000009.json", b"")
    assert current(store, "restore/dr-usw2") is None
    damages = [b"", b"[]", b'"x"', b"{}", b'{"holder": 1}', b"\xff", b"[" * 100_000]
    damages.append(b'{"holder":{"host":"h","pid":Infinity,"nonce":"n"},"state":"held","until":"2026-11-22T00:00Z"}')
    damages.append(b'{"holder":{"host":"h","pid":1,"nonce":"n"},"state":"held","until":"2026-11-22"}')
    damages.append(b'{"holder":{"host":"h","pid":1,"nonce":"n"},"state":"?","until":"2026-11-22T00:00Z"}')
    for damage in damages:
        store.put_if_absent("leases/restore/dr-usw2/000001.json", damage)
        with pytest.raises(IntegrityError, match=r"000001\.json") as caught:
            take(store, clock)
        assert "remove leases/restore/dr-usw2/000001.json" in caught.value.next_step
        store.delete("leases/restore/dr-usw2/000001.json")


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_of_many_that_want_it_one_gets_it(kind: str, tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}" if kind == "file" else f"memory://many-{next(_numbers)}")
    start = threading.Barrier(16)

    def want(_: int) -> Lease | None:
        start.wait()
        try:
            return acquire(store, "snapshot/prod", 600)
        except LockedError:
            return None

    with ThreadPoolExecutor(16) as pool:
        for round_number in range(1, 4):
            holders = [lease for lease in pool.map(want, range(16)) if lease]
            assert len(holders) == 1
            assert holders[0].number == round_number * 2 - 1
            holders[0].release()


def test_one_who_comes_between_look_and_claim_wins(store: Flaky, clock: Clock) -> None:
    """The loser looks again: a rival that holds locks it out, one that has finished does not."""

    class Rival(Flaky):
        """Another run acts just before our first put."""

        acts = True
        finishes = False

        def put_if_absent(self, name: str, data: bytes) -> None:
            """Let the rival go first, once."""
            if self.acts:
                self.acts = False
                rival = take(self, clock)
                if self.finishes:
                    rival.release()
            super().put_if_absent(name, data)

    contested = Rival(store.url)
    with pytest.raises(LockedError):
        take(contested, clock)
    clock.pass_seconds(600)
    contested.acts = contested.finishes = True
    assert take(contested, clock).number == 4


def test_a_dead_process_on_this_machine_holds_nothing(tmp_path: Path) -> None:
    script = """
import sys
from dr_toolkit.store.leases import acquire
from dr_toolkit.store.open import open_store
acquire(open_store(sys.argv[1]), "snapshot/prod", 3600)
print("held", flush=True)
sys.stdin.read()
"""
    url = f"file://{tmp_path}"
    holder = subprocess.Popen([sys.executable, "-c", script, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(LockedError, match=f"process {holder.pid} on "):
        acquire(open_store(url), "snapshot/prod", 60)
    holder.kill()
    holder.communicate()
    assert acquire(open_store(url), "snapshot/prod", 60).number == 2


@pytest.mark.parametrize(
    ("pid", "where", "taken_over"),
    [
        (2**22 + 1, "here", True),  # beyond the largest process id: surely dead
        (2**22 + 1, "elsewhere", False),
        (2**22 + 1, "", False),
        (os.getpid(), "here", False),
        (os.getppid(), "here", False),
        (1, "here", False),
        (0, "here", False),
        (-1, "here", False),
        (2**80, "here", False),
    ],
    ids=["gone", "gone elsewhere", "gone somewhere", "we", "our parent", "init", "none", "negative", "huge"],
)
def test_only_a_process_known_dead_is_taken_over(
    store: Flaky, clock: Clock, pid: int, where: str, taken_over: bool
) -> None:
    holder = Holder("host", pid, "nonce", machine() if where == "here" else where)
    claim = Claim(1, holder, clock() + timedelta(hours=1), "held")
    store.put_if_absent("leases/restore/dr-usw2/000001.json", claim.encode())
    if taken_over:
        assert take(store, clock).number == 2
    else:
        with pytest.raises(LockedError):
            take(store, clock)


def test_a_process_of_another_user_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert not processes.is_gone(4711)


def test_a_machine_without_boot_id_is_told_by_its_network_address(monkeypatch: pytest.MonkeyPatch) -> None:
    here = machine.__wrapped__()
    assert here == machine.__wrapped__()
    monkeypatch.setattr(os, "readlink", lambda path: "pid:[another]")
    assert machine.__wrapped__() != here, "another process-id namespace"
    monkeypatch.setattr(Path, "read_text", lambda self: (_ for _ in ()).throw(FileNotFoundError()))
    elsewhere = machine.__wrapped__()
    assert elsewhere != here
    assert elsewhere == machine.__wrapped__()


def test_parts_of_a_second_are_rounded_up(clock: Clock) -> None:
    clock.pass_seconds(0.25)
    assert claims.written(clock()) == "2026-11-22T03:00:01Z"
    holder = Holder("h", 1, "n", "m")
    claim = Claim(7, holder, clock(), "held")
    again = Claim.decode(7, claim.encode())
    assert (again.holder, again.state, again.number) == (holder, "held", 7)
    assert again.until >= claim.until


def test_a_claim_for_longer_than_any_clock_explains_locks_nobody_out() -> None:
    store = MemoryStore(f"memory://leases-{next(_numbers)}")
    holder = {"host": "elsewhere", "pid": 1, "nonce": "0" * 32, "machine": "another"}
    claim = {"holder": holder, "state": "held", "until": "9999-12-31T00:00:00Z"}
    store.put_if_absent("leases/a/000001.json", json.dumps(claim).encode())
    assert acquire(store, "a", 60, Clock()).number == 2

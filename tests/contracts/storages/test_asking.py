"""Trials that begin: asked for, proposed, placed."""

from __future__ import annotations

import threading

import pytest
from tests.contracts.storages.calls import ask, header, numbered, revision, tell

from tunewright.errors import StorageError, TrialFinishedError, UnknownTrialError
from tunewright.storage import Changes, Record
from tunewright.trial import TrialState


def test_ask_with_propose(storage):
    storage.create(header())
    calls = []

    def propose(numbers, changes):
        calls.append((list(numbers), changes))
        return numbered(numbers, changes)

    claim = storage.ask("digits", 3, 1, propose, started=10.0)
    assert claim.numbers == [0, 1, 2]
    assert claim.enqueued == {}
    assert (claim.seen, claim.revision) == (1, 4)
    assert calls == [([0, 1, 2], Changes(1))]
    assert storage.changes("digits", 1).records == [
        Record(i, TrialState.RUNNING, {"x": float(i)}, started=10.0, seen=1, asked=2 + i, revision=2 + i)
        for i in range(3)
    ]
    second = storage.ask("digits", 2, 1, propose, started=11.0)
    assert second.numbers == [3, 4]
    assert second.seen == 4
    assert [record.number for record in calls[1][1].records] == [0, 1, 2]
    assert second.changes == calls[1][1]


def test_ask_for_nothing(storage):
    storage.create(header())
    claim = ask(storage, 0, propose=lambda numbers, changes: pytest.fail("nothing to propose"))
    assert claim.numbers == []
    assert claim.revision == claim.seen == revision(storage) == 1
    with pytest.raises(ValueError, match="count"):
        ask(storage, -1)


def test_ask_then_place(storage):
    storage.create(header())
    claim = ask(storage, 2, propose=None)
    assert [record.config for record in storage.changes("digits", 0).records] == [None, None]
    assert [record.asked for record in storage.changes("digits", 0).records] == [0, 0]
    placed = storage.place("digits", {1: {"x": 1.0}, 0: {"x": 0.0}}, metadata={1: {"why": "model"}})
    assert placed == claim.revision + 2
    by_number = {record.number: record for record in storage.changes("digits", claim.revision).records}
    assert by_number[0].config == {"x": 0.0}
    assert by_number[1].metadata == {"why": "model"}
    assert all(record.seen == claim.seen for record in by_number.values())
    assert all(record.asked == record.revision > claim.revision for record in by_number.values())


def test_place_replaces_a_configuration_while_the_trial_runs(storage):
    storage.create(header())
    ask(storage, 1)
    (first,) = storage.changes("digits", 0).records
    revision = storage.place("digits", {0: {"x": 3.0, "met": 1}})
    (second,) = storage.changes("digits", 0).records
    assert second.config == {"x": 3.0, "met": 1}
    assert (second.seen, second.asked) == (first.seen, first.asked)
    assert second.revision == revision > first.revision


def test_place_new_refuses_what_another_trial_got_meanwhile(storage):
    storage.create(header())
    claim = ask(storage, 3, propose=None)
    since = storage.place_new("digits", {0: {"x": 1.0}}, claim.seen)
    assert since == claim.revision + 1
    assert storage.place_new("digits", {1: {"x": 2.0}, 2: {"x": 1.0}}, claim.seen) is None
    assert [record.config for record in storage.changes("digits", 0).records] == [None, None, {"x": 1.0}]
    assert storage.place_new("digits", {1: {"x": 2.0}}, since) == since + 1
    assert storage.place_new("digits", {2: {"x": 2.0}}, claim.seen, repeats=True) == since + 2
    by_number = {record.number: record for record in storage.changes("digits", 0).records}
    assert [by_number[k].seen for k in range(3)] == [claim.seen, since, claim.seen]
    assert [by_number[k].asked for k in range(3)] == [since, since + 1, since + 2]
    assert storage.place_new("digits", {1: {"x": 9.0}}, since + 1) == since + 3  # what it has seen stays
    assert {record.number: record for record in storage.changes("digits", 0).records}[1].seen == since


def test_place_new_says_what_is_not_there_or_over(storage):
    storage.create(header())
    ask(storage, 1, propose=None)
    before = storage.changes("digits", 0)
    with pytest.raises(UnknownTrialError, match="no trial 2"):
        storage.place_new("digits", {0: {"x": 1.0}, 2: {"x": 3.0}}, 0)
    assert storage.changes("digits", 0) == before
    tell(storage, 0, state=TrialState.FAILED)
    with pytest.raises(TrialFinishedError):
        storage.place_new("digits", {0: {"x": 2.0}}, 0)


def test_place_is_all_or_nothing(storage):
    storage.create(header())
    ask(storage, 1)
    ask(storage, 1, propose=None)
    before = storage.changes("digits", 0)
    with pytest.raises(UnknownTrialError, match="no trial 2; its trials are numbered 0 to 1"):
        storage.place("digits", {1: {"x": 2.0}, 2: {"x": 3.0}})
    assert storage.changes("digits", 0) == before
    tell(storage, 1, state=TrialState.FAILED)
    with pytest.raises(TrialFinishedError):
        storage.place("digits", {1: {"x": 2.0}})


def test_propose_that_raises_claims_nothing(storage):
    storage.create(header())
    storage.enqueue("digits", [{"x": 9.0}])
    before = storage.changes("digits", 0)
    for error in (RuntimeError("no model"), KeyboardInterrupt()):

        def propose(numbers, changes, error=error):
            raise error

        with pytest.raises(type(error)):
            ask(storage, 3, propose=propose)
        assert storage.changes("digits", 0) == before
    assert ask(storage, 2).numbers == [0, 1]


def test_propose_that_is_exhausted_takes_only_what_it_proposed(storage):
    storage.create(header())
    assert ask(storage, 5, propose=lambda numbers, changes: [{"x": 1.0}, {"x": 2.0}]).numbers == [0, 1]
    empty = ask(storage, 5, propose=lambda numbers, changes: [])
    assert empty.numbers == []
    assert empty.revision == empty.seen == revision(storage)
    assert ask(storage, 1).numbers == [2]


def test_propose_may_leave_a_configuration_for_later(storage):
    storage.create(header())
    assert ask(storage, 2, propose=lambda numbers, changes: [None, {"x": 2.0}]).numbers == [0, 1]
    storage.place("digits", {0: {"x": 1.0}})
    assert [record.config for record in storage.changes("digits", 0).records] == [{"x": 2.0}, {"x": 1.0}]


def test_propose_that_returns_too_much(storage):
    storage.create(header())
    with pytest.raises(ValueError, match="asked for 1 configurations and returned 2"):
        ask(storage, 1, propose=lambda numbers, changes: [{}, {}])
    assert revision(storage) == 1


def test_propose_may_read_but_not_write(storage):
    storage.create(header())
    seen = []

    def reading(numbers, changes):
        seen.append((storage.changes("digits", 0), storage.header("digits"), storage.names()))
        return numbered(numbers, changes)

    assert ask(storage, propose=reading).numbers == [0]
    assert seen[0][0].revision == 1
    for write in (
        lambda: ask(storage),
        lambda: tell(storage, 0),
        lambda: storage.create(header("other")),
        lambda: storage.delete("digits"),
    ):
        with pytest.raises(StorageError, match="propose must not change"):
            ask(storage, propose=lambda numbers, changes, write=write: write())
    assert len(storage.changes("digits", 0).records) == 1
    assert tell(storage, 0) == 3  # still usable


def test_changes_does_not_wait_for_propose(storage):
    storage.create(header())
    inside, leave = threading.Event(), threading.Event()

    def slow(numbers, changes):
        inside.set()
        assert leave.wait(20)
        return numbered(numbers, changes)

    worker = threading.Thread(target=ask, args=(storage,), kwargs={"propose": slow})
    worker.start()
    try:
        assert inside.wait(20)
        assert storage.changes("digits", 0).records == []  # would hang here
    finally:
        leave.set()
        worker.join(20)
    assert len(storage.changes("digits", 0).records) == 1

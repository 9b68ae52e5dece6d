"""What changed since when, whoever changed it."""

from __future__ import annotations

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contracts.storages.calls import ask, header, numbered, revision, tell

from tunewright.errors import (
    ReportError,
    StorageError,
    StudyError,
    StudyNotFoundError,
    TrialFinishedError,
    UnknownTrialError,
)
from tunewright.storage import Changes, Memory, Tell
from tunewright.trial import TrialState

OPERATIONS = ("ask", "exhausted", "bare", "place", "tell", "many", "report", "annotate", "enqueue", "requeue", "update",
              "amend", "pause", "resume")  # fmt: skip


def perform(storage, operation, number, count):
    """One operation; refusals are part of life and must change nothing."""
    match operation:
        case "ask":
            ask(storage, count)
        case "exhausted":
            ask(storage, count, propose=lambda numbers, changes: numbered(numbers, changes)[: count // 2])
        case "bare":
            ask(storage, count, propose=None)
        case "place":
            storage.place("digits", {number: {"x": 0.5}})
        case "tell":
            tell(storage, number, float(count), state=1 + count % 3)
        case "many":
            storage.tell_many("digits", [Tell(number + i, 1, {"loss": 1.0}, 1.0) for i in range(count)])
        case "report":
            storage.report("digits", number, count, {"loss": float(count)})
        case "annotate":
            storage.annotate("digits", number, {str(count): number})
        case "enqueue":
            storage.enqueue("digits", [{"x": float(i)} for i in range(count)])
        case "requeue":
            storage.requeue("digits", number)
        case "pause":
            storage.pause("digits", number)
        case "resume":
            storage.resume("digits", number)
        case "update":
            storage.update("digits", options={"count": count})
        case "amend":
            storage.amend("digits", notes={str(number): count}, options={"count": count})


REFUSALS = (StudyError, UnknownTrialError, TrialFinishedError, ReportError)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    operations=st.lists(
        st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 8), st.integers(0, 4)), min_size=1, max_size=25
    )
)
def test_changes_are_complete_and_ordered_for_any_history(storage, operations):
    """Whoever follows the changes knows what a newcomer reads, and both storages agree with each other."""
    for name in storage.names():
        storage.delete(name)
    storage.create(header())
    twin = Memory()
    twin.create(header())
    records, reports, known = {}, [], 0
    history = [0]
    for i, (operation, number, count) in enumerate(operations):
        before = storage.changes("digits", 0)
        outcomes = []
        for each in (storage, twin):
            try:
                perform(each, operation, number, count)
                outcomes.append(None)
            except REFUSALS as error:
                outcomes.append((type(error), str(error)))
        assert outcomes[0] == outcomes[1]
        after = storage.changes("digits", 0)
        assert after == twin.changes("digits", 0)
        assert after == before if outcomes[0] else after.revision >= before.revision
        if i % 3 == 0:  # a follower that looks only now and then
            new = storage.changes("digits", known)
            assert all(known < item.revision <= new.revision for item in [*new.records, *new.reports])
            records |= {record.number: record for record in new.records}
            reports += new.reports
            known = new.revision
            history.append(known)
    new = storage.changes("digits", known)
    records |= {record.number: record for record in new.records}
    reports += new.reports
    everything = storage.changes("digits", 0)
    assert sorted(records) == list(range(len(records)))  # no gaps
    assert sorted(records.values(), key=lambda record: record.revision) == everything.records
    assert reports == everything.reports
    taken = [item.revision for item in [*everything.records, *everything.reports]]
    assert len(set(taken)) == len(taken)
    for since in history:
        part = storage.changes("digits", since)
        assert part.records == [record for record in everything.records if record.revision > since]
        assert part.reports == [report for report in everything.reports if report.revision > since]
    for record in everything.records:
        assert record.asked == 0 or record.seen < record.asked <= record.revision
        assert (record.told > 0) == (record.state in (1, 2, 3))
        assert record.told == 0 or record.asked < record.told <= record.revision
    twin.close()


def test_changes_since_the_future_are_none(storage):
    storage.create(header())
    ask(storage, 2)
    assert storage.changes("digits", 100) == Changes(3)
    assert storage.changes("digits", -5) == storage.changes("digits", 0)


def test_threads_share_a_storage(storage):
    storage.create(header())
    numbers, errors = [], []

    def work():
        try:
            for _ in range(25):
                claim = ask(storage, 1, since=10**9)
                tell(storage, claim.numbers[0])
                numbers.extend(claim.numbers)
        except BaseException as error:  # noqa: BLE001  shown by the main thread
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert sorted(numbers) == list(range(100))
    assert revision(storage) == 201
    assert all(record.state == TrialState.COMPLETE for record in storage.changes("digits", 0).records)


def test_closed_is_closed(storage):
    storage.create(header())
    storage.close()
    storage.close()
    for call in (
        storage.names,
        lambda: storage.header("digits"),
        lambda: storage.create(header()),
        lambda: ask(storage),
    ):
        with pytest.raises(StorageError, match="closed"):
            call()


def test_alone_nobody_writes(storage):
    storage.create(header())
    ask(storage, 2)
    seen = []

    def act(changes):
        seen.append((changes.revision, [record.number for record in changes.records]))
        with pytest.raises(StorageError):
            tell(storage, 0)

    storage.alone("digits", 2, act)
    assert seen == [(3, [1])]
    tell(storage, 0)
    with pytest.raises(RuntimeError, match="trouble"):
        storage.alone("digits", 0, lambda changes: (_ for _ in ()).throw(RuntimeError("trouble")))
    tell(storage, 1)
    with pytest.raises(StudyNotFoundError):
        storage.alone("other", 0, lambda changes: None)

"""The contract of ``Storage``, kept by every storage in the table."""

from __future__ import annotations

import math
import struct
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tunewright.errors import (
    ReportError,
    StorageError,
    StudyError,
    StudyExistsError,
    StudyNotFoundError,
    TrialFinishedError,
    UnknownTrialError,
)
from tunewright.storage import Changes, Header, Memory, Record, Report, Sqlite, Storage, Tell
from tunewright.trial import TrialState

STORAGES = {
    "memory": lambda directory: Memory(),
    "sqlite": lambda directory: Sqlite(directory / "study.db"),
    "sqlite-power": lambda directory: Sqlite(directory / "study.db", durability="power"),
}


@pytest.fixture(params=STORAGES)
def storage(request, tmp_path):
    opened = STORAGES[request.param](tmp_path)
    yield opened
    opened.close()


def header(name="digits", **parts):
    given = {"space": '{"lr": [0, 1]}', "objectives": {"loss": "minimize", "accuracy": "maximize"}, "seed": 7}
    return Header(name, **{**given, "strategy": {"kind": "random"}, "options": {"a": 1}, "created": 1.5, **parts})


def numbered(numbers, changes):
    return [{"x": float(number)} for number in numbers]


def ask(storage, count=1, since=0, propose=numbered, name="digits"):
    return storage.ask(name, count, since, propose, started=10.0)


def tell(storage, number, value=0.5, state=TrialState.COMPLETE, **parts):
    return storage.tell("digits", number, state=state, values={"loss": value}, finished=20.0, **parts)


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def revision(storage, name="digits"):
    return storage.changes(name, 0).revision


# --- studies


def test_each_storage_is_a_storage(storage):
    assert isinstance(storage, Storage)


def test_create_then_header_returns_what_was_given(storage):
    wanted = header(seed=2**64 - 1, options={"nested": {"list": [1, 2.5, None, True, "ü"]}})
    assert storage.create(wanted) == wanted
    assert storage.header("digits") == wanted
    assert list(storage.header("digits").objectives) == ["loss", "accuracy"]
    assert storage.names() == ["digits"]


def test_create_again_returns_the_study_that_is_there(storage):
    storage.create(header())
    ask(storage)
    again = storage.create(header(space='{"lr":[0,1]}', options={"other": 2}, created=99.0))
    assert again == header()  # as it was created: same space however it is spaced
    assert len(storage.changes("digits", 0).records) == 1


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({"space": "{}"}, "space"),
        ({"objectives": {"accuracy": "maximize", "loss": "minimize"}}, "objectives"),
        ({"objectives": {"loss": "maximize", "accuracy": "maximize"}}, "objectives"),
        ({"seed": 8}, "seed"),
        ({"seed": 8, "space": "{}"}, "space and seed"),
    ],
)
def test_two_studies_of_one_name_say_what_differs(storage, parts, named):
    storage.create(header())
    with pytest.raises(StudyExistsError, match=f"'digits' with a different {named}"):
        storage.create(header(**parts))
    assert storage.header("digits") == header()


def test_unknown_study_lists_those_that_are_there(storage):
    with pytest.raises(StudyNotFoundError, match="no study 'ghost'.*no study yet"):
        storage.header("ghost")
    storage.create(header("one"))
    storage.create(header("two"))
    for call in (
        lambda: storage.header("ghost"),
        lambda: storage.delete("ghost"),
        lambda: storage.update("ghost", space="{}"),
        lambda: storage.amend("ghost", notes={"a": 1}),
        lambda: storage.ask("ghost", 1, 0),
        lambda: storage.place("ghost", {0: {}}),
        lambda: storage.place_new("ghost", {0: {}}, 0),
        lambda: storage.tell("ghost", 0, state=1, values={}, finished=1.0),
        lambda: storage.tell_many("ghost", [Tell(0, 1, {}, 1.0)]),
        lambda: storage.report("ghost", 0, 0, {}),
        lambda: storage.annotate("ghost", 0, {}),
        lambda: storage.enqueue("ghost", [{}]),
        lambda: storage.requeue("ghost", 0),
        lambda: storage.pause("ghost", 0),
        lambda: storage.resume("ghost", 0),
        lambda: storage.changes("ghost", 0),
    ):
        with pytest.raises(StudyNotFoundError, match="no study 'ghost'.*'one', 'two'"):
            call()


def test_studies_do_not_know_each_other(storage):
    storage.create(header("one"))
    storage.create(header("two", seed=3))
    assert ask(storage, 3, name="one").numbers == [0, 1, 2]
    assert ask(storage, 2, name="two").numbers == [0, 1]
    assert len(storage.changes("one", 0).records) == 3
    assert revision(storage, "two") == 3


def test_delete_forgets_and_the_name_is_free_again(storage):
    storage.create(header("other"))
    storage.create(header())
    ask(storage, 3)
    storage.report("digits", 0, 0, {"loss": 1.0})
    storage.delete("digits")
    assert storage.names() == ["other"]
    with pytest.raises(StudyNotFoundError):
        storage.changes("digits", 0)
    storage.create(header(seed=99))
    assert storage.changes("digits", 0).records == []
    assert storage.changes("digits", 0).reports == []
    assert ask(storage).numbers == [0]


@pytest.mark.parametrize("name", ["größe", "数字 🎲", "it's; DROP TABLE trials --", "100% ? #1", "a/b\\c", " "])
def test_any_text_is_a_name(storage, name):
    storage.create(header(name))
    assert ask(storage, name=name).numbers == [0]
    assert storage.names() == [name]
    assert storage.header(name).name == name


@pytest.mark.parametrize(
    "parts",
    [
        {"name": ""},
        {"name": "a\0b"},
        {"name": "\ud800"},
        {"seed": -1},
        {"seed": 2**64},
        {"seed": True},
        {"objectives": {}},
        {"objectives": {"loss": "down"}},
        {"space": None},
        {"created": math.nan},
    ],
)
def test_a_header_checks_itself(parts):
    with pytest.raises(StudyError, match=next(iter(parts))):
        header(**parts)


def test_update_is_seen_by_those_who_ask_for_changes(storage):
    storage.create(header())
    before = storage.changes("digits", 0)
    assert before.header == header()
    assert storage.changes("digits", before.revision).header is None
    assert storage.update("digits", space='{"grown": 1}', options={"b": [2]}) == before.revision + 1
    after = storage.changes("digits", before.revision)
    assert after.header == header(space='{"grown": 1}', options={"b": [2]})
    assert storage.header("digits") == after.header
    storage.update("digits", strategy={"kind": "grid"})
    assert storage.header("digits").strategy == {"kind": "grid"}
    assert storage.header("digits").options == {"b": [2]}


def test_amend_sets_what_is_named_and_leaves_the_rest(storage):
    storage.create(header(options={"a": 1, "b": [2], "notes": {"paper": "x", "old": 1}}))
    before = storage.changes("digits", 0).revision
    assert storage.amend("digits", notes={"old": 2, "new": [3]}, options={"a": None}) == before + 1
    assert storage.header("digits").options == {"a": None, "b": [2], "notes": {"paper": "x", "old": 2, "new": [3]}}
    assert storage.changes("digits", before).header == storage.header("digits")


def test_amend_makes_the_first_note_and_copies_it(storage):
    storage.create(header(options={}))
    given = {"list": [1]}
    storage.amend("digits", notes={"mine": given})
    given["list"].append(2)
    assert storage.header("digits").options == {"notes": {"mine": {"list": [1]}}}


def test_threads_that_amend_at_once_lose_nothing(storage):
    storage.create(header(options={}))
    together = threading.Barrier(4)

    def write(who):
        together.wait()
        for k in range(20):
            storage.amend("digits", notes={f"{who}/{k}": k})

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(storage.header("digits").options["notes"]) == 80


# --- ask and place


def test_reshape_happens_only_on_what_was_known(storage):
    storage.create(header())
    ask(storage)
    assert storage.reshape("digits", "wider", 0) is None
    known = revision(storage)
    assert storage.reshape("digits", "wider", known) == known + 1
    changes = storage.changes("digits", known)
    assert (changes.revision, changes.header.space) == (known + 1, "wider")
    assert storage.reshape("digits", "wider still", known) is None
    with pytest.raises(StudyNotFoundError):
        storage.reshape("letters", "wider", 0)


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


# --- the queue


def test_enqueued_trials_come_first_lowest_number_first(storage):
    storage.create(header())
    ask(storage, 1)
    assert storage.enqueue("digits", [{"x": 10.0}, {"x": 11.0}, {"x": 12.0}], metadata=[{"k": 1}, None, {}]) == [
        1,
        2,
        3,
    ]
    waiting = storage.changes("digits", 2).records
    assert [(r.number, r.state, r.seen, r.asked, r.started, r.metadata) for r in waiting] == [
        (1, TrialState.WAITING, 2, 3, None, {"k": 1}),
        (2, TrialState.WAITING, 2, 4, None, {}),
        (3, TrialState.WAITING, 2, 5, None, {}),
    ]
    first = ask(storage, 2)
    assert first.numbers == [1, 2]
    assert first.enqueued == {1: {"x": 10.0}, 2: {"x": 11.0}}
    second = ask(storage, 3)
    assert second.numbers == [3, 4, 5]
    assert second.enqueued == {3: {"x": 12.0}}
    record = next(r for r in storage.changes("digits", 0).records if r.number == 1)
    assert (record.state, record.seen, record.asked, record.started) == (TrialState.RUNNING, 2, 3, 10.0)


def test_enqueue_checks_its_metadata(storage):
    storage.create(header())
    with pytest.raises(ValueError, match="metadata"):
        storage.enqueue("digits", [{}, {}], metadata=[{}])
    assert storage.enqueue("digits", []) == []


def test_a_waiting_trial_that_was_told_is_not_claimed(storage):
    storage.create(header())
    storage.enqueue("digits", [{"x": 1.0}, {"x": 2.0}])
    tell(storage, 0)
    assert ask(storage, 1).numbers == [1]


def test_requeue_keeps_the_suggestion_and_counts_the_attempt(storage):
    storage.create(header())
    ask(storage, 2)
    storage.report("digits", 0, 0, {"loss": 3.0})
    before = next(r for r in storage.changes("digits", 0).records if r.number == 0)
    assert storage.requeue("digits", 0) == revision(storage)
    with pytest.raises(StudyError, match="waiting already"):
        storage.requeue("digits", 0)
    claim = ask(storage, 1)
    assert claim.enqueued == {0: {"x": 0.0}}
    after = next(r for r in storage.changes("digits", 0).records if r.number == 0)
    assert (after.config, after.seen, after.asked) == (before.config, before.seen, before.asked)
    assert (after.state, after.attempt) == (TrialState.RUNNING, 1)
    storage.report("digits", 0, 0, {"loss": 2.0})  # the second attempt begins at step 0 again
    assert [(r.step, r.attempt, r.metrics) for r in storage.changes("digits", 0).reports] == [
        (0, 0, {"loss": 3.0}),
        (0, 1, {"loss": 2.0}),
    ]
    tell(storage, 0)
    with pytest.raises(TrialFinishedError):
        storage.requeue("digits", 0)
    with pytest.raises(UnknownTrialError):
        storage.requeue("digits", 5)


def test_a_trial_that_was_queued_twice_is_claimed_once(storage):
    storage.create(header())
    storage.enqueue("digits", [{"x": 5.0}])
    assert ask(storage).numbers == [0]
    storage.requeue("digits", 0)
    assert ask(storage, 2).numbers == [0, 1]
    assert storage.changes("digits", 0).revision == 6


def test_a_paused_trial_goes_on_in_the_same_attempt(storage):
    storage.create(header())
    ask(storage, 3)
    storage.report("digits", 1, 1, {"loss": 2.0})
    assert storage.pause("digits", 1) == revision(storage)
    (record,) = [r for r in storage.changes("digits", 0).records if r.number == 1]
    assert (record.state, record.attempt, record.config) == (TrialState.PAUSED, 0, {"x": 1.0})
    assert ask(storage).numbers == [3]
    assert storage.resume("digits", 1) == revision(storage)
    claim = ask(storage, 2)
    assert claim.numbers == [1, 4] and claim.enqueued == {1: {"x": 1.0}}
    storage.report("digits", 1, 2, {"loss": 1.0})
    assert [(r.step, r.attempt) for r in storage.changes("digits", 0).reports] == [(1, 0), (2, 0)]
    with pytest.raises(ReportError):
        storage.report("digits", 1, 1, {"loss": 2.0})


def test_only_a_running_trial_pauses_and_only_a_paused_one_resumes(storage):
    storage.create(header())
    ask(storage, 2)
    storage.enqueue("digits", [{"x": 5.0}])
    before = revision(storage)
    for number, state in ((0, "running"), (2, "waiting")):
        with pytest.raises(StudyError, match=f"is {state}, not paused"):
            storage.resume("digits", number)
    with pytest.raises(StudyError, match="is waiting, not running"):
        storage.pause("digits", 2)
    assert revision(storage) == before
    storage.pause("digits", 0)
    with pytest.raises(StudyError, match="is paused, not running"):
        storage.pause("digits", 0)
    tell(storage, 0)
    for move in (storage.pause, storage.resume):
        with pytest.raises(TrialFinishedError):
            move("digits", 0)
        with pytest.raises(UnknownTrialError):
            move("digits", 9)


def test_a_requeued_trial_without_a_configuration_is_suggested_anew(storage):
    storage.create(header())
    ask(storage, 3, propose=None)
    storage.place("digits", {1: {"x": 5.0}})
    storage.requeue("digits", 2)
    storage.requeue("digits", 1)
    storage.requeue("digits", 0)
    seen = revision(storage)
    wanted = []

    def propose(numbers, changes):
        wanted.extend(numbers)
        return numbered(numbers, changes)[:2]

    claim = ask(storage, 5, propose=propose)
    assert wanted == [0, 2, 3, 4]
    assert claim.numbers == [0, 1, 2]
    assert claim.enqueued == {1: {"x": 5.0}}
    records = {r.number: r for r in storage.changes("digits", seen).records}
    assert (records[0].config, records[0].seen, records[0].asked) == ({"x": 0.0}, seen, records[0].revision)
    assert records[1].seen < seen
    assert records[2].config == {"x": 2.0}


# --- tell


def test_tell_records_the_end(storage):
    storage.create(header())
    ask(storage, 1)
    told = storage.tell(
        "digits",
        0,
        state=TrialState.COMPLETE,
        values={"loss": 0.1 + 0.2, "accuracy": 1},
        sem={"loss": 0.01},
        metadata={"epochs": 5},
        finished=21.25,
    )
    record = storage.changes("digits", 2).records[0]
    assert record == Record(
        0,
        TrialState.COMPLETE,
        {"x": 0.0},
        {"loss": 0.1 + 0.2, "accuracy": 1.0},
        {"loss": 0.01},
        None,
        {"epochs": 5},
        10.0,
        21.25,
        seen=1,
        asked=2,
        told=told,
        revision=told,
    )
    assert type(record.values["accuracy"]) is float


def test_tell_of_a_failure(storage):
    storage.create(header())
    ask(storage, 2)
    storage.tell("digits", 0, state=TrialState.FAILED, values={}, error="ValueError: ü \ud800", finished=2.0)
    storage.tell("digits", 1, state=TrialState.PRUNED, values={"loss": 2.0}, finished=2.0)
    failed, pruned = storage.changes("digits", 3).records
    assert failed.error.startswith("ValueError: ü ")
    assert failed.values == {}
    assert (failed.state, pruned.state, pruned.error) == (TrialState.FAILED, TrialState.PRUNED, None)


def test_tell_twice_says_which_and_what_and_changes_nothing(storage):
    storage.create(header())
    ask(storage, 1)
    tell(storage, 0, 0.25)
    before = storage.changes("digits", 0)
    with pytest.raises(TrialFinishedError, match=r"trial 0 .* already complete with loss=0\.25"):
        tell(storage, 0, 0.75, metadata={"a": 1})
    with pytest.raises(TrialFinishedError, match="already complete"):
        storage.report("digits", 0, 0, {"loss": 1.0})
    assert storage.changes("digits", 0) == before


def test_unknown_trials(storage):
    storage.create(header())
    with pytest.raises(UnknownTrialError, match="no trial 0; it has no trials yet"):
        tell(storage, 0)
    ask(storage, 3)
    for number in (3, -1):
        for call in (
            lambda number=number: tell(storage, number),
            lambda number=number: storage.report("digits", number, 0, {}),
            lambda number=number: storage.annotate("digits", number, {"a": 1}),
        ):
            with pytest.raises(UnknownTrialError, match=f"no trial {number}; its trials are numbered 0 to 2"):
                call()
    assert revision(storage) == 4


@pytest.mark.parametrize("state", [TrialState.RUNNING, TrialState.WAITING, TrialState.PAUSED, 9])
def test_only_final_states_are_told(storage, state):
    storage.create(header())
    ask(storage, 1)
    with pytest.raises(ValueError, match="state must be 1"):
        tell(storage, 0, state=state)
    assert revision(storage) == 2


def test_tell_many_is_all_or_nothing(storage):
    storage.create(header())
    ask(storage, 4)
    before = storage.changes("digits", 0)
    bad = {
        TrialFinishedError: [Tell(0, 1, {"loss": 1.0}, 1.0), Tell(1, 1, {}, 1.0), Tell(0, 1, {}, 1.0)],
        UnknownTrialError: [Tell(0, 1, {"loss": 1.0}, 1.0), Tell(9, 1, {}, 1.0)],
        ValueError: [Tell(0, 1, {"loss": 1.0}, 1.0), Tell(1, 0, {}, 1.0)],
        TypeError: [Tell(0, 1, {"loss": 1.0}, 1.0), Tell(1, 1, {"loss": "low"}, 1.0)],
    }
    for error, tells in bad.items():
        with pytest.raises(error):
            storage.tell_many("digits", tells)
        assert storage.changes("digits", 0) == before
    last = storage.tell_many("digits", [Tell(k, 1, {"loss": float(k)}, 2.0, metadata={"k": k}) for k in (2, 0, 3)])
    assert last == before.revision + 3
    assert [(r.number, r.told) for r in storage.changes("digits", before.revision).records] == [
        (2, last - 2),
        (0, last - 1),
        (3, last),
    ]
    assert storage.tell_many("digits", []) == last


# --- reports and metadata


def test_reports_come_in_order_and_once(storage):
    storage.create(header())
    ask(storage, 2)
    first = storage.report("digits", 1, 3, {"loss": 1.0, "accuracy": math.nan})
    storage.report("digits", 0, 3, {"loss": 2.0})
    storage.report("digits", 1, 0, {"loss": -math.inf})
    with pytest.raises(ReportError, match="trial 1 .* already reported step 3; each step is reported once"):
        storage.report("digits", 1, 3, {"accuracy": 1.0})
    changes = storage.changes("digits", first)
    assert changes.reports == [
        Report(0, 3, {"loss": 2.0}, first + 1),
        Report(1, 0, {"loss": -math.inf}, first + 2),
    ]
    assert changes.records == []
    assert math.isnan(storage.changes("digits", first - 1).reports[0].metrics["accuracy"])


def test_metadata_is_merged_at_any_time(storage):
    storage.create(header())
    ask(storage, 1)
    storage.annotate("digits", 0, {"a": 1, "b": {"c": [1]}})
    tell(storage, 0, metadata={"a": 2})
    last = storage.annotate("digits", 0, {"b": None, "é": "ü"})
    record = storage.changes("digits", last - 1).records[0]
    assert record.metadata == {"a": 2, "b": None, "é": "ü"}
    assert record.told == last - 1
    assert record.revision == last


# --- values


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 0.1, 2**0.5, 1e22, 123456789012345680.0],
)
def test_numbers_keep_all_their_bits(storage, value):
    storage.create(header())
    storage.ask("digits", 1, 0, lambda numbers, changes: [{"x": value, "list": [value, {"deep": value}]}])
    storage.tell("digits", 0, state=1, values={"loss": value}, sem={"loss": value}, finished=1.0)
    record = storage.changes("digits", 0).records[0]
    found = [record.values["loss"], record.sem["loss"], record.config["x"]]
    found += [record.config["list"][0], record.config["list"][1]["deep"]]
    assert {bits(f) for f in found} == {bits(value)}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    config=st.dictionaries(
        st.text() | st.sampled_from(["$float", "$object", "$"]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text(st.characters())
            | st.sampled_from(["nan", "inf", "$float", "\ud800"]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=3) | st.sampled_from(["$float", "$object"]), inner, max_size=3)
            ),
            max_leaves=6,
        ),
        max_size=4,
    )
)
def test_configurations_come_back_as_they_went_in(storage, config):
    if "digits" not in storage.names():
        storage.create(header())
    claim = storage.ask("digits", 1, 10**9, lambda numbers, changes: [config])
    found = storage.changes("digits", claim.seen).records[0].config
    assert repr(found) == repr(config)


def test_text_that_looks_like_a_number_stays_text(storage):
    storage.create(header())
    config = {"x": "nan", "y": "inf", "z": {"$float": "nan"}, "w": {"$object": {"$float": "inf"}}, "v": math.nan}
    storage.ask("digits", 1, 0, lambda numbers, changes: [config])
    found = storage.changes("digits", 0).records[0].config
    assert math.isnan(found.pop("v"))
    assert found == {key: value for key, value in config.items() if key != "v"}


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", 1j])
def test_what_json_cannot_hold_is_refused(storage, value):
    storage.create(header())
    ask(storage, 1)
    before = storage.changes("digits", 0)
    for call in (
        lambda: storage.ask("digits", 1, 0, lambda numbers, changes: [{"x": value}]),
        lambda: storage.enqueue("digits", [{"x": [value]}]),
        lambda: storage.annotate("digits", 0, {"x": {"y": value, "z": math.nan}}),
        lambda: storage.tell("digits", 0, state=1, values={"loss": value}, finished=1.0),
    ):
        with pytest.raises(TypeError, match=r"config|metadata|values"):
            call()
    assert storage.changes("digits", 0) == before


def test_values_are_copied_in_and_out(storage):
    options, config, notes = {"list": [1]}, {"x": [1]}, {"m": [1]}
    storage.create(header(options=options))
    storage.ask("digits", 1, 0, lambda numbers, changes: [config])
    storage.annotate("digits", 0, notes)
    options["list"].append(2)
    config["x"].append(2)
    notes["m"].append(2)
    for _ in range(2):
        record = storage.changes("digits", 0).records[0]
        found = storage.header("digits")
        assert (record.config, record.metadata, found.options) == ({"x": [1]}, {"m": [1]}, {"list": [1]})
        record.config["x"].append(3)
        record.metadata["m"].append(3)
        record.values["new"] = 1.0
        found.options["list"].append(3)
        found.objectives["new"] = "minimize"


# --- revisions

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


def test_replace_ends_one_trial_and_queues_another_in_one_step(storage):
    storage.create(header())
    ask(storage, 2)
    loser = Tell(0, TrialState.PRUNED, {"loss": 2.0}, 20.0)
    assert storage.replace("digits", loser, {"x": 5.0}, {"parent": 1}) == 2
    changes = storage.changes("digits", 3)
    ended, new = changes.records
    assert (ended.number, ended.state, ended.values, ended.told) == (0, TrialState.PRUNED, {"loss": 2.0}, 4)
    assert (new.number, new.state, new.config, new.metadata) == (2, TrialState.WAITING, {"x": 5.0}, {"parent": 1})
    assert (new.seen, new.asked, changes.revision) == (4, 5, 5)
    assert ask(storage, 1).enqueued == {2: {"x": 5.0}}


@pytest.mark.parametrize(
    ("number", "config", "error"),
    [(0, {"x": 1.0}, TrialFinishedError), (7, {"x": 1.0}, UnknownTrialError), (1, {"x": object()}, TypeError)],
)
def test_a_replacement_that_is_refused_changes_nothing(storage, number, config, error):
    storage.create(header())
    ask(storage, 2)
    tell(storage, 0)
    before = storage.changes("digits", 0)
    with pytest.raises(error):
        storage.replace("digits", Tell(number, TrialState.PRUNED, {}, 20.0), config, {})
    assert storage.changes("digits", 0) == before


def test_a_replacement_is_made_only_while_what_it_builds_on_is_there(storage):
    storage.create(header())
    ask(storage, 2)
    loser = Tell(0, TrialState.PRUNED, {"loss": 2.0}, 20.0)
    storage.annotate("digits", 1, {"state": {"key": "a", "step": 3}, "other": 1})
    before = storage.changes("digits", 0)
    for provided in ({1: {"state": {"key": "b", "step": 3}}}, {1: {"missing": None}}, {0: {"state": 1}}):
        assert storage.replace("digits", loser, {"x": 5.0}, {}, provided=provided) is None
    assert storage.changes("digits", 0) == before
    provided = {1: {"state": {"key": "a", "step": 3}}}
    assert storage.replace("digits", loser, {"x": 5.0}, {}, provided=provided) == 2


# --- sessions


def test_sessions_are_numbered_and_know_the_trials_they_began_last(storage):
    storage.create(header())
    storage.create(header("other"))
    environments = [{"host": "a", "packages": {"numpy": "2"}}, {"host": "ü", "code": None}]
    assert [storage.enter("digits", environment) for environment in environments] == [0, 1]
    assert storage.enter("other", {}) == 0
    storage.ask("digits", 2, 0, numbered, session=0)
    storage.ask("digits", 1, 0, numbered, session=1)
    storage.ask("digits", 1, 0, numbered)
    storage.requeue("digits", 1)
    storage.ask("digits", 1, 0, numbered, session=1)
    first, second = storage.sessions("digits")
    assert (first.number, first.environment, first.trials) == (0, environments[0], (0,))
    assert (second.number, second.environment, second.trials) == (1, environments[1], (1, 2))
    assert 0.0 < first.started <= second.started
    assert storage.sessions("other")[0].trials == ()


def test_sessions_take_no_revision(storage):
    storage.create(header())
    before = revision(storage)
    storage.enter("digits", {"host": "a"})
    assert revision(storage) == before and storage.changes("digits", before).records == []


def test_sessions_go_with_their_study(storage):
    storage.create(header())
    storage.ask("digits", 1, 0, numbered, session=storage.enter("digits", {"host": "a"}))
    storage.delete("digits")
    with pytest.raises(StudyNotFoundError):
        storage.sessions("digits")
    storage.create(header())
    assert storage.sessions("digits") == []


def test_what_is_kept_of_a_session_is_a_copy(storage):
    storage.create(header())
    environment = {"command": ["a"]}
    storage.enter("digits", environment)
    environment["command"].append("b")
    storage.sessions("digits")[0].environment["command"].append("c")
    assert storage.sessions("digits")[0].environment == {"command": ["a"]}

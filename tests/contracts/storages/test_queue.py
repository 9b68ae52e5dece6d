"""The queue: trials that wait, pause, begin again, and take the place of others."""

from __future__ import annotations

import pytest
from tests.contracts.storages.calls import ask, header, numbered, revision, tell

from tunewright.errors import ReportError, StudyError, TrialFinishedError, UnknownTrialError
from tunewright.storage import Tell
from tunewright.trial import TrialState


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

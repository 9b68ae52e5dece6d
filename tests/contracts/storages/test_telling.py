"""How trials end."""

from __future__ import annotations

import pytest
from tests.contracts.storages.calls import ask, header, revision, tell

from tunewright.errors import TrialFinishedError, UnknownTrialError
from tunewright.storage import Record, Tell
from tunewright.trial import TrialState


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

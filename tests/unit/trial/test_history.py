"""The columnar record, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tunewright.errors import ReportError, StudyError
from tunewright.space import Categorical, Float, Space, when
from tunewright.trial import Goals, History, Trial, TrialState, TrialView
from tunewright.trial.columns import grown

NAN = math.nan


def space():
    return Space(x=Float(0.0, 2.0), c=Categorical("a", "b"), y=Float(0.0, 1.0, when=when("c", "b")))


def history(directions=None):
    return History(space(), directions or {"loss": "minimize"})


def rows(*values):
    return np.array(values, dtype=float)


def filled():
    """Trial 0 complete, 1 failed, 2 running, 3 waiting."""
    h = history()
    h.stage(0, rows([0.0, 0, NAN], [1.0, 1, 0.25], [2.0, 0, NAN]))
    for number in range(3):
        h.begin_staged(number)
    h.open(3, TrialState.WAITING, 3, 4, 0.0)
    h.place(3, rows(0.5, 1, 1.0))
    h.revision = 4
    h.close(0, TrialState.COMPLETE, [3.5], 5, 100.0)
    h.close(1, TrialState.FAILED, [NAN], 6, 101.0)
    h.revision = 6
    return h


def test_columns():
    h = filled()
    assert len(h) == h.n == 4
    assert h.states.tolist() == [1, 3, 0, 4]
    assert h.complete.tolist() == [True, False, False, False]
    assert h.pending.tolist() == [False, False, True, False]
    assert h.seen.tolist() == [0, 1, 2, 3] and h.asked.tolist() == [1, 2, 3, 4]
    assert h.told.tolist() == [5, 6, 0, 0] and h.finished.tolist() == [100.0, 101.0, 0.0, 0.0]
    assert np.array_equal(h.natives, rows([0, 0, NAN], [1, 1, 0.25], [2, 0, NAN], [0.5, 1, 1]), equal_nan=True)
    unit = rows([0, 0.25, NAN], [0.5, 0.75, 0.25], [1, 0.25, NAN], [0.25, 0.75, 1])
    assert np.array_equal(h.unit, unit, equal_nan=True)


def test_a_paused_trial_is_pending_as_in_the_record_of_the_past():
    h = filled()
    h.move(2, TrialState.PAUSED)
    assert h.pending.tolist() == [False, False, True, False]
    assert h.at(h.revision).pending[2]


def test_unit_follows_a_configuration_that_is_placed_late():
    h = filled()
    before = h.unit.copy()
    h.place(2, rows(1.0, 1, 0.5))
    assert np.array_equal(h.unit[2], [0.5, 0.75, 0.5])
    assert np.array_equal(h.unit[:2], before[:2], equal_nan=True)


def test_losses_turn_what_is_maximised():
    h = history({"a": "minimize", "b": "maximize"})
    h.stage(0, rows([0.0, 0, NAN]))
    h.begin_all_staged(0, 1)
    h.close(0, TrialState.COMPLETE, [1.0, 2.0], 2, 1.0)
    assert h.losses.tolist() == [[1.0, -2.0]] and h.values.tolist() == [[1.0, 2.0]]


def test_a_batch_is_asked_for_at_once():
    h = history()
    h.stage(0, rows([0.0, 0, NAN], [1.0, 0, NAN]))
    h.begin_all_staged(0, 2)
    assert (h.seen.tolist(), h.asked.tolist(), h.revision) == ([0, 0], [1, 1], 1)


@pytest.mark.parametrize(
    ("revision", "n", "known", "complete"),
    [(0, 0, [], []), (1, 1, [True], [False]), (2, 2, [True] * 2, [False] * 2), (4, 4, [True] * 4, [False] * 4),
     (5, 4, [True] * 4, [True, False, False, False]), (6, 4, [True] * 4, [True, False, False, False])],
)  # fmt: skip
def test_the_record_as_it_was(revision, n, known, complete):
    past = filled().at(revision)
    assert past.n == n
    assert (past.asked > 0).tolist() == known
    assert past.complete.tolist() == complete
    assert (~np.isnan(past.natives).all(axis=1)).tolist() == known


def test_the_past_has_the_reports_of_its_time():
    h = filled()
    h.reports.add(2, 1, {"loss": 1.0}, 7)
    h.reports.add(2, 2, {"loss": NAN, "extra": 4.0}, 8)
    assert h.at(7).reports.curve(2) == {1: {"loss": 1.0}}
    late = h.at(8).reports.curve(2)[2]
    assert math.isnan(late["loss"]) and late["extra"] == 4.0


def test_a_wider_space_keeps_what_is_recorded():
    h = filled()
    h.widen(space().extended("z", Float(0.0, 1.0)).extended("x", Float(0.0, 4.0)))
    assert h.natives.shape == (4, 4) and np.isnan(h.natives[:, 3]).all()
    assert h.unit[:, 0].tolist() == [0.0, 0.25, 0.5, 0.125]


def test_ordinals_do_not_count_enqueued_trials():
    h = history()
    h.enqueued = [1, 4]
    assert h.ordinals(np.array([0, 2, 3, 5])).tolist() == [0, 1, 2, 3]
    assert h.own_numbers(6).tolist() == [0, 2, 3, 5]


def test_columns_grow_by_doubling():
    column = np.arange(100.0)
    assert grown(column, 100, 0.0) is column
    larger = grown(column, 101, -1.0)
    assert len(larger) == 200 and larger[:100].tolist() == column.tolist() and set(larger[100:]) == {-1.0}


class TestReports:
    def test_curves_and_columns(self):
        reports = history({"a": "minimize", "b": "maximize"}).reports
        reports.add(3, 2, {"b": 1.0}, 11)
        reports.add(3, 1, {"a": 2.0, "b": 3.0, "c": 4.0}, 12)
        assert reports.curve(3) == {1: {"a": 2.0, "b": 3.0, "c": 4.0}, 2: {"b": 1.0}}
        assert list(reports.curve(3)) == [1, 2] and reports.curve(9) == {}
        assert (reports.trial.tolist(), reports.step.tolist(), reports.revision.tolist()) == ([3, 3], [2, 1], [11, 12])
        assert np.array_equal(reports.values, rows([NAN, 1], [2, 3]), equal_nan=True)
        assert len(reports) == 2 and reports.has(3, 2) and not reports.has(3, 5) and not reports.has(4, 2)

    def test_a_step_comes_once_unless_the_attempt_is_forgotten(self):
        reports = history().reports
        reports.add(0, 1, {"loss": 1.0}, 1)
        with pytest.raises(ReportError, match="trial 0 already reported step 1"):
            reports.add(0, 1, {"loss": 2.0}, 2)
        reports.forget(0)
        reports.add(0, 1, {"loss": 2.0}, 3)
        assert reports.curve(0) == {1: {"loss": 2.0}} and reports.trial.tolist() == [-1, 0]


class TestViews:
    def test_a_view_is_made_of_plain_values(self):
        h = filled()
        h.errors[1], h.metadata[1] = "too bad", {"k": 1}
        view = TrialView(h, 1)
        assert view.config == {"x": 1.0, "c": "b", "y": 0.25}
        assert [type(v) for v in view.config.values()] == [float, str, float]
        assert (view.state, view.values, view.value, view.error) == (TrialState.FAILED, None, None, "too bad")
        assert view.metadata == {"k": 1}
        view.metadata["k"] = 2
        assert view.metadata == {"k": 1}
        assert TrialView(h, 3).duration is None and TrialView(h, 3).started is None
        assert "number=0" in repr(TrialView(h, 0)) and "3.5" in repr(TrialView(h, 0))

    def test_equality_and_hash(self):
        h = filled()
        assert TrialView(h, 1) == TrialView(h, 1) != TrialView(h, 2)
        assert len({TrialView(h, 1), TrialView(h, 1)}) == 1
        assert TrialView(h, 1) != 1

    def test_value_needs_one_objective(self):
        h = history({"a": "minimize", "b": "maximize"})
        h.stage(0, rows([0.0, 0, NAN]))
        h.begin_all_staged(0, 1)
        with pytest.raises(StudyError, match="2 objectives"):
            _ = TrialView(h, 0).value


class TestStates:
    def test_numbers_are_those_of_the_field(self):
        assert [s.label for s in TrialState] == ["running", "complete", "pruned", "failed", "waiting", "paused"]
        assert [int(s) for s in TrialState] == [0, 1, 2, 3, 4, 5]

    def test_final(self):
        assert [s.label for s in TrialState if s.is_final] == ["complete", "pruned", "failed"]

    @pytest.mark.parametrize("word", ["done", 7, None])
    def test_unknown_words(self, word):
        with pytest.raises(ValueError, match="'complete', 'pruned'"):
            TrialState.parse(word)


def test_a_trial_shows_itself():
    trial = Trial(4, {"x": 1.0}, None)
    assert repr(trial) == "Trial(number=4, config={'x': 1.0})"
    assert not trial.should_stop


def test_reports_are_the_same_however_often_the_columns_are_read():
    import numpy as np

    from tunewright.trial import Reports

    goals = Goals({"a": "minimize", "b": "minimize"})
    eager, lazy = Reports(goals), Reports(goals)
    for k in range(3000):
        metrics = {"a": float(k)} if k % 3 else {"a": np.nan, "b": 1.0, "more": 2.0}
        assert eager.add(k % 7, k, metrics, k + 1) == lazy.add(k % 7, k, metrics, k + 1) == k
        assert eager.at(k)[:3] == lazy.at(k)[:3] == (k % 7, k, k + 1)
        assert len(eager.trial) == len(lazy) == k + 1
    assert np.array_equal(eager.values, lazy.values, equal_nan=True)
    assert str(eager.curve(0)) == str(lazy.curve(0))
    assert eager.row(5, 5) == 5 and eager.last_step(0) == 2996 and eager.last_step(99) == 0
    lazy.forget(0)
    assert lazy.forgotten == 1 and not lazy.has(0, 7) and (lazy.trial[::7] == -1).all()

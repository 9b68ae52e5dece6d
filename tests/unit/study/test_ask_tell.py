"""Ask and tell: what a caller sees, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw


def space():
    return tw.Space(x=tw.Float(0.0, 1.0), k=tw.Int(1, 4), c=tw.Categorical("a", "b"))


def study(**options):
    return tw.Study(space(), **{"minimize": "loss", "seed": 0} | options)


def test_ask_numbers_trials_from_zero_with_configurations_inside_the_space():
    s = study()
    trials = [s.ask() for _ in range(20)]
    assert [t.number for t in trials] == list(range(20))
    for t in trials:
        assert 0 <= t.config["x"] <= 1 and t.config["k"] in (1, 2, 3, 4) and t.config["c"] in ("a", "b")
        assert [type(v) for v in t.config.values()] == [float, int, str]
        assert t["x"] == t.config["x"]


def test_tell_records_value_state_and_times():
    s = study()
    trial = s.ask()
    s.tell(trial, 0.25)
    view = s.trials[0]
    assert view.state is tw.TrialState.COMPLETE
    assert view.values == {"loss": 0.25} and view.value == 0.25
    assert view.config == trial.config
    assert view.finished >= view.started > 0 and view.duration >= 0


@pytest.mark.parametrize(
    "told", [0.5, np.float32(0.5), np.array(0.5), {"loss": 0.5}, 1, True, [0.5], (np.float64(0.5),)]
)
def test_tell_takes_any_single_number(told):
    s = study()
    s.tell(s.ask(), told)
    assert type(s.best_value) is float
    assert s.best_value in (0.5, 1.0)


def test_tell_by_number():
    s = study()
    s.ask()
    s.tell(0, 0.5)
    s.tell(np.int64(s.ask().number), 0.4)
    assert s.best_trial.number == 1


def test_best_is_the_smallest_when_minimised_and_the_largest_when_maximised():
    for way, best in (("minimize", 1), ("maximize", 2)):
        s = tw.Study(space(), **{way: "y"}, seed=0)
        for value in (0.5, 0.1, 0.9, math.inf, -math.inf, 0.3):
            s.tell(s.ask(), value)
        assert s.best_trial.number == best
        assert s.best_config == s.trials[best].config


def test_the_earlier_trial_wins_a_tie_even_when_told_later():
    s = study()
    first, second = s.ask(), s.ask()
    s.tell(second, 0.5)
    s.tell(first, 0.5)
    assert s.best_trial.number == 0


def test_top_is_sorted_and_leaves_out_what_is_not_finite_or_not_complete():
    s = study()
    for value in (3.0, 1.0, math.inf, 2.0):
        s.tell(s.ask(), value)
    s.tell(s.ask(), state="failed")
    assert [t.number for t in s.top(10)] == [1, 3, 0]
    assert [t.number for t in s.top(1)] == [1]


def test_nan_is_recorded_and_fails_the_trial():
    s = study()
    s.tell(s.ask(), math.nan)
    view = s.trials[0]
    assert view.state is tw.TrialState.FAILED
    assert math.isnan(s.history.values[0, 0])
    assert view.error == "loss is NaN"
    assert view.metadata["infeasible"] is True


def test_infinity_is_recorded_as_it_came():
    s = study()
    s.tell(s.ask(), -math.inf)
    assert s.trials[0].values == {"loss": -math.inf}
    assert s.trials[0].state is tw.TrialState.COMPLETE
    with pytest.raises(tw.errors.StudyError, match="finite"):
        _ = s.best_trial


def test_several_objectives_by_name_or_in_order():
    s = tw.Study(space(), maximize="accuracy", minimize=["latency", "size"], seed=0)
    assert s.directions == {"latency": "minimize", "size": "minimize", "accuracy": "maximize"}
    s.tell(s.ask(), {"accuracy": 0.9, "latency": 3.0, "size": 1.0})
    s.tell(s.ask(), [2.0, 1.0, 0.8])
    s.tell(s.ask(), {"accuracy": 0.7, "latency": 3.0, "size": 1.0})
    assert [t.number for t in s.pareto_front] == [0, 1]
    assert s.trials[1].values == {"latency": 2.0, "size": 1.0, "accuracy": 0.8}
    with pytest.raises(tw.errors.StudyError, match="pareto_front"):
        _ = s.best_trial


def test_vectorised_ask_and_tell():
    s = study()
    batch = s.ask(50)
    assert [t.number for t in batch] == list(range(50))
    s.tell(batch, [t.config["x"] for t in batch])
    assert s.best_value == min(t.config["x"] for t in batch)
    assert [t.config for t in batch] == [t.config for t in (lambda o: [o.ask() for _ in range(50)])(study())]
    assert s.ask(0) == []


def test_pruned_and_failed_trials():
    s = study()
    a, b, c = s.ask(3)
    s.tell(a, state="pruned")
    s.tell(b, 0.7, state=tw.TrialState.PRUNED)
    s.tell(c, state="failed", error="the disk was full")
    assert [t.state.label for t in s.trials] == ["pruned", "pruned", "failed"]
    assert s.trials[0].values is None and s.trials[1].values == {"loss": 0.7}
    assert s.trials[2].error == "the disk was full"


class TestRefusals:
    def test_told_twice(self):
        s = study()
        s.tell(s.ask(), 0.5)
        with pytest.raises(tw.errors.TrialFinishedError, match="trial 0 already ended .*complete.*0.5"):
            s.tell(0, 0.1)
        assert s.best_value == 0.5

    @pytest.mark.parametrize("number", [7, -1])
    def test_unknown_trial(self, number):
        s = study()
        s.ask()
        with pytest.raises(tw.errors.UnknownTrialError, match=str(number)):
            s.tell(number, 0.5)

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({"accuracy": 0.5}, "unknown metric 'accuracy'.*'loss'"),
            ({}, "'loss' is missing"),
            ({"loss": 0.5, "extra": 1.0}, "unknown metric 'extra'"),
            ("0.5", "must be a number"),
            (None, "returned nothing"),
            ([0.1, 0.2], "2 values came for 1"),
            (1j, "one number"),
            ({"loss": None}, "must be a number"),
        ],
    )
    def test_wrong_values_leave_the_trial_open(self, told, words):
        s = study()
        trial = s.ask()
        with pytest.raises(tw.errors.ReportError, match=words):
            s.tell(trial, told)
        s.tell(trial, 0.5)
        assert s.best_value == 0.5

    def test_one_number_for_two_objectives(self):
        s = tw.Study(space(), minimize=["a", "b"])
        with pytest.raises(tw.errors.ReportError, match="2 objectives"):
            s.tell(s.ask(), 0.5)

    def test_unknown_state(self):
        s = study()
        with pytest.raises(ValueError, match="'complete'"):
            s.tell(s.ask(), state="done")
        with pytest.raises(tw.errors.StudyError, match="'running'"):
            s.tell(0, state="running")

    def test_lists_of_unequal_length(self):
        s = study()
        with pytest.raises(tw.errors.ReportError, match="2 trials but 1 values"):
            s.tell(s.ask(2), [0.5])

    def test_something_else_than_a_trial(self):
        s = study()
        s.ask()
        with pytest.raises(tw.errors.StudyError, match="trial or its number"):
            s.tell(0.5, 0.5)

    @pytest.mark.parametrize("count", [-1, 1.5, True])
    def test_ask_for_no_number(self, count):
        with pytest.raises(ValueError, match="whole number"):
            study().ask(count)

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({}, "what to improve"),
            ({"minimize": "a", "maximize": "a"}, "named twice"),
            ({"directions": {"a": "down"}}, "'minimize' or 'maximize'"),
            ({"minimize": 3}, "minimize"),
            ({"minimize": "a", "seed": -1}, "seed"),
            ({"minimize": "a", "seed": 1.5}, "seed"),
            ({"minimize": "a", "duplicates": "never"}, "duplicates"),
            ({"minimize": "a", "name": ""}, "name"),
        ],
    )
    def test_impossible_studies(self, options, words):
        with pytest.raises((tw.errors.StudyError, TypeError), match=words):
            tw.Study(space(), **options)

    def test_a_dict_is_no_space(self):
        with pytest.raises(tw.errors.StudyError, match=r"Space\("):
            tw.Study({"x": tw.Float(0, 1)}, minimize="loss")


def test_a_seed_is_drawn_and_kept_when_none_is_given():
    a, b = (tw.Study(space(), minimize="loss") for _ in range(2))
    assert a.seed != b.seed
    again = tw.Study(space(), minimize="loss", seed=a.seed)
    assert again.ask().config == a.ask().config


def test_the_largest_seed_works():
    s = tw.Study(space(), minimize="loss", seed=2**64 - 1)
    s.tell(s.ask(), 1.0)
    assert s.best_value == 1.0


@pytest.mark.parametrize(
    ("strategy", "words"),
    [("TPE", r"such as tw.TPE\(\); got 'TPE'"), (tw.TPE, r"such as TPE\(\): an object, not its class")],
)
def test_what_is_no_strategy_is_refused(strategy, words):
    with pytest.raises(tw.errors.StudyError, match=words):
        tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", strategy=strategy)

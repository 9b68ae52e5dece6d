"""The loop: when it ends, what becomes of failures, what callers are told."""

from __future__ import annotations

import io
import math
import sys
import threading
import time

import pytest

import tunewright as tw

SPACE = {"x": tw.Float(-1.0, 1.0), "y": tw.Float(0.0, 1.0)}


def study(**options):
    return tw.Study(tw.Space(SPACE), **{"minimize": "loss", "seed": 0} | options)


def sphere(trial):
    return trial["x"] ** 2 + trial["y"] ** 2


def test_runs_the_trials_asked_for_and_returns_the_study():
    s = study()
    assert s.optimize(sphere, 30) is s
    assert len(s.trials) == 30
    assert s.best_value == min(t.value for t in s.trials)


def test_trials_is_a_total_and_more_adds():
    s = study()
    s.optimize(sphere, trials=10)
    s.optimize(sphere, trials=10)
    assert len(s.trials) == 10
    s.optimize(sphere, trials=12)
    assert len(s.trials) == 12
    s.optimize(sphere, more=5)
    assert len(s.trials) == 17
    s.optimize(sphere, trials=3)
    assert len(s.trials) == 17


def test_timeout_ends_the_run():
    s = study()
    began = time.monotonic()
    s.optimize(lambda trial: time.sleep(0.02) or 1.0, timeout=0.2)
    assert 2 <= len(s.trials) <= 11
    assert time.monotonic() - began < 5
    s.optimize(sphere, timeout=0)
    assert len(s.trials) <= 11


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "when to end"),
        ({"trials": -1}, "trials"),
        ({"trials": 1.5}, "trials"),
        ({"trials": 5, "more": 5}, "not both"),
        ({"timeout": -1.0}, "timeout"),
        ({"timeout": math.nan}, "timeout"),
        ({"trials": 5, "workers": 0}, "workers"),
        ({"trials": 5, "executor": "gpu"}, "executor"),
    ],
)
def test_impossible_runs_are_refused_before_anything_runs(options, words):
    s = study()
    with pytest.raises((ValueError, TypeError), match=words):
        s.optimize(sphere, **options)
    assert len(s.trials) == 0


class TestFailures:
    def test_an_exception_costs_its_trial_alone(self):
        def objective(trial):
            if trial.number % 3 == 0:
                raise ValueError(f"bad luck in {trial.number}")
            return 1.0

        s = study().optimize(objective, 9)
        assert [t.state.label for t in s.trials].count("failed") == 3
        assert s.trials[3].error == "ValueError: bad luck in 3"

    def test_programming_errors_leave_optimize_and_are_recorded(self):
        s = study()
        with pytest.raises(NameError):
            s.optimize(lambda trial: nonsense, 9)  # noqa: F821
        assert len(s.trials) == 1
        assert s.trials[0].error.startswith("NameError")

    def test_catch_overrides(self):
        s = study().optimize(lambda trial: {}["missing"].x, 3, catch=KeyError)
        assert [t.state.label for t in s.trials] == ["failed"] * 3
        s.optimize(lambda trial: None + 1, 5, catch=(TypeError,))
        assert len(s.trials) == 5

    def test_passing_troubles_are_tried_again_with_the_same_configuration(self):
        runs = []

        def objective(trial):
            runs.append((trial.number, trial["x"]))
            if len(runs) < 3:
                raise ConnectionError("server busy")
            return 1.0

        s = study().optimize(objective, 2)
        assert runs[0] == runs[1] == runs[2] and runs[3][0] == 1
        assert s.trials[0].state.label == "complete"
        assert s.trials[0].metadata["retries"] == 2

    @pytest.mark.parametrize("executor", ["inline", "threads"])
    def test_a_second_run_reports_its_steps_anew(self, executor, tmp_path):
        runs = []

        def objective(trial):
            runs.append(trial.number)
            for epoch in trial.epochs(3):
                trial.report(loss=float(len(runs)))
                if len(runs) == 1 and epoch == 1:
                    raise ConnectionError("server busy")
            return 1.0

        for storage in ("memory", tmp_path / "a.db"):
            runs.clear()
            s = study(storage=storage).optimize(objective, 2, executor=executor)
            assert runs == [0, 0, 1]
            assert s.trials[0].reports == {k: {"loss": 2.0} for k in (1, 2, 3)}
            assert s.trials[0].metadata == {"retries": 1}
        assert tw.Study.load(tmp_path / "a.db").trials[0].reports == {k: {"loss": 2.0} for k in (1, 2, 3)}

    def test_but_not_for_ever(self):
        runs = []

        def objective(trial):
            runs.append(trial.number)
            raise TimeoutError("gone")

        s = study().optimize(objective, 2, failures=tw.Failures(retries=1))
        assert runs == [0, 0, 1, 1]
        assert s.trials[0].metadata == {"retries": 1}
        assert [t.state.label for t in s.trials] == ["failed", "failed"]

    @pytest.mark.parametrize("kind", [MemoryError, OverflowError, type("OutOfMemoryError", (RuntimeError,), {})])
    def test_infeasible_configurations_are_marked(self, kind):
        def objective(trial):
            raise kind("too large")

        s = study().optimize(objective, 1)
        assert s.trials[0].state.label == "failed"
        assert s.trials[0].metadata["infeasible"] is True

    @pytest.mark.parametrize("result", [{"accuracy": 1.0}, None, "good"])
    def test_wrong_results_are_programming_errors(self, result):
        s = study()
        with pytest.raises(tw.errors.ReportError):
            s.optimize(lambda trial: result, 5)
        assert s.trials[0].state.label == "failed"
        s.optimize(sphere, 5)
        assert [t.state.label for t in s.trials].count("complete") == 4

    @pytest.mark.parametrize("bad", [{"retries": -1}, {"retry": ("OSError",)}, {"abort": (3,)}])
    def test_impossible_policies(self, bad):
        with pytest.raises(ValueError, match=next(iter(bad))):
            tw.Failures(**bad)


def test_trial_pruned_keeps_the_last_report():
    def objective(trial):
        for epoch in trial.epochs(5):
            trial.report(loss=1.0 / (epoch + 1))
            if epoch == 2:
                raise tw.TrialPruned
        return 0.0

    s = study().optimize(objective, 1)
    assert s.trials[0].state.label == "pruned"
    assert s.trials[0].values == {"loss": 1.0 / 3}
    assert s.trials[0].reports == {1: {"loss": 1.0}, 2: {"loss": 0.5}, 3: {"loss": 1.0 / 3}}


def test_ctrl_c_leaves_a_good_record_and_the_trial_in_the_queue():
    def objective(trial):
        if trial.number == 3:
            raise KeyboardInterrupt
        return sphere(trial)

    s = study()
    with pytest.raises(KeyboardInterrupt):
        s.optimize(objective, 10)
    assert [t.state.label for t in s.trials] == ["complete"] * 3 + ["waiting"]
    config = s.trials[3].config
    s.optimize(sphere, 10)
    assert [t.state.label for t in s.trials] == ["complete"] * 10
    assert s.trials[3].config == config
    plain = study().optimize(sphere, 10)
    assert [t.config for t in s.trials] == [t.config for t in plain.trials]


class TestStopping:
    def test_target_reached(self):
        s = study().optimize(lambda trial: 10.0 - trial.number, 50, stop=tw.TargetReached(5.0))
        assert len(s.trials) == 6
        assert s.stop_reason == "target 5 reached by trial 5 with 5"
        up = tw.Study(tw.Space(SPACE), maximize="score", seed=0)
        up.optimize(lambda trial: trial.number, 50, stop=[tw.TargetReached(5.0)])
        assert len(up.trials) == 6

    def test_no_improvement(self):
        values = [5.0, 4.0, 4.5, 4.6, 3.0, 3.0, 3.1, 3.2, 3.3, 2.0]
        s = study().optimize(lambda trial: values[trial.number], 10, stop=tw.NoImprovement(4))
        assert len(s.trials) == 9
        with pytest.raises(ValueError, match="NoImprovement"):
            tw.NoImprovement(0)

    def test_conditions_need_one_objective(self):
        s = tw.Study(tw.Space(SPACE), minimize=["a", "b"], seed=0)
        with pytest.raises(tw.errors.StudyError, match="one objective"):
            s.optimize(lambda trial: [1.0, 1.0], 3, stop=tw.NoImprovement(4))

    def test_callbacks_see_each_ended_trial_and_may_stop(self):
        seen = []

        def callback(s, trial):
            seen.append((trial.number, trial.state.label))
            if trial.number == 4:
                s.stop("enough")

        s = study().optimize(sphere, 50, callbacks=[callback])
        assert seen == [(k, "complete") for k in range(5)]
        assert s.stop_reason == "enough"
        s.optimize(sphere, 7)
        assert len(s.trials) == 7


class TestEnqueue:
    def test_enqueued_configurations_come_first_in_order(self):
        s = study()
        assert s.enqueue({"x": 0.5, "y": 0.25}) == [0]
        assert s.enqueue([{"x": 0.1, "y": 0.2}, {"x": -1.0, "y": 1.0}]) == [1, 2]
        s.optimize(sphere, 5)
        assert [t.config for t in s.trials[:3]] == [
            {"x": 0.5, "y": 0.25}, {"x": 0.1, "y": 0.2}, {"x": -1.0, "y": 1.0}
        ]  # fmt: skip
        assert s.trials[0].metadata == {"enqueued": True}

    def test_what_is_left_out_is_drawn(self):
        s = study()
        s.enqueue({"x": 0.5})
        trial = s.ask()
        assert trial["x"] == 0.5 and 0 <= trial["y"] <= 1

    @pytest.mark.parametrize("config", [{"z": 1.0}, {"x": 2.0}, {"x": "a"}])
    def test_impossible_points_are_refused_and_nothing_is_queued(self, config):
        s = study()
        with pytest.raises(tw.errors.ConfigError):
            s.enqueue(config)
        assert len(s.trials) == 0

    def test_forbidden_points_are_refused(self):
        space = tw.Space(SPACE)
        space.forbid("x > y")
        s = tw.Study(space, minimize="loss", seed=0)
        with pytest.raises(tw.errors.ConfigError, match="forbidden"):
            s.enqueue({"x": 0.9, "y": 0.1})

    def test_told_before_it_was_asked_for(self):
        s = study()
        s.enqueue([{"x": 0.5, "y": 0.5}, {"x": 0.25, "y": 0.5}])
        s.tell(0, 1.0)
        assert s.ask().number == 1
        assert s.ask().number == 2

    def test_between_suggestions(self):
        s = study(strategy=tw.Random())
        first = s.ask()
        s.enqueue({"x": 0.5, "y": 0.5})
        assert s.ask().config == {"x": 0.5, "y": 0.5}
        fresh = study(strategy=tw.Random())
        suggested = [fresh.ask().config for _ in range(3)]
        assert first.config == suggested[0]
        assert s.ask().config == suggested[2]


class TestConstraints:
    def test_no_suggestion_is_forbidden(self):
        space = tw.Space(SPACE)
        space.forbid("x > y - 0.5")
        for strategy in (tw.Random(), tw.QuasiRandom()):
            s = tw.Study(space, minimize="loss", strategy=strategy, seed=0)
            assert all(not t["x"] > t["y"] - 0.5 for t in s.ask(200))

    def test_a_space_with_nothing_left_is_an_error_in_words(self):
        space = tw.Space(SPACE)
        space.forbid("x >= -1")
        with pytest.raises(tw.errors.SpaceError, match="leave next to nothing"):
            tw.Study(space, minimize="loss").ask()


class TestDuplicates:
    SPACE = {"a": tw.Int(0, 3), "b": tw.Categorical("p", "q", "r")}

    def test_avoid_tries_each_configuration_once_and_ends(self):
        s = tw.Study(tw.Space(self.SPACE), minimize="loss", seed=0)
        s.optimize(lambda trial: trial["a"], 100)
        configs = [tuple(t.config.values()) for t in s.trials]
        assert len(configs) == len(set(configs)) == 12
        assert "every configuration" in s.stop_reason
        with pytest.raises(tw.errors.StudyError, match="every configuration"):
            s.ask()
        assert s.ask(3) == []

    def test_avoid_with_constraints(self):
        space = tw.Space(self.SPACE)
        space.forbid("a == 0")
        s = tw.Study(space, minimize="loss", seed=1).optimize(lambda trial: trial["a"], 100)
        assert len(s.trials) == 9

    def test_avoid_in_one_batch(self):
        s = tw.Study(tw.Space(self.SPACE), minimize="loss", seed=0)
        batch = s.ask(100)
        assert len(batch) == len({tuple(t.config.values()) for t in batch}) == 12

    @pytest.mark.parametrize("cut", [1, 17, 60, 110])
    def test_avoid_does_not_depend_on_how_the_study_was_cut(self, cut, tmp_path):
        space = {"a": tw.Int(0, 9), "b": tw.Int(0, 11), "c": tw.Float(0, 1, step=0.5, when=tw.when("a") > 7)}
        straight = tw.Study(tw.Space(space), minimize="loss", seed=4, strategy=tw.Random()).optimize(
            lambda trial: trial["a"], 500
        )
        stored = tw.Study(tw.Space(space), minimize="loss", seed=4, strategy=tw.Random(), storage=tmp_path / "a.db")
        stored.optimize(lambda trial: trial["a"], cut)
        again = tw.Study.load(tmp_path / "a.db")
        again.tell(again.ask(), 1.0)
        again.tell(again.ask(5), [1.0] * 5)
        again.optimize(lambda trial: trial["a"], 500)
        assert [t.config for t in again.trials] == [t.config for t in straight.trials]
        assert len(again.trials) == 8 * 12 + 2 * 12 * 3

    def test_allow_repeats(self):
        s = tw.Study(tw.Space(self.SPACE), minimize="loss", seed=0, strategy=tw.Random(), duplicates="allow")
        s.optimize(lambda trial: trial["a"], 100)
        assert len(s.trials) == 100

    def test_reuse_does_not_run_what_is_known(self):
        runs = []

        def objective(trial):
            runs.append(tuple(trial.config.values()))
            return float(trial["a"])

        s = tw.Study(tw.Space(self.SPACE), minimize="loss", seed=0, duplicates="reuse")
        s.optimize(objective, 60)
        assert len(s.trials) == 60
        assert len(runs) == len(set(runs)) <= 12
        for trial in s.trials:
            assert trial.value == float(trial.config["a"])
            same = trial.metadata.get("same_as")
            assert same is None or s.trials[same].config == trial.config


class TestProgress:
    def test_a_bar_when_asked_for(self, monkeypatch):
        shown = io.StringIO()
        monkeypatch.setattr(sys, "stderr", shown)
        study().optimize(sphere, 20, progress=True)
        assert "20/20" in shown.getvalue() and "best loss" in shown.getvalue()

    def test_silence_otherwise(self, capfd):
        study().optimize(sphere, 20)
        assert capfd.readouterr() == ("", "")


def test_threads_run_side_by_side():
    barrier = threading.Barrier(3, timeout=20)

    def objective(trial):
        if trial.number < 3:
            barrier.wait()
        return sphere(trial)

    s = study(strategy=tw.Random()).optimize(objective, 12, workers=3, executor="threads")
    assert [t.state.label for t in s.trials] == ["complete"] * 12
    assert [t.config for t in s.trials] == [t.config for t in study(strategy=tw.Random()).optimize(sphere, 12).trials]


def test_to_frame():
    s = tw.Study(tw.Space(a=tw.Int(0, 5), b=tw.Float(0, 1, when=tw.when("a") > 2)), minimize="loss", seed=0)
    s.optimize(lambda trial: trial["a"] if trial["a"] != 4 else math.nan, 6)
    frame = s.to_frame()
    assert list(frame["number"]) == list(range(6))
    assert {"number", "state", "loss", "config.a", "config.b", "started", "finished", "error"} == set(frame.columns)
    from tunewright.study.frame import columns

    table = columns(s.history)
    assert all(len(column) == 6 for column in table.values())
    assert all((b is None) == (a <= 2) for a, b in zip(table["config.a"], table["config.b"], strict=True))

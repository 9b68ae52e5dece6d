"""Constraints, thresholds and standard errors from the study's door to its record."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import ReportError, StudyError, StudyExistsError, UnknownMetricError

NAN = math.nan
SPACE = {"x": tw.Float(0.0, 1.0)}


def study(storage="memory", **how):
    how = {"minimize": "loss", "constraints": ["memory <= 4"]} | how
    return tw.Study(tw.Space(SPACE), seed=1, storage=storage, **how)


def told(s, *results, **how):
    for result in results:
        s.tell(s.ask(), result, **how)
    return s


@pytest.fixture(params=["memory", "Memory", "file"])
def storage(request, tmp_path):
    return {"memory": "memory", "Memory": tw.Memory(), "file": str(tmp_path / "a.db")}[request.param]


def test_columns(storage):
    s = study(storage, constraints=["memory <= 4 and loss > -9", "size + memory < 10"])
    told(s, {"loss": 3.0, "memory": 4.0, "size": 1.0}, {"loss": 2.0, "memory": 6.0, "size": 7.0})
    s.tell(s.ask(), state="failed")
    s.ask()
    h = s.history
    slacks = [[0.0, -12.0, -5.0], [2.0, -11.0, 3.0], [NAN] * 3, [NAN] * 3]
    assert h.values.shape == (4, 1) and h.sems.shape == (4, 1) and np.isnan(h.sems).all()
    assert np.array_equal(h.slacks, slacks, equal_nan=True)
    assert np.array_equal(h.violations, [0.0, 5.0, NAN, NAN], equal_nan=True)
    assert h.feasible.tolist() == [True, False, False, False]
    assert h.thresholds.tolist() == [math.inf]
    assert s.trials[1].values == {"loss": 2.0, "memory": 6.0, "size": 7.0}
    assert s.trials[1].value == 2.0
    past = h.at(int(h.told[0]))
    assert past.slacks.tolist() == slacks[:1] and past.feasible.tolist() == [True]


def test_without_constraints():
    s = told(study(constraints=()), 1.0)
    s.tell(s.ask(), state="failed")
    assert s.history.slacks.shape == (2, 0)
    assert s.history.violations.tolist() == [0.0, 0.0]
    assert s.history.feasible.tolist() == [True, False]


def test_the_best_trial_keeps_the_constraints(storage):
    s = told(study(storage), {"loss": 1.0, "memory": 5.0})
    with pytest.raises(StudyError, match=r"trial 0 comes nearest, it breaks memory <= 4 by 1"):
        _ = s.best_trial
    told(s, {"loss": 3.0, "memory": 4.0}, {"loss": 2.0, "memory": 7.0})
    assert s.best_trial.number == 1 and s.best_value == 3.0
    assert [trial.number for trial in s.top(5)] == [1]
    assert s.ledger.since_best == 1


def test_a_parameter_is_no_metric():
    with pytest.raises(StudyError, match=r"constraints read 'x', which is a parameter.*space.forbid"):
        study(constraints=["x <= 0.5"])


def test_nothing_is_best_before_anything_is_told():
    with pytest.raises(StudyError, match="no trial of study 'study' is complete"):
        _ = study().best_trial


@pytest.mark.parametrize(
    ("result", "error", "problem"),
    [
        ({"loss": 1.0}, UnknownMetricError, "metric 'memory' is missing"),
        (1.0, ReportError, r"what the constraints read \(memory\)"),
        ((1.0, 2.0, 3.0), ReportError, "3 values came for 1 objective and what"),
        ({"loss": 1.0, "memory": 1.0, "size": 1.0}, UnknownMetricError, "unknown metric 'size'"),
        ({"loss": 1.0, "memory": "much"}, ReportError, "'memory' must be a number"),
        (None, ReportError, "returned nothing"),
    ],
)
def test_a_complete_trial_has_all_metrics(result, error, problem):
    s = study()
    with pytest.raises(error, match=problem):
        s.tell(s.ask(), result)
    assert s.trials[0].state is tw.TrialState.RUNNING


def test_a_metric_that_is_nan_fails_the_trial():
    s = told(study(), {"loss": 1.0, "memory": NAN})
    assert s.trials[0].state is tw.TrialState.FAILED and s.trials[0].error == "memory is NaN"


def test_a_pruned_trial_may_lack_what_constraints_read(storage):
    s = study(storage)
    s.tell(s.ask(), 1.0, state="pruned")
    trial = s.ask()
    trial.report(1, loss=2.0, memory=9.0)
    s.endings.prune(trial)
    assert np.array_equal(s.history.measured, [[1.0, NAN], [2.0, 9.0]], equal_nan=True)
    assert np.array_equal(s.history.violations, [NAN, 5.0], equal_nan=True)
    assert s.history.reports.slacks.tolist() == [[5.0]]
    assert s.history.reports.values.tolist() == [[2.0]]


def test_standard_errors(storage):
    s = study(storage, constraints=())
    s.tell(s.ask(), 1.0, sem=0.25)
    s.tell(s.ask(), tw.Measured(2.0, sem=0.5))
    s.tell(s.ask(), {"loss": 3})
    s.optimize(lambda trial: tw.Measured.mean([1.0, 2.0]), trials=4)
    s.tell(s.ask(2), [5.0, 6.0], sem=[0.125, 0.0])
    assert np.array_equal(s.history.sems[:, 0], [0.25, 0.5, NAN, 0.5, 0.125, 0.0], equal_nan=True)
    assert s.trials[1].sems == {"loss": 0.5} and s.trials[2].sems == {}
    past = s.history.at(int(s.history.told[0]))
    assert past.sems[0, 0] == 0.25 and np.isnan(past.sems[1:]).all()


def test_standard_errors_of_several(storage):
    s = study(storage, minimize=["loss", "latency"])
    s.tell(s.ask(), {"loss": 1.0, "latency": 2.0, "memory": 3.0}, sem={"latency": 0.5, "memory": 0.25})
    s.tell(s.ask(), {"loss": tw.Measured(1.0, 0.125), "latency": 2.0, "memory": 3.0}, sem={"latency": 0.5})
    assert np.array_equal(s.history.sems, [[NAN, 0.5], [0.125, 0.5]], equal_nan=True)
    assert s.trials[0].sems == {"latency": 0.5, "memory": 0.25}


@pytest.mark.parametrize(
    ("values", "sem", "problem"),
    [
        (1.0, -0.5, "not negative"),
        (1.0, NAN, "not negative"),
        (1.0, "x", "a number"),
        (1.0, {"los": 1.0}, "'los'"),
        (tw.Measured(1.0, 0.5), 0.5, "twice"),
    ],
)
def test_what_is_no_standard_error(values, sem, problem):
    s = study(constraints=())
    with pytest.raises(ReportError, match=problem):
        s.tell(s.ask(), values, sem=sem)
    two = study(minimize=["a", "b"], constraints=())
    with pytest.raises(ReportError, match="several objectives"):
        two.tell(two.ask(), (1.0, 2.0), sem=0.5)
    with pytest.raises(ReportError, match="2 trials but 1 standard errors"):
        s.tell(s.ask(2), [1.0, 2.0], sem=[1.0])


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_all_of_it_is_recorded(kind, tmp_path):
    place = tw.Memory() if kind == "memory" else str(tmp_path / "a.db")
    how = {"minimize": ["loss", "latency"], "constraints": ["memory <= 4", "loss < 9"], "thresholds": {"latency": 5}}
    s = study(place, **how)
    told(s, {"loss": tw.Measured(1.0, 0.5), "latency": 4.0, "memory": 5.0}, {"loss": 2.0, "latency": 3.0, "memory": 1})
    again = tw.Study.load(place)
    assert again.goals == s.goals
    for column in ("measured", "values", "sems", "slacks", "violations", "feasible", "thresholds"):
        assert np.array_equal(getattr(again.history, column), getattr(s.history, column), equal_nan=True)
    assert study(place, **how).history.n == 2
    for other in ({"constraints": ["memory <= 5"]}, {"constraints": []}, {"thresholds": {}}):
        with pytest.raises(StudyExistsError, match=next(iter(other))):
            study(place, **(how | other))


def test_of_two_that_found_a_study_the_second_must_want_the_same():
    class Late(tw.Memory):
        """Does not see the study before it makes its own, as a process that is a moment too late."""

        def header(self, name):
            if not self.seen:
                self.seen = True
                raise tw.errors.StudyNotFoundError(name)
            return super().header(name)

    place = Late()
    place.seen = True
    study(place)
    place.seen = False
    assert study(place).history.n == 0
    place.seen = False
    with pytest.raises(StudyExistsError, match="constraints"):
        study(place, constraints=["memory <= 5"])


def test_another_process_sees_the_same(tmp_path):
    place = str(tmp_path / "a.db")
    first, second = study(place), study(place)
    told(first, {"loss": tw.Measured(1.0, 0.25), "memory": 5.0}, {"loss": 2.0, "memory": 1.0})
    told(second, {"loss": 3.0, "memory": 1.0})
    assert second.best_trial.number == 1
    assert np.array_equal(second.history.sems[:, 0], [0.25, NAN, NAN], equal_nan=True)


def test_files_without_constraints_still_load(tmp_path):
    place = str(tmp_path / "a.db")
    s = told(study(place, constraints=()), 1.0)
    storage = tw.Sqlite(place)
    options = storage.header("study").options
    for key in ("constraints", "thresholds"):
        del options[key]
    storage.update("study", options=options)
    assert study(place, constraints=()).best_value == s.best_value
    with pytest.raises(StudyExistsError, match="constraints"):
        study(place)


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_workers_send_measurements_home(executor):
    s = study(minimize=["loss", "latency"])
    s.optimize(measure, trials=4, workers=2, executor=executor)
    assert np.array_equal(s.history.sems, [[0.5, NAN]] * 4, equal_nan=True)
    assert (s.history.slacks == -1.0).all()


def measure(trial):
    return {"loss": tw.Measured(trial["x"], sem=0.5), "latency": 1.0, "memory": 3.0}


def test_the_front_keeps_constraints_and_thresholds():
    s = study(minimize="loss", maximize="accuracy", thresholds={"accuracy": 0.5})
    for loss, accuracy, memory in [(1, 0.6, 5), (2, 0.6, 4), (3, 0.7, 4), (1.5, 0.4, 4), (4, 0.65, 4), (2, 0.6, 1)]:
        told(s, {"loss": loss, "accuracy": accuracy, "memory": memory})
    assert [trial.number for trial in s.pareto_front] == [1, 2, 5]


def test_a_repeated_configuration_keeps_what_was_measured():
    s = tw.Study(
        tw.Space(c=tw.Categorical("a", "b")), minimize="loss", constraints=["memory <= 4"], duplicates="reuse", seed=0
    )
    s.optimize(lambda trial: {"loss": tw.Measured(1.0, 0.25), "memory": 3.0}, trials=5)
    assert s.history.sems[:, 0].tolist() == [0.25] * 5 and s.history.slacks[:, 0].tolist() == [-1.0] * 5

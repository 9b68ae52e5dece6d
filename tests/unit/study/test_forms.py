"""Generators and Trainable classes as objectives: the same machinery as a plain function."""

from __future__ import annotations

import functools

import pytest

import tunewright as tw
from tunewright.errors import ReportError, StudyError
from tunewright.schedulers import Decision, Judge

SPACE = tw.Space(x=tw.Float(0.0, 1.0))


def study_of(**parts) -> tw.Study:
    return tw.Study(SPACE, seed=0, **{"minimize": "loss", **parts})


def three_epochs(trial):
    for epoch in trial.epochs(3):
        yield {"loss": 3.0 - epoch, "extra": 7.0}


def counts(trial):
    yield from (3.0, 2.0, 1.0)


def with_value(trial):
    yield 3.0
    return 0.5


class AfterTwo:
    """Stops every trial at its second step."""

    def check(self, directions):
        pass

    def judge(self, history):
        return Strict(history)

    def to_json(self):
        return {"scheduler": "AfterTwo"}


class Strict(Judge):
    decision = Decision.STOP

    def __init__(self, history):
        self.history = history

    def decide(self, row):
        return self.decision if self.history.reports.step[row] >= 2 else Decision.CONTINUE


@pytest.mark.parametrize(("objective", "value"), [(three_epochs, 1.0), (counts, 1.0), (with_value, 0.5)])
@pytest.mark.parametrize("executor", ["inline", "threads", "processes"])
def test_what_is_yielded_is_reported(objective, value, executor) -> None:
    study = study_of().optimize(objective, trials=2, executor=executor)
    assert [trial.value for trial in study.trials] == [value, value]
    first = study.trials[0].reports
    assert list(first) == ([1] if objective is with_value else [1, 2, 3])
    assert first[1]["loss"] == 3.0
    assert first[1].get("extra") == (7.0 if objective is three_epochs else None)


def test_a_generator_is_closed_where_it_is_stopped() -> None:
    closed = []

    def objective(trial):
        try:
            while True:
                yield 1.0
        finally:
            closed.append(trial.number)

    study = study_of(scheduler=AfterTwo()).optimize(objective, trials=2)
    assert closed == [0, 1]
    assert [trial.state.label for trial in study.trials] == ["pruned", "pruned"]
    assert list(study.trials[0].reports) == [1, 2]


def test_what_a_generator_raises_costs_its_trial() -> None:
    def objective(trial):
        yield 1.0
        raise OSError("disk")

    study = study_of().optimize(objective, trials=1)
    assert study.trials[0].state.label == "failed" and "disk" in study.trials[0].error


def test_several_objectives_are_yielded_by_name() -> None:
    study = study_of(maximize="accuracy")
    with pytest.raises(ReportError, match="yield a mapping with 'loss', 'accuracy'; got 3.0"):
        study.optimize(counts, trials=1)


def test_partial_functions_and_callable_objects_may_generate() -> None:
    class Run:
        def __call__(self, trial):
            yield 2.0

    def scaled(factor, trial):
        yield factor

    assert study_of().optimize(Run(), trials=1).best_value == 2.0
    assert study_of().optimize(functools.partial(scaled, 5.0), trials=1).best_value == 5.0


def test_a_function_that_returns_nothing_means_its_last_report() -> None:
    def objective(trial):
        for epoch in trial.epochs(2):
            trial.report(loss=1.0 - epoch, extra=3.0)

    assert study_of().optimize(objective, trials=1).best_value == 0.0
    with pytest.raises(ReportError, match="returned nothing"):
        study_of().optimize(lambda trial: None, trials=1)


class Descent(tw.Trainable):
    epochs = 4
    made: list[str] = []

    def setup(self, config):
        self.w, self.made = config["x"], Descent.made
        self.made.append("setup")

    def step(self):
        self.w /= 2
        return self.w

    def save(self):
        return {"w": self.w}

    def load(self, state):
        self.w = state["w"]
        self.made.append("load")

    def close(self):
        self.made.append("close")


def test_a_class_is_set_up_stepped_and_closed() -> None:
    Descent.made.clear()
    study = study_of().optimize(Descent, trials=1)
    trial = study.trials[0]
    assert trial.value == trial.config["x"] / 16
    assert list(trial.reports) == [1, 2, 3, 4]
    assert study.load_state(trial) == {"w": trial.value}
    assert Descent.made == ["setup", "close"]


class Patient(AfterTwo):
    def judge(self, history):
        return Lenient(history)


class Lenient(Strict):
    decision = Decision.PAUSE

    def decide(self, row):
        return self.decision if self.history.reports.step[row] == 2 else Decision.CONTINUE

    def promote(self):
        paused = [n for n in range(self.history.n) if self.history.states[n] == tw.TrialState.PAUSED]
        return paused[0] if paused and self.history.n > 1 else None


def test_a_class_that_was_paused_goes_on_from_its_state() -> None:
    Descent.made.clear()
    study = study_of(scheduler=Patient()).optimize(Descent, trials=2)
    assert [trial.value for trial in study.trials] == [trial.config["x"] / 16 for trial in study.trials]
    assert [list(trial.reports) for trial in study.trials] == [[1, 2, 3, 4]] * 2
    assert Descent.made.count("load") == 2


def test_a_class_saves_on_the_way_where_it_is_told() -> None:
    class Often(Descent):
        save_every = 1

        def step(self):
            if self.w < 0.1:
                raise ConnectionError("lost")
            return super().step()

    study = study_of().optimize(Often, trials=1, failures=tw.Failures(retries=1))
    assert "load" in Descent.made
    assert study.trials[0].state.label == "failed"


def test_a_class_must_say_how_many_epochs() -> None:
    class Endless(Descent):
        epochs = 0

    with pytest.raises(StudyError, match="Endless.epochs must be a whole number from 1"):
        study_of().optimize(Endless, trials=1)


def test_what_is_no_objective_is_refused() -> None:
    with pytest.raises(StudyError, match="must be a function of the trial"):
        study_of().optimize(3.0, trials=1)

"""Regularised evolution: age, samples, one change at a time."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw


def cells():
    return tw.Space(
        {f"op{i}": tw.Categorical("conv", "pool", "skip", "none") for i in range(8)} | {"w": tw.Float(0, 1)}
    )


def study_of(strategy, space=None, **options):
    return tw.Study(space or cells(), minimize="loss", strategy=strategy, **{"seed": 0} | options)


def loss(trial):
    return sum(value != "skip" for name, value in trial.config.items() if name != "w") + abs(trial["w"] - 0.4)


def changes(a, b):
    return sum(a[name] != b[name] for name in a)


def test_a_child_differs_from_a_living_trial_in_one_parameter():
    study = study_of(tw.RegularizedEvolution(population=10, sample=4)).optimize(loss, 80)
    configs = [trial.config for trial in study.trials]
    for number in range(10, 80):
        assert min(changes(configs[number], parent) for parent in configs[number - 10 : number]) == 1


def test_with_a_sample_of_everybody_the_best_of_the_last_trials_is_the_parent():
    study = study_of(tw.RegularizedEvolution(population=6, sample=6)).optimize(loss, 60)
    losses = study.history.losses[:, 0]
    for number in range(12, 60):
        living = np.arange(number - 6, number)
        best = living[losses[living] == losses[living].min()]
        near = [changes(study.trials[number].config, study.trials[k].config) for k in best]
        assert min(near) == 1


def test_the_best_is_forgotten_when_its_time_has_come():
    """Its children fail to be any good: nobody is a child of the one lucky trial for longer than it lives."""
    space = tw.Space({f"c{i}": tw.Categorical(*range(50)) for i in range(6)})
    study = study_of(tw.RegularizedEvolution(population=10, sample=10), space)
    study.optimize(lambda t: -100.0 if t.number == 12 else float(t.number % 7), 100)
    lucky = study.trials[12].config
    assert all(changes(study.trials[k].config, lucky) == 1 for k in range(13, 23))
    assert np.mean([changes(study.trials[k].config, lucky) for k in range(80, 100)]) > 2


def test_it_finds_what_chance_does_not():
    ours = [study_of(tw.RegularizedEvolution(20, 8), seed=s).optimize(loss, 300).best_value for s in range(5)]
    chance = [study_of(tw.Random(), seed=s).optimize(loss, 300).best_value for s in range(5)]
    assert np.median(ours) < 0.3
    assert np.median(chance) > 1.0


def test_failed_trials_have_no_children_and_what_breaks_a_constraint_few():
    study = study_of(tw.RegularizedEvolution(population=8, sample=8), constraints=["size <= 3"])
    for number in range(60):
        trial = study.ask()
        if number % 4 == 3:
            study.tell(trial, state="failed")
        else:
            size = sum(value == "conv" for value in trial.config.values())
            study.tell(trial, {"loss": loss(trial) - size, "size": float(size)})
    assert study.history.violations[30:][study.history.complete[30:]].mean() < 0.5
    failing = study_of(tw.RegularizedEvolution(population=4, sample=2))
    for _ in range(12):
        failing.tell(failing.ask(), state="failed")
    assert failing.ask().config


def test_a_condition_that_comes_true_brings_its_parameters():
    space = tw.Space(kind=tw.Categorical("a", "b"), x=tw.Float(0, 1, when=tw.when("kind", "b")), y=tw.Int(0, 9))
    study = study_of(tw.RegularizedEvolution(population=6, sample=3), space, duplicates="allow")
    study.optimize(lambda t: abs(t["x"] - 0.25) if t["kind"] == "b" else 1.0, 120)
    assert study.best_value < 0.02


@pytest.mark.parametrize("options", [{"population": 1}, {"sample": 0}, {"sample": 51}, {"mutation_index": -1.0}])
def test_options_are_checked(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        tw.RegularizedEvolution(**options)


def test_several_objectives_are_refused():
    with pytest.raises(tw.errors.StudyError, match="one objective"):
        tw.Study(cells(), minimize=["a", "b"], strategy=tw.RegularizedEvolution())

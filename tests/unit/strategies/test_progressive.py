"""Progressive: the simplest first, then stage by stage, the best grow."""

import numpy as np
import pytest

import tunewright as tw

NAMES = [f"c{k}" for k in range(6)]
SPACE = tw.Space({name: tw.Categorical("none", "a", "b") for name in NAMES})


def complexity(config, simple="none"):
    return sum(value != simple for value in config.values())


def run(objective, trials, **options):
    study = tw.Study(SPACE, maximize="score", strategy=tw.Progressive(**options), seed=0)
    return study.optimize(objective, trials)


def test_the_simplest_comes_first_and_stages_bound_what_differs():
    study = run(lambda trial: complexity(trial.config), 40, beam=5, stages=6)
    sizes = [complexity(trial.config) for trial in study.trials]
    assert sizes[0] == 0
    for number, size in enumerate(sizes[1:31]):
        assert size <= 1 + number // 5
    assert max(sizes) == 6


def test_fewer_stages_grow_faster():
    study = run(lambda trial: complexity(trial.config), 12, beam=5, stages=2)
    sizes = [complexity(trial.config) for trial in study.trials]
    assert max(sizes[1:6]) == 3 and max(sizes[6:]) > 3


def test_the_simplest_values_can_be_given():
    study = run(lambda trial: 0.0, 6, beam=5, simplest=dict.fromkeys(NAMES, "b"))
    assert [complexity(trial.config, "b") for trial in study.trials] == [0, 1, 1, 1, 1, 1]


def test_children_come_of_the_best():
    def objective(trial):
        return (trial["c0"] == "a") - 0.5 * (trial["c0"] == "b") + 0.1 * complexity(trial.config)

    study = run(objective, 60, beam=12)
    later = [trial.config["c0"] for trial in study.trials[25:]]
    assert np.mean([value == "a" for value in later]) > 0.7


def test_numbers_are_simple_where_they_are_low():
    space = tw.Space(depth=tw.Int(2, 9), width=tw.Int(8, 64), op=tw.Categorical("x", "y"))
    study = tw.Study(space, minimize="loss", strategy=tw.Progressive(beam=4), seed=0)
    assert study.ask().config == {"depth": 2, "width": 8, "op": "x"}


@pytest.mark.parametrize("options", [{"beam": 0}, {"stages": 0}, {"children": 1.5}, {"beam": True}])
def test_bad_options_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        tw.Progressive(**options)


@pytest.mark.parametrize(("simplest", "words"), [({"c9": "a"}, "'c9'"), ({"c0": "z"}, "'c0'")])
def test_simplest_values_that_are_not_there_are_refused(simplest, words):
    with pytest.raises(tw.errors.ConfigError, match=words):
        tw.Study(SPACE, minimize="loss", strategy=tw.Progressive(simplest=simplest))

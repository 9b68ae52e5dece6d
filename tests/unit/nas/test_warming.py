"""Studies that begin with the best of many random architectures."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

import tunewright as tw
from tunewright.errors import ArchitectureError

CELL = tw.nas.Cell(3, ("zero", "identity", "conv3"))  # 27 configurations


def convolutions(config):
    return float(sum(config[name] == "conv3" for name in CELL.names))


def begun(**settings):
    study = tw.Study(CELL.space, maximize="accuracy", seed=0)
    numbers = tw.nas.warm_start(study, CELL, settings.pop("score", convolutions), **settings)
    return numbers, [study.ask().config for _ in numbers]


def test_the_best_of_all_come_first():
    # 500 draws of 27: every configuration is among them but with probability 27 (26/27)^500 < 2e-7.
    numbers, configs = begun(draws=500, best=7)
    assert numbers == list(range(7))
    assert [convolutions(config) for config in configs] == [3.0] + [2.0] * 6
    assert len({repr(config) for config in configs}) == 7


def test_a_function_of_the_seed():
    assert begun(seed=3) == begun(seed=3)
    assert begun(seed=3, score=lambda config: 0.0) != begun(seed=4, score=lambda config: 0.0)


def test_equal_scores_keep_the_order_of_the_draws():
    met = []
    _, configs = begun(score=lambda config: met.append(dict(config)) or 0.0, best=4)
    assert [dict(config) for config in configs] == met[:4]


def test_a_random_search_of_the_same_seed_draws_others():
    space = tw.Space({f"edge_{k}": tw.Float(0, 1) for k in range(2)})
    study = tw.Study(space, maximize="accuracy", strategy=tw.Random(), seed=7)
    met = []
    tw.nas.warm_start(study, SimpleNamespace(space=space), lambda config: met.append(config) or 0.0, best=1, seed=7)
    configs = [dict(study.ask().config) for _ in range(20)]
    assert configs[0] == met[0]
    assert all(config not in met for config in configs[1:])


def test_what_has_no_score_is_passed_over():
    def score(config):
        CELL.architecture(config)  # ArchitectureError where nothing reaches the output
        return -math.inf if config["edge_0_2"] == "conv3" else -convolutions(config)

    _, configs = begun(score=score, draws=300, best=3)
    assert all(config["edge_0_2"] != "conv3" for config in configs)
    assert all(CELL.architecture(config).size >= 0 for config in configs)


def test_other_parameters_are_drawn_later():
    space = tw.Space({**CELL.space.by_name, "lr": tw.Float(1e-4, 1e-1, log=True)})
    study = tw.Study(space, maximize="accuracy", seed=0)
    tw.nas.warm_start(study, CELL, convolutions, best=1)
    assert 1e-4 <= study.ask().config["lr"] <= 1e-1


def test_too_few_with_a_score_enqueue_nothing():
    study = tw.Study(CELL.space, maximize="accuracy", seed=0)
    with pytest.raises(ArchitectureError, match="5 were asked for and 0 of 100 draws"):
        tw.nas.warm_start(study, CELL, lambda config: -math.inf)
    assert len(study.trials) == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"draws": 0}, "draws must be 1 or more"),
        ({"best": 0}, "best must be 1 or more"),
        ({"draws": 4, "best": 5}, "best must be no more than draws"),
        ({"score": lambda config: math.nan}, "score must return a number or -inf, got nan"),
        ({"score": lambda config: math.inf}, "got inf"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        begun(**settings)


def test_an_error_of_the_score_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        begun(score=lambda config: 1 / 0)


def test_a_study_of_something_else():
    study = tw.Study(tw.Space(lr=tw.Float(0, 1)), maximize="accuracy", seed=0)
    with pytest.raises(tw.errors.ConfigError, match="edge_0_1"):
        tw.nas.warm_start(study, CELL, convolutions)

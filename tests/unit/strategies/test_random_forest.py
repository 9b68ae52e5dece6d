"""What is special about RandomForest: forests, their local search, and the spaces they are for."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw
from tunewright.numerics.sampling import generator
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.forest.belief import Growth, belief_of, categories
from tunewright.strategies.forest.search import climbed, neighbours
from tunewright.strategies.gp.record import evidence

SMALL = {"candidates": 64, "climbs": 4, "startup": 8, "trees": 20}


def hierarchy():
    """Each model has parameters of its own."""
    return tw.Space(
        model=tw.Categorical("forest", "svm", "net"),
        depth=tw.Int(1, 20, when=tw.when("model", "forest")),
        c=tw.Float(1e-3, 1e3, log=True, when=tw.when("model", "svm")),
        kernel=tw.Categorical("rbf", "poly", "linear", when=tw.when("model", "svm")),
        layers=tw.Int(1, 5, when=tw.when("model", "net")),
        activation=tw.Categorical("relu", "tanh", "elu", "gelu", when=tw.when("model", "net")),
    )


def loss(config):
    if config["model"] == "forest":
        return 2.0 + abs(config["depth"] - 7) / 10
    if config["model"] == "svm":
        return 1.0 + abs(np.log10(config["c"])) / 3 + {"rbf": 0.0, "poly": 0.5, "linear": 1.0}[config["kernel"]]
    return 1.5 + 0.2 * config["layers"] + 0.3 * (config["activation"] == "tanh")


def run(strategy, space, objective, trials, **options):
    study = tw.Study(space, minimize="loss", strategy=strategy, **({"seed": 0} | options))
    for _ in range(trials):
        trial = study.ask()
        study.tell(trial, objective(trial.config))
    return study


def test_it_finds_the_branch_and_the_best_within():
    ends = [run(tw.RandomForest(**SMALL), hierarchy(), loss, 50, seed=seed).best_value for seed in range(3)]
    chance = [run(tw.Random(), hierarchy(), loss, 50, seed=seed).best_value for seed in range(3)]
    assert np.median(ends) < 1.05
    assert np.median(ends) < np.median(chance)


def test_categories_alone():
    space = tw.Space({f"c{j}": tw.Categorical(*range(6)) for j in range(6)})
    best = np.array([3, 1, 4, 1, 5, 2])
    wrong = lambda config: float(sum(a != b for a, b in zip(config.values(), best, strict=True)))  # noqa: E731
    ends = [run(tw.RandomForest(**SMALL), space, wrong, 80, seed=seed).best_value for seed in range(3)]
    assert np.median(ends) <= 1.0  # of 46,656 configurations 1 has 0 and 30 have 1; chance comes to 2 or 3


def belief(space, objective, trials=30):
    study = run(tw.Random(), space, objective, trials)
    coords = coordinates(space)
    options = {"trees": 10, "min_leaf": 1, "min_split": 2, "threads": 1}
    return coords, belief_of(evidence(study.history, coords), coords, Growth(0, 0, options), "standard", 0.0)


def test_neighbours_differ_in_one_parameter():
    space = tw.Space(a=tw.Float(0, 1), b=tw.Categorical("x", "y", "z", "w"), c=tw.Int(0, 9))
    coords = coordinates(space)
    assert categories(coords).tolist() == [0, 4, 0]
    point = np.array([[0.5, 0.375, 0.55]])
    near = coords.rounded(neighbours(coords, point, generator(0, 0, 0)))
    assert len(near) == 4 + 3 + 4
    assert ((near != point).sum(axis=1) <= 1).all()
    assert sorted(near[4:7, 1].tolist()) == [0.125, 0.625, 0.875]  # each of the other categories once
    assert (near[:4, 0] != 0.5).all()


def test_climbs_never_go_down_and_stay_where_it_is_allowed():
    space = tw.Space({f"x{j}": tw.Int(0, 20) for j in range(3)} | {"c": tw.Categorical("a", "b", "c")})
    space.forbid("x0 + x1 > 25")
    coords, believed = belief(space, lambda config: (config["x0"] - 12.0) ** 2 + 9 * (config["c"] != "b"))
    starts = coords.rounded(generator(1, 0, 0).random((20, 4)))
    starts = starts[space.feasible(coords.natives(starts))]
    before = believed.at(coords, starts)
    ends, values = climbed(believed, coords, starts, generator(2, 0, 0))
    assert (values >= before).all()
    assert (values > before).any()
    assert np.allclose(values, believed.at(coords, ends))
    assert space.feasible(coords.natives(ends)).all()


def test_pending_trials_are_believed_at_their_mean():
    space = tw.Space(x=tw.Float(0, 1), y=tw.Float(0, 1))
    coords, believed = belief(space, lambda config: config["x"])
    growth = Growth(0, 0, {"trees": 10, "min_leaf": 1, "min_split": 2, "threads": 1})
    points = np.array([[0.2, 0.2], [0.8, 0.8]])
    with_them = believed.with_pending(points, growth, categories(coords))
    assert np.array_equal(with_them.y[-2:], believed.forest.predict(points)[0])
    assert len(with_them.x) == len(believed.x) + 2


def test_failures_and_broken_constraints_are_avoided():
    def outcome(study, trial):
        x, y = trial.config["x"], trial.config["y"]
        if x > 0.7:
            study.tell(trial, state="failed")
        else:
            study.tell(trial, {"loss": -x - y, "memory": y})

    space = tw.Space(x=tw.Float(0, 1), y=tw.Float(0, 1))
    study = tw.Study(
        space,
        minimize="loss",
        constraints=["memory <= 0.6"],
        strategy=tw.RandomForest(exploration=0.0, **SMALL),
        seed=1,
    )
    for _ in range(50):
        outcome(study, study.ask())
    late = study.history.natives[25:]
    assert np.mean(late[:, 0] > 0.7) < 0.35
    assert np.mean(late[:, 1] > 0.65) < 0.2  # the best is where the constraint begins to bind
    assert study.best_value < -1.1


def test_a_batch_differs_within():
    study = run(tw.RandomForest(**SMALL), hierarchy(), loss, 20)
    configs = [trial.config for trial in study.ask(6)]
    assert all(a != b for i, a in enumerate(configs) for b in configs[:i])


def test_exploration_is_the_design():
    """With all but all trials explored, suggestions are those of a study that has not begun to model."""
    explored = run(tw.RandomForest(exploration=1 - 1e-12, **SMALL), hierarchy(), loss, 20)
    waiting = run(tw.RandomForest(**SMALL | {"startup": 99}), hierarchy(), loss, 20)
    assert np.array_equal(explored.history.natives, waiting.history.natives, equal_nan=True)


def test_threads_do_not_matter():
    one, two = (run(tw.RandomForest(threads=threads, **SMALL), hierarchy(), loss, 16) for threads in (1, 3))
    assert np.array_equal(one.history.natives, two.history.natives, equal_nan=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"trees": 0}, "trees must be a whole number from 1"),
        ({"features": 0.0}, "features must be a number above 0"),
        ({"exploration": 1.0}, "exploration must be"),
        ({"outputs": "log"}, "outputs must be one of"),
        ({"splits": "worst"}, "splits must be one of 'random', 'best'"),
        ({"bootstrap": 1}, "bootstrap must be True or False"),
        ({"candidates": 3}, "candidates must be a whole number from 16"),
    ],
)
def test_options_are_checked(options, words):
    with pytest.raises(ValueError, match=words):
        tw.RandomForest(**options)

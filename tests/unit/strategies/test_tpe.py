"""What is special about TPE: who is good, what the densities are of, and where the next trial goes."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies import tpe
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gp.candidates import design
from tunewright.strategies.parzen.densities import Densities
from tunewright.strategies.parzen.fronts import Fronts, contributions
from tunewright.strategies.parzen.knowledge import Knowledge
from tunewright.strategies.parzen.rungs import staged
from tunewright.strategies.parzen.standing import Standing, improvements
from tunewright.strategies.readings import readings

LINE = tw.Space(x=tw.Float(0.0, 1.0))


def made(strategy, space=LINE, **options):
    return tw.Study(space, **{"minimize": "y", "strategy": strategy, "seed": 0} | options)


def fed(study, xs, values):
    study.enqueue([{"x": x} for x in xs])
    for value in values:
        study.tell(study.ask(), value)
    return study


def estimator(study):
    """What TPE keeps of a study's record."""
    (known,) = tpe._records[study.history].values()
    return known.densities.estimator


def good(study):
    return estimator(study).good().tolist()


def others(study, group=0):
    return estimator(study).members(group)[1].tolist()


def standing(study):
    known = Standing()
    known.take(study.history, np.flatnonzero(study.history.told).tolist())
    return known


# -- the first trials -------------------------------------------------------------------------------------


def test_the_first_trials_are_a_design_through_the_priors():
    space = tw.Space(a=tw.Float(0.0, 1.0, prior=tw.Normal(0.3, 0.05)), b=tw.Categorical("x", "y"))
    study = made(tw.TPE(startup=4), space)
    for _ in range(4):
        study.tell(study.ask(), 1.0)
    assert np.array_equal(study.history.natives, design(coordinates(space), 0, np.arange(4)))


def test_trials_that_cannot_be_good_do_not_end_the_design():
    study = made(tw.TPE(startup=3))
    for state in ("failed", "complete", "failed", "complete"):
        study.tell(study.ask(), **({"state": "failed"} if state == "failed" else {"values": 1.0}))
    study.ask()
    assert np.array_equal(study.history.natives[:5], design(coordinates(LINE), 0, np.arange(5)))


# -- who is good ------------------------------------------------------------------------------------------


def test_the_order_of_trials():
    study = tw.Study(LINE, minimize="y", constraints=["size <= 1"], seed=0, scheduler=tw.MedianStopping())
    for number in range(10):
        trial = study.ask()
        if number in (0, 4):  # pruned after two steps, and after one
            trial.report(step=1, y=-5.0 if number else 9.0, size=0.0)
            if not number:
                trial.report(step=2, y=7.0, size=0.0)
            study.tell(trial, state="pruned")
        elif number == 5:
            study.tell(trial, state="failed")
        elif number == 6:
            study.tell(trial, {"y": float("nan"), "size": 0.0})
        elif number != 9:
            sizes = {2: 3.0, 3: 2.0}
            study.tell(
                trial, {"y": {1: 0.5, 2: -1.0, 3: -2.0, 7: 0.25, 8: 0.5}[number], "size": sizes.get(number, 0.0)}
            )
    known = standing(study)
    # complete by loss, the earlier of equals first; pruned by step; then the smaller violation; failed and NaN never
    assert known.best(99) == [7, 1, 8, 0, 4, 3, 2]
    assert known.best(2) == [7, 1]
    assert known.ended == 9


def test_maximised_objectives_are_turned():
    study = tw.Study(LINE, maximize="y", seed=0)
    for value in (1.0, 3.0, 2.0):
        study.tell(study.ask(), value)
    assert standing(study).best(3) == [1, 2, 0]


def test_many_trials_are_placed_as_one_by_one():
    study = made(tw.Random())
    rng = np.random.default_rng(0)
    slow, values = Standing(), rng.integers(0, 9, 60).astype(float)
    for value in values:
        trial = study.ask()
        study.tell(trial, float(value))
        slow.take(study.history, [trial.number])
    quick = standing(study)
    assert quick.order == slow.order
    assert quick.best(60) == np.argsort(values, kind="stable").tolist()


def test_the_best_are_one_list_until_somebody_else_is():
    study, known = made(tw.Random()), Standing()

    def told(value):
        trial = study.ask()
        study.tell(trial, value)
        known.take(study.history, [trial.number])
        return known.best(2)

    assert told(3.0) == [0]
    best = told(2.0)
    assert best == [1, 0]
    assert told(4.0) is best  # nobody for the best two
    assert told(3.0) is best  # the newer of equals comes last
    assert told(2.5) == [1, 4]
    assert known.best(3) == [1, 4, 0]
    assert known.best(1) == [1]


def test_weights_by_value():
    assert improvements(np.array([1.0, 2.0, 4.0]), 2).tolist() == pytest.approx([1.2, 0.8])  # by 3 and by 2
    assert improvements(np.array([1.0, 2.0, 4.0]), 3).tolist() == pytest.approx([1.8, 1.2, 1e-3])
    assert improvements(np.array([1.0, 3.0, np.nan]), 2).tolist() == [2.0, 1e-3]
    for same in ([2.0, 2.0, 2.0], [np.nan, np.nan], [5.0]):
        assert improvements(np.array(same), len(same) - 1).tolist() == [1.0] * (len(same) - 1)
    assert np.isfinite(improvements(np.array([-1e150, 0.0, 1e150]), 2)).all()


@pytest.mark.parametrize(("trials", "count"), [(10, 1), (13, 2), (20, 2), (21, 3), (400, 25)])
def test_how_many_are_good(trials, count):
    study = fed(made(tw.TPE(candidates=1)), np.linspace(0, 1, trials), np.arange(trials, dtype=float))
    study.ask()
    assert good(study) == list(range(count))
    assert others(study) == list(range(count, trials))


def test_who_is_no_longer_good_is_one_of_the_others_again():
    study = fed(made(tw.TPE(startup=2)), [0.1, 0.2], [5.0, 4.0])
    study.tell(study.ask(), 3.0)
    assert good(study) == [1]
    study.ask()
    assert good(study) == [2]
    assert others(study) == [0, 1]


def test_trials_under_way_and_failed_ones_are_among_the_others():
    study = fed(made(tw.TPE(startup=2)), [0.1, 0.9, 0.5], [1.0, 2.0])
    waiting = study.ask()
    study.tell(study.ask(), state="failed")
    study.ask()
    assert others(study) == [1, waiting.number, 3]
    study.tell(waiting, 0.0)
    study.ask()
    assert good(study) == [waiting.number]
    assert others(study) == [0, 1, 3, 4]


def test_a_batch_lies_about_its_own_trials_and_forgets_it():
    study = fed(made(tw.TPE(startup=2)), [0.1, 0.9], [1.0, 2.0])
    batch = study.ask(6)
    assert len({trial["x"] for trial in batch}) == 6
    assert others(study) == [1]
    study.ask()
    assert others(study) == [1, *(trial.number for trial in batch)]


def test_a_trial_that_gains_parameters_is_taken_anew_wherever_it_is():
    study = tw.Study(LINE, minimize="y", seed=0)
    space = coordinates(LINE)

    def knowledge():
        return Knowledge(LINE, Standing(), Densities(space, [[0]], 1.0))

    kept, draws, seen = knowledge(), np.random.default_rng(0).random(24 * 3), []
    study.ask(2)
    kept.read(study.history)
    kept.densities.estimator.split([0])
    for x in (0.1, 0.7):
        study.history.place(0, np.array([x]))
        study.history.place(1, np.array([x]))
        kept.read(study.history)
        fresh = knowledge()
        fresh.read(study.history)
        fresh.densities.estimator.split([0])
        drawn = kept.densities.estimator.candidates(draws)
        assert np.array_equal(drawn, fresh.densities.estimator.candidates(draws))
        seen.append(drawn)
    assert not np.allclose(*seen)


# -- several objectives -----------------------------------------------------------------------------------


def fronts(points, **options):
    study = tw.Study(LINE, minimize=["a", "b"], seed=0, **options)
    for a, b in points:
        study.tell(study.ask(), {"a": a, "b": b})
    known = Fronts()
    known.take(study.history, list(range(len(points))))
    return known, study.history


def test_the_better_fronts_are_good_and_the_widest_of_the_last():
    points = [(0, 9), (9, 0), (4.4, 4.6), (4.5, 4.5), (10, 10), (1, 10), (float("nan"), 0)]
    known, history = fronts(points)
    assert known.usable == 6
    assert known.ended == 7
    assert known.best(history, 4) == [0, 1, 2, 3]
    assert set(known.best(history, 3)) in ({0, 1, 2}, {0, 1, 3})
    assert known.best(history, 5) == [0, 1, 2, 3, 5]
    assert known.best(history, 99) == [0, 1, 2, 3, 4, 5]


def test_what_breaks_constraints_is_good_after_all_others():
    known, history = fronts([(0, 0), (5, 5), (6, 6)], constraints=["a >= 1"])
    assert known.best(history, 1) == [1]
    assert known.best(history, 2) == [1, 2]
    assert known.best(history, 3) == [0, 1, 2]


def test_weights_by_hypervolume():
    weights = contributions(np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5], [2.0, 2.0]]), np.zeros(4))
    # in units of (2, 2), from (1.1, 1.1): 0.25 x 0.1, 0.1 x 0.25 ... of the corners; the middle 0.25 x 0.25
    corner = (0.25 * (1.1 - 0.5), 0.25 * 0.25)
    assert weights[0] == weights[1]
    assert weights[2] / weights[0] == pytest.approx(corner[1] / corner[0])
    assert weights[3] == 1e-3
    assert np.array_equal(contributions(np.ones((2, 2)), np.array([1.0, 2.0])), [1.0, 1.0])


# -- trainings that end early -----------------------------------------------------------------------------


def test_trials_are_compared_at_the_highest_rung_that_enough_reached():
    study = tw.Study(LINE, minimize="y", seed=0, scheduler=tw.ASHA(9))
    history = study.history
    losses = {0: [5, 4, 1], 1: [4, 3.5], 2: [3, 3], 3: [6], 4: [1]}  # at steps 1, 3 and 9
    trials = {number: study.ask() for number in losses}
    for number, curve in losses.items():
        for step, loss in zip((1, 3, 9), curve, strict=False):
            history.reports.add(number, step, {"y": float(loss)}, history.revision + 1)
            history.revision += 1
    assert len(trials) == 5
    read = readings(history)
    assert set(read.steps.tolist()) == {1, 3, 9}
    nan = float("nan")
    for enough, order, expected in [
        (1, [0, 2, 1, 4, 3], [1, nan, nan, nan, nan]),
        (3, [2, 1, 0, 4, 3], [3, 3.5, 4, nan, nan]),
        (5, [4, 2, 1, 0, 3], [1, 3, 4, 5, 6]),
        (6, [4, 2, 1, 0, 3], [1, 3, 4, 5, 6]),
    ]:
        numbers, found = staged(history, read, enough)
        assert numbers.tolist() == order
        assert np.array_equal(found, expected, equal_nan=True)


@pytest.mark.parametrize("fidelity", ["all", "last"])
def test_trainings_that_ended_early_are_learnt_from(fidelity):
    def objective(trial):
        for epoch in trial.epochs(9):
            trial.report(y=abs(trial["x"] - 0.3) + 1 / (epoch + 1))
        return abs(trial["x"] - 0.3) + 0.1

    study = made(tw.TPE(fidelity=fidelity), scheduler=tw.ASHA(9)).optimize(objective, 60)
    assert (study.history.states == tw.TrialState.PRUNED).sum() > 20
    assert study.best_value < 0.12


# -- spaces -----------------------------------------------------------------------------------------------


def nested():
    return tw.Space(
        kind=tw.Categorical("a", "b"),
        x=tw.Float(0.0, 1.0, when=tw.when("kind", "a")),
        y=tw.Float(0.0, 1.0, when=tw.when("kind", "b")),
        z=tw.Float(0.0, 1.0, when=tw.when("kind", "b")),
        fixed=tw.Constant(1),
    )


@pytest.mark.parametrize(
    ("strategy", "columns"),
    [
        (tw.TPE(), [[0, 1, 2, 3]]),
        (tw.TPE(group=True), [[0], [1], [2, 3]]),
        (tw.TPE(multivariate=False), [[0], [1], [2], [3]]),
    ],
)
def test_what_is_modelled_together(strategy, columns):
    study = made(strategy, nested())
    for _ in range(30):
        trial = study.ask()
        study.tell(trial, trial.config.get("x", 0.5))
    study.ask()
    (known,) = tpe._records[study.history].values()
    assert known.densities.groups == columns
    if len(columns) > 1:  # a group has the trials that have its parameters
        there = np.flatnonzero(~np.isnan(study.history.natives[:30, 1]))
        assert set(others(study, 1)) == set(there.tolist()) - set(good(study))


def test_priors_are_a_component_for_good():
    space = tw.Space(x=tw.Float(0.0, 1.0, prior=tw.Normal(0.2, 0.02)), c=tw.Categorical("a", "b", weights=[50, 1]))
    configs = [t.config for t in made(tw.TPE(startup=1), space).optimize(lambda t: 1.0, 40).trials]
    assert np.mean([abs(config["x"] - 0.2) < 0.1 for config in configs[:20]]) > 0.8
    assert np.mean([config["c"] == "a" for config in configs]) > 0.8


def test_what_a_prior_says_is_of_its_own_parameter():
    space = tw.Space(
        low=tw.Float(0.0, 1.0, prior=tw.Normal(0.1, 0.01)), high=tw.Float(0.0, 1.0, prior=tw.Normal(0.9, 0.01))
    )
    study = made(tw.TPE(startup=1, prior_weight=1e6), space).optimize(lambda t: 1.0, 30)  # drawn from the priors alone
    rows = study.history.natives
    assert (abs(rows - [0.1, 0.9]) < 0.06).all()


def test_nothing_forbidden_and_nothing_twice_where_there_is_a_choice():
    space = tw.Space(a=tw.Int(0, 6), b=tw.Categorical(*"uvwxyz")).forbid("a == 3")
    study = made(tw.TPE(startup=2), space, duplicates="allow")
    seen = [tuple(study.tell(trial := study.ask(), float(trial["a"])) or trial.config.values()) for _ in range(20)]
    assert len(set(seen)) == 20
    assert all(a != 3 for a, _ in seen)


def test_names_met_while_running():
    def objective(trial):
        x = trial.suggest_float("x", 0.0, 1.0)
        return x + (trial.suggest_float("y", 0.0, 1.0) if x < 0.5 else 1.0)

    study = tw.Study(minimize="v", strategy=tw.TPE(startup=5), seed=0)
    study.optimize(objective, 40)
    history = study.history
    for number in range(history.n):
        past = history.at(int(history.seen[number]))
        assert study.strategy.suggest(past, 0, np.array([number])).shape == (1, history.space.dimension)
    study.ask()
    rows = history.unit[:40]
    assert len(others(study)) == 40 - len(good(study))
    assert np.isnan(rows[:, 1]).any()
    assert study.best_value < 0.4


# -- the search -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"multivariate": False}, {"weights": "value"}, {"candidates": 1}])
def test_it_beats_chance(options):
    space = tw.Space({f"x{j}": tw.Float(0.0, 1.0) for j in range(3)} | {"c": tw.Categorical("u", "v", "w")})

    def objective(trial):
        return sum((trial[f"x{j}"] - 0.3) ** 2 for j in range(3)) + (trial["c"] != "w")

    def best(strategy):
        return np.mean([made(strategy, space, seed=seed).optimize(objective, 60).best_value for seed in range(5)])

    assert best(tw.TPE(**options)) < best(tw.Random()) / 1.2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": "none"}, "weights must be 'age' or 'value'; got 'none'"),
        ({"fidelity": 1}, "fidelity must be 'all' or 'last'; got 1"),
        ({"startup": 0}, "startup must be a whole number from 1 upwards; got 0"),
        ({"candidates": 2.0}, "candidates must be a whole number"),
        ({"good": 0.0}, "good must be a number above 0, 1 at most; got 0.0"),
        ({"good": True}, "good must be a number"),
        ({"prior_weight": float("nan")}, "prior_weight must be a number above 0"),
        ({"group": 1}, "group must be True or False; got 1"),
        ({"group": True, "multivariate": False}, "group=True is of multivariate=True"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        tw.TPE(**options)

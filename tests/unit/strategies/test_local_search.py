"""Local search: where it stands, how long its steps are, and what a neighbour is."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.local.neighbours import neighbours
from tunewright.strategies.local.walk import walk

SPACE = tw.Space(lr=tw.Float(1e-4, 1.0, log=True), x=tw.Float(0.0, 1.0))
HOME = {"lr": 1e-2, "x": 0.5}
UP, DOWN = math.exp(1 / 3), math.exp(-1 / 12)


def begun(strategy, space=SPACE, **options):
    return tw.Study(space, minimize="loss", strategy=strategy, **{"seed": 0} | options)


def state(study):
    space = study.history.space
    strategy = study.strategy
    home = None if strategy.around is None else strategy._beginning(space)
    return walk(study.history, coordinates(space), strategy.step, home)


def test_it_begins_at_the_given_configuration():
    study = begun(tw.LocalSearch(HOME))
    first = study.ask()
    assert first.config == HOME
    assert study.ask().config != HOME  # does not wait for it
    study.tell(first, 1.0)
    assert state(study).stands[-1] == pytest.approx([0.5, 0.5])


def test_what_is_left_out_is_in_the_middle_of_its_prior():
    study = begun(tw.LocalSearch({"x": 0.25}))
    assert study.ask().config == {"lr": pytest.approx(1e-2), "x": 0.25}
    assert begun(tw.LocalSearch()).ask().config == {"lr": pytest.approx(1e-2), "x": 0.5}


def test_a_beginning_that_is_in_the_record_is_not_tried_again():
    study = begun(tw.LocalSearch(HOME))
    study.enqueue(HOME)
    study.tell(study.ask(), 1.0)
    assert study.ask().config != HOME


def test_success_lengthens_the_step_and_failure_shortens_it():
    study = begun(tw.LocalSearch(HOME, step=0.1))
    outcomes = [5.0, 4.0, 6.0, 4.0, None, 3.0]  # equal is no success
    lengths = []
    for outcome in outcomes:
        trial = study.ask()
        study.tell(trial, outcome) if outcome is not None else study.tell(trial, state="failed")
        lengths.append(state(study).steps[-1])
    expected = [0.1, 0.1 * UP, 0.1 * UP * DOWN, 0.1 * UP * DOWN**2, 0.1 * UP * DOWN**3, 0.1 * UP**2 * DOWN**3]
    assert lengths == pytest.approx(expected)
    assert state(study).stands[-1] == pytest.approx(study.history.unit[5])


def test_a_step_that_tells_nothing_more_begins_anew():
    study = begun(tw.LocalSearch(HOME, step=0.1))
    study.tell(study.ask(), 0.0)
    for _ in range(50):  # 12 log(64) = 49.9 failures
        study.tell(study.ask(), 1.0)
    assert state(study).steps[-1] == pytest.approx(0.1)
    assert min(state(study).steps) > 0.1 / 64


def test_trials_far_away_do_not_count():
    study = begun(tw.LocalSearch(step=0.02))
    study.enqueue([{"lr": 1e-4, "x": 0.0}, {"lr": 1.0, "x": 1.0}, {"lr": 1e-4, "x": 1.0}])
    for loss in (3.0, 2.0, 4.0):
        study.tell(study.ask(), loss)
    assert state(study).steps[-1] == 0.02
    assert state(study).stands[-1] == pytest.approx([1.0, 1.0])  # the best of all: around=None


def test_it_stays_where_the_steps_lead_from_the_given_configuration():
    study = begun(tw.LocalSearch(HOME, step=0.02))
    study.tell(study.ask(), 5.0)
    study.enqueue({"lr": 1.0, "x": 1.0})
    study.tell(study.ask(), 0.0)  # better, and elsewhere
    assert state(study).stands[-1] == pytest.approx([0.5, 0.5])


def test_what_keeps_the_constraints_comes_before_what_is_better():
    study = begun(tw.LocalSearch(HOME, step=0.1), constraints=["memory <= 1"])
    for loss, memory in ((1.0, 3.0), (9.0, 2.0), (0.0, 2.5), (20.0, 1.0), (-1.0, 1.5)):
        study.tell(study.ask(), {"loss": loss, "memory": memory})
    assert state(study).stands[-1] == pytest.approx(study.history.unit[3])


def test_numbers_move_on_their_own_scale():
    space = coordinates(SPACE)
    points = neighbours(space, np.array([0.5, 0.5]), 0.1, 3, np.arange(4_000), 0)
    natives = space.natives(points)
    moved = natives[:, 0] != natives[0, 0]
    steps = np.log10(natives[:, 0] / 1e-2)
    steps = steps[np.abs(steps) > 1e-9]
    assert np.std(steps) == pytest.approx(0.4, rel=0.05)  # a tenth of four decades
    assert abs(np.mean(steps)) < 0.03
    assert moved.any()
    assert (np.abs(points - 0.5) > 0).any(axis=1).all()


def test_steps_and_categories_change_or_stay_whole():
    space = coordinates(
        tw.Space(n=tw.Int(0, 4), s=tw.Float(0.0, 1.0, step=0.25), c=tw.Categorical("a", "b", "c"), o=tw.Ordinal(1, 2))
    )
    stand = space.unit(np.array([[0.0, 0.5, 1.0, 1.0]]))[0]
    points = neighbours(space, stand, 1e-3, 0, np.arange(600), 0)
    natives = space.natives(points)
    assert set(natives[:, 0]) == {0.0, 1.0}  # at a bound, the step goes the other way
    assert set(natives[:, 1]) == {0.25, 0.5, 0.75}
    assert set(natives[:, 2]) == {0.0, 1.0, 2.0}
    assert set(natives[:, 3]) == {0.0, 1.0}
    assert (natives != np.array([0.0, 0.5, 1.0, 1.0])).any(axis=1).all()
    others = natives[natives[:, 2] != 1.0, 2]
    assert 0.4 < (others == 0.0).mean() < 0.6


def test_a_new_category_brings_its_parameters_to_life():
    space = tw.Space(kind=tw.Categorical("a", "b"), rate=tw.Float(0.0, 1.0, when=tw.when("kind", "b")))
    study = begun(tw.LocalSearch({"kind": "a"}), space)
    for _ in range(20):
        trial = study.ask()
        study.tell(trial, 1.0 - trial.config.get("rate", 0.0))
    rates = {t.config["rate"] for t in study.trials if t.config["kind"] == "b"}
    assert len(rates) > 3
    assert study.best_config["kind"] == "b"


def test_it_tunes_finely():
    def valley(trial):
        return (math.log10(trial["lr"]) + 2.7) ** 2 + (trial["x"] - 0.62) ** 2

    found = [begun(tw.LocalSearch(HOME), seed=s).optimize(valley, 100).best_value for s in range(5)]
    drawn = [begun(tw.Random(), seed=s).optimize(valley, 100).best_value for s in range(5)]
    assert np.median(found) < np.median(drawn) / 30


def test_neighbours_of_a_small_space_are_not_repeated():
    space = tw.Space(a=tw.Int(0, 2), b=tw.Categorical("x", "y"), c=tw.Int(0, 1))
    study = begun(tw.LocalSearch(), space)
    rows = study.strategy.suggest(study.history, 0, np.arange(8))
    assert len({row.tobytes() for row in rows}) == 8


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"around": [1.0]}, "around must be"),
        ({"step": 0.0}, "step must be"),
        ({"step": 1.5}, "step must be"),
        ({"step": True}, "step must be"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        tw.LocalSearch(**arguments)


def test_a_beginning_that_is_not_of_the_space_is_refused():
    for around, words in (({"momentum": 0.9}, "momentum"), ({"lr": 3.0}, "around: parameter 'lr'")):
        with pytest.raises(tw.errors.ConfigError, match=words):
            begun(tw.LocalSearch(around))
    space = tw.Space(x=tw.Float(0.0, 1.0)).forbid("x > 0.4")
    with pytest.raises(tw.errors.ConfigError, match="forbidden"):
        begun(tw.LocalSearch({"x": 0.5}), space)
    with pytest.raises(tw.errors.StudyError, match="one objective"):
        tw.Study(SPACE, minimize=["a", "b"], strategy=tw.LocalSearch())

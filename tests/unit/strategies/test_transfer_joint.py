"""One process of all past tasks: what it expects of a new one, and what a search makes of that."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw
from tunewright.numerics import gp
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gp.outputs import transformed
from tunewright.strategies.gp.warping import Warped
from tunewright.strategies.past.foresight import line
from tunewright.strategies.past.joint import expected_of_rows, joint
from tunewright.strategies.past.source import matched
from tunewright.strategies.past.start import start
from tunewright.transfer import Task

SPACE = tw.Space(rate=tw.Float(1e-4, 1e-1, log=True), x=tw.Float(0.0, 1.0), net=tw.Categorical("a", "b"))
CENTRES = [(0.6, 0.3), (0.65, 0.35), (0.55, 0.25), (0.6, 0.2)]


def bowl(unit, centre):
    return ((unit[:, :2] - centre) ** 2).sum(axis=1) + 0.1 * (unit[:, 2] > 0.5)


def past(centre, seed, n=50, space=SPACE):
    unit = space.encode(space.decode(np.random.default_rng(seed).random((n, space.dimension))))
    return Task.from_arrays(f"task {seed}", space, unit, bowl(unit, centre))


TASKS = [past(centre, k) for k, centre in enumerate(CENTRES)]
CHOICE = tw.Transfer(tw.GaussianProcess(startup=6), first=1, model="joint")


def sources(space=SPACE, tasks=TASKS):
    return tuple(matched(task, space, "loss", "minimize", CHOICE.scores) for task in tasks)


def test_a_study_keeps_transformed_losses():
    study = tw.Study(SPACE, minimize="loss", strategy=CHOICE, transfer_from=TASKS)
    kept = study.strategy.past
    assert kept[1].z == pytest.approx(transformed(TASKS[1].losses, "yeo-johnson"))


def test_what_is_expected_of_a_new_task_and_of_each_past_one_by_the_kernel_itself():
    model = joint(sources(), SPACE)
    bent = model.space.bent(np.random.default_rng(5).random((7, 3)))

    def means(code):
        queries = np.column_stack([bent, np.full(7, code)])
        return gp.cross_covariance(queries, model.x, model.theta, model.kinds) @ model.alpha

    new, found = means(np.nan), model.expected(bent)
    assert found.shape == (5, 7)
    assert found[0] == pytest.approx(model.center + model.scale * new)
    for k in range(4):
        assert found[1 + k] == pytest.approx(model.scale * (means((k + 0.5) / 4) - new), abs=1e-9)
    weights = np.array([0.7, 0.1, -0.2, 0.3, 0.0])
    assert model.mean(bent, weights) == pytest.approx(weights @ found)


def test_the_joint_process_knows_a_task_better_than_its_own_points_do():
    few = [past(centre, k, n=8) for k, centre in enumerate(CENTRES)]
    model = joint(sources(tasks=few), SPACE)
    unit = np.random.default_rng(6).random((300, 3))
    seen = model.expected(model.space.bent(unit))[0]
    assert np.corrcoef(seen, bowl(unit, (0.6, 0.28)))[0, 1] > 0.9


def test_a_parameter_that_no_task_has_and_one_that_some_lack_have_their_places():
    narrow = tw.Space(x=tw.Float(0.0, 1.0), rate=tw.Float(1e-4, 1e-1, log=True))
    unit = np.random.default_rng(0).random((40, 2))
    lacking = Task.from_arrays("lacking", narrow, unit, (unit[:, 0] - 0.3) ** 2 + (unit[:, 1] - 0.6) ** 2)
    wide = tw.Space(new=tw.Float(0.0, 1.0), rate=tw.Float(1e-4, 1e-1, log=True), x=tw.Float(0.0, 1.0), net=SPACE["net"])
    model = joint(sources(wide, [TASKS[0], lacking]), wide)
    assert model.columns.tolist() == [1, 2, 3] and len(model.own()[0]) == 6
    unit = np.array([[0.1, 0.6, 0.3, 0.25], [0.9, 0.6, 0.3, 0.25], [0.5, 0.0, 1.0, 0.25]])
    good, same, bad = model.expected(model.space.bent(unit))[0]
    assert good == same and good < bad


def test_the_first_trial_is_where_all_tasks_lie_near_their_least():
    rows = start(sources(), SPACE, 1)
    unit = SPACE.encode(rows)[0]
    assert np.abs(unit[:2] - [0.6, 0.28]).max() < 0.1 and unit[2] < 0.5
    table = tw.Table(SPACE.configs(SPACE.decode(np.random.default_rng(3).random((300, 3)))), SPACE)
    row = start(sources(table), table, 2)[:1]
    new, *above = expected_of_rows(sources(table), table)
    regrets = [np.minimum(new + one - (new + one).min(), 0.5) for one in above]
    assert table.places(row)[0] == np.argmin(np.mean(regrets, axis=0))


def test_points_that_no_task_tried_are_considered_first():
    def slope(unit):  # least at a corner of the box, where no point of the past is
        return -unit[:, 0] - unit[:, 1]

    rng = np.random.default_rng(2)
    tasks = [Task.from_arrays(str(k), SPACE, u, slope(u)) for k, u in enumerate(0.9 * rng.random((2, 60, 3)))]
    assert (SPACE.encode(start(sources(tasks=tasks), SPACE, 1))[0, :2] == 1.0).all()


def test_rows_of_a_table_are_bent_like_points():
    table = tw.Table(SPACE.configs(SPACE.decode(np.random.default_rng(3).random((20, 3)))), SPACE)
    own = coordinates(table)
    bent = Warped.of(own, np.array([2.0, 1.0, 1.0]), np.array([1.0, 0.5, 1.0]))
    places = np.array([3, 11])
    assert bent.of_rows(table, places) == pytest.approx(bent.unit(table.rows[places]))
    assert not np.allclose(bent.of_rows(table, places), own.of_rows(table, places))


def run(scale=1.0, shift=0.0, trials=8, centre=(0.58, 0.28), tasks=TASKS, seed=0):
    study = tw.Study(SPACE, minimize="loss", strategy=CHOICE, seed=seed, transfer_from=tasks)
    for _ in range(trials):
        trial = study.ask()
        study.tell(trial, shift + scale * float(bowl(SPACE.encode(SPACE.natives([trial.config])), centre)[0]))
    return study


def test_the_unit_of_the_new_losses_is_no_matter():
    ours, theirs = (SPACE.encode(one.history.natives) for one in (run(), run(scale=1000.0, shift=-70.0)))
    assert ours == pytest.approx(theirs, abs=1e-3)


def test_alike_tasks_find_the_place_in_few_trials_and_their_weight_is_told():
    found = [run(seed=seed).best_value for seed in range(4)]
    assert np.median(found) < 1e-3  # a random search of 8 trials: 5e-2
    study = run()
    assert study.strategy.weights(study.history) == {"all past tasks": 1.0, "this study": 0.0}


def test_a_loss_that_is_huge_does_not_blind_the_search():
    study = tw.Study(SPACE, minimize="loss", strategy=CHOICE, seed=1, transfer_from=TASKS)
    for k in range(10):
        trial = study.ask()
        value = float(bowl(SPACE.encode(SPACE.natives([trial.config])), (0.58, 0.28))[0])
        study.tell(trial, 1e12 if k == 1 else value)
    assert study.best_value < 2e-3


def test_batches_failures_and_standard_errors_go_together_and_a_table_is_searched():
    table = tw.Table(SPACE.configs(SPACE.decode(np.random.default_rng(3).random((200, 3)))), SPACE)
    study = tw.Study(table, minimize="loss", strategy=CHOICE, seed=1, transfer_from=TASKS)
    for _ in range(4):
        for k, trial in enumerate(study.ask(3)):
            if k == 2:
                study.tell(trial, state="failed")
            else:
                study.tell(trial, float(bowl(table.encode(table.natives([trial.config])), (0.6, 0.3))[0]), sem=0.001)
    assert len(np.unique(study.history.natives, axis=0)) == 12
    losses = np.sort(bowl(table.encode(table.rows), (0.6, 0.3)))
    assert study.best_value <= losses[3]


def test_unit_offset_and_weights_are_where_their_density_is_highest():
    model, rng = joint(sources(), SPACE), np.random.default_rng(8)
    x = model.space.bent(rng.random((9, 3)))
    expected, theta = model.expected(x), model.own()[0]
    y = 3.0 * (expected[0] + 0.4) + rng.normal(size=9)
    offset, weights, unit = line(x, y, None, expected, theta, model)
    prior = np.array([0.25, 0.25, 0.25, 0.25, 0.25])
    rest = gp.covariance(x, theta, model.space.kinds) + np.exp(theta[-1]) * np.eye(9)

    def loss(s, a, w):  # of what is left, of the weights and the offset, about what they are believed to be before
        left = s * y - a - w @ expected
        return left @ np.linalg.solve(rest, left) / 2 + a * a / 2 + ((w - np.eye(5)[0]) ** 2 / prior).sum() / 2

    at = np.array([offset / unit, *weights / unit])
    low = loss(1 / unit, at[0], at[1:])
    for step in 1e-2 * rng.normal(size=(50, 6)):
        assert loss(1 / unit, at[0] + step[0], at[1:] + step[1:]) > low
    whole = rest + 1.0 + expected.T @ (prior[:, None] * expected)

    def likelihood(s):
        left = s * y - expected[0]
        return 9 * np.log(s) - left @ np.linalg.solve(whole, left) / 2

    assert likelihood(1 / unit) > max(likelihood(0.99 / unit), likelihood(1.01 / unit))

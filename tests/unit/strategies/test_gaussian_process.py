"""The Gaussian-process strategy: what it finds, and what it survives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tunewright as tw
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gp import model as models
from tunewright.strategies.gp.candidates import diverse, reflected
from tunewright.strategies.gp.outputs import transformed
from tunewright.strategies.gp.record import evidence
from tunewright.strategies.gp.subset import local

QUICK = {"candidates": 32, "climbs": 2, "startup": 4}


def study(space, **options):
    return tw.Study(space, minimize="y", strategy=tw.GaussianProcess(**QUICK | options), seed=1)


def plane(d=2):
    return tw.Space({f"x{i}": tw.Float(0, 1) for i in range(d)})


def bowl(config):
    return sum((v - 0.3) ** 2 for v in config.values())


# -- what it finds ------------------------------------------------------------------------------------


def test_a_bowl_is_found_in_few_trials():
    run = tw.Study(plane(), minimize="y", strategy=tw.GaussianProcess(), seed=0)
    run.optimize(lambda trial: bowl(trial.config), 22)
    assert run.best_value < 1e-3  # random search: 22 points leave about 0.01


def test_the_largest_is_found_when_asked_for():
    run = tw.Study(plane(), maximize="y", strategy=tw.GaussianProcess(**QUICK), seed=0)
    run.optimize(lambda trial: -bowl(trial.config), 20)
    assert run.best_value > -0.01


@pytest.mark.parametrize("acquisition", ["log_ei", "log_pi", "lcb", "log_nei", "thompson"])
@pytest.mark.parametrize("kernel", ["matern52", "rbf"])
def test_every_acquisition_beats_its_own_start(acquisition, kernel):
    run = study(plane(), acquisition=acquisition, kernel=kernel, outputs="standard")
    run.optimize(lambda trial: bowl(trial.config), 16)
    losses = run.history.losses[:, 0]
    assert losses[4:].min() < losses[:4].min()


def test_failing_ground_is_avoided():
    space = plane(1)
    run = tw.Study(space, minimize="y", strategy=tw.GaussianProcess(startup=4), seed=0)
    for _ in range(20):
        trial = run.ask()
        x = trial.config["x0"]
        run.tell(trial, **({"state": "failed"} if x < 0.5 else {"values": x}))  # the lower the better, until it breaks
    tried = run.history.natives[8:, 0]
    assert np.mean(tried < 0.45) < 0.25
    assert 0.5 <= run.best_config["x0"] < 0.51  # found by closing in on the edge


def test_the_prior_draws_the_first_models_near():
    near = tw.Space(x=tw.Float(0, 1, prior=tw.Normal(0.8, 0.05)))
    run = study(near)
    run.optimize(lambda trial: 0.0, 12)
    assert np.median(np.abs(run.history.natives[4:, 0] - 0.8)) < 0.2


# -- batches and trials under way -----------------------------------------------------------------------


def test_a_batch_is_spread_out():
    run = study(plane())
    run.optimize(lambda trial: bowl(trial.config), 8)
    points = np.array([list(trial.config.values()) for trial in run.ask(5)])
    gaps = np.abs(points[:, None] - points).max(axis=2) + np.eye(5)
    assert gaps.min() > 1e-3


def test_trials_under_way_are_not_asked_for_again():
    space = tw.Space(c=tw.Categorical(*"abcdef"), k=tw.Int(0, 3))
    run = study(space)
    for _ in range(6):
        run.tell(run.ask(), 1.0)
    configs = [tuple(run.ask().config.values()) for _ in range(10)]
    assert len(set(configs)) == 10


# -- purity ---------------------------------------------------------------------------------------------


def test_what_was_kept_only_saves_time():
    run = study(plane(3))
    run.optimize(lambda trial: bowl(trial.config), 60)
    history = run.history
    for number in range(40, 60):
        models.forget()
        row = run.strategy.suggest(history.at(int(history.seen[number])), run.seed, np.array([number]))
        assert np.array_equal(row[0], history.natives[number])


def test_the_hyperparameters_of_n_outcomes_are_those_of_a_checkpoint_before():
    steps = [models.checkpoint(n) for n in range(1, 2_000)]
    assert steps[:40] == list(range(1, 41))
    assert all(c <= n <= 1.11 * c + 1 for n, c in enumerate(steps, start=1))
    assert steps == sorted(steps)
    assert len(set(steps)) < 100


@pytest.mark.parametrize("threads", [1, 3])
def test_suggestions_do_not_depend_on_the_threads(threads):
    one, other = (study(plane(3), threads=t, candidates=300, climbs=12) for t in (2, threads))
    for run in (one, other):
        run.optimize(lambda trial: bowl(trial.config), 14)
    assert np.array_equal(one.history.natives, other.history.natives)


def test_a_long_record_is_seen_in_part():
    run = study(plane(), points=64)
    run.optimize(lambda trial: bowl(trial.config), 140)
    assert run.best_value < 0.01
    history = run.history
    for number in range(120, 140):
        models.forget()
        row = run.strategy.suggest(history.at(int(history.seen[number])), run.seed, np.array([number]))
        assert np.array_equal(row[0], history.natives[number])


def test_a_space_that_grows_while_it_is_searched():
    run = tw.Study(minimize="y", strategy=tw.GaussianProcess(**QUICK), seed=0)

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        return x + (trial.suggest_float("late", 0, 1) if trial.number > 5 else 1.0)

    run.optimize(objective, 14)
    assert len(run.trials) == 14 and run.best_value < 1.0


# -- bad input ------------------------------------------------------------------------------------------

LOSSES = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, 1.0, 1e12, -1e12, 1e300, float("nan"), float("inf"), float("-inf")]),
)
SPACES = {
    "mixed": lambda: tw.Space(
        lr=tw.Float(1e-4, 1e-1, log=True),
        width=tw.Int(1, 100, log=True),
        optimizer=tw.Categorical("sgd", "adam", None),
        momentum=tw.Float(0.0, 0.9, step=0.1, when=tw.when("optimizer", "sgd")),
        nested=tw.Float(0.0, 1.0, when=tw.when("momentum") > 0.4),
        fixed=tw.Constant(3),
    ),
    "wide": lambda: plane(12),
    "category": lambda: tw.Space(c=tw.Categorical(*range(50))),
    "single": lambda: tw.Space(c=tw.Constant("only"), x=tw.Float(0, 1)),
    "forbidden": lambda: plane(3).forbid("x0 + x1 > 0.8"),
}


@pytest.mark.parametrize("name", SPACES)
@given(outcomes=st.lists(st.one_of(LOSSES, st.sampled_from(["failed", "pruned"])), max_size=14))
@settings(max_examples=8, deadline=None)
def test_any_outcomes_are_survived(name, outcomes):
    space = SPACES[name]()
    run = tw.Study(space, minimize="y", strategy=tw.GaussianProcess(candidates=16, climbs=1, startup=2), seed=0)
    for outcome in outcomes:
        trial = run.ask()
        run.tell(trial, **({"state": outcome} if isinstance(outcome, str) else {"values": outcome}))
    trial = run.ask()
    natives = space.natives([trial.config])  # raises for anything that is not in the space
    assert space.feasible(natives)[0]


def test_points_all_alike_are_survived():
    run = study(plane(), startup=2)
    run.enqueue([{"x0": 0.5, "x1": 0.5}] * 12)
    run.optimize(lambda trial: 1.0, 14)
    assert len({tuple(trial.config.values()) for trial in run.trials[12:]}) == 2


def test_a_space_without_a_choice():
    run = tw.Study(tw.Space(a=tw.Constant(1)), minimize="y", strategy=tw.GaussianProcess(), duplicates="allow")
    run.optimize(lambda trial: 0.0, 12)
    assert len(run.trials) == 12


def test_a_finite_space_is_used_up_without_repeats():
    run = study(tw.Space(a=tw.Int(1, 3), b=tw.Categorical("x", "y")))
    run.optimize(lambda trial: trial["a"], 10)
    assert len({tuple(trial.config.values()) for trial in run.trials}) == len(run.trials) == 6


@pytest.mark.parametrize(
    "options",
    [{"startup": 0}, {"acquisition": "x"}, {"kappa": -1}, {"kernel": 3}, {"outputs": "no"}, {"threads": True}],
)
def test_bad_options_are_named(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        tw.GaussianProcess(**options)


# -- parts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["yeo-johnson", "standard"])
@given(losses=st.lists(st.floats(-1e150, 1e150), max_size=40))
@settings(max_examples=60, deadline=None)
def test_transforms_keep_the_order(kind, losses):
    losses = np.array(losses)
    y = transformed(losses, kind)
    assert np.isfinite(y).all()
    assert (np.diff(y[np.argsort(losses, kind="stable")]) >= -1e-9).all()
    if y.any():
        assert abs(y.mean()) < 1e-6 and abs(y.std() - 1) < 1e-6


def test_an_outlier_leaves_the_rest_apart():
    losses = np.append(np.linspace(0, 1, 30), 1e12)
    y = transformed(losses, "yeo-johnson")
    assert np.ptp(y[:30]) > 1.0
    assert np.ptp(transformed(losses, "standard")[:30]) < 1e-6


def test_coordinates_say_how_to_move():
    space = tw.Space(
        x=tw.Float(0, 1), k=tw.Int(0, 4), w=tw.Int(1, 1000, log=True), c=tw.Categorical(1, 2, 3),
        p=tw.Categorical("a", "b"), q=tw.Float(0, 1, when=tw.when("p", "a")), fixed=tw.Constant(0),
    )  # fmt: skip
    found = coordinates(space)
    assert found.columns.tolist() == [0, 1, 2, 3, 4, 5]
    assert found.levels.tolist() == [0, 5, 0, 3, 1, 0]  # p is held: q depends on it
    assert found.kinds.tolist() == [0, 0, 0, 1, 1, 0]
    assert not found.has_priors


@pytest.mark.parametrize("size", [2, 3, 5, 6, 7, 11, 25, 49, 63])
def test_rounded_values_are_those_of_the_space_to_the_last_bit(size):
    found = coordinates(tw.Space(c=tw.Categorical(*range(size)), k=tw.Int(1, size)))
    grid = np.repeat((np.arange(size) + 0.3)[:, None] / size, 2, axis=1)
    assert np.array_equal(found.rounded(grid), found.unit(found.natives(grid)))


def test_reflection_stays_inside():
    assert np.allclose(reflected(np.array([-0.2, 0.4, 1.3, 2.5])), [0.2, 0.4, 0.7, 0.5])


def test_starts_are_apart():
    points = np.array([[0.5, np.nan], [0.505, np.nan], [0.5, 0.5], [0.9, np.nan]])
    assert diverse(points, np.array([1, 0, 3, 2]), 3).tolist() == [1, 3, 2]


def test_the_local_subset_is_all_until_it_is_too_much():
    draws = np.random.default_rng(0)
    x, losses = draws.random((3_000, 2)), draws.random(3_000)
    assert local(x, losses, 3_000).tolist() == list(range(3_000))
    rows = local(x, losses, 2_000)
    assert 1_000 <= len(rows) < 1_000 + 64
    assert set(np.argsort(losses)[:200]) <= set(rows) and 2_999 in rows


def suggested(run):
    """What the strategy itself says, before the study replaces what it may not run."""
    return run.strategy.suggest(run.history, run.seed, np.array([run.history.n]))


def test_the_strategy_itself_stays_on_allowed_ground_and_climbs_to_its_edge():
    space = plane().forbid("x0 + x1 > 1")
    run = tw.Study(space, maximize="y", strategy=tw.GaussianProcess(**QUICK), seed=0)
    for _ in range(16):
        if len(run.trials) >= 4:
            assert space.feasible(suggested(run))[0]
        trial = run.ask()
        run.tell(trial, sum(trial.config.values()))
    assert run.best_value > 0.98


def test_the_strategy_itself_repeats_nothing():
    run = study(tw.Space(a=tw.Int(1, 4), b=tw.Int(1, 4)))
    for _ in range(15):
        run.tell(run.ask(), 1.0 if len(run.trials) != 3 else 0.0)
        if len(run.trials) >= 4:
            assert not (run.history.natives == suggested(run)).all(axis=1).any()


def test_what_the_record_is_evidence_of():
    run = study(plane(1))
    outcomes = [3.0, float("nan"), "failed", float("inf"), 1.0, "pruned", 2.0]
    trials = run.ask(len(outcomes) + 1)
    for trial, outcome in zip(trials, outcomes, strict=False):
        run.tell(trial, **({"state": outcome} if isinstance(outcome, str) else {"values": outcome}))
    x = run.history.unit
    seen = evidence(run.history, coordinates(run.history.space))
    assert np.array_equal(seen.x, x[[0, 4, 5, 6]])
    assert seen.losses.tolist() == [3.0, 1.0, 2.5, 2.0]  # the upper quartile of 3, 1, 2 is 2.5
    assert np.array_equal(seen.failed, x[[1, 2, 3]])
    assert np.array_equal(seen.pending, x[[7]])


def test_a_trial_believed_better_than_all_is_what_the_next_must_beat():
    x = np.linspace(0.0, 0.6, 7)[:, None]
    kinds = np.zeros(1, np.uint8)
    model = models.model_of(x, -x[:, 0], kinds, models.Fitting("matern52", "standard", -4.0, 1))
    best = float(model.means().min())
    more, lower = model.believing(np.array([[0.7]]), best)
    assert lower < best
    assert len(more.x) == 8 and more.factor.shape == (8, 8) and more.alpha[-1] == 0.0
    assert model.believing(np.array([[0.1]]), best)[1] == best

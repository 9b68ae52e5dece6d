"""What is kept of past tasks, how far they are trusted, and what a search makes of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gp.candidates import design
from tunewright.strategies.past import process
from tunewright.strategies.past.joint import expected_of_rows
from tunewright.strategies.past.search import climbed
from tunewright.strategies.past.source import Source, matched, normal_scores, representative
from tunewright.strategies.past.start import start
from tunewright.strategies.past.trust import misranked, slope, trusted
from tunewright.transfer import Task

SPACE = tw.Space(lr=tw.Float(1e-4, 1e-1, log=True), x=tw.Float(0.0, 1.0), net=tw.Categorical("a", "b"))


def bowl(unit, center=(0.6, 0.3)):
    return ((unit[:, :2] - center) ** 2).sum(axis=1) + 0.1 * (unit[:, 2] > 0.5)


def past(loss=bowl, n=60, seed=0, name="past", space=SPACE):
    unit = space.encode(space.decode(np.random.default_rng(seed).random((n, space.dimension))))
    return Task.from_arrays(name, space, unit, loss(unit))


def objective(trial):
    return float(bowl(SPACE.encode(SPACE.natives([trial.config])))[0])


def keep(task, space=SPACE, objective="loss", direction="minimize"):
    return matched(task, space, objective, direction)


# -- what is kept -----------------------------------------------------------------------------------


def test_normal_scores_are_quantiles_of_mean_ranks():
    scores = normal_scores(np.array([5.0, 1.0, 1.0, 9.0]))
    assert scores == pytest.approx([0.3186394, -0.6744898, -0.6744898, 1.1503494])  # ranks 3, 1.5, 1.5, 4 less 1/2


def test_of_many_configurations_as_many_of_every_rank_are_kept():
    z = np.random.default_rng(0).permutation(1_000).astype(float)
    kept = representative(z, 100)
    assert (np.diff(kept) > 0).all() and len(kept) == 100
    ranks = np.sort(z[kept])
    assert ranks[0] == 0 and ranks[-1] == 999
    assert np.isin(np.diff(ranks), [10, 11]).all()
    assert representative(z, 1_000).tolist() == list(range(1_000))
    source = keep(past(n=1_000))
    assert len(source.z) == 256 and source.usable == 1_000


def test_parameters_are_matched_by_name_and_compared_by_value():
    there = tw.Space(
        lr=tw.Float(1e-3, 1.0), net=tw.Categorical("b", "c", "a"), width=tw.Int(1, 9), x=tw.Float(0.0, 1.0, step=0.25)
    )
    configs = [
        {"lr": 1e-2, "net": "a", "width": 3, "x": 0.25},
        {"lr": 0.5, "net": "a", "width": 3, "x": 0.25},  # a rate that this study does not have
        {"lr": 1e-1, "net": "c", "width": 3, "x": 0.5},  # nor that net
        {"lr": 1e-1, "net": "b", "width": 1, "x": 1.0},
    ]
    source = keep(Task.from_arrays("t", there, configs, [1.0, 2.0, 3.0, 0.0]))
    assert source.names == ("lr", "x", "net")
    expected = SPACE.encode(SPACE.natives([{"lr": c["lr"], "x": c["x"], "net": c["net"]} for c in configs[::3]]))
    assert source.x == pytest.approx(expected)
    assert source.z == pytest.approx([0.6744898, -0.6744898])


def test_a_renamed_parameter_is_the_same():
    there = tw.Space(learning_rate=tw.Float(1e-3, 1e-1), x=tw.Float(0.0, 1.0))
    task = Task.from_arrays("t", there, [{"learning_rate": 1e-2, "x": 0.5}], [0.0])
    assert keep(task).names == ("x",)
    renamed = keep(task.renamed({"learning_rate": "lr"}))
    assert renamed.names == ("lr", "x") and renamed.x == pytest.approx(np.array([[2 / 3, 0.5]]))


def test_the_other_direction_turns_the_order():
    values = [0.1, 0.9, 0.5]
    configs = [{"lr": 1e-2, "x": x, "net": "a"} for x in (0.1, 0.2, 0.3)]
    down = Task.from_arrays("t", SPACE, configs, values)
    up = Task.from_arrays("t", SPACE, configs, values, direction="maximize")
    assert np.argmin(keep(down).z) == 0 and np.argmin(keep(up).z) == 0  # of one metric what is wanted now counts
    assert np.argmin(keep(up, direction="maximize").z) == 1


def test_inactive_parameters_stay_inactive_and_failures_do_not_count():
    space = tw.Space(net=tw.Categorical("a", "b"), rate=tw.Float(0.0, 1.0, when=tw.when("net", "b")))
    configs = [{"net": "a"}, {"net": "b", "rate": 0.5}, {"net": "b", "rate": 1.0}, {"net": "a"}]
    source = keep(Task.from_arrays("t", space, configs, [1.0, 2.0, math.nan, math.inf]), space)
    assert np.array_equal(source.x, [[0.25, math.nan], [0.75, 0.5]], equal_nan=True)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (
            Task("t", SPACE, np.zeros((0, 3)), np.zeros(0), "accuracy"),
            "measured 'accuracy', this study 'loss'.*renamed",
        ),
        (Task("t", SPACE, SPACE.decode(np.zeros((1, 3))), np.array([math.nan])), "no trial with a finite loss"),
        (Task.from_arrays("t", tw.Space(z=tw.Int(1, 3)), [{"z": 1}], [0.0]), "no parameter in common.*z.*lr, x, net"),
        (Task.from_arrays("t", tw.Space(x=tw.Float(2, 3)), [{"x": 2.5}], [0.0]), "within this study's space"),
        (Task.from_arrays("t", tw.Space(x=tw.Categorical("u", "v")), [{"x": "u"}], [0.0]), "within this study's space"),
    ],
)
def test_a_task_that_teaches_nothing_is_refused(task, words):
    with pytest.raises(tw.errors.StudyError, match=f"past task 't'.*{words}"):
        keep(task)


def test_a_source_survives_json_to_the_last_bit():
    source = keep(past())
    back = Source.from_json(source.to_json())
    assert back == source and hash(back) == hash(source)
    assert np.array_equal(back.x, source.x) and np.array_equal(back.z, source.z)
    assert back != keep(past(seed=1))


# -- how far it is trusted --------------------------------------------------------------------------


def test_pairs_ranked_wrong_by_hand():
    losses = np.array([1.0, 2.0, 2.0])
    assert misranked(np.array([5.0, 9.0, 7.0]), losses).sum() == 0.0  # equal losses have no order
    assert misranked(np.array([9.0, 5.0, 9.0]), losses).tolist() == [[0, 1, 0.5], [1, 0, 0], [0.5, 0, 0]]


def test_a_model_of_its_own_is_compared_with_what_came():
    losses = np.array([1.0, 2.0])
    # left out, the first is expected at 3 beside the 2 that came: wrong; the second at 1.5 beside 1: right
    assert misranked(np.array([3.0, 1.5]), losses, losses).tolist() == [[0, 1], [0, 0]]


def test_the_task_that_ranks_best_has_the_weight():
    losses = np.arange(12.0)
    noise = np.random.default_rng(0).permutation(12)
    trust = trusted(np.array([losses * 3, -losses, noise.astype(float)]), losses, noise[::-1] * 1.0, 0)
    assert trust.weights[0] > 0.95 and trust.weights[1] == 0.0 == trust.weights[2]
    assert trust.own == pytest.approx(1.0 - trust.weights.sum())


def test_equal_tasks_share_and_a_task_as_good_as_the_study_has_none():
    losses = np.arange(8.0)
    assert trusted(np.array([losses, losses]), losses, None, 0).weights == pytest.approx([0.5, 0.5])
    assert trusted(np.array([losses]), losses, losses, 0).weights.tolist() == [0.0]


def test_many_bad_tasks_do_not_dilute_a_good_model():
    rng = np.random.default_rng(1)
    losses = np.arange(30.0)
    poor = np.array([losses + rng.normal(0, 8, 30) for _ in range(50)])
    own = losses + rng.normal(0, 3, 30)
    assert trusted(poor, losses, own, 0).own > 0.98


def test_before_two_outcomes_all_tasks_weigh_the_same():
    assert trusted(np.zeros((4, 1)), np.zeros(1), None, 0).weights.tolist() == [0.25] * 4
    assert trusted(np.zeros((0, 5)), np.arange(5.0), None, 0).own == 1.0


def test_the_slope_is_a_regression_drawn_towards_one_and_never_negative():
    mean = np.array([-1.0, 1.0])
    assert slope(mean, 3.0 * mean) == pytest.approx((6.0 + 2.0) / (2.0 + 2.0))
    assert slope(mean, np.zeros(2)) == pytest.approx(0.5)
    assert slope(mean, -5.0 * mean) == 0.0
    assert slope(np.zeros(2), mean) == 1.0


# -- what a search makes of it ----------------------------------------------------------------------


def test_the_first_trials_are_the_best_of_the_past_each_for_tasks_that_lack_one():
    left, right = (past(lambda u, c=c: bowl(u, c), n=200) for c in ((0.1, 0.1), (0.9, 0.9)))
    rows = start((keep(left), keep(right)), SPACE, 4)
    unit = SPACE.encode(rows)[:, :2]
    assert rows.shape == (4, 3)
    gaps = [np.sqrt(((unit - c) ** 2).sum(axis=1)) for c in ((0.1, 0.1), (0.9, 0.9))]
    assert min(g[:3].min() for g in gaps) < 0.15 and max(g[:3].min() for g in gaps) < 0.25


def test_of_one_task_the_first_are_its_best_one_after_another():
    table = tw.Table(SPACE.configs(SPACE.decode(np.random.default_rng(3).random((300, 3)))), SPACE)
    source = (keep(past(n=100), table),)
    expected = expected_of_rows(source, table)
    order = np.argsort(expected[0] + expected[1], kind="stable")
    assert table.places(start(source, table, 3)).tolist() == order[:3].tolist()


def test_how_bad_a_configuration_is_elsewhere_is_no_matter():
    # one task alone has a cliff where the other three are best: they decide
    tasks = [past(lambda u: bowl(u, (0.7, 0.7)), n=100, seed=k, name=f"good {k}") for k in range(3)]
    cliff = past(lambda u: bowl(u, (0.2, 0.2)) + 50.0 * (u[:, 0] > 0.5), n=100, seed=3, name="cliff")
    rows = start(tuple(keep(task) for task in [*tasks, cliff]), SPACE, 1)
    assert np.abs(SPACE.encode(rows)[0, :2] - 0.7).max() < 0.15


def test_a_climb_ends_on_the_side_of_the_box():
    class Slope:
        def at(self, coordinates, unit):
            return unit[:, 0] - unit[:, 1]

    ends = climbed(Slope(), coordinates(SPACE), np.tile([0.8, 0.2, 0.5], (2, 1)), np.random.default_rng(0))[0]
    assert (ends[:, 0] == 1.0).all() and (ends[:, 1] == 0.0).all()


def test_on_a_table_the_first_trials_are_its_rows():
    table = tw.Table(SPACE.configs(SPACE.decode(np.random.default_rng(3).random((300, 3)))), SPACE)
    source = keep(past(n=200), table)
    rows = start((source,), table, 3)
    assert (table.places(rows) >= 0).all()
    losses = bowl(table.encode(table.rows))
    assert np.sort(losses)[:20].max() >= bowl(table.encode(rows[:1]))[0]


@pytest.mark.parametrize("model", ["rgpe", "joint"])
def test_what_is_kept_in_memory_changes_no_bit(model):
    def found(forget):
        two = [past(), past(lambda u: bowl(u, (0.5, 0.5)))]
        study = tw.Study(SPACE, minimize="loss", seed=2, strategy=tw.Transfer(model=model), transfer_from=two)
        for _ in range(8):
            if forget:
                process.forget()
            trial = study.ask()
            study.tell(trial, objective(trial))
        return study.history.natives

    assert np.array_equal(found(forget=False), found(forget=True))


def typical(strategy, sources, trials=12, seeds=8):
    """Median over seeds of the best loss."""
    best = []
    for seed in range(seeds):
        study = tw.Study(SPACE, minimize="loss", strategy=strategy, seed=seed, transfer_from=sources)
        best.append(study.optimize(objective, trials).best_value)
    return float(np.median(best))


ADVERSARIES = {
    "negated": lambda u: -bowl(u),
    "shifted": lambda u: bowl(u, (0.05, 0.95)),
    "noise": lambda u: np.random.default_rng(9).random(len(u)),
}


def test_a_past_of_the_same_task_saves_trials():
    assert typical(None, [past(n=100)], trials=5) < 0.5 * typical(tw.Auto(), [], trials=5)


def test_three_trials_are_of_the_past_and_the_fourth_of_the_design():
    study = tw.Study(SPACE, minimize="loss", seed=4, transfer_from=[past()])
    study.optimize(objective, 5)
    own, found = coordinates(SPACE), study.history.natives
    assert np.array_equal(found[:3], start(study.strategy.past, SPACE, 3))
    assert np.array_equal(found[3], design(own, 4, np.array([3]))[0])
    asked = study.strategy.suggest(study.history.at(0), 4, np.arange(4))  # in one batch as one by one
    assert np.array_equal(asked, found[:4])


def regrets(past, seeds=6):
    """At 10, 25 and 50 trials, beside those of the process alone: (seeds, 3) each."""
    curves = []
    for sources in (past, []):
        runs = [
            tw.Study(SPACE, minimize="loss", strategy=tw.GaussianProcess(startup=6), seed=seed, transfer_from=sources)
            for seed in range(seeds)
        ]
        losses = [run.optimize(objective, 50).history.losses[:, 0] for run in runs]
        curves.append(np.minimum.accumulate(np.array(losses), axis=1)[:, [9, 24, 49]])
    return curves


def test_tasks_that_agree_on_the_wrong_corner_cost_nothing_that_shows():
    corners = [(0.0, 1.0), (1.0, 1.0), (0.05, 0.95), (1.0, 0.9)]
    wrong = [past(lambda u, c=c: bowl(u, c), n=80, seed=k, name=f"corner {k}") for k, c in enumerate(corners)]
    misled, alone = regrets(wrong)
    scale = np.array([0.05, 0.005, 0.0005])  # of a bowl from 0 to 1.3; random search has 0.03 after 22
    assert (np.median(misled, axis=0) <= np.median(alone, axis=0) + scale).all()


@pytest.mark.parametrize(
    ("name", "model", "most"),
    [
        ("negated", "rgpe", 2e-4),
        ("shifted", "rgpe", 2e-4),
        ("noise", "rgpe", 2e-4),
        ("negated", "copula", 2e-4),
        ("negated", "joint", 2e-4),
        ("shifted", "joint", 1e-3),
        ("noise", "joint", 2e-4),
    ],
)
def test_a_past_that_misleads_does_no_harm(name, model, most):
    sources = [past(ADVERSARIES[name], seed=k, name=f"bad {k}") for k in range(2)]
    misled = typical(tw.Transfer(tw.GaussianProcess(startup=6), model=model), sources, trials=22, seeds=3)
    assert misled < most  # the process alone: 2e-5; a random search of 22 trials: 3e-2


def test_the_weights_of_a_past_that_misleads_go_to_zero_and_those_of_the_right_one_do_not():
    sources = [past(loss, name=name) for name, loss in ADVERSARIES.items()]
    there = [*sources, past(seed=5, name="same")]
    study = tw.Study(SPACE, minimize="loss", seed=0, strategy=tw.Transfer(model="rgpe"), transfer_from=there)
    study.optimize(objective, 12)
    weights = study.strategy.weights(study.history)
    assert weights["negated"] == 0.0 and weights["noise"] < 0.05 and weights["shifted"] < 0.05
    assert weights["same"] > 0.5
    assert sum(weights.values()) == pytest.approx(1.0)
    lines = "\n".join(study.explain())
    assert "4 past tasks, 240 of 240" in lines and "weight of same: " in lines and "GaussianProcess" in lines


def test_without_trust_the_search_is_what_it_would_be_without_a_past():
    gp = tw.GaussianProcess(startup=4, candidates=32, climbs=2)
    misled = tw.Study(
        SPACE,
        minimize="loss",
        seed=0,
        strategy=tw.Transfer(gp, first=0, model="rgpe"),
        transfer_from=[past(lambda u: -bowl(u))],
    ).optimize(objective, 14)
    seen = misled.history.at(int(misled.history.seen[13]))
    assert misled.strategy.weights(seen)["past"] == 0.0
    assert np.array_equal(gp.suggest(seen, 0, np.array([13]))[0], misled.history.natives[13])


def test_a_strategy_without_a_process_gets_the_first_trials():
    study = tw.Study(SPACE, minimize="loss", strategy=tw.Random(), seed=0, transfer_from=[past()])
    plain = tw.Study(SPACE, minimize="loss", strategy=tw.Random(), seed=0)
    ours, theirs = ([trial.config for trial in one.ask(8)] for one in (study, plain))
    assert ours[3:] == theirs[3:] and ours[:3] != theirs[:3]


def test_batches_constraints_failures_and_standard_errors_go_together():
    study = tw.Study(SPACE, minimize="loss", constraints=["size <= 0.5"], seed=1, transfer_from=[past()])
    for round_ in range(4):
        for k, trial in enumerate(study.ask(4)):
            if k == 3:
                study.tell(trial, state="failed")
            else:
                study.tell(trial, {"loss": objective(trial), "size": trial["x"]}, sem={"loss": 0.01 * round_})
    assert study.best_trial.config["x"] <= 0.5
    assert len(np.unique(study.history.natives, axis=0)) == 16


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        (tw.Grid(points=2), "a plan"),
        (tw.GaussianProcess(acquisition="thompson"), "acquisition='log_ei'"),
        (tw.GaussianProcess(warping=True), "warping=False"),
    ],
)
def test_strategies_that_the_past_cannot_join_are_refused(strategy, words):
    with pytest.raises(tw.errors.StudyError, match=words):
        tw.Study(SPACE, minimize="loss", strategy=strategy, transfer_from=[past()])


@pytest.mark.parametrize("options", [{"first": -1}, {"until": 1.5}, {"model": "gp"}])
def test_options_that_are_none_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        tw.Transfer(**options)

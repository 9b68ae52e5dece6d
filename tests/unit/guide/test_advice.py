"""Advice: the rule that applies, that it keeps within the budget, that its objects run, and what bad input gets."""

from __future__ import annotations

import itertools

import pytest

import tunewright as tw
from tunewright.guide.advice import _cost
from tunewright.guide.amounts import amount, duration
from tunewright.guide.simulation import expectation
from tunewright.strategies.situation import rules, situation

NUMBERS = tw.Space(lr=tw.Float(1e-5, 1e-1, log=True), momentum=tw.Float(0.0, 0.99), width=tw.Int(8, 64))
CHOICES = tw.Space({f"c{i}": tw.Categorical("a", "b", "c") for i in range(12)})


def training(epochs):
    def objective(trial):
        for epoch in range(1, epochs + 1):
            yield {"loss": abs(trial["momentum"] - 0.5) + 1.0 / epoch}

    return objective


@pytest.mark.parametrize(
    ("space", "options", "rule", "strategy", "scheduler"),
    [
        (NUMBERS, {"budget": "200 epochs", "epochs": 30}, "poor", tw.QuasiRandom, tw.ASHA),
        (NUMBERS, {"budget": "15 trials", "epochs": 1}, "poor", tw.QuasiRandom, None),
        (NUMBERS, {"budget": "30 trials", "epochs": 30}, "multi-fidelity", tw.Auto, tw.ASHA),
        (CHOICES, {"budget": "30 trials", "epochs": 30}, "forest", tw.RandomForest, tw.ASHA),
        (NUMBERS, {"budget": "100 trials", "epochs": 200}, "population", tw.QuasiRandom, tw.PopulationBasedTraining),
        (NUMBERS, {"budget": "1 h", "cost_per_epoch": 0.01, "epochs": 30}, "evolution", tw.CMAES, tw.ASHA),
        (NUMBERS, {"budget": "12 epochs", "epochs": 30}, "fallback", tw.QuasiRandom, None),
    ],
)
def test_rules(space, options, rule, strategy, scheduler):
    advice = tw.advise(space, **options)
    assert advice.rule == rule
    assert type(advice.strategy) is strategy
    assert type(advice.scheduler) is (type(None) if scheduler is None else scheduler)
    assert advice.cost + advice.confirmation <= advice.budget
    assert all(reason.why and reason.source and str(reason) in str(advice) for reason in advice.reasons)
    assert f"{advice.trials:,} trials" in str(advice)


def test_auto_gives_the_reasons():
    advice = tw.advise(NUMBERS, budget="30 trials", epochs=30)
    first = rules(situation(NUMBERS, 1, advice.trials))[0]
    assert first.why in [reason.why for reason in advice.reasons]
    assert advice.strategy == tw.Auto(trials=advice.trials)


def test_time_is_epochs_of_all_workers():
    advice = tw.advise(NUMBERS, budget="8 h", cost_per_epoch="2 min", epochs=30, workers=4)
    assert advice.budget == 8 * 30 * 4
    assert advice.hours == pytest.approx(advice.cost / 120)
    assert advice.run()["timeout"] == pytest.approx((960 - advice.confirmation) * 30)  # of each of 4 workers
    assert tw.advise(NUMBERS, budget="960 epochs", epochs=30).hours is None


@pytest.mark.parametrize("budget", ["200 epochs", "12 epochs"])
def test_it_runs_and_costs_about_what_it_says(budget):
    advice = tw.advise(NUMBERS, budget=budget, epochs=30)
    spent = []
    for seed in range(12):
        study = tw.Study(NUMBERS, minimize="loss", seed=seed, **advice.study())
        study.optimize(training(advice.epochs), **advice.run(), progress=False)
        assert len(study.history.natives) == advice.trials
        spent.append(len(study.history.reports))
    assert sum(spent) / len(spent) == pytest.approx(advice.cost, rel=0.15)


def test_a_population_runs_to_its_end():
    advice = tw.advise(NUMBERS, budget="100 trials", epochs=200)
    assert advice.run() == {"trials": None, "workers": 1}
    tw.Study(NUMBERS, minimize="loss", **advice.study())
    assert advice.scheduler.population == advice.trials


def test_cost_counts_who_comes_first():
    scheduler = tw.ASHA(max_resource=9, min_resource=1)
    assert _cost(scheduler, 1) == 9  # the best always goes on
    # of two orders of two trials, the better first: 9 + 1; the better last: 9 + 9
    assert _cost(tw.ASHA(max_resource=2, min_resource=1, reduction_factor=2), 2) == pytest.approx((3 + 4) / 2, rel=0.2)
    exact = [
        sum(1 + (sum(a < b for a in order[:k]) < max(1, (k + 1) // 2)) for k, b in enumerate(order))
        for order in itertools.permutations(range(5))
    ]
    two = tw.ASHA(max_resource=2, min_resource=1, reduction_factor=2)
    assert _cost(two, 5) == pytest.approx(sum(exact) / len(exact), rel=0.1)


def test_noise_and_several_objectives():
    noisy = tw.advise(NUMBERS, budget="30 trials", epochs=30, noise="high")
    assert noisy.scheduler.reduction_factor == 2
    several = tw.advise(NUMBERS, budget="30 trials", epochs=30, objectives=2)
    assert any("2 objectives" in reason.why for reason in several.reasons)
    tw.Study(NUMBERS, minimize=["loss", "size"], **several.study())


def test_the_model_of_curves():
    few, many = (expectation(n, 3, 0.0, [30]).median for n in (4, 200))
    assert few < many <= 1.0
    assert expectation(100, 3, 0.0, [30]).median > expectation(100, 3, 2.0, [30]).median  # noise hides the best
    assert expectation(100, 3, 0.1, [30], search="model").median > expectation(100, 3, 0.1, [30]).median
    assert expectation(50, 3, 0.1, [30]) == expectation(50, 3, 0.1, [30])
    early = expectation(40, 3, 0.1, [1], full=100).median
    assert early < expectation(40, 3, 0.1, [100]).median  # the first epoch does not say who wins


def test_amounts():
    assert amount("budget", "1.5 h") == (5400.0, "seconds")
    assert amount("budget", 90) == (90.0, "seconds")
    assert amount("budget", "1,000 epochs") == (1000.0, "epochs")
    assert [duration(s) for s in (30, 90, 5400, 259200)] == ["30 s", "1.5 min", "1.5 h", "3 d"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"budget": "3 fortnights"}, "budget has the unit 'fortnights'"),
        ({"budget": "soon"}, "budget must be"),
        ({"budget": float("nan")}, "budget must be"),
        ({"budget": True}, "budget must be"),
        ({"budget": "1 s", "cost_per_epoch": "2 s"}, "budget is smaller than one epoch"),
        ({"budget": "1 h"}, "cost_per_epoch must be told"),
        ({"budget": "1 h", "cost_per_epoch": -3}, "cost_per_epoch must be above 0"),
        ({"budget": "1 h", "cost_per_epoch": "3 epochs"}, "cost_per_epoch must be a time"),
        ({"epochs": 0}, "epochs"),
        ({"workers": 1.5}, "workers"),
        ({"objectives": True}, "objectives"),
        ({"noise": "loud"}, "noise"),
        ({"noise": -1.0}, "noise"),
        ({"space": tw.Space(a=tw.Constant(1))}, "space has no parameter"),
    ],
)
def test_bad_input_is_named(options, named):
    options = {"space": NUMBERS, "budget": "100 epochs", "epochs": 10} | options
    with pytest.raises(ValueError, match=named):
        tw.advise(options.pop("space"), **options)


def test_a_dict_is_no_space():
    with pytest.raises(TypeError, match="space must be"):
        tw.advise({"lr": 1}, budget="9 epochs", epochs=3)

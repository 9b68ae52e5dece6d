"""Improvement per cost: what is read of costs, and what they change."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.gp.cost import costs_of

LINE = tw.Space(x=tw.Float(0, 1))


def study(**options):
    return tw.Study(LINE, **{"minimize": "loss", "strategy": tw.Random(), "seed": 0} | options)


class TestCosts:
    def test_of_early_ends_are_multiplied_up_to_the_highest_step(self):
        run = study()
        for last, rate in ((9, 2.0), (3, 4.0), (3, 1.0)):
            trial = run.ask()
            for step in range(1, last + 1):
                trial.report(step, loss=1.0, seconds=rate * step)
            run.tell(trial, **({"values": 1.0} if last == 9 else {"state": "pruned"}))
        costs = costs_of(run.history, "seconds")
        assert np.array_equal(costs.natives, run.history.natives[[0, 0, 1, 2]])
        np.testing.assert_allclose(np.exp(costs.logs), [18.0, 18.0, 36.0, 9.0])
        assert costs.spent == 18.0 + 12.0 + 3.0

    def test_may_be_returned_for_a_constraint(self):
        run = study(constraints=["seconds <= 100"])
        run.tell(run.ask(), {"loss": 1.0, "seconds": 5.0})
        assert costs_of(run.history, "seconds").logs == pytest.approx([math.log(5.0)])

    def test_that_are_no_costs_are_left_out(self):
        run = study()
        for cost in (0.0, -1.0, math.inf, math.nan, 2.0):
            trial = run.ask()
            trial.report(1, loss=1.0, seconds=cost)
            run.tell(trial, 1.0)
        costs = costs_of(run.history, "seconds")
        assert costs.logs == pytest.approx([math.log(2.0)]) and costs.spent == 2.0
        assert len(costs_of(run.history, "watts").logs) == 0


def searched(strategy, trials=25, dear=lambda x: x > 0.5):
    """Two valleys as deep; where it is ``dear`` a trial costs 50 times as much."""

    def objective(trial):
        loss = min(abs(trial["x"] - 0.2), abs(trial["x"] - 0.8))
        trial.report(1, loss=loss, seconds=50.0 ** dear(trial["x"]))
        return loss

    return study(strategy=strategy).optimize(objective, trials).history


def test_of_two_that_promise_as_much_the_cheaper_is_taken():
    strategy = tw.GaussianProcess(cost="seconds")
    right = searched(strategy).natives[10:, 0] > 0.5
    left = searched(strategy, dear=lambda x: x < 0.5).natives[10:, 0] < 0.5
    assert right.mean() + left.mean() < 0.4  # 1 where costs do not count, as the trials are the same then


def test_costs_no_longer_count_once_the_budget_is_spent():
    def configs(**options):
        return searched(tw.GaussianProcess(**options), 20).natives

    assert np.array_equal(configs(cost="seconds", budget=1e-9), configs())
    assert np.array_equal(configs(cost="watts"), configs())
    assert not np.array_equal(configs(cost="seconds", budget=1e9), configs())


def test_suggestions_are_functions_of_the_record():
    strategy = tw.GaussianProcess(cost="seconds", budget=500.0, startup=5)
    history = searched(strategy, 15)
    for number in range(history.n):
        past = history.at(int(history.seen[number]))
        assert np.array_equal(strategy.suggest(past, 0, np.array([number])), history.natives[[number]])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cost": 3}, "cost must be None or the name of a metric; got 3"),
        ({"cost": "s", "acquisition": "lcb"}, "cost='s' divides an improvement, which acquisition='lcb' is not"),
        ({"cost": "s", "budget": 0.0}, "budget must be None or a finite number above 0; got 0.0"),
        ({"budget": 1.0}, "budget=1.0 is of a cost: say which metric"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        tw.GaussianProcess(**options)


def test_costs_are_for_one_objective():
    with pytest.raises(tw.errors.StudyError, match="cost='s' is for one objective; this study has u, v"):
        tw.Study(LINE, minimize=["u", "v"], strategy=tw.GaussianProcess(cost="s"))

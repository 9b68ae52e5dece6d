"""tw.importance on functions whose importances are known in closed form."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import tunewright as tw
from tunewright.numerics.sampling import generator, purpose


def points(n, d, seed=0):
    return generator(seed, 0, purpose("tests/importance")).random((n, d))


def ishigami(u):
    """Total effects .5576, .4424, .2437, main effects .3139, .4424, 0 (Ishigami & Homma, 1990; a = 7, b = 0.1)."""
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def sobol_g(u, a=(0.0, 1.0, 4.5, 9.0)):
    return np.prod((np.abs(4 * u - 2) + np.array(a)) / (1 + np.array(a)), axis=1)


@pytest.fixture(scope="module")
def found():
    u = points(2000, 3)
    return tw.importance.fanova(u, ishigami(u), names=["a", "b", "c"], resamples=6)


def column(importance, name):
    values = importance.extras[name]
    return [values[importance.names.index(parameter)] for parameter in sorted(importance.names)]


def test_total_and_main_effects_of_ishigami(found):
    assert [found["a"], found["b"], found["c"]] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    assert column(found, "main") == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)


def test_the_interaction_of_ishigami(found):
    assert found.pairs[0].names == ("a", "c")
    assert found.pairs[0].value == pytest.approx(0.2437, abs=0.03)
    assert all(pair.value < 0.02 for pair in found.pairs[1:])


def test_intervals_hold_the_figures_and_are_small_where_trials_are_many(found):
    for low, value, high in zip(found.low, found.values, found.high, strict=True):
        assert low <= value <= high
        assert high - low < 0.15
    u = points(100, 3)
    few = tw.importance.fanova(u, ishigami(u), resamples=6)
    assert few.high[0] - few.low[0] > 2 * (found.high[0] - found.low[0])


def test_the_marginal_curve_is_the_expectation(found):
    curve = found.marginals["b"]
    truth = 3.5 - 3.5 * np.cos(2 * np.pi * (2 * np.array(curve.values) - 1))  # 7 sin^2, the others average to 0
    assert np.abs(np.array(curve.expected) - truth).mean() < 0.5
    assert all(spread >= 0 for spread in curve.spread)


def test_sobol_g_is_ranked():
    u = points(1000, 4)
    found = tw.importance.fanova(u, sobol_g(u), resamples=0, pairs=0)
    assert found.names == ("x0", "x1", "x2", "x3")
    assert found.tiers[:2] == ("critical", "critical")
    assert found.tiers[3] == "fine"


def test_shapley_effects_of_ishigami():
    """Half of the interaction .2437 is of a, half of c."""
    u = points(2000, 3)
    found = tw.importance.shapley(u, ishigami(u), names=["a", "b", "c"], resamples=3)
    assert [found["a"], found["b"], found["c"]] == pytest.approx([0.4357, 0.4424, 0.1218], abs=0.03)


def test_shapley_by_orders_comes_near_to_all_coalitions(monkeypatch):
    u = points(500, 5)
    y = u[:, 0] + u[:, 1] * u[:, 2]
    exact = tw.importance.shapley(u, y, resamples=0)
    monkeypatch.setattr(sys.modules["tunewright.analysis.importance.shapley"], "_EXACT", 2)
    sampled = tw.importance.shapley(u, y, resamples=0, orders=200)
    for name in exact.names:
        assert sampled[name] == pytest.approx(exact[name], abs=0.02)


@pytest.mark.parametrize("method", ["fanova", "ped_anova", "permutation", "impurity", "shapley"])
def test_every_method_ranks_a_plain_sum(method):
    u = points(600, 5)
    y = 8 * u[:, 3] + 3 * u[:, 1] + 0.1 * points(600, 1, seed=1)[:, 0]
    found = getattr(tw.importance, method)(u, y, names=list("αβγδε"), resamples=4)
    assert found.names[:2] == ("δ", "β")
    assert found.tiers[0] == "critical"
    assert found.low[0] <= found.values[0] <= found.high[0]
    assert found.values[2] < 0.2 * found.values[0]
    text = str(found)
    assert "δ" in text.splitlines()[2]
    assert text.startswith("Importance for score")
    assert len(found.columns()["parameter"]) == 5
    assert all(len(column) == 5 for column in found.columns().values())


def test_the_same_seed_gives_the_same_figures_whatever_the_threads():
    u = points(200, 3)
    a, b = (tw.importance.fanova(u, ishigami(u), threads=threads, resamples=3) for threads in (1, 3))
    assert a == b
    assert a != tw.importance.fanova(u, ishigami(u), seed=1, resamples=3)


def test_what_matters_among_the_good_ones():
    """Far from the optimum x0 is all, near it x0 is flat and x1 matters."""
    u = points(1500, 2)
    y = np.where(u[:, 0] > 0.3, 10 + 50 * u[:, 0], u[:, 1])
    assert tw.importance.fanova(u, y, resamples=0).names[0] == "x0"
    among = tw.importance.fanova(u, y, resamples=0, quantile=0.2)
    assert dict(zip(among.names, among.extras["main"], strict=True))["x1"] > 0.12
    assert tw.importance.fanova(u, y, resamples=0)["x1"] < 0.02
    assert "20%" in among.notes[-1]


def test_the_guides_ranking_runs_as_it_is_written_there(capsys):
    u = points(300, 3)
    importances = tw.importance.analyze_hyperparameter_importance(
        u, 5 * u[:, 2] + u[:, 0], ["learning_rate", "batch_size", "hidden_units"]
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Hyperparameter Importance Ranking:"
    assert lines[1].startswith("1. hidden_units: 0.9")
    assert lines[2].startswith("2. learning_rate: 0.0")
    assert importances.sum() == pytest.approx(1.0)
    assert np.argmax(importances) == 2

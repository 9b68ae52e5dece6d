"""A wanted time becomes an amount of work."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tunewright as tw
from tunewright.strategies.gp.budget import Effort, affordable, seconds
from tunewright.strategies.gp.model import _representative

MOST = Effort(points=5_000, fit=160, candidates=256, climbs=6)
LEAST = Effort(points=64, fit=32, candidates=16, climbs=6)


def test_the_model_by_hand():
    """n = 100, d = 2, one process: 3 ms; fit 35 (0.05 + 0.012 + 0.1) ms; factor 0.024 ms; search 0.0615 + 0.85 ms."""
    assert seconds(Effort(500, 160, 100, 8), 100, 2, 1) == pytest.approx(
        0.003 + 35 * 0.000162 + 0.000024 + 150 * (6e-8 + 3.5e-7) + 0.00085
    )
    one, three = (seconds(MOST, 300, 5, k) - 0.003 for k in (1, 3))
    assert three == pytest.approx(3 * one)


@given(latency=st.floats(0.01, 100), n=st.integers(1, 20_000), d=st.integers(1, 200), processes=st.integers(1, 5))
def test_what_is_affordable_fits_or_is_the_least(latency, n, d, processes):
    effort = affordable(MOST, latency, n, d, processes)
    assert seconds(effort, n, d, processes) <= latency or effort == LEAST
    assert effort.points == affordable(MOST, latency, n + 1, d, processes).points
    more = affordable(MOST, 2 * latency, n, d, processes)
    assert more.points >= effort.points and more.fit >= effort.fit
    assert LEAST.candidates <= effort.candidates <= MOST.candidates


def test_enough_time_changes_nothing():
    assert affordable(MOST, 1e6, 20_000, 10, 1) == MOST


def test_a_study_in_a_hurry_looks_at_less_and_repeats_itself():
    def told(latency):
        strategy = tw.GaussianProcess(latency=latency)
        run = tw.Study(tw.Space({f"x{i}": tw.Float(0, 1) for i in range(20)}), minimize="y", strategy=strategy, seed=0)
        for _ in range(40):
            trial = run.ask()
            run.tell(trial, sum(trial.config.values()))
        return run.history.natives

    hasty, again, patient = told(0.01), told(0.01), told(None)
    assert np.array_equal(hasty, again)
    assert not np.array_equal(hasty, patient)


@pytest.mark.parametrize("latency", [0.0, -1.0, 0.001, math.nan, math.inf, "1 s", True])
def test_a_latency_that_is_none(latency):
    with pytest.raises(ValueError, match="latency must be None or a finite number of seconds from 0.01"):
        tw.GaussianProcess(latency=latency)


def test_a_fit_to_a_part_sees_the_best_the_newest_and_every_rank():
    y = np.random.default_rng(0).permutation(400).astype(np.float64)
    rows = _representative(y, 80)
    assert len(rows) == 80 and np.all(np.diff(rows) > 0)
    assert set(range(20)) <= set(y[rows]) and set(range(390, 400)) <= set(rows.tolist())
    ranks = np.sort(y[rows])
    assert np.diff(ranks).max() <= 15 and ranks[-1] >= 385
    assert np.array_equal(_representative(y, 400), np.arange(400))

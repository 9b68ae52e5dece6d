"""Races: who is dropped, and who stands safest."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.analysis.stats import racing

GENERATOR = np.random.default_rng(0)
NOISE = GENERATOR.uniform(0.0, 0.1, (80, 1))
APART = NOISE + GENERATOR.uniform(0.0, 0.02, (80, 4)) + [0.0, 0.005, 0.8, 0.85]


@pytest.mark.parametrize("method", racing.METHODS)
class TestMethods:
    def test_the_bad_go_and_the_good_stay(self, method):
        gone = racing.dropped(APART, looks=8, method=method, span=1.0)
        assert gone[2:].all()
        assert not gone[0]

    def test_nobody_goes_on_little_evidence(self, method):
        for rows in (0, 1):
            assert not racing.dropped(APART[:rows], looks=8, method=method, span=1.0).any()

    def test_equals_stay(self, method):
        assert not racing.dropped(np.ones((30, 3)), method=method, span=1.0).any()
        assert not racing.dropped(np.ones((30, 1)), method=method, span=1.0).any()

    def test_a_permutation_of_columns_permutes_the_answer(self, method):
        order = [2, 0, 3, 1]
        gone = racing.dropped(APART, looks=8, method=method, span=1.0)
        assert (racing.dropped(APART[:, order], looks=8, method=method, span=1.0) == gone[order]).all()


def test_the_best_is_kept_at_the_stated_rate():
    generator = np.random.default_rng(2)
    for method in ("friedman", "t"):
        lost = 0
        for _ in range(400):
            table, alive = generator.normal(0.0, 1.0, (8, 5)), np.arange(5)
            for rows in range(3, 9):
                alive = alive[~racing.dropped(table[:rows, alive], alpha=0.2, looks=6, rivals=5, method=method)]
            lost += 0 not in alive
        assert lost / 400 < 0.2 + 3 * np.sqrt(0.2 * 0.8 / 400)


def test_what_a_race_needs():
    with pytest.raises(ValueError, match="method must be one of"):
        racing.dropped(APART, method="tukey")
    with pytest.raises(ValueError, match="needs span="):
        racing.dropped(APART, method="hoeffding")
    with pytest.raises(ValueError, match="less than the range"):
        racing.dropped([[0.0, 1.0], [5.0, 1.0]], method="bernstein", span=1.0)
    with pytest.raises(ValueError, match="finite"):
        racing.dropped([[np.nan, 1.0]])


def test_the_safest_has_the_lowest_upper_bound():
    wild, steady, single = [0.0, 0.0, 0.9], [0.32, 0.33, 0.34], [0.1]
    found = racing.standings([wild, steady, single])
    assert [standing.column for standing in found] == [1, 0, 2]
    assert found[0].mean == pytest.approx(0.33)
    assert found[0].bound == pytest.approx(0.33 + 2.919986 * 0.01 / np.sqrt(3), abs=1e-6)  # t of 95 %, 2 degrees
    assert found[2].bound == np.inf

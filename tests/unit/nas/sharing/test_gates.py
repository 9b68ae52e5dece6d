"""Gates from their definitions, and slopes through them against central differences."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.nas import Cell
from tunewright.nas.sharing import Gumbel, Softmax
from tunewright.nas.sharing.collapse import EigenvalueRise, SkipLimit
from tunewright.nas.sharing.gates import entropy, softmax, through_softmax
from tunewright.nas.sharing.sampling import fair_paths, uniform_paths
from tunewright.nas.sharing.stages import narrowed, strongest

ALPHA = np.array([[0.0, np.log(3.0)], [1.0, 1.0]])


def test_softmax_by_hand():
    assert softmax(ALPHA) == pytest.approx(np.array([[0.25, 0.75], [0.5, 0.5]]))
    assert softmax(np.array([[1000.0, 0.0]])).tolist() == [[1.0, 0.0]]


def test_entropy_by_hand():
    assert entropy(np.zeros((2, 4))) == pytest.approx(np.log(4.0))
    assert entropy(np.array([[1e4, 0.0]])) == 0.0


@pytest.mark.parametrize("temperature", [1.0, 0.3])
def test_slopes_through_softmax(temperature):
    rng = np.random.default_rng(0)
    alpha, slopes, noise = rng.standard_normal((3, 2, 4))
    found = through_softmax(softmax((alpha + noise) / temperature), slopes, temperature)
    for place in np.ndindex(alpha.shape):
        step = np.zeros_like(alpha)
        step[place] = 1e-6
        above, below = (np.sum(slopes * softmax((alpha + side * step + noise) / temperature)) for side in (1, -1))
        assert found[place] == pytest.approx((above - below) / 2e-6, abs=1e-8)


def test_a_gumbel_gate_opens_as_often_as_softmax_says():
    rng, alpha = np.random.default_rng(1), np.tile(ALPHA[:1], (4000, 1))
    hard, soft = Gumbel(hard=True).gates(alpha, 0.0, rng)
    assert set(np.unique(hard)) == {0.0, 1.0}
    assert np.array_equal(hard.argmax(axis=1), soft.argmax(axis=1))
    assert hard[:, 1].mean() == pytest.approx(0.75, abs=0.03)  # four deviations of 4,000 draws


def test_soft_gumbel_gates_are_their_own():
    hard, soft = Gumbel().gates(ALPHA, 0.5, np.random.default_rng(0))
    assert hard is soft
    assert soft.sum(axis=1) == pytest.approx(1.0)


def test_temperatures():
    gates = Gumbel(start=4.0, end=1.0)
    assert [gates.temperature(progress) for progress in (0.0, 0.5, 1.0)] == pytest.approx([4.0, 2.0, 1.0])
    assert Softmax().temperature(0.3) == 1.0


@pytest.mark.parametrize("settings", [{"start": 0.0}, {"end": -1.0}, {"start": 1.0, "end": 2.0}, {"hard": "yes"}])
def test_gumbel_settings_out_of_range(settings):
    with pytest.raises((ValueError, TypeError)):
        Gumbel(**settings)


def test_fair_paths_hold_every_operation_of_every_edge_once():
    paths = fair_paths(np.random.default_rng(0), 5, 4)
    assert np.array_equal(np.sort(paths, axis=0), np.tile(np.arange(4)[:, None], (1, 5)))
    assert not np.array_equal(paths[:, 0], paths[:, 1])


def test_uniform_paths():
    rng = np.random.default_rng(0)
    paths = np.concatenate([uniform_paths(rng, 3, 4) for _ in range(4000)])
    assert paths.shape == (4000, 3)
    shares = np.bincount(paths.ravel(), minlength=4) / paths.size
    assert shares == pytest.approx(0.25, abs=0.02)


def test_the_strongest_leaves_zero_aside():
    names = [("zero", "identity", "conv3")] * 2
    assert strongest(np.array([[9.0, 1.0, 2.0], [9.0, 2.0, 1.0]]), names, Cell(3)) == ("conv3", "identity")


def test_narrowed_keeps_the_strongest_in_order():
    names = [("zero", "identity", "conv3")]
    assert narrowed(np.array([[1.0, 0.0, 2.0]]), names, 2) == [("zero", "conv3")]


class TestEndings:
    def test_skips(self):
        rule = SkipLimit(skips=1, patience=2)
        assert rule.kept([2], []) is None  # too early to count
        assert rule.kept([0, 2], []) is None
        assert rule.kept([0, 0, 1], []) is None
        assert rule.kept([0, 0, 2], []) == 2

    def test_eigenvalues_by_hand(self):
        rule = EigenvalueRise(window=2, ratio=0.75)
        assert rule.kept([], [1.0, 1.0, 9.0]) is None  # two windows are needed
        assert rule.kept([], [1.0, 1.0, 1.2, 1.4]) is None  # 1 / 1.3 is more than 0.75
        assert rule.kept([], [1.0, 1.0, 1.2, 1.6]) == 2  # 1 / 1.4 is less
        assert rule.kept([], [-1.0, -1.0, -2.0, -2.0]) is None

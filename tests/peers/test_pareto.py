"""numerics.pareto beside moocore and pymoo, where they are installed: ``pytest -m peers``."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.numerics import pareto

pytestmark = pytest.mark.peers


@pytest.fixture(params=[(30, 2), (400, 2), (30, 3), (400, 3), (30, 4), (150, 4), (60, 5), (40, 6)], ids=str)
def front(request):
    """Points on a sphere, and as many anywhere."""
    n, m = request.param
    random = np.random.default_rng(n + m)
    sphere = np.abs(random.standard_normal((n, m)))
    return np.vstack([sphere / np.linalg.norm(sphere, axis=1, keepdims=True), random.random((n, m)) + 0.3])


@pytest.fixture
def moocore():
    return pytest.importorskip("moocore")


def test_hypervolume(front, moocore):
    assert pareto.hypervolume(front, reference=1.1) == pytest.approx(moocore.hypervolume(front, ref=1.1), rel=1e-11)
    inside = np.median(front, axis=0)
    assert pareto.hypervolume(front, reference=inside) == pytest.approx(
        moocore.hypervolume(front, ref=inside), rel=1e-11
    )


def test_contributions(front, moocore):
    ours = pareto.hypervolume_contributions(front, reference=1.1)
    assert ours == pytest.approx(moocore.hv_contributions(front, ref=1.1), abs=1e-11)


def test_ranks(front, moocore):
    ranks = np.asarray(moocore.pareto_rank(front))
    assert np.array_equal(pareto.nondominated_rank(front), ranks - ranks.min())


def test_distances(front, moocore):
    n = len(front) // 2
    sphere, others = front[:n], front[n:]
    assert pareto.igd_plus(others, reference=sphere) == pytest.approx(moocore.igd_plus(others, ref=sphere))
    ours = pareto.epsilon_indicator(others, reference=sphere)
    assert ours == pytest.approx(moocore.epsilon_additive(others, ref=sphere))
    ours = pareto.epsilon_indicator(others, reference=sphere, multiplicative=True)
    assert ours == pytest.approx(moocore.epsilon_mult(others, ref=sphere))


def test_published_fronts(moocore):
    data = moocore.get_dataset("input1.dat")
    for number in np.unique(data[:, -1]):
        points = data[data[:, -1] == number, :-1]
        assert pareto.hypervolume(points, reference=10) == pytest.approx(moocore.hypervolume(points, ref=10))


def test_crowding(front):
    metrics = pytest.importorskip("pymoo.operators.survival.rank_and_crowding.metrics")
    theirs = metrics.calc_crowding_distance(front)  # the mean over the objectives instead of the sum
    assert pareto.crowding_distance(front) == pytest.approx(theirs * front.shape[1])

"""An archive of numerics is always what its twin computes anew, whatever was inserted, removed and asked in between."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tunewright.numerics import pareto as numerics
from tunewright.reference import pareto as reference

NAN, INF = np.nan, np.inf
TIED = st.integers(0, 4).map(float)
UGLY = st.sampled_from([0.0, -0.0, 1.0, 2.5, 3.0, 5.0, NAN, INF, -INF])
CORNER = 4.0


class Machine(RuleBasedStateMachine):
    """Two archives that are told the same."""

    @initialize(data=st.data(), m=st.integers(1, 5), elements=st.sampled_from([TIED, st.floats(0, 5), UGLY]))
    def start(self, data, m, elements):
        self.m, self.elements = m, elements
        maximize = data.draw(st.one_of(st.booleans(), st.lists(st.booleans(), min_size=m, max_size=m)))
        self.ours = numerics.Archive([CORNER] * m, maximize=maximize)
        self.twin = reference.Archive([CORNER] * m, maximize=maximize)
        self.held = []

    @rule(data=st.data(), n=st.sampled_from([1, 1, 1, 0, 2, 6]))
    def insert(self, data, n):
        losses = data.draw(hnp.arrays(np.float64, (n, self.m), elements=self.elements))
        given = losses[0] if n == 1 else losses
        numbers = self.ours.insert(given)
        assert np.array_equal(numbers, self.twin.insert(losses))
        self.held.extend(numbers.tolist())

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def remove(self, data):
        numbers = data.draw(st.lists(st.sampled_from(self.held), min_size=1, max_size=3))
        self.ours.remove(numbers)
        self.twin.remove(numbers)
        self.held = [i for i in self.held if i not in numbers]

    @rule()
    def volume(self):
        whole = self.twin.hypervolume
        assert np.isclose(self.ours.hypervolume, whole, rtol=1e-11, atol=1e-300)

    @rule()
    def contributions(self):
        try:
            expected = self.twin.contributions
        except ValueError:
            with pytest.raises(ValueError, match="losses"):
                _ = self.ours.contributions
            return
        assert np.allclose(self.ours.contributions, expected, rtol=1e-11, atol=1e-11)

    @invariant()
    def same_front(self):
        if hasattr(self, "ours"):
            assert len(self.ours) == len(self.twin) == len(self.held)
            assert np.array_equal(self.ours.front, self.twin.front)
            assert np.array_equal(self.ours.points, self.twin.points)


TestArchive = Machine.TestCase
TestArchive.settings = settings(deadline=None, max_examples=60, stateful_step_count=20)


@pytest.mark.parametrize("m", [2, 3, 4, 5])
def test_a_long_life_builds_up_no_error(m):
    """Fronts large enough to save work on, beside the kernels; points come, the least contributor goes."""
    random = np.random.default_rng(m)
    archive = numerics.Archive(np.full(m, 1.1))
    for step in range(300):
        point = np.abs(random.standard_normal(m))
        archive.insert(point / np.linalg.norm(point) * (1 + 0.05 * random.random()))
        if step % 7 == 0:
            archive.insert([[0.5] * m, archive.points[0]])
        if len(archive.front) > 40:
            archive.remove(archive.front[np.argmin(archive.contributions)])
        if step % 11 == 0:
            archive.remove(archive.front[[0, -1]])
        if step % 5 == 0:
            fresh = numerics.hypervolume_contributions(archive.points, reference=1.1)
            assert np.allclose(archive.contributions, fresh, rtol=0, atol=1e-13)
            whole = numerics.hypervolume(archive.points, reference=1.1)
            assert archive.hypervolume == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("m", [4, 6])
def test_a_huge_point_that_goes_leaves_no_error(m):
    random = np.random.default_rng(m)
    archive = numerics.Archive(np.ones(m))
    archive.insert(1 - random.dirichlet(np.ones(m), 60))
    before = archive.hypervolume, archive.contributions
    huge = archive.insert([-1e60, *[1 - 1e-9] * (m - 1)])
    assert len(archive.front) == 61
    assert archive.hypervolume == pytest.approx(1e60 * 1e-9 ** (m - 1), rel=1e-6)
    assert archive.contributions[-1] == pytest.approx(archive.hypervolume)
    archive.remove(huge)
    assert archive.hypervolume == pytest.approx(before[0], rel=1e-14)
    assert np.allclose(archive.contributions, before[1], rtol=0, atol=1e-16)

"""numerics.halving equals reference.halving, exactly, on ugly input; and both are what the definitions say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tunewright.numerics import halving as numerics
from tunewright.reference import halving as reference

NAN, INF = np.nan, np.inf
UGLY = st.sampled_from([0.0, -0.0, 1.0, -1.0, 1.5, NAN, INF, -INF, 5e-324, 1.8e308, -1.8e308, 1 + 2**-52])
LOSSES = st.one_of(UGLY, st.integers(0, 3).map(float), st.floats())
VIOLATIONS = st.one_of(st.just(0.0), st.sampled_from([-0.0, 1.0, 2.0, NAN, INF]))
THOROUGH = settings(deadline=None, max_examples=300)
REPORTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40), LOSSES, VIOLATIONS), max_size=120)


@THOROUGH
@given(
    reports=REPORTS,
    levels=st.sets(st.integers(1, 30), min_size=1, max_size=5).map(sorted),
    factor=st.integers(2, 5),
    tolerance=st.sampled_from([None, 0.0, 0.5, INF]),
    settled=st.sets(st.integers(0, 120)),
)
def test_rungs(reports, levels, factor, tolerance, settled):
    ours, twin = numerics.Rungs(levels, factor, tolerance), reference.Rungs(levels, factor, tolerance)
    for i, report in enumerate(reports):
        assert ours.enter(*report) == twin.enter(*report)
        if i in settled:
            ours.settle(report[0]), twin.settle(report[0])
        assert ours.promotable(99) == twin.promotable(99)
        assert ours.promotable(1) == twin.promotable(1)
        assert ours.ceiling == twin.ceiling
    assert ours.sizes() == twin.sizes()
    for rung in range(len(levels) + 1):
        assert ours.best(rung, 3) == twin.best(rung, 3)
    assert [ours.rung(trial) for trial in range(32)] == [twin.rung(trial) for trial in range(32)]


@THOROUGH
@given(trials=st.lists(st.tuples(LOSSES, VIOLATIONS), max_size=60), asked=st.lists(st.tuples(LOSSES, VIOLATIONS)))
def test_ranking(trials, asked):
    ours, twin = numerics.Ranking(), reference.Ranking()
    for number, trial in enumerate(trials):
        assert ours.insert(number, *trial) == twin.insert(number, *trial)
    assert len(ours) == len(twin)
    assert [ours.better(*query) for query in asked] == [twin.better(*query) for query in asked]


@given(losses=st.lists(st.floats(allow_nan=False), min_size=1, max_size=60), data=st.data(), factor=st.integers(2, 5))
def test_who_is_promoted_does_not_depend_on_the_order_of_arrival(losses, data, factor):
    order = data.draw(st.permutations(range(len(losses))))
    ours = numerics.Rungs([1, factor], factor)
    for trial in order:
        ours.enter(trial, 1, losses[trial])
    by_definition = sorted(range(len(losses)), key=lambda t: (losses[t], t))[: len(losses) // factor]
    assert ours.promotable(len(losses)) == by_definition


@THOROUGH
@given(
    losses=hnp.arrays(np.float64, st.tuples(st.integers(0, 25), st.integers(1, 4)), elements=LOSSES),
    data=st.data(),
    count=st.integers(0, 30),
)
def test_leaders_and_nets(losses, data, count):
    violations = data.draw(hnp.arrays(np.float64, len(losses), elements=VIOLATIONS))
    ours = numerics.leaders(losses, violations, count)
    assert np.array_equal(ours, reference.leaders(losses, violations, count))
    assert np.array_equal(numerics.epsilon_net(losses, count), reference.epsilon_net(losses, count))
    usable = int((~np.isnan(losses).any(axis=1) & ~np.isnan(violations)).sum())
    assert len(ours) == min(count, usable)


@given(st.integers(1, 50), st.integers(0, 3000), st.integers(2, 7))
def test_levels_and_brackets(smallest, more, factor):
    resources = smallest, smallest + more, factor
    assert numerics.levels(*resources) == reference.levels(*resources)
    assert numerics.brackets(*resources) == reference.brackets(*resources)


@pytest.mark.parametrize(
    "resources", [(1, 3**39, 3), (1, 2**62, 2), (7, 2**63 - 1, 2), (2**62, 2**63 - 1, 2), (1, 2**63 - 1, 2**63 - 1)]
)
def test_levels_and_brackets_of_huge_resources(resources):
    assert numerics.levels(*resources) == reference.levels(*resources)
    assert numerics.brackets(*resources) == reference.brackets(*resources)


@pytest.mark.parametrize("resources", [(0, 9, 3), (10, 9, 3), (1, 9, 1), (1, 9, 0), (-1, 9, 3), (1, 2**64, 3)])
def test_refused_resources(resources):
    for call in (numerics.levels, numerics.brackets):
        with pytest.raises(ValueError, match="expected"):
            call(*resources)


@pytest.mark.parametrize("arguments", [([], 3), ([3, 1], 3), ([1, 1], 3), ([0, 1], 3), ([1, 3], 1), ([1], 2, -1.0)])
def test_refused_rungs(arguments):
    for rungs in (numerics.Rungs, reference.Rungs):
        with pytest.raises(ValueError, match="expected"):
            rungs(*arguments)


def test_refused_numbers():
    rungs = numerics.Rungs([1, 3], 3)
    with pytest.raises(OverflowError):
        rungs.enter(-1, 1, 0.0)
    with pytest.raises(TypeError):
        rungs.enter(1, 1, "low")
    with pytest.raises(ValueError, match="one for each of 2"):
        numerics.leaders([[1.0], [2.0]], [0.0], 1)

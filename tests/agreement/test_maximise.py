"""numerics.maximise equals reference.maximise.

Tolerances: variances are differences of numbers of the size of the signal, with errors near eps times the condition of
the factor; noise of 1e-3 and more keeps standard deviations to 1e-9, and what a logarithm makes of that, z^2 1e-9, is
small where |z| < 30. Two ascents end within their tolerance of local maxima, not always of the same one.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunewright.numerics import maximise as numerics
from tunewright.reference import gp
from tunewright.reference import maximise as reference

FAMILIES = st.sampled_from(["matern52", "matern32", "rbf"])
ACQUISITIONS = st.sampled_from(["log_ei", "log_pi", "lcb", "ei", "pi"])
SEEDS = st.integers(0, 2**32 - 1)


def box(random, d):
    """Kinds and levels of every sort."""
    kinds = (random.random(d) < 0.3).astype(np.uint8)
    levels = np.where(kinds == 1, random.integers(1, 5, d), random.choice([0, 0, 1, 2, 3, 10, 100], d))
    return kinds, levels


def cube(random, n, kinds, levels, gaps):
    """Points of the box; each coordinate after the first is missing now and then."""
    points = random.random((n, len(kinds)))
    cells = np.maximum(levels, 1)
    points = np.where(levels >= 2, (np.floor(points * cells) + 0.5) / cells, points)
    points = np.where(kinds * (levels == 1) == 1, 0.5, points)
    missing = random.random(points.shape) < gaps
    missing[:, 0] = False
    return np.where(missing, np.nan, points)


def process(random, x, kinds, family):
    d = len(kinds)
    theta = np.r_[random.normal(0, 0.7, d), random.normal(0, 0.5), random.uniform(-7, 0)]
    factor, alpha, _ = gp.factorise(x, random.normal(size=len(x)), theta, kinds, family=family)
    return theta, factor, alpha


def case(seed, n, d, gaps, family, extras):
    random = np.random.default_rng(seed)
    kinds, levels = box(random, d)
    x = cube(random, n, kinds, levels, gaps)
    theta, factor, alpha = process(random, x, kinds, family)
    options = {"family": family, "best": random.normal() - 1, "kappa": random.random() * 3}
    if extras:
        others = [cube(random, n + more, kinds, levels, gaps) for more in (3, 0)[: random.integers(3)]]
        options["feasibility"] = [(other, *process(random, other, kinds, family), random.normal()) for other in others]
        options["prior"] = (random.random(d), random.random(d) * 10)
    queries = cube(random, 30, kinds, levels, gaps)
    return (x, theta, kinds, factor, alpha), queries, levels, options


@settings(deadline=None, max_examples=150)
@given(
    seed=SEEDS,
    n=st.sampled_from([1, 2, 3, 4, 5, 17, 60]),
    d=st.integers(1, 6),
    gaps=st.sampled_from([0.0, 0.3]),
    family=FAMILIES,
    acquisition=ACQUISITIONS,
    extras=st.booleans(),
)
def test_values(seed, n, d, gaps, family, acquisition, extras):
    model, queries, _, options = case(seed, n, d, gaps, family, extras)
    ours = numerics.evaluate(*model, queries, acquisition=acquisition, **options)
    twin = reference.evaluate(*model, queries, acquisition=acquisition, **options)
    np.testing.assert_allclose(ours, twin, rtol=1e-6, atol=1e-9)


@settings(deadline=None, max_examples=60)
@given(
    seed=SEEDS,
    n=st.sampled_from([1, 2, 5, 17, 40]),
    d=st.integers(1, 6),
    count=st.integers(1, 9),
    family=FAMILIES,
    acquisition=st.sampled_from(["log_ei", "ei"]),
    extras=st.booleans(),
)
def test_values_over_several_processes(seed, n, d, count, family, acquisition, extras):
    model, queries, levels, options = case(seed, n, d, 0.3, family, extras)
    random = np.random.default_rng(seed)
    alphas = model[4] * random.normal(1, 0.3, (count, 1)) + random.normal(0, 0.1, (count, n))
    options |= {"best": random.normal(-1, 1, count), "acquisition": acquisition}
    ours = numerics.evaluate(*model[:4], alphas, queries, **options)
    twin = reference.evaluate(*model[:4], alphas, queries, **options)
    np.testing.assert_allclose(ours, twin, rtol=1e-6, atol=1e-9)
    levels = np.where(levels == 0, 6, levels)
    reached = [room.climb(*model[:4], alphas, queries[:3], levels, **options)[1] for room in (numerics, reference)]
    np.testing.assert_allclose(*reached, rtol=1e-5, atol=1e-9)


@settings(deadline=None, max_examples=30)
@given(
    seed=SEEDS, n=st.integers(1, 20), d=st.integers(1, 4), gaps=st.sampled_from([0.0, 0.3]), acquisition=ACQUISITIONS
)
def test_climbs_over_levels_end_at_the_same_points(seed, n, d, gaps, acquisition):
    model, starts, levels, options = case(seed, n, d, gaps, "matern52", extras=False)
    levels = np.where(levels == 0, 6, levels)
    ours, ours_values = numerics.climb(*model, starts[:6], levels, acquisition=acquisition, **options)
    twin, twin_values = reference.climb(*model, starts[:6], levels, acquisition=acquisition, **options)
    np.testing.assert_allclose(ours_values, twin_values, rtol=1e-5, atol=1e-9)
    same = np.isclose(ours, twin, equal_nan=True).all(axis=1)
    assert (same | np.isclose(ours_values, twin_values, rtol=1e-5)).all()  # ties may be broken either way


def a_box(seed, d):
    """Bounds that leave little, and sometimes nothing, of a coordinate."""
    random = np.random.default_rng(seed + 1)
    lower, upper = np.sort(random.random((2, d)).round(1), axis=0)
    return lower, upper


@settings(deadline=None, max_examples=40)
@given(seed=SEEDS, n=st.integers(1, 20), d=st.integers(1, 4))
def test_climbs_over_levels_within_bounds_end_at_the_same_points(seed, n, d):
    model, starts, levels, options = case(seed, n, d, 0.3, "matern52", extras=False)
    levels = np.where(levels == 0, 6, levels)
    options["bounds"] = a_box(seed, d)
    ours, ours_values = numerics.climb(*model, starts[:6], levels, **options)
    twin, twin_values = reference.climb(*model, starts[:6], levels, **options)
    np.testing.assert_allclose(ours_values, twin_values, rtol=1e-5, atol=1e-9)
    same = np.isclose(ours, twin, equal_nan=True).all(axis=1)
    assert (same | np.isclose(ours_values, twin_values, rtol=1e-5)).all()


@settings(deadline=None, max_examples=60)
@given(seed=SEEDS, n=st.integers(2, 15), d=st.integers(1, 4), extras=st.booleans(), bounded=st.booleans())
def test_the_twin_finds_nothing_to_gain_where_a_climb_ended(seed, n, d, extras, bounded):
    model, starts, levels, options = case(seed, n, d, 0.0, "matern52", extras)
    if bounded:
        options["bounds"] = lower, upper = a_box(seed, d)
    points, values = numerics.climb(*model, starts[:4], levels, **options)
    if bounded:
        free = levels == 0
        assert ((points >= lower) & (points <= upper))[:, free].all()
    for point, value in zip(points, values, strict=True):
        unit = max(1.0, abs(value))
        # with a gradient below this the twin stays; with a larger one it leaps, perhaps to another hill
        _, further = reference.climb(*model, point[None], levels, tolerance=1e-3 * unit, **options)
        assert further[0] <= value + 1e-3 * unit


@pytest.mark.parametrize("iterations", [0, 1, 3])
def test_few_iterations(iterations):
    model, starts, levels, options = case(3, 10, 3, 0.0, "rbf", extras=False)
    _, ours = numerics.climb(*model, starts, levels, iterations=iterations, **options)
    start = numerics.evaluate(*model, reference.climb(*model, starts, levels, iterations=0, **options)[0], **options)
    assert (ours >= start).all()

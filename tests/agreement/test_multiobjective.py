"""numerics.multiobjective equals reference.multiobjective.

Tolerances: a factor of EHVI is a difference of two near numbers in narrow boxes; one side integrates there, the other
sums a trapezoid, and both are good to 1e-10. How boxes share the total moves by eps z^2: 1e-8 at z = 1e4, which is
where 2^6 leads. Climbs and processes as in test_maximise.
"""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tunewright.numerics import multiobjective as numerics
from tunewright.reference import gp
from tunewright.reference import multiobjective as reference

SEEDS = st.integers(0, 2**32 - 1)


def boxes(random, k, m):
    """Any boxes, disjoint or not: narrow and wide ones, some open below, some empty."""
    lower = random.normal(size=(k, m)) * 3
    upper = lower + random.choice([0.0, 1e-9, 1e-4, 0.1, 1.0, 1e6], size=(k, m), p=[0.02, 0.1, 0.2, 0.3, 0.28, 0.1])
    return np.where(random.random((k, m)) < 0.4, -np.inf, lower), upper


@settings(deadline=None, max_examples=200)
@given(
    seed=SEEDS,
    n=st.integers(0, 20),
    m=st.integers(1, 5),
    k=st.sampled_from([0, 1, 2, 7, 40]),
    power=st.integers(-20, 6),
)
def test_values_and_derivatives(seed, n, m, k, power):
    random = np.random.default_rng(seed)
    mean, std = random.normal(size=(n, m)) * 2.0**power, np.exp(random.normal(size=(n, m)))
    lower, upper = boxes(random, k, m)
    twin = reference.log_expected_hypervolume_improvement(mean, std, lower, upper)
    ours = numerics.log_expected_hypervolume_improvement(mean, std, lower, upper)
    for number, expected in zip(ours, twin, strict=True):
        np.testing.assert_allclose(number, expected, rtol=1e-7, atol=1e-7)


def case(seed, m, d, extras):
    random = np.random.default_rng(seed)
    kinds = (random.random(d) < 0.3).astype(np.uint8)
    levels = np.where(kinds == 1, 3, random.choice([0, 0, 2, 10], d))
    cells = np.maximum(levels, 1)

    def cube(n):
        points = random.random((n, d))
        points = np.where(levels >= 2, (np.floor(points * cells) + 0.5) / cells, points)
        missing = random.random(points.shape) < 0.1
        missing[:, 0] = False
        return np.where(missing, np.nan, points)

    def process():
        x = cube(random.integers(1, 12))
        theta = np.r_[random.normal(0, 0.7, d), random.normal(0, 0.5), random.uniform(-7, 0)]
        return (x, theta, *gp.factorise(x, random.normal(size=len(x)), theta, kinds)[:2])

    options = {}
    if extras:
        options["feasibility"] = [(*process(), random.normal()) for _ in range(random.integers(3))]
        options["prior"] = (random.random(d), random.random(d) * 10)
    corners = np.sort(random.normal(size=(2, m)) - 0.5, axis=0)
    lower = np.vstack([np.full(m, -np.inf), corners[0]])
    upper = np.vstack([corners[0], corners[1]])
    return [process() for _ in range(m)], kinds, cube(10), levels, lower, upper, options


@settings(deadline=None, max_examples=60)
@given(seed=SEEDS, m=st.integers(1, 4), d=st.integers(1, 5), extras=st.booleans())
def test_values_of_processes(seed, m, d, extras):
    models, kinds, queries, _, lower, upper, options = case(seed, m, d, extras)
    twin = reference.evaluate_front(models, kinds, queries, lower, upper, **options)
    ours = numerics.evaluate_front(models, kinds, queries, lower, upper, threads=2, **options)
    np.testing.assert_allclose(ours, twin, rtol=1e-6, atol=1e-7)


@settings(deadline=None, max_examples=15)
@given(seed=SEEDS, m=st.integers(1, 3), d=st.integers(1, 3), extras=st.booleans())
def test_the_twin_finds_nothing_to_gain_where_a_climb_ended(seed, m, d, extras):
    models, kinds, starts, levels, lower, upper, options = case(seed, m, d, extras)
    points, values = numerics.climb_front(models, kinds, starts[:3], levels, lower, upper, **options)
    for point, value in zip(points, values, strict=True):
        unit = max(1.0, abs(value))
        tolerance = 1e-3 * unit
        _, further = reference.climb_front(
            models, kinds, point[None], levels, lower, upper, tolerance=tolerance, **options
        )
        assert further[0] <= value + 1e-3 * unit

"""numerics.forest equals reference.forest: the same trees to the bit, predictions to rounding."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tunewright.numerics import forest as numerics
from tunewright.reference import forest as reference

THOROUGH = settings(deadline=None, max_examples=150)
VALUES = st.sampled_from([0.0, -0.0, 1.0, 0.5, 0.25, 1 / 3, 0.1, 0.1 + 2**-55, 1e-300, 1 - 2**-53])
OUTPUTS = [
    st.sampled_from([0.0, 1.0]),
    st.integers(-3, 3).map(float),
    st.sampled_from([1e100, -1e100, 5e-324, 0.0, 1e12, 1e12 + 1]),
    st.floats(-10, 10),
]


@st.composite
def tables(draw):
    n, d = draw(st.integers(1, 25)), draw(st.integers(1, 5))
    categories = draw(hnp.arrays(np.int64, d, elements=st.sampled_from([0, 0, 0, 2, 3, 5, 70])))
    x = draw(hnp.arrays(np.float64, (n, d), elements=draw(st.sampled_from([VALUES, st.floats(0, 1)]))))
    missing = draw(hnp.arrays(np.bool_, (n, d), elements=st.sampled_from([False, False, True])))
    y = draw(hnp.arrays(np.float64, n, elements=draw(st.sampled_from(OUTPUTS))))
    return np.where(missing, np.nan, x), y, categories


OPTIONS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**64 - 1),
        "purpose": st.integers(0, 2**64 - 1),
        "first": st.integers(0, 2**63),
        "trees": st.integers(1, 4),
        "bootstrap": st.booleans(),
        "features": st.sampled_from([None, 1, 2, 9]),
        "min_leaf": st.integers(1, 4),
        "min_split": st.integers(1, 6),
        "depth": st.sampled_from([None, 0, 1, 3]),
        "thresholds": st.sampled_from(["middle", "uniform", "random"]),
        "grouping": st.sampled_from(["subset", "one"]),
        "threads": st.integers(1, 3),
    }
)


@THOROUGH
@given(table=tables(), options=OPTIONS, seed=st.integers(0, 99))
def test_the_same_trees_and_predictions(table, options, seed):
    before = [part.copy() for part in table]
    ours, twin = numerics.Forest(*table, **options), reference.Forest(*table, **options)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, table, strict=True))
    assert len(ours) == len(twin) == options["trees"]
    for t in range(len(ours)):
        for a, b in zip(ours.nodes(t), twin.nodes(t), strict=True):
            assert a.dtype == b.dtype
            assert np.array_equal(a, b, equal_nan=True)
    points = np.random.default_rng(seed).random((9, table[0].shape[1]))
    points[points < 0.2] = np.nan
    scale = max(np.abs(table[1]).max(), 1e-100)
    for power, (a, b) in enumerate(zip(ours.predict(points, threads=2), twin.predict(points), strict=True), 1):
        assert np.allclose(a / scale**power, b / scale**power, rtol=0, atol=1e-12)


@THOROUGH
@given(
    table=tables(),
    options=OPTIONS,
    seed=st.integers(0, 99),
    bases=st.integers(1, 3),
    each=st.integers(0, 12),
    changes=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_predictions_near_others(table, options, seed, bases, each, changes):
    ours, twin = numerics.Forest(*table, **options), reference.Forest(*table, **options)
    rng = np.random.default_rng(seed)
    d = table[0].shape[1]
    origins = table[0][rng.integers(len(table[0]), size=bases)]
    near = np.repeat(origins, each, axis=0)
    others = np.where(rng.random(near.shape) < 0.5, rng.random(near.shape), np.nan)
    near = np.where(rng.random(near.shape) < changes / d, others, near)
    feature, threshold = ours.nodes(0)[:2]
    for row in near[::2]:  # on a threshold
        node = rng.integers(len(feature))
        if feature[node] >= 0 and np.isfinite(threshold[node]):
            row[feature[node]] = threshold[node]
    told = ours.predict_near(origins, near, threads=2)
    assert all(np.array_equal(a, b) for a, b in zip(told, ours.predict(near), strict=True))
    scale = max(np.abs(table[1]).max(), 1e-100)
    for power, (a, b) in enumerate(zip(told, twin.predict_near(origins, near), strict=True), 1):
        assert np.allclose(a / scale**power, b / scale**power, rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=100)
@given(
    table=tables(),
    options=OPTIONS,
    points=st.lists(st.one_of(VALUES, st.just(float("nan")), st.floats(0, 1)), max_size=8),
    seed=st.integers(0, 99),
    cells=st.integers(1, 7),
)
def test_marginals(table, options, points, seed, cells):
    ours, twin = numerics.Forest(*table, **options), reference.Forest(*table, **options)
    d = table[0].shape[1]
    absent = np.random.default_rng(seed).choice([0.0, 0.25, 1.0], d)
    scale = max(np.abs(table[1]).max(), 1e-100)
    for j in range(d):
        a, b = ours.marginal(j, points, absent), twin.marginal(j, points, absent)
        assert np.allclose(a[0] / scale, b[0] / scale, rtol=0, atol=1e-12)
        assert np.allclose(a[1] / scale, b[1] / scale, rtol=0, atol=1e-7)
    for j in range(1, d):
        a, b = (forest.marginal_pair(0, j, absent, cells=cells) for forest in (ours, twin))
        assert a.shape == b.shape
        assert np.allclose(a / scale, b / scale, rtol=0, atol=1e-12)

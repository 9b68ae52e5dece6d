"""numerics.pareto equals reference.pareto exactly, on ugly inputs of every layout."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tunewright.numerics import pareto as numerics
from tunewright.reference import pareto as reference

NAN, INF = np.nan, np.inf
UGLY = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, NAN, INF, -INF, 5e-324, -5e-324, 1.8e308, -1.8e308, 1 + 2**-52])
SHAPES = st.tuples(st.integers(0, 40), st.integers(1, 7))
LAYOUTS = ["contiguous", "fortran", "strided", "reversed", "read-only"]
THOROUGH = settings(deadline=None, max_examples=300)


def laid_out(losses: np.ndarray, layout: str) -> np.ndarray:
    """The same matrix in another memory layout."""
    if layout == "fortran":
        return np.asfortranarray(losses)
    if layout == "strided":
        spread = np.full((2 * losses.shape[0], 3 * losses.shape[1]), 9, dtype=losses.dtype)
        spread[::2, ::3] = losses
        return spread[::2, ::3]
    if layout == "reversed":
        return losses[::-1, ::-1].copy()[::-1, ::-1]
    losses = losses.copy()
    losses.flags.writeable = layout != "read-only"
    return losses


def check(losses: np.ndarray, maximize: bool | list[bool]) -> None:
    before = losses.copy()
    ours = numerics.is_nondominated(losses, maximize=maximize)
    assert np.array_equal(ours, reference.is_nondominated(losses, maximize=maximize))
    assert ours.shape == (len(losses),)
    assert np.array_equal(losses, before, equal_nan=losses.dtype.kind == "f")


@THOROUGH
@given(data=st.data(), layout=st.sampled_from(LAYOUTS))
def test_any_floats(data, layout):
    elements = data.draw(st.sampled_from([UGLY, st.integers(0, 3).map(float), st.floats()]))
    losses = data.draw(hnp.arrays(np.float64, SHAPES, elements=elements))
    m = losses.shape[1]
    maximize = data.draw(st.one_of(st.booleans(), st.lists(st.booleans(), min_size=m, max_size=m)))
    check(laid_out(losses, layout), maximize)


@THOROUGH
@given(
    losses=hnp.arrays(st.sampled_from([np.int8, np.int64, np.uint32, np.float32, np.bool_]), SHAPES),
    layout=st.sampled_from(LAYOUTS),
)
def test_any_type(losses, layout):
    check(laid_out(losses, layout), maximize=False)


@THOROUGH
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.sampled_from([0, 1, 2, 127, 129, 300, 700]),
    m=st.integers(1, 9),
    levels=st.sampled_from([2, 5, 30, 1_000_000]),
    shape=st.sampled_from(
        ["uniform", "sphere", "correlated", "huge range", "constant column", "duplicates", "specials"]
    ),
)
@example(seed=0, n=1500, m=2, levels=1_000_000, shape="sphere")
@example(seed=0, n=1500, m=3, levels=1_000_000, shape="sphere")
@example(seed=0, n=1500, m=4, levels=30, shape="sphere")
@example(seed=0, n=1500, m=6, levels=5, shape="sphere")
@example(seed=0, n=1500, m=9, levels=1_000_000, shape="sphere")
def test_clouds_large_enough_for_every_branch(seed, n, m, levels, shape):
    random = np.random.default_rng(seed)
    losses = random.random((n, m))
    if shape == "sphere":
        losses /= np.linalg.norm(losses, axis=1, keepdims=True)
    if shape == "correlated":
        losses = losses * 0.1 + random.random((n, 1))
    losses = np.round(losses * levels)
    if shape == "huge range":
        losses = np.ldexp(losses, random.integers(-1000, 1000, m))
    if shape == "constant column":
        losses[:, random.integers(m)] = 3.0
    if shape == "duplicates" and n:
        losses = losses[random.integers(0, n, n) // 2]
    if shape == "specials":
        losses[random.random((n, m)) < 0.05] = random.choice([NAN, INF, -INF, -0.0, 0.0])
    check(losses, maximize=random.choice([False, True]).item())


@pytest.mark.parametrize("m", [1, 2, 3, 5])
def test_all_equal_all_nan_all_infinite(m):
    for value in (0.0, NAN, INF, -INF):
        check(np.full((600, m), value), maximize=False)
        check(np.full((600, m), value), maximize=True)

"""numerics.linalg equals reference.linalg, on matrices of every size and condition.

Tolerance: both are backward stable, so that two factors of A differ by about n eps cond(A) relative to their largest
number; the bounds below are that, with room for a factor of ten.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunewright.numerics import linalg as numerics
from tunewright.reference import linalg as reference

SIZES = st.sampled_from([0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 100, 130, 200, 340])
THOROUGH = settings(deadline=None, max_examples=60)


def positive(seed: int, n: int, log_condition: float) -> np.ndarray:
    """A symmetric matrix with eigenvalues from 1 down to 10**-log_condition."""
    random = np.random.default_rng(seed)
    q, _ = np.linalg.qr(random.standard_normal((n, n)))
    a = (q * np.logspace(0, -log_condition, n)) @ q.T
    return (a + a.T) / 2


def close(ours: np.ndarray, theirs: np.ndarray, log_condition: float) -> None:
    assert ours.shape == theirs.shape
    scale = np.abs(theirs).max(initial=1e-300)
    n = max(theirs.shape, default=1)
    assert np.abs(ours - theirs).max(initial=0.0) <= 10 * (n + 10) * 2.2e-16 * 10**log_condition * scale


@THOROUGH
@given(seed=st.integers(0, 2**32 - 1), n=SIZES, log_condition=st.floats(0, 6), threads=st.integers(1, 3))
def test_factor_solves_inverse_and_updates(seed, n, log_condition, threads):
    a = positive(seed, n, log_condition)
    factor, added = numerics.cholesky(a, threads=threads)
    expected, expected_added = reference.cholesky(a)
    assert added == expected_added == 0.0
    close(factor, expected, log_condition)
    assert np.array_equal(factor, np.tril(factor))
    assert np.array_equal(factor, numerics.cholesky(a)[0])
    random = np.random.default_rng(seed)
    for shape in [(n,), (n, 1), (n, 5), (n, 40), (n, 0)]:
        b = random.standard_normal(shape)
        close(numerics.solve_lower(factor, b), reference.solve_lower(factor, b), log_condition)
        close(numerics.solve_upper(factor, b), reference.solve_upper(factor, b), log_condition)
        close(numerics.solve(factor, b), reference.solve(factor, b), 2 * log_condition)
    inverse = numerics.inverse(factor, threads=threads)
    close(inverse, reference.inverse(factor), log_condition)
    assert np.array_equal(inverse, inverse.T)
    assert np.array_equal(inverse, numerics.inverse(factor))
    assert numerics.log_determinant(factor) == pytest.approx(reference.log_determinant(factor), rel=1e-12, abs=1e-12)
    column = 0.01 * random.random(n) * 10**-log_condition
    close(numerics.append_row(factor, column, 1.5), reference.append_row(factor, column, 1.5), log_condition)
    if n:
        index = int(random.integers(n))
        close(numerics.remove_row(factor, index), reference.remove_row(factor, index), log_condition)


@THOROUGH
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 70), rank=st.integers(0, 5), scale=st.integers(-100, 100))
def test_singular_matrices_get_what_they_need(seed, n, rank, scale):
    half = np.random.default_rng(seed).standard_normal((n, rank))
    a = np.ldexp(half @ half.T, scale)
    if not np.diag(a).all():
        with pytest.raises(np.linalg.LinAlgError):
            numerics.cholesky(a)
        return
    factor, added = numerics.cholesky(a)
    theirs = reference.cholesky(a)[1]
    # a pivot at the edge of rounding may fall either way: then the next power of ten
    assert added == theirs or max(added, theirs) <= 1.01e-9 * np.mean(np.diag(a))
    assert np.abs(factor @ factor.T - a - added * np.eye(n)).max() <= 1e-13 * n * np.abs(a).max()


@pytest.mark.parametrize("n", [1, 5, 8, 20, 100])
def test_the_failing_pivot_is_named(n):
    for pivot in {0, n // 2, n - 1}:
        a = np.eye(n)
        a[pivot, pivot] = -1.0
        for linalg in (numerics, reference):
            with pytest.raises(np.linalg.LinAlgError, match=f"pivot {pivot} of {n} is not positive"):
                linalg.cholesky(a, jitter=False)
    for value in (np.nan, np.inf):
        with pytest.raises(np.linalg.LinAlgError):
            numerics.cholesky(np.full((n, n), value))
    with pytest.raises(np.linalg.LinAlgError, match=f"pivot {n} of {n + 1}"):
        numerics.append_row(np.eye(n), np.ones(n), 0.5)


def test_every_layout_and_nothing_is_changed():
    a = positive(0, 20, 2)
    expected = numerics.cholesky(a)[0]
    wide = np.zeros((40, 60))
    wide[::2, ::3] = a
    frozen = a.copy()
    frozen.flags.writeable = False
    for other in (np.asfortranarray(a), wide[::2, ::3], frozen, a.tolist()):
        assert np.array_equal(numerics.cholesky(other)[0], expected)
    assert np.array_equal(frozen, a)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: numerics.cholesky(np.ones((2, 3))), "a: expected a square matrix"),
        (lambda: numerics.cholesky(np.eye(2), threads=0), "threads: expected at least 1"),
        (lambda: numerics.solve(np.eye(2), np.ones(3)), "b: expected shape"),
        (lambda: numerics.append_row(np.eye(2), np.ones(3), 1.0), "column: expected shape"),
        (lambda: numerics.remove_row(np.eye(2), 2), "index: expected an integer from 0 to 1"),
        (lambda: numerics.log_determinant(np.ones(3)), "factor: expected a square matrix"),
        (lambda: numerics.inverse(np.ones(3)), "factor: expected a square matrix"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()

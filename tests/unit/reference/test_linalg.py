"""The twin of the linear algebra on matrices that fit on a napkin."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.reference import linalg

A = [[4.0, 2.0], [2.0, 10.0]]
L = [[2.0, 0.0], [1.0, 3.0]]


def test_a_factor_by_hand():
    factor, added = linalg.cholesky(A)
    assert factor.tolist() == L
    assert added == 0.0


def test_solves_by_hand():
    assert linalg.solve_lower(L, [2.0, 7.0]).tolist() == [1.0, 2.0]
    assert linalg.solve_upper(L, [4.0, 6.0]).tolist() == [1.0, 2.0]
    assert np.allclose(linalg.solve(L, [8.0, 22.0]), [1.0, 2.0])
    assert np.allclose(linalg.solve(L, np.eye(2)), np.array([[10.0, -2.0], [-2.0, 4.0]]) / 36.0)


def test_determinant_and_inverse_by_hand():
    assert linalg.log_determinant(L) == pytest.approx(np.log(36.0))
    assert np.allclose(linalg.inverse(L), np.array([[10.0, -2.0], [-2.0, 4.0]]) / 36.0)


def test_one_row_more_and_one_less():
    longer = linalg.append_row([[2.0]], [2.0], 10.0)
    assert longer.tolist() == L
    assert linalg.remove_row(L, 1).tolist() == [[2.0]]
    assert linalg.remove_row(L, 0)[0, 0] == pytest.approx(np.sqrt(10.0))


def test_a_singular_matrix_gets_the_least_jitter_that_does():
    factor, added = linalg.cholesky(np.ones((2, 2)))
    assert added == pytest.approx(1e-10)
    assert np.allclose(factor @ factor.T, np.ones((2, 2)))
    with pytest.raises(np.linalg.LinAlgError, match="pivot 1 of 2"):
        linalg.cholesky(np.ones((2, 2)), jitter=False)
    with pytest.raises(np.linalg.LinAlgError, match="pivot 1 of 2"):
        linalg.cholesky([[1.0, 2.0], [2.0, 1.0]])


def test_nothing():
    factor, added = linalg.cholesky(np.zeros((0, 0)))
    assert factor.shape == (0, 0)
    assert added == linalg.log_determinant(factor) == 0.0

"""Every Pareto function on every awkward input: what it returns for plain float64 rows, and never a changed input."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.numerics import pareto


def archive(losses):
    kept = pareto.Archive(np.full(losses.shape[1], 2.5))
    kept.insert(losses)
    return kept.hypervolume


FUNCTIONS = {
    "is_nondominated": pareto.is_nondominated,
    "is_pareto_optimal": lambda losses: pareto.is_pareto_optimal(losses, maximize=False),
    "constrained": lambda losses: pareto.nondominated_rank(losses, violations=np.arange(len(losses)) % 3),
    "nondominated_rank": pareto.nondominated_rank,
    "crowding_distance": pareto.crowding_distance,
    "epsilon_nondominated": lambda losses: pareto.epsilon_nondominated(losses, epsilon=2),
    "hypervolume": lambda losses: pareto.hypervolume(losses, reference=2.5),
    "hypervolume_contributions": lambda losses: pareto.hypervolume_contributions(losses, reference=2.5),
    "hypervolume_subset": lambda losses: pareto.hypervolume_subset(losses, min(3, len(losses)), reference=2.5),
    "igd_plus": lambda losses: pareto.igd_plus(losses, reference=np.ones((2, losses.shape[1]))),
    "epsilon_indicator": lambda losses: pareto.epsilon_indicator(losses, reference=np.ones((2, losses.shape[1]))),
    "nadir_reference": pareto.nadir_reference,
    "normalise": pareto.normalise,
    "box_decomposition": lambda losses: np.hstack(pareto.box_decomposition(losses[:3], reference=2.5)),
    "archive": archive,
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("m", [1, 2, 3, 5, 20])
@pytest.mark.parametrize("n", [1, 2, 9])
def test_layouts_and_types_make_no_difference(name, m, n):
    whole = np.random.default_rng(m).integers(0, 5, (n, m))  # 2.5 is inside the front
    losses = whole.astype(np.float64)
    expected = FUNCTIONS[name](losses)
    fixed = losses.copy()
    fixed.flags.writeable = False
    for given in (whole, np.asfortranarray(losses), fixed, np.repeat(losses, 2, axis=0)[::2], whole.astype(np.float32)):
        before = given.copy()
        assert np.array_equal(FUNCTIONS[name](given), expected)
        assert np.array_equal(given, before)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("m", [1, 2, 4, 20])
@pytest.mark.parametrize("value", [1.0, np.nan, np.inf, -np.inf])
def test_identical_points_end_in_a_value_or_a_clear_error(name, m, value):
    losses = np.full((7, m), value)
    try:
        found = FUNCTIONS[name](losses)
    except ValueError as refused:
        assert not np.isfinite(value)
        assert "losses" in str(refused)
    else:
        assert found is not None
    assert np.array_equal(losses, np.full((7, m), value), equal_nan=True)

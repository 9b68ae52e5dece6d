"""What a kernel makes of an array does not depend on how that lies in memory; all of ``_core`` that takes arrays."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tunewright._rust import _core

RANDOM = np.random.default_rng(0)
KINDS = np.array([0, 1, 0], dtype=np.uint8)
LEVELS = np.array([0, 3, 4], dtype=np.uintp)
TRIALS = np.array([3, 1, 4], dtype=np.uint64)
THETA = np.array([0.1, -0.3, 0.4, 0.2, -4.0])
X, Q, Y = RANDOM.random((5, 3)), RANDOM.random((4, 3)), RANDOM.normal(size=5)
FACTOR, ALPHA, _ = _core.factorise(X, Y, THETA, KINDS)
RIGHT = RANDOM.normal(size=(5, 2))
LOSSES = np.array([[3.0, 1.0, 2.0], [1.0, 3.0, 2.5], [2.0, 2.0, 0.5], [3.5, 1.5, 2.5], [3.0, 3.5, 3.0]])
VIOLATIONS = np.array([0.0, 0.5, 0.0, 0.0, 0.0])
CORNER = np.array([4.0, 4.0, 4.0])
LOWER, UPPER = _core.box_decomposition(LOSSES, reference=CORNER)
PRIOR = {"prior_mean": np.zeros(5), "prior_std": np.arange(1.0, 6.0)}
ADDED = {
    "family": "matern52",
    "feasibility": [(X, THETA, FACTOR, ALPHA, 0.3)],
    "prior": (np.array([0.2, 0.5, 0.7]), np.array([1.0, 2.0, 3.0])),
    "threads": 1,
}
BOUNDS = (np.zeros(3), np.array([1.0, 1.0, 0.9]))
CLIMB = {"bounds": BOUNDS, "iterations": 20, "tolerance": 1e-6}
PROMISE = {"acquisition": "log_ei", "best": np.array([0.3, 0.1]), "kappa": 2.0}
MODEL = (X, THETA, KINDS, FACTOR, np.vstack([ALPHA, 2 * ALPHA]))
FRONT = [(X, THETA, FACTOR, ALPHA), (X, THETA, FACTOR, -ALPHA), (X, THETA, FACTOR, ALPHA**2)]
SCALARS = (RANDOM.normal(size=4), np.arange(1.0, 5.0))
STREAM = {"seed": 1, "purpose": 2, "attempt": 0}
VARIATION = {"tournament": 2, "crossover": 0.9, "crossover_index": 5.0, "mutation": 0.5, "mutation_index": 5.0}
GROWTH = {
    "seed": 1, "purpose": 2, "first": 0, "trees": 4, "bootstrap": True, "features": 2, "min_leaf": 1, "min_split": 2,
    "depth": 9, "thresholds": "middle", "grouping": "subset", "threads": 1,
}  # fmt: skip
CATEGORIES = np.array([0, 0, 2])
GRID = np.hstack([RANDOM.random((6, 2)), (RANDOM.integers(0, 2, (6, 1)) + 0.5) / 2])
CELLS, LEAST = [0, 0, -2], [0.01, 0.02, 0.1]
DRAWS, FALLBACK = RANDOM.random(14), GRID[:2]
WEIGHTS = np.arange(1.0, 4.0)


def forest(x: Any = GRID, y: Any = Y[[0, 1, 2, 3, 4, 0]], categories: Any = CATEGORIES) -> Any:
    return _core.Forest(x, y, categories, **GROWTH)


def mixture(rows: Any = GRID[:3]) -> Any:
    made = _core.Mixture(CELLS, LEAST)
    made.insert([0, 1, 2], rows)
    return made


def estimator(rows: Any = GRID) -> Any:
    made = _core.Estimator(CELLS, LEAST, [[0, 1, 2]])
    made.place(range(6), rows)
    made.split([0, 2, 5])
    return made


MAKES = {"fallback": FALLBACK, "weights": WEIGHTS}
CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = {
    "Estimator.place": (lambda rows: estimator(rows).ranked(GRID), (GRID,), {}),
    "Estimator.sample": (lambda *a, **k: estimator().sample(*a, **k), (DRAWS,), MAKES),
    "Estimator.candidates": (lambda *a, **k: estimator().candidates(*a, **k), (DRAWS,), MAKES),
    "Estimator.candidate": (lambda **k: estimator().candidate(7, 3, 4, 12, **k), (), {"weights": WEIGHTS}),
    "Estimator.ranked": (
        lambda *a, **k: estimator().ranked(*a, **k),
        (GRID,),
        {"log_prior": np.log(GRID), "belief": 0.7, "weights": WEIGHTS},
    ),
    "Forest.__new__": (lambda *a: forest(*a).predict(GRID, threads=1), (GRID, Y[[0, 1, 2, 3, 4, 0]], CATEGORIES), {}),
    "Forest.predict": (lambda *a: forest().predict(*a, threads=1), (GRID,), {}),
    "Forest.predict_near": (lambda *a: forest().predict_near(*a, threads=1), (GRID[:2], GRID[[0, 2, 1, 3]]), {}),
    "Forest.marginal": (lambda *a: forest().marginal(0, *a), (GRID[:, 0], np.array([0.0, 0.1, 0.2])), {}),
    "Forest.marginal_pair": (lambda *a: forest().marginal_pair(0, 1, *a, cells=3), (np.array([0.0, 0.1, 0.2]),), {}),
    "Mixture.insert": (lambda rows: mixture(rows).log_density(GRID), (GRID[:3],), {}),
    "Mixture.log_density": (
        lambda *a, **k: mixture().log_density(*a, **k),
        (GRID,),
        {"log_prior": np.log(GRID), "weights": WEIGHTS},
    ),
    "Mixture.sample": (
        lambda *a, **k: mixture().sample(*a, **k),
        (RANDOM.random((2, 4)), FALLBACK),
        {"weights": WEIGHTS},
    ),
    "adapted": (
        lambda mean, *a, **k: _core.adapted(mean, 0.5, *a, generation=2, **k),
        (Y, FACTOR @ FACTOR.T, FACTOR, Y, Y),
        {"steps": RANDOM.normal(size=(6, 5))},
    ),
    "append_row": (_core.append_row, (FACTOR, Y, 50.0), {}),
    "box_decomposition": (_core.box_decomposition, (LOSSES,), {"reference": CORNER}),
    "cholesky": (_core.cholesky, (np.tril(FACTOR @ FACTOR.T),), {}),
    "climb": (_core.climb, (*MODEL, Q, LEVELS), {**PROMISE, **ADDED, **CLIMB}),
    "climb_front": (_core.climb_front, (FRONT, KINDS, Q, LEVELS, LOWER, UPPER), {**ADDED, **CLIMB}),
    "covariance": (_core.covariance, (X, THETA, KINDS), {}),
    "cross_covariance": (_core.cross_covariance, (Q, X, THETA, KINDS), {}),
    "crowded_survivors": (_core.crowded_survivors, (LOSSES, VIOLATIONS, 2), {}),
    "crowding_distance": (_core.crowding_distance, (LOSSES,), {}),
    "epsilon_indicator": (
        _core.epsilon_indicator,
        (LOSSES,),
        {"reference": LOSSES[1:3] - 0.4, "multiplicative": False},
    ),
    "epsilon_net": (_core.epsilon_net, (LOSSES, 3), {}),
    "evaluate": (_core.evaluate, (*MODEL, Q), {**PROMISE, **ADDED}),
    "evaluate_front": (_core.evaluate_front, (FRONT, KINDS, Q, LOWER, UPPER), ADDED),
    "expected_improvement": (_core.expected_improvement, (*SCALARS, 0.1), {}),
    "factorise": (_core.factorise, (X, Y, THETA, KINDS), {"noise": VIOLATIONS}),
    "fit": (
        _core.fit,
        (X, Y, KINDS),
        {"starts": np.vstack([THETA, THETA / 2]), "lower": THETA - 2, "upper": THETA + 2, "noise": VIOLATIONS, **PRIOR},
    ),
    "hypervolume": (_core.hypervolume, (LOSSES,), {"reference": CORNER}),
    "hypervolume_contributions": (_core.hypervolume_contributions, (LOSSES,), {"reference": CORNER}),
    "hypervolume_subset": (_core.hypervolume_subset, (LOSSES, 2), {"reference": CORNER}),
    "igd_plus": (_core.igd_plus, (LOSSES,), {"reference": LOSSES[1:3] - 0.4}),
    "inverse": (_core.inverse, (FACTOR,), {}),
    "is_nondominated": (_core.is_nondominated, (LOSSES,), {"violations": VIOLATIONS}),
    "leaders": (_core.leaders, (LOSSES, VIOLATIONS, 2), {}),
    "leave_one_out": (_core.leave_one_out, (FACTOR, ALPHA, Y), {}),
    "log_determinant": (_core.log_determinant, (FACTOR,), {}),
    "log_expected_hypervolume_improvement": (
        _core.log_expected_hypervolume_improvement,
        (RANDOM.random((4, 3)) * 3, RANDOM.random((4, 3)), LOWER, UPPER),
        {},
    ),
    "log_expected_improvement": (_core.log_expected_improvement, (*SCALARS, 0.1), {}),
    "log_probability_of_improvement": (_core.log_probability_of_improvement, (*SCALARS, 0.1), {}),
    "lower_confidence_bound": (_core.lower_confidence_bound, (*SCALARS, 2.0), {}),
    "negative_log_posterior": (_core.negative_log_posterior, (X, Y, THETA, KINDS), {"noise": VIOLATIONS, **PRIOR}),
    "niched_survivors": (
        _core.niched_survivors,
        (LOSSES, VIOLATIONS, 2),
        {"directions": RANDOM.random((4, 3)), "ideal": np.array([0.5, 1.0, 0.5]), "draws": RANDOM.random(9)},
    ),
    "nondominated_rank": (_core.nondominated_rank, (LOSSES,), {"violations": VIOLATIONS}),
    "offspring": (
        _core.offspring,
        (X, Y, np.array([0, -3, 4]), TRIALS),
        {"beats": RANDOM.random((5, 5)) < 0.5, **STREAM, **VARIATION},
    ),
    "predict": (_core.predict, (X, THETA, KINDS, FACTOR, ALPHA, Q), {"gradient": True}),
    "probability_of_improvement": (_core.probability_of_improvement, (*SCALARS, 0.1), {}),
    "remove_row": (_core.remove_row, (FACTOR, 1), {}),
    "sample": (_core.sample, (X, THETA, KINDS, FACTOR, ALPHA, Q, RANDOM.normal(size=(2, 4))), {}),
    "solve": (_core.solve, (FACTOR, RIGHT), {}),
    "solve_lower": (_core.solve_lower, (FACTOR, RIGHT), {}),
    "solve_upper": (_core.solve_upper, (FACTOR, RIGHT), {}),
    "steps": (_core.steps, (FACTOR, TRIALS), STREAM),
    "uniform": (lambda *a: _core.uniform(1, *a), (TRIALS, np.arange(5, dtype=np.uint64)), {}),
}


def strided(array: Any) -> Any:
    wide = np.zeros([3 * n for n in array.shape], array.dtype)
    apart = wide[tuple(slice(1, None, 3) for _ in array.shape)]
    apart[...] = array
    return apart


def backwards(array: Any) -> Any:
    turned = tuple(slice(None, None, -1) for _ in array.shape)
    return array[turned].copy()[turned]


def unaligned(array: Any) -> Any:
    room = np.zeros(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    room[...] = array
    return room


def laid(given: Any, lay: Callable[[Any], Any]) -> Any:
    """The same, with every array in it in another layout."""
    if isinstance(given, np.ndarray):
        other = lay(given)
        assert np.array_equal(other, given)
        return other
    if isinstance(given, (tuple, list)):
        return type(given)(laid(one, lay) for one in given)
    return {name: laid(one, lay) for name, one in given.items()} if isinstance(given, dict) else given


def equal(one: Any, other: Any) -> None:
    if isinstance(one, (tuple, list)):
        for a, b in zip(one, other, strict=True):
            equal(a, b)
    else:
        np.testing.assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize("lay", [np.asfortranarray, strided, backwards, unaligned])
@pytest.mark.parametrize("name", CALLS)
def test_layouts(name: str, lay: Callable[[Any], Any]) -> None:
    call, positional, named = CALLS[name]
    expected = call(*laid(positional, np.ascontiguousarray), **laid(named, np.ascontiguousarray))
    equal(call(*laid(positional, lay), **laid(named, lay)), expected)


def test_every_function_that_takes_an_array_is_here() -> None:
    """By the stub, which is the contract of the compiled module."""
    module = ast.parse(Path(_core.__file__).with_name("_core.pyi").read_text(encoding="utf-8"))
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    functions = [(node.name, node) for node in module.body if isinstance(node, ast.FunctionDef)]
    functions += [(f"{c.name}.{f.name}", f) for c in classes for f in c.body if isinstance(f, ast.FunctionDef)]
    arrays = {name for name, function in functions if "NDArray" in ast.unparse(function.args)}
    arrays |= {name for name, function in functions if "_Process" in ast.unparse(function.args)}
    assert arrays == set(CALLS)

"""numerics.evolution equals reference.evolution: survivors exactly, genes to 1e-12 (two libraries' powers)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tunewright.numerics import evolution as numerics
from tunewright.reference import evolution as reference

NAN, INF = np.nan, np.inf
THOROUGH = settings(deadline=None, max_examples=300)
UGLY = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, 0.5, NAN, INF, -INF, 5e-324, 1e150, -1e150, 1 + 2**-52])
PLAIN = st.one_of(st.integers(0, 3).map(float), st.floats(-10, 10))
AMOUNTS = st.one_of(st.just(0.0), st.sampled_from([0.0, -0.0, 1.0, 2.5, INF, NAN, 1e-300]))


@st.composite
def generations(draw, elements):
    n, m = draw(st.integers(0, 25)), draw(st.integers(1, 5))
    losses = draw(hnp.arrays(np.float64, (n, m), elements=draw(st.sampled_from(elements))))
    violations = draw(hnp.arrays(np.float64, n, elements=draw(st.sampled_from([st.just(0.0), AMOUNTS]))))
    return losses, violations, draw(st.integers(0, n))


@THOROUGH
@given(generation=generations([UGLY, PLAIN, st.floats()]))
def test_crowded_survivors(generation):
    losses, violations, count = generation
    before = losses.copy()
    rows, distances = numerics.crowded_survivors(losses, violations, count)
    expected = reference.crowded_survivors(losses, violations, count)
    assert np.array_equal(rows, expected[0])
    np.testing.assert_allclose(distances, expected[1], rtol=1e-12, atol=0.0)
    assert np.array_equal(losses, before, equal_nan=True)


def along(seed: int, r: int, m: int) -> np.ndarray:
    ways = np.random.default_rng(seed).random((r, m)) + 1e-3
    return ways / np.linalg.norm(ways, axis=1, keepdims=True)


@THOROUGH
@given(generation=generations([UGLY, PLAIN, st.floats(-1e100, 1e100)]), r=st.integers(1, 12), seed=st.integers(0, 99))
def test_niched_survivors(generation, r, seed):
    losses, violations, count = generation
    n, m = losses.shape
    draws = np.random.default_rng(seed).random(r + n)
    options = {"directions": along(seed, r, m), "ideal": np.zeros(m), "draws": draws}
    ours = numerics.niched_survivors(losses, violations, count, **options)
    assert np.array_equal(ours, reference.niched_survivors(losses, violations, count, **options))


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6), m=st.integers(2, 6), scale=st.sampled_from([1e-8, 1.0, 1e9]))
def test_niched_survivors_of_spheres(seed, m, scale):
    """Fronts that have to be split, with an intercept on every axis."""
    random = np.random.default_rng(seed)
    losses = np.abs(random.standard_normal((60, m)))
    losses *= scale ** np.arange(m) * (1 + random.integers(0, 2, (60, 1))) / np.linalg.norm(losses, axis=1)[:, None]
    options = {"directions": along(seed, 20, m), "ideal": np.zeros(m), "draws": random.random(80)}
    ours = numerics.niched_survivors(losses, np.zeros(60), 20, **options)
    assert np.array_equal(ours, reference.niched_survivors(losses, np.zeros(60), 20, **options))


@st.composite
def broods(draw):
    n, d = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    cells = draw(hnp.arrays(np.int64, d, elements=st.sampled_from([0, 0, 1, -1, 2, -2, 3, -5, 1000])))
    genes = draw(hnp.arrays(np.float64, (n, d), elements=st.sampled_from([0.0, 0.1, 0.3, 0.5, 1 / 3, 1.0, 1 - 1e-15])))
    genes = np.where(
        cells, (np.minimum(genes * abs(cells), abs(cells) - 1) // 1 + 0.5) / np.maximum(abs(cells), 1), genes
    )
    missing = draw(hnp.arrays(np.bool_, (n, d), elements=st.sampled_from([False, False, False, True])))
    standing = draw(hnp.arrays(np.float64, n, elements=st.sampled_from([0.0, 1.0, 2.0, NAN, INF])))
    return np.where(missing, NAN, genes), standing, cells


@THOROUGH
@given(
    brood=broods(),
    trials=st.lists(st.integers(0, 2**64 - 1), max_size=5),
    seed=st.integers(0, 2**64 - 1),
    attempt=st.integers(0, 3),
    tournament=st.integers(1, 4),
    crossover=st.sampled_from([0.0, 0.5, 1.0]),
    mutation=st.sampled_from([0.0, 0.3, 1.0]),
    indices=st.tuples(st.sampled_from([0.0, 3.0, 15.0]), st.sampled_from([0.0, 5.0, 20.0])),
    dominance=st.booleans(),
)
@example(
    brood=(np.array([[0.5]]), np.zeros(1), np.array([1])), trials=[1], seed=0, attempt=0, tournament=1, crossover=1.0,
    mutation=1.0, indices=(15.0, 20.0), dominance=True,
)  # fmt: skip
def test_offspring(brood, trials, seed, attempt, tournament, crossover, mutation, indices, dominance):
    options = {
        "seed": seed, "purpose": 7, "attempt": attempt, "tournament": tournament, "crossover": crossover,
        "crossover_index": indices[0], "mutation": mutation, "mutation_index": indices[1],
        "beats": np.triu(np.ones((len(brood[1]),) * 2, dtype=bool), 1) if dominance else None,
    }  # fmt: skip
    ours = numerics.offspring(*brood, trials, **options)
    assert np.allclose(ours, reference.offspring(*brood, trials, **options), rtol=0, atol=1e-12, equal_nan=True)
    assert ours.shape == (len(trials), len(brood[2]))


@settings(deadline=None, max_examples=150)
@given(
    d=st.integers(1, 12), points=st.integers(4, 20), seed=st.integers(0, 10**6), generations=st.integers(1, 4),
    scale=st.sampled_from([1e-6, 1.0, 1e6]), stretch=st.sampled_from([0.0, 3.0]),
)  # fmt: skip
def test_adapted(d, points, seed, generations, scale, stretch):
    """Several generations, so that no path is 0; equal steps and such as span nothing among them."""
    random = np.random.default_rng(seed)
    ours = theirs = (random.random(d), scale, np.eye(d), np.eye(d), np.zeros(d), np.zeros(d))
    for generation in range(generations):
        steps = random.standard_normal((points, d)) * 10 ** (stretch * random.random(d))
        steps[: seed % 4] = steps[0]
        ours = numerics.adapted(*ours, steps=steps, generation=generation)
        theirs = reference.adapted(*theirs, steps=steps, generation=generation)
        for mine, twin in zip(ours, theirs, strict=True):
            assert np.allclose(mine, twin, rtol=1e-8, atol=1e-8 * np.max(np.abs(twin)))
        theirs = ours  # what rounds differently grows from one generation to the next


@THOROUGH
@given(
    d=st.integers(1, 9), trials=st.lists(st.integers(0, 2**64 - 1), max_size=4), seed=st.integers(0, 2**64 - 1),
    attempt=st.integers(0, 2), scale=st.sampled_from([1e-9, 1.0, 1e9]),
)  # fmt: skip
def test_steps(d, trials, seed, attempt, scale):
    factor = scale * np.random.default_rng(seed).standard_normal((d, d))
    ours = numerics.steps(factor, trials, seed=seed, purpose=3, attempt=attempt)
    twin = reference.steps(factor, trials, seed=seed, purpose=3, attempt=attempt)
    assert ours.shape == (len(trials), d)
    assert np.allclose(ours, twin, rtol=1e-12, atol=1e-13 * scale)


def test_adapted_refuses_what_has_no_meaning():
    state = (np.zeros(2), 1.0, np.eye(2), np.eye(2), np.zeros(2), np.zeros(2))
    for steps in (np.zeros((3, 2)), np.zeros((4, 3)), np.full((4, 2), NAN)):
        with pytest.raises(ValueError, match="steps|finite"):
            numerics.adapted(*state, steps=steps, generation=0)
    with pytest.raises(ValueError, match="sigma"):
        numerics.adapted(state[0], 0.0, *state[2:], steps=np.zeros((4, 2)), generation=0)

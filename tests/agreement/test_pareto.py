"""numerics.pareto equals reference.pareto, on ugly inputs of every layout: masks and ranks exactly."""

from __future__ import annotations

from itertools import combinations

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


ROUGH = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, 3.5, NAN, INF, -INF, 5e-324])
TIED = st.integers(0, 4).map(float)
PLAIN = st.floats(-5, 5, width=16)
BRIEF = settings(deadline=None, max_examples=100)


def matrices(elements, rows=10, columns=6):
    return hnp.arrays(np.float64, st.tuples(st.integers(0, rows), st.integers(1, columns)), elements=elements)


@st.composite
def problems(draw, rows=10, columns=6):
    """Points, a reference point among them or behind, and directions."""
    losses = draw(st.one_of(matrices(TIED, rows, columns), matrices(PLAIN, rows, columns)))
    m = losses.shape[1]
    corner = draw(hnp.arrays(np.float64, m, elements=st.sampled_from([-1.0, 2.0, 3.0, 6.0])))
    return losses, corner, draw(st.one_of(st.booleans(), st.lists(st.booleans(), min_size=m, max_size=m)))


def close(ours, twin, scale):
    assert np.shape(ours) == np.shape(twin)
    assert np.allclose(ours, twin, rtol=1e-12, atol=1e-12 * max(scale, 1e-300))


@BRIEF
@given(
    losses=st.one_of(matrices(ROUGH, 60, 7), matrices(TIED, 60, 7), matrices(st.floats(), 30, 5)), flip=st.booleans()
)
def test_ranks(losses, flip):
    before = losses.copy()
    ours = numerics.nondominated_rank(losses, maximize=flip)
    assert np.array_equal(ours, reference.nondominated_rank(losses, maximize=flip))
    assert ours.dtype == np.int64
    assert np.array_equal(losses, before, equal_nan=True)


@pytest.mark.parametrize("m", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("levels", [3, 20, 10**9])
def test_ranks_of_clouds_large_enough_for_every_branch(m, levels):
    losses = np.random.default_rng(m).integers(0, levels, (1500, m)).astype(float)
    assert np.array_equal(numerics.nondominated_rank(losses), reference.nondominated_rank(losses))


@BRIEF
@given(losses=st.one_of(matrices(ROUGH, 20), matrices(TIED, 20), matrices(st.floats(), 20)))
def test_crowding(losses):
    assert np.allclose(numerics.crowding_distance(losses), reference.crowding_distance(losses), rtol=1e-12, atol=0)


@BRIEF
@given(problem=problems())
def test_volumes(problem):
    losses, corner, maximize = problem
    twin = reference.hypervolume(losses, reference=corner, maximize=maximize)
    close(numerics.hypervolume(losses, reference=corner, maximize=maximize), twin, twin)


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.sampled_from([5, 30, 128, 129, 170]),
    m=st.integers(4, 6),
    levels=st.sampled_from([1, 2, 3]),
)
@example(seed=0, n=170, m=5, levels=3)
@example(seed=0, n=128, m=5, levels=3)
@example(seed=0, n=60, m=6, levels=3)
def test_volumes_of_sets_large_enough_for_every_branch(seed, n, m, levels):
    """Few levels, so that the twin has few slices; each objective has its own, so that no two are alike."""
    random = np.random.default_rng(seed)
    losses = np.cumsum(random.random((levels, m)), axis=0)[random.integers(0, levels, (n, m)), np.arange(m)]
    twin = reference.hypervolume(losses, reference=levels)
    close(numerics.hypervolume(losses, reference=levels), twin, twin)
    if m == 4 and n > 128:  # every one takes the twin a volume
        losses = losses[: 140 if levels == 3 else 129]
    if m == 4 and levels < 3:
        ours = numerics.hypervolume_contributions(losses, reference=levels)
        close(ours, reference.hypervolume_contributions(losses, reference=levels), twin)


@BRIEF
@given(losses=matrices(ROUGH, 6, 4))
def test_volumes_of_ugly_points(losses):
    twin = reference.hypervolume(losses, reference=3.0)
    ours = numerics.hypervolume(losses, reference=3.0)
    assert ours == twin if np.isinf(twin) else np.isclose(ours, twin, rtol=1e-12)


@BRIEF
@given(problem=problems(rows=8, columns=5))
def test_contributions(problem):
    losses, corner, maximize = problem
    whole = reference.hypervolume(losses, reference=corner, maximize=maximize)
    ours = numerics.hypervolume_contributions(losses, reference=corner, maximize=maximize)
    close(ours, reference.hypervolume_contributions(losses, reference=corner, maximize=maximize), whole)


@pytest.mark.parametrize("m", [2, 3, 4, 5])
def test_contributions_are_what_removing_a_point_takes_away(m):
    sphere = np.abs(np.random.default_rng(m).standard_normal((150, m)))
    sphere /= np.linalg.norm(sphere, axis=1, keepdims=True)
    whole = numerics.hypervolume(sphere, reference=1.1)
    alone = [whole - numerics.hypervolume(np.delete(sphere, i, axis=0), reference=1.1) for i in range(len(sphere))]
    close(numerics.hypervolume_contributions(sphere, reference=1.1), alone, whole)


@BRIEF
@given(problem=problems(rows=7, columns=4), data=st.data())
def test_subsets(problem, data):
    """Rounding may break a tie differently: what the chosen have is compared, not the choice."""
    losses, corner, maximize = problem
    k = data.draw(st.integers(0, len(losses)))
    ours = numerics.hypervolume_subset(losses, k, reference=corner, maximize=maximize)
    twin = reference.hypervolume_subset(losses, k, reference=corner, maximize=maximize)
    assert len(set(ours.tolist())) == k == len(twin)

    def volume(rows):
        return reference.hypervolume(losses[list(rows)], reference=corner, maximize=maximize)

    if losses.shape[1] <= 2:
        largest = max(map(volume, combinations(range(len(losses)), k)))
        assert np.allclose([volume(ours), volume(twin)], largest, rtol=1e-9)
        return
    for count in range(k):
        left = set(range(len(losses))) - set(ours[:count].tolist())
        best_next = max(volume([*ours[:count], i]) for i in left)
        assert np.isclose(volume(ours[: count + 1]), best_next, rtol=1e-9)


@pytest.mark.parametrize("k", [1, 2, 7, 29, 30])
@pytest.mark.parametrize("power", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("scale", [1.0, 1e150])
def test_subsets_of_a_front_in_the_plane(k, power, scale):
    x = np.random.default_rng(k).random(30)
    losses = np.column_stack([x, 1 - x**power]) * [scale, 1 / scale]
    ours, twin = (room.hypervolume_subset(losses, k, reference=[scale, 1 / scale]) for room in (numerics, reference))
    volumes = [numerics.hypervolume(losses[rows], reference=[scale, 1 / scale]) for rows in (ours, twin)]
    assert np.isclose(*volumes, rtol=1e-13, atol=0)
    assert len(set(ours.tolist())) == k
    assert k == 30 or np.all(np.diff(losses[ours, 0]) > 0)


@BRIEF
@given(losses=matrices(ROUGH, 12, 4), data=st.data())
def test_distances_to_a_reference_set(losses, data):
    m = losses.shape[1]
    front = data.draw(hnp.arrays(np.float64, st.tuples(st.integers(1, 5), st.just(m)), elements=PLAIN))
    maximize = data.draw(st.lists(st.booleans(), min_size=m, max_size=m))
    ours = numerics.igd_plus(losses, reference=front, maximize=maximize)
    assert np.isclose(ours, reference.igd_plus(losses, reference=front, maximize=maximize), rtol=1e-12)
    ours = numerics.epsilon_indicator(losses, reference=front, maximize=maximize)
    assert np.isclose(ours, reference.epsilon_indicator(losses, reference=front, maximize=maximize), rtol=1e-12)
    positive = np.exp(np.clip(losses, -9, 9))
    ours = numerics.epsilon_indicator(positive, reference=np.exp(front), maximize=maximize, multiplicative=True)
    twin = reference.epsilon_indicator(positive, reference=np.exp(front), maximize=maximize, multiplicative=True)
    assert np.isclose(ours, twin, rtol=1e-12)


@BRIEF
@given(losses=matrices(st.one_of(ROUGH, PLAIN), 12, 4), margin=st.floats(0, 2), flip=st.booleans())
def test_reference_points(losses, margin, flip):
    if not np.isfinite(losses).all(axis=1).any():
        with pytest.raises(ValueError, match="losses: expected at least one point"):
            numerics.nadir_reference(losses, margin=margin, maximize=flip)
        return
    ours = numerics.nadir_reference(losses, margin=margin, maximize=flip)
    assert np.allclose(ours, reference.nadir_reference(losses, margin=margin, maximize=flip), rtol=1e-12)


@BRIEF
@given(scores=hnp.arrays(np.float64, st.tuples(st.integers(1, 20), st.just(2)), elements=ROUGH))
def test_the_alias(scores):
    assert np.array_equal(numerics.is_pareto_optimal(scores), reference.is_pareto_optimal(scores))


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 12), m=st.integers(1, 4), ugly=st.booleans())
def test_boxes_cover_the_same_points_once(seed, n, m, ugly):
    """The twin sweeps where the kernel keeps local upper bounds: the boxes differ, the region does not."""
    random = np.random.default_rng(seed)
    values = [0.0, -0.0, 1.0, 2.0, 3.0, NAN, INF, -INF] if ugly else np.arange(5.0)
    losses, corner = random.choice(values, (n, m)), random.choice([2.0, 3.0, 4.0], m)
    probes = random.choice(np.arange(-0.5, 5.0, 0.5), (200, m)) + 0.25

    def covered(boxes):
        lower, upper = boxes
        inside = (lower[:, None] < probes) & (probes < upper[:, None])
        return inside.all(axis=2).sum(axis=0)

    ours = numerics.box_decomposition(losses, reference=corner)
    dominated = (losses[:, None] <= probes).all(axis=2).any(axis=0) | (probes >= corner).any(axis=1)
    assert np.array_equal(covered(ours), np.where(dominated, 0, 1))
    assert np.array_equal(covered(ours), covered(reference.box_decomposition(losses, reference=corner)))
    assert (ours[0] < ours[1]).all()
    assert len(ours[0]) <= (1 if m == 1 else n + 1 if m == 2 else 2 * n + 1 if m == 3 else 2 + n * n)

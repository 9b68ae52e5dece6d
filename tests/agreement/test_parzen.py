"""Rust and NumPy have the same Parzen densities, and what a mixture says does not depend on how it came to be.

Logarithms of densities agree to 1e-9 (1 + |log|): a sum of products over the coordinates whose exponents reach 1e4,
where one unit in the last place is 2e-12, with the logarithms of normal tails in between.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tunewright.numerics import parzen as numerics
from tunewright.reference import parzen as reference
from tunewright.reference.sampling import stream

BOTH = (numerics.Mixture, reference.Mixture)
ESTIMATORS = (numerics.Estimator, reference.Estimator)
CELLS = st.sampled_from([0, 0, 0, 1, 2, 5, -1, -2, -3, -40])
UGLY = st.one_of(st.floats(0.0, 1.0), st.sampled_from([0.0, -0.0, 1.0, 0.5, 1e-300, 1e-12, 1 - 1e-15, np.nan]))


@st.composite
def cases(draw):
    """Cells, smallest bandwidths, observations with ugly numbers, and points that may be at or near them."""
    cells = draw(st.lists(CELLS, min_size=1, max_size=4))
    least = [draw(st.sampled_from([0.0, 0.01, 0.125, 1.0])) for _ in cells]
    n, m = draw(st.sampled_from([0, 1, 2, 3, 7, 8, 9, 30])), draw(st.sampled_from([0, 1, 2, 5]))
    rows = np.array([draw(UGLY) for _ in range(n * len(cells))]).reshape(n, len(cells))
    points = np.array([draw(UGLY) for _ in range(m * len(cells))]).reshape(m, len(cells))
    for j, g in enumerate(cells):
        if g:
            rows[:, j] = (np.minimum(np.floor(rows[:, j] * abs(g)), abs(g) - 1) + 0.5) / abs(g)
            points[:, j] = (np.minimum(np.floor(points[:, j] * abs(g)), abs(g) - 1) + 0.5) / abs(g)
    if n and m:
        points[0] = rows[-1]
    return cells, least, rows, points, draw(st.integers(0, 2**32))


def assert_close(a, b):
    assert_allclose(a, b, rtol=1e-9, atol=1e-9)


@settings(deadline=None, max_examples=150)
@given(cases(), st.sampled_from([1.0, 0.3, 7.0]), st.sampled_from([0, 2, 25]))
def test_densities_agree(case, prior_weight, fresh):
    cells, least, rows, points, seed = case
    rng = np.random.default_rng(seed)
    ours, twin = (kind(cells, least, prior_weight=prior_weight, fresh=fresh) for kind in BOTH)
    numbers = np.sort(rng.choice(1000, len(rows), replace=False)).tolist()
    for mixture in (ours, twin):
        mixture.insert(numbers, rows)
    logs = rng.normal(size=points.shape) * 10 ** rng.uniform(-2, 2)
    for options in ({}, {"log_prior": logs}, {"weights": rng.random(len(rows))}):
        assert_close(ours.log_density(points, **options), twin.log_density(points, **options))


@settings(deadline=None, max_examples=80)
@given(cases())
def test_samples_agree(case):
    cells, least, rows, _, seed = case
    rng = np.random.default_rng(seed)
    ours, twin = (kind(cells, least) for kind in BOTH)
    for mixture in (ours, twin):
        mixture.insert(range(len(rows)), rows)
    draws, fallback = rng.random((40, 1 + len(cells))), rng.random((40, len(cells)))
    draws[:3, 1:] = [[0.0], [1 - 2**-53], [0.5]]
    for options in ({}, {"weights": np.arange(len(rows)) % 3.0}):
        assert_allclose(ours.sample(draws, fallback, **options), twin.sample(draws, fallback, **options), atol=1e-9)


def grouped(d, seed):
    """The coordinates in one or two groups, by chance."""
    labels = np.random.default_rng(seed).integers(0, 2, d)
    return [columns for label in (0, 1) if (columns := np.flatnonzero(labels == label).tolist())]


def ratio(case, columns, good, points, *, log_prior=None, belief=0.0, weights=None):
    """By how much more probable points are among the good trials, of one group: from two mixtures."""
    cells, least, rows, _, _ = case
    own, found = np.ascontiguousarray(rows[:, columns]), []
    there, prior = (
        ~np.isnan(own).all(axis=1),
        None if log_prior is None else np.ascontiguousarray(log_prior[:, columns]),
    )
    for is_good in (True, False):
        some = np.flatnonzero(there & ((np.arange(len(rows)) < good) == is_good))
        mixture = numerics.Mixture(np.array(cells)[columns], np.array(least)[columns], fresh=99 if is_good else 25)
        mixture.insert(some.tolist(), own[some])
        by = weights[some] if is_good and weights is not None else None
        found.append(mixture.log_density(np.ascontiguousarray(points[:, columns]), log_prior=prior, weights=by))
    return found[0] - found[1] + (0.0 if prior is None else belief * prior.sum(axis=1))


@settings(deadline=None, max_examples=80)
@given(cases(), st.integers(0, 12), st.booleans())
def test_estimators_agree_in_points_and_order(case, good, joint):
    cells, least, rows, _, seed = case
    d, good, rng = len(cells), min(good, len(rows)), np.random.default_rng(seed)
    groups = [list(range(d))] if joint else grouped(d, seed)
    ours, twin = (kind(cells, least, groups) for kind in ESTIMATORS)
    for estimator in (ours, twin):
        estimator.split(range(good))
        estimator.place(range(len(rows)), rows)
    draws, fallback = rng.random(12 * (2 * d + len(groups))), rng.random((12, d))
    for drawing in ({}, {"fallback": fallback}):
        for by in ({}, {"weights": np.arange(good) % 3.0}):
            drawn, ranked = ours.sample(draws, **drawing, **by), ours.candidates(draws, **drawing, **by)
            assert_allclose(twin.sample(draws, **drawing, **by), drawn, atol=1e-9)
            assert np.array_equal(ours.ranked(drawn, **by), ranked, equal_nan=True)
            drawn_from = stream(seed, 3, 4, 12 * (2 * d + len(groups)))
            for estimator in (ours, twin):
                first = estimator.candidates(drawn_from, **by)[:1]
                assert np.array_equal(estimator.candidate(seed, 3, 4, 12, **by), first, equal_nan=True)
            for prior in ({}, {"log_prior": rng.normal(size=(12, d)), "belief": 0.7}):
                ranked, theirs = (estimator.ranked(drawn, **prior, **by) for estimator in (ours, twin))
                for columns in groups:
                    most = ratio(case, columns, good, drawn, **prior, **by)
                    order = np.argsort(-most, kind="stable")
                    assert np.array_equal(ranked[:, columns], drawn[order][:, columns], equal_nan=True)
                    if np.diff(np.sort(most)).min() > 1e-6:  # else rounding decides
                        assert np.array_equal(theirs[:, columns], ranked[:, columns], equal_nan=True)


@settings(deadline=None, max_examples=80)
@given(cases(), st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=30))
def test_a_mixture_depends_on_who_is_in_it_alone(case, moves):
    cells, least, rows, points, seed = case
    rng = np.random.default_rng(seed)
    ours, twin = (kind(cells, least) for kind in BOTH)
    for mixture in (ours, twin):
        mixture.insert(range(len(rows)), rows)
    for enters, trial in moves:
        row = rng.random((1, len(cells)))
        for mixture in (ours, twin):
            if enters:
                mixture.insert([trial], row)
            else:
                mixture.remove([trial])
        ours.log_density(points)  # settles what a later change must unsettle
    assert len(ours) == len(twin)
    assert ours.trials().tolist() == twin.trials().tolist()
    assert_close(ours.log_density(points), twin.log_density(points))
    again = BOTH[0](cells, least)
    where = {**dict(enumerate(rows))}
    rng = np.random.default_rng(seed)
    for enters, trial in moves:
        row = rng.random(len(cells))
        where.pop(trial, None)
        if enters:
            where[trial] = row
    order = rng.permutation(sorted(where)).tolist() if where else []
    again.insert(order, np.array([where[t] for t in order]).reshape(-1, len(cells)))
    assert np.array_equal(again.log_density(points), ours.log_density(points))


MOVES = st.one_of(
    st.tuples(st.just("place"), st.lists(st.integers(0, 40), unique=True, max_size=40)),
    st.tuples(st.just("split"), st.lists(st.integers(0, 40), max_size=12)),
    st.tuples(st.just("forget"), st.lists(st.integers(0, 40), max_size=40)),
)


@settings(deadline=None, max_examples=80)
@given(cases(), st.booleans(), st.lists(MOVES, max_size=20))
def test_an_estimator_depends_on_who_is_where_alone(case, joint, moves):
    cells, least, rows, _, seed = case
    d, rng = len(cells), np.random.default_rng(seed)
    groups = [list(range(d))] if joint else grouped(d, seed)
    ours, twin, again = (kind(cells, least, groups) for kind in (*ESTIMATORS, ESTIMATORS[0]))
    draws, where, good = rng.random(9 * (2 * d + len(groups))), {}, []
    for move, trials in moves:
        known = rows[rng.integers(0, len(rows), len(trials))] if len(rows) else rng.random((len(trials), d))
        given = (trials, known) if move == "place" else (trials,)
        for estimator in (ours, twin):
            getattr(estimator, move)(*given)
        if move == "place":
            where.update(zip(trials, known, strict=True))
        elif move == "split":
            good = trials
        else:
            where = {trial: row for trial, row in where.items() if trial in good or trial not in trials}
        ours.candidates(draws)  # settles what a later change must unsettle
    assert ours.good().tolist() == twin.good().tolist() == sorted(set(good))
    for group in range(len(groups)):
        for mine, theirs in zip(ours.members(group), twin.members(group), strict=True):
            assert mine.tolist() == theirs.tolist()
    again.place(list(where), np.array(list(where.values())).reshape(-1, d))
    again.split(good)
    assert np.array_equal(again.candidates(draws), ours.candidates(draws), equal_nan=True)
    assert_allclose(ours.sample(draws), twin.sample(draws), atol=1e-9)


@pytest.mark.parametrize("n", [1, 7, 24, 255, 256, 257, 700, 3000])
@pytest.mark.parametrize("width", [0.02, 0.3])
def test_the_first_candidate_is_found_without_asking_everybody(n, width):
    rng = np.random.default_rng(n)
    for cells in ([0, 0, 0], [0, 7, -3]):
        ours, twin = (kind(cells, [0.0] * 3, [[0, 1, 2]]) for kind in ESTIMATORS)
        rows = np.clip(rng.normal(0.4, width, (n + 20, 3)), 0, 1)
        if cells[1]:
            rows[:, 1:] = (np.floor(rows[:, 1:] * [6.999, 2.999]) + 0.5) / [7, 3]
        for estimator in (ours, twin):
            estimator.split(range(20))
            estimator.place(range(n + 20), rows)
        for trial in range(10):
            first = ours.candidate(n, trial, 5, 24)
            assert np.array_equal(first, ours.candidates(stream(n, trial, 5, 24 * 7))[:1])
        assert_allclose(first, twin.candidate(n, trial, 5, 24), atol=1e-9)


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("weight", [1e-280, 0.0])
def test_priors_that_weigh_next_to_nothing_lose_no_component(kind, weight):
    far = kind([0], [0.0], prior_weight=weight)
    far.insert(range(300), np.linspace(0.0, 0.4, 300)[:, None])
    near = kind([0], [0.0], prior_weight=weight)
    near.insert(range(300), 1.0 - np.linspace(0.0, 0.4, 300)[:, None])
    points = np.array([[0.6], [0.7]])  # 20 and 30 bandwidths from the nearest
    assert_allclose(far.log_density(points), near.log_density(1.0 - points), rtol=1e-9)
    nearest = -0.5 * (np.array([0.2, 0.3]) / 0.01) ** 2
    assert ((far.log_density(points) - nearest > -5.0) & (far.log_density(points) - nearest < 10.0)).all()


def test_ten_thousand_components_agree():
    rng = np.random.default_rng(0)
    rows, points = rng.random((10_000, 3)), rng.random((5, 3))
    ours, twin = (kind([0, 0, 0], [0.0, 0.0, 0.0]) for kind in BOTH)
    for mixture in (ours, twin):
        mixture.insert(range(10_000), rows)
    assert_close(ours.log_density(points), twin.log_density(points))


@pytest.mark.parametrize("kind", BOTH)
def test_both_refuse_the_same(kind):
    with pytest.raises(ValueError, match="cells: expected 1 elements, got 0"):
        kind([], [])
    with pytest.raises(ValueError, match="least: expected 2 elements, got 1"):
        kind([0, 0], [0.0])
    some = kind([0, 0], [0.0, 0.0])
    with pytest.raises(ValueError, match="rows: expected 4 elements, got 2"):
        some.insert([1, 2], np.zeros((1, 2)))
    with pytest.raises(ValueError, match="weights: expected 0 elements, got 1"):
        some.log_density(np.zeros((1, 2)), weights=np.ones(1))


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_both_estimators_refuse_the_same(kind):
    with pytest.raises(ValueError, match="cells: expected 1 elements, got 0"):
        kind([], [], [])
    with pytest.raises(ValueError, match="least: expected 2 elements, got 1"):
        kind([0, 0], [0.0], [[0, 1]])
    for groups in ([[0]], [[0, 1], [1]], [[0, 2]]):
        with pytest.raises(ValueError, match="groups: expected each of 2 coordinates once"):
            kind([0, 0], [0.0, 0.0], groups)
    some = kind([0, 0], [0.0, 0.0], [[0], [1]])
    with pytest.raises(ValueError, match="group: expected one of 2 groups, got 2"):
        some.members(2)
    with pytest.raises(ValueError, match="rows: expected 4 elements, got 2"):
        some.place([1, 2], np.zeros((1, 2)))
    with pytest.raises(ValueError, match="draws: expected 6 elements, got 7"):
        some.sample(np.zeros(7))
    with pytest.raises(ValueError, match="count: expected at least 1, got 0"):
        some.candidate(0, 0, 0, 0)
    with pytest.raises(ValueError, match="fallback: expected 2 elements, got 4"):
        some.candidates(np.zeros(6), fallback=np.zeros((2, 2)))
    with pytest.raises(ValueError, match="weights: expected 0 elements, got 1"):
        some.candidates(np.zeros(6), weights=np.ones(1))
    with pytest.raises(ValueError, match="log_prior: expected 2 elements, got 4"):
        some.ranked(np.zeros((1, 2)), log_prior=np.zeros((2, 2)))

"""numerics.gp equals reference.gp: every family, kinds, NaN, duplicates, constant columns, small n.

Tolerances: covariances to 1e-13 of the signal (the exponential is right to two units in the last place, not one);
what comes through the factor to 1e-8 of its scale, since with a noise of 1e-3 the condition is below 1e6; samples to
1e-5, since the posterior's own factor has a condition of up to 1e8 and its errors grow with the root of it.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunewright.numerics import gp as numerics
from tunewright.reference import gp as reference

FAMILIES = ["matern52", "matern32", "rbf"]
SIZES = st.sampled_from([0, 1, 2, 3, 8, 15, 16, 17, 40, 65, 130])
THOROUGH = settings(deadline=None, max_examples=80)


def data(seed: int, n: int, d: int):
    """Points with NaN, categories, duplicates and a constant column; outputs, theta, noise."""
    random = np.random.default_rng(seed)
    kinds = (random.random(d) < 0.4).astype(np.uint8)
    x = np.where(kinds == 1, random.integers(0, 3, (n, d)), random.random((n, d)))
    x[:, random.integers(d)] = 0.25
    x[random.random((n, d)) < random.choice([0.0, 0.3, 1.0], d)] = np.nan
    if n:
        x = x[random.integers(0, n, n)]
    theta = random.normal(0, 0.7, d + 2)
    theta[-1] = random.uniform(-7, -1)
    return x, random.standard_normal(n), kinds, theta, random.random(n)


def close(ours, theirs, tolerance: float, scale: float | None = None) -> None:
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    scale = np.abs(theirs).max(initial=1.0) if scale is None else scale
    assert np.abs(ours - theirs).max(initial=0.0) <= tolerance * scale


@THOROUGH
@given(
    seed=st.integers(0, 2**32 - 1), n=SIZES, m=st.integers(0, 20), d=st.integers(1, 6), family=st.sampled_from(FAMILIES)
)
def test_covariances(seed, n, m, d, family):
    x, _, kinds, theta, _ = data(seed, n, d)
    q = np.vstack([data(seed + 1, m, d)[0], x[: n // 2]])
    signal = np.exp(theta[-2])
    k = numerics.covariance(x, theta, kinds, family=family)
    close(k, reference.covariance(x, theta, kinds, family=family), 1e-13, signal)
    assert np.array_equal(k, k.T)
    cross = numerics.cross_covariance(q, x, theta, kinds, family=family)
    close(cross, reference.cross_covariance(q, x, theta, kinds, family=family), 1e-13, signal)
    if n:
        assert np.linalg.eigvalsh(k).min() >= -1e-12 * n * signal, "a covariance"


@THOROUGH
@given(
    seed=st.integers(0, 2**32 - 1),
    n=SIZES,
    d=st.integers(1, 6),
    family=st.sampled_from(FAMILIES),
    known=st.booleans(),
    threads=st.integers(1, 3),
)
def test_likelihood_posterior_and_diagnostics(seed, n, d, family, known, threads):
    x, y, kinds, theta, noise = data(seed, n, d)
    given_noise = noise if known else None
    options = {"family": family, "noise": given_noise}
    prior = {"prior_mean": np.linspace(-1, 1, d + 2), "prior_std": np.linspace(0.5, 2, d + 2)}
    value, gradient = numerics.negative_log_posterior(x, y, theta, kinds, threads=threads, **prior, **options)
    expected, slopes = reference.negative_log_posterior(x, y, theta, kinds, **prior, **options)
    close(value, expected, 1e-9, max(1.0, abs(expected)))
    close(gradient, slopes, 1e-7)
    factor, alpha, added = numerics.factorise(x, y, theta, kinds, threads=threads, **options)
    theirs = reference.factorise(x, y, theta, kinds, **options)
    assert added == theirs[2] == 0.0
    close(factor, theirs[0], 1e-8)
    close(alpha, theirs[1], 1e-7)
    q = data(seed + 1, 9, d)[0]
    for gradient_too in (False, True):
        model = (x, theta, kinds, factor, alpha, q)
        ours = numerics.predict(*model, gradient=gradient_too, family=family, threads=threads)
        twins = reference.predict(*model, gradient=gradient_too, family=family)
        assert len(ours) == len(twins) == (4 if gradient_too else 2)
        for a, b in zip(ours, twins, strict=True):
            close(a, b, 1e-7)
    normals = np.random.default_rng(seed).standard_normal((9, 3))
    functions = numerics.sample(*model, normals, family=family)
    close(functions, reference.sample(*model, normals, family=family), 1e-5)
    for a, b in zip(numerics.leave_one_out(factor, alpha, y), reference.leave_one_out(factor, alpha, y), strict=True):
        close(a, b, 1e-7)


@THOROUGH
@given(
    seed=st.integers(0, 2**32 - 1),
    n=SIZES,
    d=st.integers(1, 6),
    family=st.sampled_from(FAMILIES),
    known=st.booleans(),
    threads=st.integers(1, 3),
)
def test_likelihood_of_warped_inputs(seed, n, d, family, known, threads):
    x, y, kinds, theta, noise = data(seed, n, d)
    random = np.random.default_rng(seed)
    x = np.where(random.random(x.shape) < 0.1, random.choice([0.0, 1.0, -2.0, 1e-12, 1 - 1e-12], x.shape), x)
    theta = np.r_[theta, random.uniform(-2, 2, 2 * d)]
    width = 3 * d + 2
    prior = {"prior_mean": np.linspace(-1, 1, width), "prior_std": np.linspace(0.5, 2, width)}
    options = prior | {"family": family, "noise": noise if known else None}
    value, gradient = numerics.negative_log_posterior(x, y, theta, kinds, threads=threads, **options)
    expected, slopes = reference.negative_log_posterior(x, y, theta, kinds, **options)
    close(value, expected, 1e-9, max(1.0, abs(expected)))
    close(gradient, slopes, 1e-7)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 30), d=st.integers(1, 3))
def test_a_warped_fit_is_as_good_as_the_twins(seed, n, d):
    x, y, kinds, theta, _ = data(seed, n, d)
    prior = {"prior_mean": np.r_[np.zeros(d + 1), -3.0, np.zeros(2 * d)], "prior_std": np.ones(3 * d + 2)}
    start = np.r_[theta, np.zeros(2 * d)][None, :]
    bounds = {"lower": np.r_[np.full(d + 1, -4.0), -9.0, np.full(2 * d, -2.0)], "upper": np.full(3 * d + 2, 2.0)}
    found, value = numerics.fit(x, y, kinds, starts=start, **bounds, **prior, tolerance=1e-4)
    again, gradient = numerics.negative_log_posterior(x, y, found, kinds, **prior)
    assert value == again
    moved = np.clip(found - gradient, bounds["lower"], bounds["upper"])
    assert np.abs(moved - found).max() < 1e-3 * max(1.0, abs(value))
    further, least = reference.fit(x, y, kinds, starts=found[None, :], **bounds, **prior)
    assert least >= value - 1e-3 * max(1.0, abs(value)) and further.shape == found.shape


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 40), d=st.integers(1, 4), family=st.sampled_from(FAMILIES))
def test_a_fit_is_as_good_as_the_twins(seed, n, d, family):
    x, y, kinds, theta, _ = data(seed, n, d)
    prior = {"prior_mean": np.r_[np.zeros(d + 1), -3.0], "prior_std": np.ones(d + 2)}
    starts = np.array([prior["prior_mean"], theta])
    bounds = {"lower": np.r_[np.full(d + 1, -4.0), -9.0], "upper": np.full(d + 2, 4.0)}
    found, value = numerics.fit(x, y, kinds, starts=starts, **bounds, **prior, family=family, tolerance=1e-4)
    assert (bounds["lower"] <= found).all() and (found <= bounds["upper"]).all()
    again, gradient = numerics.negative_log_posterior(x, y, found, kinds, **prior, family=family)
    assert value == again
    moved = np.clip(found - gradient, bounds["lower"], bounds["upper"])
    assert np.abs(found - moved).max() <= 1e-3, "a stationary point within the bounds"
    each = [
        min(
            numerics.fit(x, y, kinds, starts=starts[[i]], **bounds, **prior, family=family, tolerance=1e-4)[1]
            for i in range(2)
        )
    ]
    assert value == min(each)
    from_there = reference.fit(x, y, kinds, starts=[found], **bounds, **prior, family=family)
    assert value <= from_there[1] + 1e-5 * max(1.0, abs(value)), "the twin cannot go on from there"


@pytest.mark.parametrize("n", [330, 500])
def test_large_problems_have_the_same_bits_for_any_number_of_threads(n):
    random = np.random.default_rng(n)
    x, y, kinds = random.random((n, 4)), random.standard_normal(n), np.array([0, 0, 1, 0], np.uint8)
    x[:, 2] = np.round(2 * x[:, 2])
    theta, q = np.array([-1.0, 0.0, 0.5, 0.0, 0.1, -3.0]), random.random((300, 4))
    prior = {"prior_mean": np.zeros(6), "prior_std": np.ones(6)}

    def everything(threads):
        value, gradient = numerics.negative_log_posterior(x, y, theta, kinds, threads=threads, **prior)
        factor, alpha, _ = numerics.factorise(x, y, theta, kinds, threads=threads)
        model = (x, theta, kinds, factor, alpha, q)
        moments = numerics.predict(*model, gradient=True, threads=threads) + numerics.predict(*model, threads=threads)
        k = numerics.covariance(x, theta, kinds, threads=threads)
        cross = numerics.cross_covariance(q, x, theta, kinds, threads=threads)
        return [np.array(value), gradient, factor, alpha, k, cross, *moments]

    first = everything(1)
    for threads in (2, 3, 5):
        assert all(np.array_equal(a, b) for a, b in zip(first, everything(threads), strict=True)), threads
    expected, slopes = reference.negative_log_posterior(x, y, theta, kinds, **prior)
    close(first[0], expected, 1e-9, abs(expected))
    close(first[1], slopes, 1e-8)


def test_a_matrix_that_does_not_factor_has_an_infinite_value():
    x, y, kinds = np.zeros((3, 1)), np.arange(3.0), [0]
    prior = {"prior_mean": np.zeros(3), "prior_std": np.ones(3)}
    for gp in (numerics, reference):
        value, gradient = gp.negative_log_posterior(x, y, [0.0, 0.0, -60.0], kinds, **prior)
        assert value == np.inf
        assert not gradient.any()
        assert gp.factorise(x, y, [0.0, 0.0, -60.0], kinds)[2] == pytest.approx(1e-10)


X, THETA, KINDS = np.zeros((2, 1)), np.zeros(3), [0]
PRIOR = {"prior_mean": np.zeros(3), "prior_std": np.ones(3)}
BOUNDS = {"lower": -np.ones(3), "upper": np.ones(3)}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: numerics.covariance(X, THETA, KINDS, family="cubic"), "family: expected 'matern52'"),
        (lambda: numerics.covariance(X, THETA, [2]), "kinds: expected only 0"),
        (lambda: numerics.covariance(X, THETA, []), "kinds: expected shape"),
        (lambda: numerics.covariance(X, THETA[:2], KINDS), "theta: expected 3 logarithms"),
        (lambda: numerics.covariance(X, THETA + np.nan, KINDS), "theta: expected logarithms within"),
        (lambda: numerics.covariance(X + np.inf, THETA, KINDS), "x: expected coordinates"),
        (lambda: numerics.cross_covariance(X.T, X, THETA, KINDS), "q: expected shape"),
        (lambda: numerics.factorise(X, [0, np.nan], THETA, KINDS), "y: expected finite numbers"),
        (lambda: numerics.factorise(X, [0], THETA, KINDS), "y: expected shape"),
        (lambda: numerics.factorise(X, [0, 1], THETA, KINDS, noise=[0, -1]), "noise: expected variances"),
        (lambda: numerics.leave_one_out(np.eye(2), [0], [0, 0]), "alpha: expected shape"),
        (lambda: numerics.predict(X, THETA, KINDS, np.eye(3), np.zeros(2), X), "factor: expected one row"),
        (lambda: numerics.sample(X, THETA, KINDS, np.eye(2), np.zeros(2), X, [[0.0]]), "normals: expected shape"),
        (
            lambda: numerics.negative_log_posterior(
                X, [0, 1], THETA, KINDS, prior_mean=np.zeros(3), prior_std=np.zeros(3)
            ),
            "prior_std: expected positive",
        ),
        (lambda: numerics.fit(X, [0, 1], KINDS, starts=[], **BOUNDS, **PRIOR), "starts: expected"),
        (lambda: numerics.fit(X, [0, 1], KINDS, starts=[THETA], lower=np.ones(3), upper=-np.ones(3), **PRIOR), "lower"),
        (lambda: numerics.fit(X, [0, 1], KINDS, starts=[THETA], tolerance=np.nan, **BOUNDS, **PRIOR), "tolerance"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()

"""The twin of the Gaussian process: cases by hand, and gradients against central differences."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.reference import gp

NAN = np.nan
FAMILIES = {
    "matern52": lambda r: (1 + np.sqrt(5) * r + 5 * r**2 / 3) * np.exp(-np.sqrt(5) * r),
    "matern32": lambda r: (1 + np.sqrt(3) * r) * np.exp(-np.sqrt(3) * r),
    "rbf": lambda r: np.exp(-(r**2) / 2),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_distances_by_hand(family):
    """Lengthscale 2 and 4, signal 9; numeric and categorical; NaN."""
    theta, kinds = np.log([2.0, 4.0, 9.0, 1.0]), [0, 1]
    origin = [[0.0, 1.0]]
    cases = {
        (0.0, 1.0): 0.0,
        (0.6, 1.0): 0.3,
        (0.0, 2.0): 0.25,
        (NAN, 1.0): 0.5,  # from an end of the interval to NaN: 1
        (0.0, NAN): 0.25,
        (NAN, NAN): np.hypot(0.5, 0.25),
    }
    k = gp.cross_covariance(origin, list(cases), theta, kinds, family=family)
    assert np.allclose(k[0], [9 * FAMILIES[family](r) for r in cases.values()])
    middle = gp.cross_covariance([[0.5, NAN]], [[NAN, NAN]], theta, kinds, family=family)
    assert np.allclose(middle, 9 * FAMILIES[family](np.sqrt(0.75) / 2))
    both = gp.cross_covariance([[NAN, NAN]], [[NAN, NAN]], theta, kinds, family=family)
    assert np.allclose(both, 9)


def test_one_observation_by_hand():
    """K = 3, noise 1: L = 2, alpha = y / 4; the posterior at the point is 3/4 y with variance 3 - 9/4."""
    theta = np.log([0.5, 3.0, 1.0])
    factor, alpha, added = gp.factorise([[0.2]], [2.0], theta, [0])
    assert factor.tolist() == [[pytest.approx(2.0)]]
    assert alpha.tolist() == [pytest.approx(0.5)]
    assert added == 0.0
    mean, variance = gp.predict([[0.2]], theta, [0], factor, alpha, [[0.2], [1e6]])
    assert np.allclose(mean, [1.5, 0.0])
    assert np.allclose(variance, [0.75, 3.0])
    value, _ = gp.negative_log_posterior([[0.2]], [2.0], theta, [0], prior_mean=theta, prior_std=np.ones(3))
    assert value == pytest.approx(4 / 8 + np.log(2) + np.log(2 * np.pi) / 2)
    shifted, _ = gp.negative_log_posterior([[0.2]], [2.0], theta, [0], prior_mean=theta - 2, prior_std=np.full(3, 2.0))
    assert shifted - value == pytest.approx(3 / 2)
    mean, variance = gp.leave_one_out(factor, alpha, [2.0])
    assert np.allclose([mean, variance], [[0.0], [4.0]])
    known, _, _ = gp.factorise([[0.2]], [2.0], theta, [0], noise=[5.0])
    assert known.tolist() == [[pytest.approx(3.0)]]


@pytest.fixture(params=FAMILIES)
def model(request):
    random = np.random.default_rng(1)
    x, kinds = random.random((14, 4)), np.array([0, 1, 0, 0], np.uint8)
    x[:, 1] = random.integers(0, 3, 14)
    x[random.random(14) < 0.4, 2] = NAN
    theta = np.array([-0.5, 0.3, -0.2, 0.1, 0.4, -3.0])
    return x, random.standard_normal(14), theta, kinds, request.param


def differences(function, point, step=1e-6):
    return np.array(
        [(function(point + step * e) - function(point - step * e)) / (2 * step) for e in np.eye(len(point))]
    )


def test_the_likelihoods_gradient(model):
    x, y, theta, kinds, family = model
    options = {"prior_mean": np.zeros(6), "prior_std": np.full(6, 2.0), "noise": np.linspace(0, 0.2, 14)}

    def value(theta):
        return gp.negative_log_posterior(x, y, theta, kinds, **options, family=family)[0]

    gradient = gp.negative_log_posterior(x, y, theta, kinds, **options, family=family)[1]
    assert np.allclose(gradient, differences(value, theta), rtol=1e-5, atol=1e-6)


def test_the_posteriors_gradient(model):
    x, y, theta, kinds, family = model
    factor, alpha, _ = gp.factorise(x, y, theta, kinds, family=family)
    for q in (np.array([0.3, 1.0, 0.6, 0.9]), np.array([0.3, 2.0, NAN, 0.1])):
        moments = gp.predict(x, theta, kinds, factor, alpha, q[None], gradient=True, family=family)
        for which in range(2):

            def value(q, which=which):
                return gp.predict(x, theta, kinds, factor, alpha, q[None], family=family)[which][0]

            expected = differences(value, q)
            expected[1], expected[np.isnan(q)] = 0.0, 0.0
            assert np.allclose(moments[2 + which][0], expected, rtol=1e-5, atol=1e-7)


def test_leaving_one_out_is_what_it_says(model):
    x, y, theta, kinds, family = model
    factor, alpha, _ = gp.factorise(x, y, theta, kinds, family=family)
    mean, variance = gp.leave_one_out(factor, alpha, y)
    others = np.arange(14) != 3
    rest = gp.factorise(x[others], y[others], theta, kinds, family=family)
    expected = gp.predict(x[others], theta, kinds, rest[0], rest[1], x[[3]], family=family)
    assert mean[3] == pytest.approx(expected[0][0])
    assert variance[3] == pytest.approx(expected[1][0] + np.exp(theta[-1]))


def test_samples_have_the_posteriors_moments(model):
    x, y, theta, kinds, family = model
    factor, alpha, _ = gp.factorise(x, y, theta, kinds, family=family)
    q = np.random.default_rng(2).random((3, 4))
    mean, variance = gp.predict(x, theta, kinds, factor, alpha, q, family=family)
    zero = gp.sample(x, theta, kinds, factor, alpha, q, np.zeros((3, 1)), family=family)
    assert np.allclose(zero[:, 0], mean)
    columns = gp.sample(x, theta, kinds, factor, alpha, q, np.eye(3), family=family) - mean[:, None]
    assert np.allclose(np.sum(columns**2, axis=1), variance, rtol=1e-6)


def test_a_fit_prefers_the_scale_that_made_the_data():
    x = np.linspace(0, 1, 30)[:, None]
    y = np.sin(12 * x[:, 0])
    prior = {"prior_mean": np.zeros(3), "prior_std": np.full(3, 3.0)}
    bounds = {"lower": np.full(3, -8.0), "upper": np.full(3, 4.0)}
    theta, value = gp.fit(x, y, [0], starts=[np.zeros(3)], **bounds, **prior)
    assert -3 < theta[0] < 0
    assert value < gp.negative_log_posterior(x, y, np.zeros(3), [0], **prior)[0]


def test_an_unknown_family_is_refused():
    with pytest.raises(ValueError, match="family: expected"):
        gp.covariance([[0.0]], np.zeros(3), [0], family="cubic")


def test_warped_inputs_by_hand():
    """a = 1/2 and b = 2 take 1/4 to 3/4: the likelihood is that of the point there, and categories stay."""
    shapes = np.log([0.5, 3.0, 2.0, 5.0])
    theta, wide = np.array([-0.5, 0.3, 0.1, -2.0]), {"prior_mean": np.zeros(8), "prior_std": np.full(8, 1e9)}
    x, there = [[0.25, 0.5], [1.0, 0.25], [np.nan, 0.5]], [[0.75, 0.5], [1.0, 0.25], [np.nan, 0.5]]
    y, kinds = [1.0, -1.0, 0.5], [0, 1]
    warped, _ = gp.negative_log_posterior(x, y, np.r_[theta, shapes], kinds, **wide)
    plain, _ = gp.negative_log_posterior(there, y, theta, kinds, prior_mean=np.zeros(4), prior_std=np.full(4, 1e9))
    assert warped == pytest.approx(plain, abs=1e-12)


@pytest.mark.parametrize("family", ["matern52", "matern32", "rbf"])
def test_slopes_by_the_shapes_are_those_of_central_differences(family):
    random = np.random.default_rng(1)
    x, y = random.random((9, 3)), random.standard_normal(9)
    x[2, 0] = np.nan
    theta = np.r_[random.normal(0, 0.5, 5), random.normal(0, 0.7, 6)]
    options = {"prior_mean": np.zeros(11), "prior_std": np.full(11, 2.0), "family": family}
    value = lambda point: gp.negative_log_posterior(x, y, point, [0, 0, 1], **options)[0]  # noqa: E731
    gradient = gp.negative_log_posterior(x, y, theta, [0, 0, 1], **options)[1]
    steps = 1e-6 * np.eye(11)
    differences = [(value(theta + step) - value(theta - step)) / 2e-6 for step in steps]
    np.testing.assert_allclose(gradient, differences, rtol=1e-5, atol=1e-6)

"""The Gaussian process as an object."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tunewright.numerics.regression import Regression


def wave(x):
    return 100.0 + 7.0 * np.sin(6.0 * x[:, 0]) + 3.0 * x[:, 1]


def points(n, seed=0):
    return np.random.default_rng(seed).random((n, 2))


def fitted(n=40, **options):
    x = points(n)
    return Regression.fit(x, wave(x), **options)


def test_predicts_a_smooth_function_in_its_own_units():
    model = fitted()
    q = points(200, seed=1)
    said = model.predict(q)
    assert np.abs(said.mean - wave(q)).max() < 1.0
    assert (np.abs(said.mean - wave(q)) < 4.0 * said.std + 0.05).all()
    assert model.lengthscales[0] < model.lengthscales[1]
    assert model.noise_std < 0.5 < model.signal_std


def test_the_deviation_grows_away_from_the_data():
    x = np.linspace(0.0, 0.4, 8)[:, None]
    model = Regression.fit(x, np.sin(10 * x[:, 0]))
    near, far = model.predict([[0.2], [1.0]]).std
    assert far > 5 * near


def test_gradients_are_those_of_the_predictions():
    model = fitted()
    q = np.array([[0.3, 0.6], [0.9, 0.1]])
    said = model.predict(q, gradient=True)
    h = 1e-5
    for j in range(2):
        step = h * np.eye(2)[j]
        up, down = model.predict(q + step), model.predict(q - step)
        np.testing.assert_allclose(said.mean_gradient[:, j], (up.mean - down.mean) / (2 * h), rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(said.std_gradient[:, j], (up.std - down.std) / (2 * h), rtol=1e-3, atol=1e-3)


def test_units_do_not_matter():
    x = points(20)
    a = Regression.fit(x, wave(x)).predict(points(5, 1))
    b = Regression.fit(x, 1e6 * wave(x) - 3e8).predict(points(5, 1))
    np.testing.assert_allclose(b.mean, 1e6 * a.mean - 3e8, rtol=1e-6)
    np.testing.assert_allclose(b.std, 1e6 * a.std, rtol=1e-5)


def test_samples_have_the_mean_and_deviation_of_the_prediction():
    x = points(6)
    model = Regression.fit(x, wave(x))
    q = points(4, 2)
    drawn = model.sample(q, 20_000, seed=3)
    said = model.predict(q)
    assert drawn.shape == (20_000, 4)
    np.testing.assert_allclose(drawn.mean(axis=0), said.mean, atol=4 * said.std.max() / math.sqrt(20_000) + 1e-9)
    np.testing.assert_allclose(drawn.std(axis=0), said.std, rtol=0.05, atol=1e-3)
    assert np.array_equal(drawn, model.sample(q, 20_000, seed=3))


def test_leave_one_out_is_what_a_refit_without_the_point_says():
    x = points(15)
    y = wave(x) + np.random.default_rng(5).normal(0, 0.3, 15)
    model = Regression.fit(x, y)
    left = model.leave_one_out()
    i = 4
    rest = np.delete(np.arange(15), i)
    k = lambda a, b: _kernel(model, a, b)  # noqa: E731
    noise = math.exp(model.theta[-1])
    z = (y - y.mean()) / y.std()
    inverse = np.linalg.inv(k(x[rest], x[rest]) + noise * np.eye(14))
    mean = k(x[i : i + 1], x[rest]) @ inverse @ z[rest]
    variance = k(x[i : i + 1], x[i : i + 1]) + noise - k(x[i : i + 1], x[rest]) @ inverse @ k(x[rest], x[i : i + 1])
    assert left.mean[i] == pytest.approx((y.mean() + y.std() * mean).item(), rel=1e-6)
    assert left.std[i] == pytest.approx(y.std() * math.sqrt(variance.item()), rel=1e-5)
    assert left.z[i] == pytest.approx((y[i] - left.mean[i]) / left.std[i])
    assert math.isfinite(left.log_density)


def _kernel(model, a, b):
    r = np.sqrt((((a[:, None] - b) / model.lengthscales) ** 2).sum(-1)) * math.sqrt(5)
    return math.exp(model.theta[-2]) * (1 + r + r**2 / 3) * np.exp(-r)


def test_categories_and_missing_coordinates():
    rng = np.random.default_rng(1)
    x = np.c_[
        rng.random(30),
        np.array([1 / 6, 0.5, 5 / 6])[rng.integers(0, 3, 30)],
        np.where(rng.random(30) < 0.5, np.nan, 0.5),
    ]
    y = np.where(x[:, 1] < 0.3, 5.0, 0.0) + x[:, 0]
    model = Regression.fit(x, y, categorical=[False, True, False])
    said = model.predict([[0.5, 1 / 6, np.nan], [0.5, 5 / 6, np.nan], [0.5, 0.5, 0.5]])
    np.testing.assert_allclose(said.mean, [5.5, 0.5, 0.5], atol=0.4)


def test_known_noise_is_believed():
    x = np.linspace(0, 1, 12)[:, None]
    y = np.where(np.arange(12) == 6, 50.0, x[:, 0])
    trusting, wary = (Regression.fit(x, y, sem=None if k else np.where(y > 10, 100.0, 0.0)) for k in (1, 0))
    assert abs(wary.predict(x[6:7]).mean[0] - x[6, 0]) < abs(trusting.predict(x[6:7]).mean[0] - x[6, 0])


def test_a_standard_error_is_a_variance_in_the_units_of_the_values():
    x, y, sem = points(9), 7.0 * wave(points(9)), np.linspace(0, 3, 9)
    model = Regression.fit(x, y, sem=sem)
    q, spread = points(5, 1), y.std()
    noise = np.diag((sem / spread) ** 2 + math.exp(model.theta[-1]))
    weights = np.linalg.solve(_kernel(model, x, x) + noise, (y - y.mean()) / spread)
    np.testing.assert_allclose(model.predict(q).mean, y.mean() + spread * _kernel(model, q, x) @ weights, rtol=1e-9)


@pytest.mark.parametrize("sem", [0.0, 1e-320, 1e308])
@pytest.mark.parametrize("y", [[3.0], [2.0, 2.0, 2.0], [1e300, -1e300], [1e-300, 0.0], [1.0, 5.0, 2.0]])
def test_tiny_and_huge_standard_errors_still_predict(y, sem):
    said = Regression.fit(points(len(y)), y, sem=np.full(len(y), sem)).predict([[0.5, 0.5]])
    assert np.isfinite(said.mean).all() and np.isfinite(said.std).all()


@pytest.mark.parametrize("sem", [[0.1, math.nan], [0.1, math.inf], [-0.1, 0.1]])
def test_a_standard_error_that_is_none(sem):
    with pytest.raises(ValueError, match="sem: expected finite numbers from 0 on, got"):
        Regression.fit([[0.1], [0.2]], [1.0, 2.0], sem=sem)
    with pytest.raises(ValueError, match=r"sem: expected shape \(2,\)"):
        Regression.fit([[0.1], [0.2]], [1.0, 2.0], sem=[*sem, 1.0])


@pytest.mark.parametrize("y", [[], [3.0], [2.0, 2.0, 2.0], [1e300, -1e300], [1e-300, 0.0]])
def test_little_or_dull_data_still_predict(y):
    x = points(len(y)) if y else np.zeros((0, 2))
    said = Regression.fit(x, y).predict([[0.5, 0.5]])
    assert np.isfinite(said.mean).all() and (said.std >= 0).all()


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ([0.1, 0.2], [1.0, 2.0], r"x\[:, None\]"),
        ([[0.1], [0.2]], [1.0], "y: expected shape"),
        ([[0.1], [0.2]], [1.0, math.nan], "finite"),
        ([[0.1], [0.2]], [1.0, math.inf], "finite"),
    ],
)
def test_refused(x, y, words):
    with pytest.raises(ValueError, match=words):
        Regression.fit(x, y)


def test_an_unknown_family():
    with pytest.raises(ValueError, match="matern52"):
        fitted(family="cubic")

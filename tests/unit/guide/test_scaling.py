"""Scaling laws on data whose law is known; rules of batch and width by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.guide import scaling

SIZES = np.logspace(6, 9, 9)


def law(n):
    return 1.7 + 400.0 * n**-0.34


def chinchilla(n, d):
    """The numbers of Hoffmann et al., equation 10."""
    return 1.69 + 406.4 * n**-0.34 + 410.7 * d**-0.28


def noisy(seed, sigma=0.003):
    return law(SIZES) * np.exp(sigma * np.random.default_rng(seed).standard_normal(len(SIZES)))


def test_a_law_without_noise_is_found():
    found = scaling.fit_power_law(SIZES, law(SIZES), hold_out=3, bootstrap=20)
    assert found.floor == pytest.approx(1.7, rel=1e-4)
    assert found.exponent == pytest.approx(0.34, rel=1e-3)
    assert found.amplitude == pytest.approx(400.0, rel=1e-2)
    np.testing.assert_allclose(found.predict([1e11]), law(1e11), rtol=1e-4)
    np.testing.assert_array_equal(found.held_out.sizes, SIZES[-3:])
    assert found.held_out.error < 1e-4


def test_intervals_cover():
    """An interval of 90 % holds the truth in most of 12 data sets, and is not all there is."""
    fits = [scaling.fit_power_law(SIZES, noisy(seed), bootstrap=40, confidence=0.9) for seed in range(12)]
    inside = [low <= 0.34 <= high for low, high in (fit.intervals["exponent"] for fit in fits)]
    assert sum(inside) >= 8
    assert np.median([high - low for low, high in (fit.intervals["exponent"] for fit in fits)]) < 0.3
    low, high = fits[0].interval([1e10])
    assert low[0] < fits[0].predict([1e10])[0] < high[0]


def test_an_outlier_moves_little():
    losses = law(SIZES)
    losses[2] *= 1.2
    assert scaling.fit_power_law(SIZES, losses, bootstrap=10).exponent == pytest.approx(0.34, abs=0.02)


def test_the_check_sees_a_law_that_ends():
    losses = np.maximum(law(SIZES), law(SIZES[5]) * 1.05 * (SIZES >= SIZES[6]))  # the largest three do not follow
    held_out = scaling.fit_power_law(SIZES, losses, hold_out=3, bootstrap=10).held_out
    assert held_out.error > 0.03


def test_the_same_seed_gives_the_same_intervals():
    one, two, other = (scaling.fit_power_law(SIZES, noisy(0), bootstrap=10, seed=s).intervals for s in (1, 1, 2))
    assert one == two != other


def grid():
    n, d = np.meshgrid(np.logspace(7, 10, 5), np.logspace(9, 12, 5))
    return n.ravel(), d.ravel()


def test_the_joint_law_is_found():
    n, d = grid()
    found = scaling.fit_joint_law(n, d, chinchilla(n, d))
    assert found.floor == pytest.approx(1.69, rel=1e-3)
    assert found.size_exponent == pytest.approx(0.34, rel=1e-2)
    assert found.data_exponent == pytest.approx(0.28, rel=1e-2)
    assert found.error < 1e-4
    np.testing.assert_allclose(found.predict([7e10], [1.4e12]), chinchilla(7e10, 1.4e12), rtol=1e-4)


def test_the_optimum_is_lower_than_its_neighbours():
    joint = scaling.JointLaw(1.69, 406.4, 0.34, 410.7, 0.28, 0.0)
    best = scaling.compute_optimal(joint, 5.76e23)
    assert 6.0 * best.size * best.samples == pytest.approx(5.76e23)
    shares = np.array([0.8, 0.99, 1.01, 1.25])
    assert (joint.predict(best.size * shares, best.samples / shares) > best.loss).all()
    # equal laws share equally
    even = scaling.compute_optimal(scaling.JointLaw(1.0, 5.0, 0.3, 5.0, 0.3, 0.0), 6e20)
    assert (even.size, even.samples) == (pytest.approx(1e10), pytest.approx(1e10))


@pytest.mark.parametrize(
    ("sizes", "losses", "options", "named"),
    [
        (SIZES[:3], law(SIZES[:3]), {}, "sizes must be"),
        (SIZES, law(SIZES)[:-1], {}, "losses must be as many"),
        (np.append(0.0, SIZES), law(np.append(1.0, SIZES)), {}, "sizes must be above 0"),
        (SIZES, law(SIZES) * np.nan, {}, "losses must be above 0"),
        (SIZES, law(SIZES)[::-1], {}, "losses must fall with sizes"),
        (SIZES, np.full(9, 2.0), {}, "losses must fall with sizes"),
        (np.repeat(SIZES[:3], 3), np.repeat(law(SIZES[:3]), 3), {}, "sizes must have 4 different"),
        (SIZES, law(SIZES), {"hold_out": 6}, "sizes must have 4 different"),
        (SIZES, law(SIZES), {"hold_out": -1}, "hold_out"),
        (SIZES, law(SIZES), {"bootstrap": 1}, "bootstrap"),
        (SIZES, law(SIZES), {"confidence": 95}, "confidence"),
    ],
)
def test_what_no_law_fits_is_named(sizes, losses, options, named):
    with pytest.raises(ValueError, match=named):
        scaling.fit_power_law(sizes, losses, **options)


def test_what_no_joint_law_fits_is_named():
    n, d = grid()
    with pytest.raises(ValueError, match="samples grow in step"):
        scaling.fit_joint_law(SIZES, 20 * SIZES, law(SIZES))
    with pytest.raises(ValueError, match="samples must have 3"):
        scaling.fit_joint_law(SIZES, np.full(9, 1e9), law(SIZES))
    with pytest.raises(ValueError, match="samples must be as many"):
        scaling.fit_joint_law(n, d[1:], chinchilla(n, d))
    with pytest.raises(ValueError, match="losses must fall with samples"):
        scaling.fit_joint_law(n, 1e21 / d, chinchilla(n, d))
    with pytest.raises(ValueError, match="compute"):
        scaling.compute_optimal(scaling.JointLaw(1.0, 5.0, 0.3, 5.0, 0.3, 0.0), -1.0)
    with pytest.raises(ValueError, match="law must fall"):
        scaling.compute_optimal(scaling.JointLaw(1.0, 0.0, 0.3, 5.0, 0.3, 0.0), 1e20)


def test_batch_rules():
    assert scaling.scaled_learning_rate(0.1, 256, 8192) == pytest.approx(3.2)  # Goyal et al.: 0.1 k n / 256
    assert scaling.scaled_learning_rate(1e-3, 64, 256, rule="sqrt") == pytest.approx(2e-3)
    for options, named in [
        ((0.0, 1, 1), "learning_rate"),
        ((1.0, 0, 1), "batch_size"),
        ((1.0, 1, -1), "new_batch_size"),
    ]:
        with pytest.raises(ValueError, match=named):
            scaling.scaled_learning_rate(*options)
    with pytest.raises(ValueError, match="rule"):
        scaling.scaled_learning_rate(1.0, 1, 1, rule="cubic")


@pytest.mark.parametrize(
    ("layer", "optimizer", "rate", "std", "multiplier"),
    [
        ("input", "adam", 1.0, 1.0, 1.0),
        ("hidden", "adam", 0.25, 0.5, 1.0),
        ("output", "adam", 1.0, 1.0, 0.25),
        ("input", "sgd", 4.0, 1.0, 1.0),
        ("hidden", "sgd", 1.0, 0.5, 1.0),
        ("output", "sgd", 4.0, 1.0, 0.25),
    ],
)
def test_four_times_the_width(layer, optimizer, rate, std, multiplier):
    rule = scaling.transferred(1.0, 1.0, 64, 256, layer=layer, optimizer=optimizer)
    assert rule == scaling.WidthRule(rate, std, multiplier)
    assert scaling.transferred(0.3, 0.1, 64, 64, layer=layer, optimizer=optimizer) == scaling.WidthRule(0.3, 0.1, 1.0)


def test_width_rules_name_what_is_wrong():
    for change, named in [({"layer": "last"}, "layer"), ({"optimizer": "lion"}, "optimizer"), ({"width": 0}, "width"),
                          ({"init_std": -1.0}, "init_std"), ({"multiplier": 0.0}, "multiplier")]:  # fmt: skip
        options = {"learning_rate": 1.0, "init_std": 1.0, "width": 8, "new_width": 16, "layer": "hidden"} | change
        with pytest.raises(ValueError, match=named):
            scaling.transferred(**options)


def test_noise_scale():
    # |G|² = 2 and tr Σ = 60: E|G_B|² = 2 + 60 / B
    assert scaling.gradient_noise_scale(10, 8.0, 60, 3.0) == pytest.approx(30.0)
    draws = np.random.default_rng(0)
    gradient, sigma = np.full(50, 0.2), 1.5
    norms = [((gradient + sigma / np.sqrt(b) * draws.standard_normal((4000, 50))) ** 2).sum(1).mean() for b in (8, 128)]
    assert scaling.gradient_noise_scale(8, norms[0], 128, norms[1]) == pytest.approx(50 * 1.5**2 / 2.0, rel=0.1)
    assert scaling.critical_batch_size(1000, 64000) == 64.0
    with pytest.raises(ValueError, match="big_batch"):
        scaling.gradient_noise_scale(8, 1.0, 8, 1.0)
    with pytest.raises(ValueError, match="small_norm2"):
        scaling.gradient_noise_scale(8, 1.0, 16, 2.0)
    with pytest.raises(ValueError, match="minimal_steps"):
        scaling.critical_batch_size(0, 1)

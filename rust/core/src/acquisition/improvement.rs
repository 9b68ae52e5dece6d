//! The functions at one prediction.

use super::{LARGEST, normal::Normal};

/// A value with its derivatives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    pub value: f64,
    /// ∂ value / ∂ mean
    pub d_mean: f64,
    /// ∂ value / ∂ standard deviation
    pub d_std: f64,
}

/// EI = σ h(z) with derivatives −F(z) and f(z).
#[must_use]
pub fn expected_improvement(mean: f64, std: f64, best: f64) -> Score {
    let (normal, _, std) = standardised(mean, std, best);
    Score { value: std * normal.h(), d_mean: -normal.cdf(), d_std: normal.density() }
}

/// log EI = log σ + log h(z) with derivatives −(F/h) / σ and (1 − z F/h) / σ = (f/h) / σ.
#[must_use]
pub fn log_expected_improvement(mean: f64, std: f64, best: f64) -> Score {
    let (normal, _, std) = standardised(mean, std, best);
    Score { value: std.ln() + normal.log_h(), d_mean: -normal.cdf_over_h() / std, d_std: normal.density_over_h() / std }
}

/// PI = F(z) with derivatives −f(z) / σ and −z f(z) / σ.
#[must_use]
pub fn probability_of_improvement(mean: f64, std: f64, best: f64) -> Score {
    let (normal, z, std) = standardised(mean, std, best);
    let slope = normal.density();
    Score { value: normal.cdf(), d_mean: -slope / std, d_std: -z * slope / std }
}

/// log PI = log F(z) with derivatives −(f/F) / σ and −z (f/F) / σ.
#[must_use]
pub fn log_probability_of_improvement(mean: f64, std: f64, best: f64) -> Score {
    let (normal, z, std) = standardised(mean, std, best);
    let slope = normal.density_over_cdf();
    Score { value: normal.log_cdf(), d_mean: -slope / std, d_std: -z * slope / std }
}

/// LCB = m − κσ with derivatives 1 and −κ: an optimistic output, to be minimised.
#[must_use]
pub fn lower_confidence_bound(mean: f64, std: f64, kappa: f64) -> Score {
    let value = mean - kappa * std;
    if value.is_nan() {
        return Score { value, d_mean: f64::NAN, d_std: f64::NAN };
    }
    Score { value, d_mean: 1.0, d_std: -kappa }
}

/// z and what belongs to it, and σ; a NaN in any argument is one in both.
fn standardised(mean: f64, std: f64, best: f64) -> (Normal, f64, f64) {
    let improvement = (best - mean).clamp(-LARGEST, LARGEST);
    let std = std.clamp(1.0 / LARGEST, LARGEST);
    let z = improvement / std;
    (Normal::new(z), z, if z.is_nan() { z } else { std })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Function = fn(f64, f64, f64) -> Score;
    const FUNCTIONS: [(&str, Function); 5] = [
        ("ei", expected_improvement),
        ("log ei", log_expected_improvement),
        ("pi", probability_of_improvement),
        ("log pi", log_probability_of_improvement),
        ("lcb", lower_confidence_bound),
    ];

    /// Composite Simpson over the outputs below best, 12 σ deep.
    fn quadrature(mean: f64, std: f64, best: f64, gain: impl Fn(f64) -> f64) -> f64 {
        let top = (best - mean) / std;
        let bottom = (-12.0_f64).min(top - 12.0);
        let intervals = 20_000;
        let step = (top - bottom) / f64::from(intervals);
        let integrand = |i: i32| {
            let u = bottom + f64::from(i) * step;
            gain(best - mean - std * u) * (-0.5 * u * u).exp() / (2.0 * std::f64::consts::PI).sqrt()
        };
        let inner: f64 = (1..intervals).map(|i| integrand(i) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
        (integrand(0) + inner + integrand(intervals)) * step / 3.0
    }

    #[test]
    fn expectation_and_probability_are_the_integrals() {
        for (mean, std, best) in [(0.3, 1.0, 0.0), (-1.0, 0.5, 0.2), (2.0, 0.7, -1.0), (5.0, 1.0, 0.0), (0.0, 3.0, 3.0)]
        {
            let ei = quadrature(mean, std, best, |gain| gain);
            let pi = quadrature(mean, std, best, |_| 1.0);
            let close = |ours: f64, integral: f64| (ours / integral - 1.0).abs() < 1e-11;
            assert!(close(expected_improvement(mean, std, best).value, ei));
            assert!(close(log_expected_improvement(mean, std, best).value.exp(), ei));
            assert!(close(probability_of_improvement(mean, std, best).value, pi));
            assert!(close(log_probability_of_improvement(mean, std, best).value.exp(), pi));
        }
    }

    #[test]
    fn derivatives_are_those_of_central_differences() {
        for (name, function) in FUNCTIONS {
            for mean in [-4.0, -0.5, 0.0, 0.7, 2.9, 3.1, 8.0, 30.0] {
                for std in [0.3, 1.0, 2.5] {
                    let score = function(mean, std, 0.25);
                    let step = 1e-5;
                    let d_mean = (function(mean + step, std, 0.25).value - function(mean - step, std, 0.25).value)
                        / (2.0 * step);
                    let d_std = (function(mean, std + step, 0.25).value - function(mean, std - step, 0.25).value)
                        / (2.0 * step);
                    for (ours, difference) in [(score.d_mean, d_mean), (score.d_std, d_std)] {
                        let error = (ours - difference).abs();
                        assert!(error <= 1e-6 * (1.0 + ours.abs()), "{name} at {mean}, {std}: {ours}, {difference}");
                    }
                }
            }
        }
    }

    /// log h(−t) → −t²/2 − log(t²√(2π)), relative error 3 / t² of the argument of the logarithm.
    #[test]
    fn the_far_tail_is_its_asymptote() {
        for t in [1e4_f64, 1e6, 1e8, 1e12, 1e40] {
            let score = log_expected_improvement(t, 1.0, 0.0);
            let asymptote = -0.5 * t * t - 2.0 * t.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln();
            assert!((score.value / asymptote - 1.0).abs() < 1e-15);
            assert!((score.d_mean / -t - 1.0).abs() < 3.0 / t / t + 1e-15);
            assert!((score.d_std / (t * t) - 1.0).abs() < 4.0 / t / t + 1e-15);
        }
    }

    #[test]
    fn nothing_overflows_and_nan_stays_nan() {
        let ugly = [0.0, -0.0, 1.0, -1.0, 5e-324, 1e-200, 1e200, f64::MAX, f64::MIN, f64::INFINITY, f64::NEG_INFINITY];
        for (name, function) in &FUNCTIONS[..4] {
            for mean in ugly {
                for std in ugly {
                    let Score { value, d_mean, d_std } = function(mean, std, 1.0);
                    assert!([value, d_mean, d_std].iter().all(|x| x.is_finite()), "{name} at {mean}, {std}");
                }
            }
            for score in [function(f64::NAN, 1.0, 0.0), function(0.0, f64::NAN, 0.0), function(0.0, 1.0, f64::NAN)] {
                assert!(score.value.is_nan() && score.d_mean.is_nan() && score.d_std.is_nan(), "{name}");
            }
        }
    }

    #[test]
    fn a_certain_prediction_improves_by_its_difference() {
        assert_eq!(expected_improvement(-2.0, 0.0, 0.0).value, 2.0);
        assert_eq!(expected_improvement(2.0, 0.0, 0.0).value, 0.0);
        assert!((log_expected_improvement(-2.0, 0.0, 0.0).value - 2.0_f64.ln()).abs() < 1e-13);
        assert_eq!(probability_of_improvement(-2.0, 0.0, 0.0).value, 1.0);
        assert_eq!(log_probability_of_improvement(-2.0, 0.0, 0.0).value, 0.0);
        assert_eq!(lower_confidence_bound(2.0, 0.5, 3.0), Score { value: 0.5, d_mean: 1.0, d_std: -3.0 });
    }
}

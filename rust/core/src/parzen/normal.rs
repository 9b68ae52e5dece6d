//! The normal distribution, and its quantiles between the faces of the unit interval.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI};

/// log √(2π)
pub fn log_root_two_pi() -> f64 {
    0.5 * (LN_2 + PI.ln())
}

/// F(z), to full relative precision in the lower tail.
pub fn cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// How much of a normal density around `mean` in [0, 1] lies within [0, 1].
pub fn mass(mean: f64, deviation: f64) -> f64 {
    cdf((1.0 - mean) / deviation) - cdf(-mean / deviation)
}

/// The point of [0, 1] below which lies the share `p` of the normal density around `mean` truncated to it.
pub fn truncated_quantile(p: f64, mean: f64, deviation: f64) -> f64 {
    let (below, above) = (cdf(-mean / deviation), cdf((mean - 1.0) / deviation));
    let within = 1.0 - below - above;
    // from the nearer end, so that no tail is rounded away
    let (low, high) = (below + p * within, above + (1.0 - p) * within);
    let z = if low < high { quantile(low) } else { -quantile(high) };
    (mean + deviation * z).clamp(0.0, 1.0)
}

/// The z with F(z) = p, for p in (0, ½]; −39 where p is 0.
///
/// Abramowitz & Stegun's rational approximation 26.2.23, within 4.5e-4, and two of Halley's steps, which cube the error.
fn quantile(p: f64) -> f64 {
    if p < 1e-300 {
        return -39.0;
    }
    let t = (-2.0 * p.ln()).sqrt();
    let ratio =
        (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    let mut z = ratio - t;
    for _ in 0..2 {
        let step = (cdf(z) - p) * (0.5 * z * z + log_root_two_pi()).exp();
        z -= step / (1.0 + 0.5 * z * step);
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_invert_the_distribution() {
        for exponent in 0..280 {
            let p = 0.5 * 10_f64.powi(-exponent);
            let z = quantile(p);
            assert!((cdf(z) / p - 1.0).abs() < 1e-12 * (1.0 + z * z), "{p}: {z}");
        }
        assert!(quantile(0.0) == -39.0 && quantile(0.5).abs() < 1e-15);
    }

    #[test]
    fn truncated_quantiles_go_from_one_face_to_the_other() {
        for mean in [0.0, 0.3, 1.0] {
            for deviation in [1e-3, 0.1, 1.0, 10.0] {
                let points: Vec<f64> =
                    [0.0, 0.1, 0.5, 0.9, 1.0].map(|p| truncated_quantile(p, mean, deviation)).to_vec();
                assert!(points.windows(2).all(|pair| pair[0] < pair[1]), "{points:?}");
                let share = (cdf((points[1] - mean) / deviation) - cdf(-mean / deviation)) / mass(mean, deviation);
                assert!((share - 0.1).abs() < 1e-12);
            }
        }
        assert!(truncated_quantile(0.5, 0.5, 0.2) == 0.5);
    }
}

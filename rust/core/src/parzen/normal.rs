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
/// P. J. Acklam's rational approximations, within 1.2e-9 of it, and one of Halley's steps, which cubes the error.
fn quantile(p: f64) -> f64 {
    if p < 1e-300 {
        return -39.0;
    }
    let z = if p < TAIL {
        let t = (-2.0 * p.ln()).sqrt();
        polynomial(&TAIL_ABOVE, t) / polynomial(&TAIL_BELOW, t)
    } else {
        let t = p - 0.5;
        t * polynomial(&MIDDLE_ABOVE, t * t) / polynomial(&MIDDLE_BELOW, t * t)
    };
    let step = (cdf(z) - p) * (0.5 * z * z + log_root_two_pi()).exp();
    z - step / (1.0 + 0.5 * z * step)
}

/// By falling powers.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

const TAIL: f64 = 0.02425;
const TAIL_ABOVE: [f64; 6] = [
    -7.784_894_002_430_293e-3,
    -3.223_964_580_411_365e-1,
    -2.400_758_277_161_838,
    -2.549_732_539_343_734,
    4.374_664_141_464_968,
    2.938_163_982_698_783,
];
const TAIL_BELOW: [f64; 5] =
    [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
const MIDDLE_ABOVE: [f64; 6] = [
    -39.696_830_286_653_76,
    220.946_098_424_520_5,
    -275.928_510_446_968_7,
    138.357_751_867_269,
    -30.664_798_066_147_16,
    2.506_628_277_459_239,
];
const MIDDLE_BELOW: [f64; 6] = [
    -54.476_098_798_224_06,
    161.585_836_858_040_9,
    -155.698_979_859_886_6,
    66.801_311_887_719_72,
    -13.280_681_552_885_72,
    1.0,
];

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

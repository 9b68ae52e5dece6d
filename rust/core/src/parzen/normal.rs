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

/// The point of [0, 1] below which lies the share `p` of the normal density around `mean` truncated to it, of which the
/// shares `below` and `above` lie outside.
pub fn truncated_quantile(p: f64, mean: f64, deviation: f64, [below, above]: [f64; 2]) -> f64 {
    let within = 1.0 - below - above;
    // from the nearer end, so that no tail is rounded away
    let (low, high) = (below + p * within, above + (1.0 - p) * within);
    let z = if low < high { quantile(low) } else { -quantile(high) };
    (mean + deviation * z).clamp(0.0, 1.0)
}

/// The z with F(z) = p, for p in (0, ½], to 1e-15 of it; −39 where p is 0.
///
/// M. J. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Appl. Statist. 37, 1988.
fn quantile(p: f64) -> f64 {
    if p < 1e-300 {
        return -39.0;
    }
    let middle = p - 0.5;
    if middle >= -0.425 {
        return middle * MIDDLE.at(0.180_625 - middle * middle);
    }
    let t = (-p.ln()).sqrt();
    if t <= 5.0 { -TAIL.at(t - 1.6) } else { -FAR_TAIL.at(t - 5.0) }
}

/// The quotient of two polynomials by falling powers.
struct Rational {
    above: [f64; 8],
    below: [f64; 8],
}

impl Rational {
    fn at(&self, x: f64) -> f64 {
        let polynomial = |coefficients: &[f64; 8]| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
        polynomial(&self.above) / polynomial(&self.below)
    }
}

const MIDDLE: Rational = Rational {
    above: [
        2_509.080_928_730_122_7,
        33_430.575_583_588_13,
        67_265.770_927_008_7,
        45_921.953_931_549_87,
        13_731.693_765_509_46,
        1_971.590_950_306_551_3,
        133.141_667_891_784_38,
        3.387_132_872_796_366_5,
    ],
    below: [
        5_226.495_278_852_854,
        28_729.085_735_721_943,
        39_307.895_800_092_71,
        21_213.794_301_586_597,
        5_394.196_021_424_751,
        687.187_007_492_057_9,
        42.313_330_701_600_91,
        1.0,
    ],
};
const TAIL: Rational = Rational {
    above: [
        7.745_450_142_783_414e-4,
        2.272_384_498_926_918_4e-2,
        2.417_807_251_774_506e-1,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ],
    below: [
        1.050_750_071_644_416_9e-9,
        5.475_938_084_995_345e-4,
        1.519_866_656_361_645_7e-2,
        1.481_039_764_274_800_8e-1,
        6.897_673_349_851e-1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ],
};
const FAR_TAIL: Rational = Rational {
    above: [
        2.010_334_399_292_288e-7,
        2.711_555_568_743_487_6e-5,
        1.242_660_947_388_078_4e-3,
        2.653_218_952_657_612_4e-2,
        2.965_605_718_285_049e-1,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ],
    below: [
        2.044_263_103_389_939_8e-15,
        1.421_511_758_316_446e-7,
        1.846_318_317_510_054_8e-5,
        7.868_691_311_456_133e-4,
        1.487_536_129_085_061_5e-2,
        1.369_298_809_227_358e-1,
        5.998_322_065_558_88e-1,
        1.0,
    ],
};

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
                let points: Vec<f64> = [0.0, 0.1, 0.5, 0.9, 1.0]
                    .map(|p| {
                        truncated_quantile(p, mean, deviation, [cdf(-mean / deviation), cdf((mean - 1.0) / deviation)])
                    })
                    .to_vec();
                assert!(points.windows(2).all(|pair| pair[0] < pair[1]), "{points:?}");
                let share = (cdf((points[1] - mean) / deviation) - cdf(-mean / deviation))
                    / (1.0 - cdf(-mean / deviation) - cdf((mean - 1.0) / deviation));
                assert!((share - 0.1).abs() < 1e-12);
            }
        }
        let outside = cdf(-2.5);
        assert!(truncated_quantile(0.5, 0.5, 0.2, [outside; 2]) == 0.5);
    }
}

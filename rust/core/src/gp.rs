//! Gaussian-process regression: kernel, likelihood, fit, posterior.
//!
//! | symbol  | meaning                                                                    | shape   |
//! |---------|----------------------------------------------------------------------------|---------|
//! | x       | observed points, row-major; NaN: the parameter is inactive                 | n × d   |
//! | kinds   | 0 numeric, 1 categorical                                                   | d       |
//! | y       | outputs                                                                    | n       |
//! | noise   | known variance of each output, beside the common one                       | n       |
//! | theta   | log length-scales, log signal variance, log noise variance                 | d + 2   |
//! | q       | queries                                                                    | m × d   |
//! | factor  | L, L L' = Ky = K + (exp(log noise) + noiseᵢ) I                             | n × n   |
//! | alpha   | Ky⁻¹ y                                                                     | n       |
//!
//! δⱼ(a, b) is |a - b| if numeric and \[a ≠ b\] if categorical, NaN being a category of its own and, among numbers, a
//! place beside the middle of the unit interval at distance 1 from its ends: δⱼ²(a, NaN) = (a - 1/2)² + 3/4.
//! r² = sum δⱼ² / lⱼ², k = signal · g(r). The differences are formed again wherever they are needed: nothing of size
//! n × n × d exists. C. E. Rasmussen & C. K. I. Williams, "Gaussian Processes for Machine Learning", 2006.

mod covariance;
mod diagnostics;
mod family;
mod fit;
mod functions;
mod likelihood;
mod points;
mod posterior;
mod sample;
mod warp;

pub use covariance::{covariance, cross_covariance, factorise};
pub use diagnostics::leave_one_out;
pub use family::Family;
pub use fit::{Problem, fit, negative_log_posterior};
pub use functions::{Functions, Terms};
pub use posterior::{Posterior, Scratch, predict};
pub use sample::sample;

use crate::error::{Error, Result};

/// Beyond this r² every family's k is zero; the limit keeps 0 · ∞ out of the arithmetic.
const FARTHEST: f64 = 1e6;

fn length(argument: &'static str, got: usize, expected: usize) -> Result<()> {
    if got == expected { Ok(()) } else { Err(Error::Length { argument, expected, got }) }
}

#[cfg(test)]
mod example {
    use super::Family;
    use crate::sampling::uniform;

    pub const D: usize = 4;
    pub const KINDS: [u8; D] = [0, 0, 1, 0];
    pub const THETA: [f64; D + 2] = [-1.0, -0.5, 0.3, 0.2, 0.4, -3.0];
    pub const FAMILIES: [Family; 3] = [Family::Matern52, Family::Matern32, Family::Rbf];

    /// Points with three categories, one coordinate that is missing now and then and one without gaps.
    pub fn points(n: usize, seed: u64) -> Vec<f64> {
        let trials: Vec<u64> = (0..n as u64).collect();
        let mut points = uniform(seed, &trials, &[0, 1, 2, 3], 0).unwrap();
        for point in points.chunks_exact_mut(D) {
            point[2] = if point[0] < 0.3 { f64::NAN } else { ((point[2] * 3.0).floor() + 0.5) / 3.0 };
            point[3] = if point[1] < 0.2 { f64::NAN } else { point[3] };
        }
        points
    }

    /// One function of the points, with a wave that no length-scale follows.
    pub fn outputs(x: &[f64]) -> Vec<f64> {
        x.chunks_exact(D).enumerate().map(|(i, x)| x[0] - 2.0 * x[1] * x[1] + 0.3 * (i as f64).sin()).collect()
    }

    /// k by its definition.
    pub fn covariance(a: &[f64], b: &[f64], family: Family) -> f64 {
        let mut square = 0.0;
        for j in 0..D {
            let delta_squared = match (a[j].is_nan(), b[j].is_nan()) {
                (true, true) => 0.0,
                (false, false) if KINDS[j] == 0 => (a[j] - b[j]).powi(2),
                (true, false) if KINDS[j] == 0 => (b[j] - 0.5).powi(2) + 0.75,
                (false, true) if KINDS[j] == 0 => (a[j] - 0.5).powi(2) + 0.75,
                _ => f64::from(u8::from(a[j] != b[j])),
            };
            square += delta_squared / THETA[j].exp().powi(2);
        }
        let (r, root) = (square.sqrt(), if family == Family::Matern52 { 5_f64 } else { 3_f64 }.sqrt());
        let g = match family {
            Family::Matern52 => (1.0 + root * r + 5.0 * square / 3.0) * (-root * r).exp(),
            Family::Matern32 => (1.0 + root * r) * (-root * r).exp(),
            Family::Rbf => (-0.5 * square).exp(),
        };
        THETA[D].exp() * g
    }
}

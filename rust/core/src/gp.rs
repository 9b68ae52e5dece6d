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

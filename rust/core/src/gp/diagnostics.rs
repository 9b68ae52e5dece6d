//! How well each output is predicted by the others.

use super::length;
use crate::error::Result;
use crate::linalg::inverse;

/// Mean and variance of each yᵢ given the others, noise included (equation 5.12). O(2 n³ / 3).
///
/// # Errors
/// [`crate::Error::Length`] when shapes do not fit; [`crate::Error::TooLarge`].
pub fn leave_one_out(factor: &[f64], alpha: &[f64], y: &[f64]) -> Result<(Vec<f64>, Vec<f64>)> {
    let n = y.len();
    length("alpha", alpha.len(), n)?;
    let precision = inverse(factor, n, 1)?;
    let variance: Vec<f64> = (0..n).map(|i| 1.0 / precision[i * n + i]).collect();
    let mean = (0..n).map(|i| y[i] - alpha[i] * variance[i]).collect();
    Ok((mean, variance))
}

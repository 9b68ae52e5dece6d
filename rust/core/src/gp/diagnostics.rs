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

#[cfg(test)]
mod tests {
    use super::super::example::{D, KINDS, THETA, outputs, points};
    use super::super::{Family, Posterior, Scratch, factorise};
    use super::*;

    #[test]
    fn each_output_is_predicted_as_if_it_had_never_been_seen() {
        let (x, n) = (points(14, 11), 14);
        let y = outputs(&x);
        let (factor, alpha, _) = factorise(&x, &y, &THETA, &KINDS, None, Family::Matern52, 1).unwrap();
        let (mean, variance) = leave_one_out(&factor, &alpha, &y).unwrap();
        for i in 0..n {
            let others = |values: &[f64], width: usize| [&values[..i * width], &values[(i + 1) * width..]].concat();
            let (x_others, y_others) = (others(&x, D), others(&y, 1));
            let (l, weights, _) = factorise(&x_others, &y_others, &THETA, &KINDS, None, Family::Matern52, 1).unwrap();
            let posterior = Posterior::new(&x_others, &THETA, &KINDS, Family::Matern52, &l, &weights).unwrap();
            let (expected, spread) = posterior.value(&x[i * D..][..D], &mut Scratch::new(&posterior));
            assert!((mean[i] - expected).abs() < 1e-10);
            assert!((variance[i] - spread - THETA[D + 1].exp()).abs() < 1e-10);
        }
        assert!(leave_one_out(&factor, &alpha[1..], &y).is_err());
    }
}

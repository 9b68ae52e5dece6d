//! Steps of a normal distribution: L z with z from the streams of trials.

use super::Stream;
use crate::error::{Error, Result};
use crate::sampling::stream;

/// Row-major (k, d): y = L z for each of `trials`, a function of its trial and L alone, whatever other trials there are.
///
/// z are normal numbers by G. Box & M. Muller (Ann. Math. Stat. 29, 1958) from the stream of (seed, trial, purpose,
/// attempt), two from each pair of draws. `factor` is lower triangular, (d, d).
///
/// # Errors
/// [`Error::Length`] where `factor` is not square.
pub fn steps(factor: &[f64], d: usize, trials: &[u64], draws: &Stream) -> Result<Vec<f64>> {
    if factor.len() != d * d {
        return Err(Error::Length { argument: "factor", expected: d * d, got: factor.len() });
    }
    let mut steps = Vec::with_capacity(trials.len() * d);
    for &trial in trials {
        let uniform = stream(draws.seed, trial, draws.purpose, 2 * d.div_ceil(2), draws.attempt)?;
        let normal: Vec<f64> = uniform.chunks_exact(2).flat_map(|pair| normals(pair[0], pair[1])).collect();
        for (i, row) in factor.chunks_exact(d.max(1)).enumerate() {
            steps.push(row[..=i].iter().zip(&normal).fold(0.0, |sum, (l, z)| sum + l * z));
        }
    }
    Ok(steps)
}

/// Two independent normal numbers from two uniform ones in [0, 1).
fn normals(u: f64, v: f64) -> [f64; 2] {
    let radius = (-2.0 * libm::log1p(-u)).sqrt();
    let angle = std::f64::consts::TAU * v;
    [radius * libm::cos(angle), radius * libm::sin(angle)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Stream = Stream { seed: 3, purpose: 5, attempt: 0 };

    #[test]
    fn a_trial_has_the_same_step_alone() {
        let factor = [2.0, 0.0, 0.0, 1.0, 0.5, 0.0, -1.0, 0.25, 1.0];
        let all = steps(&factor, 3, &[4, 9, 2], &KEY).unwrap();
        assert_eq!(all[3..6], steps(&factor, 3, &[9], &KEY).unwrap());
        assert!(steps(&factor, 2, &[1], &KEY).is_err());
        assert!(steps(&[], 0, &[1], &KEY).unwrap().is_empty());
    }

    #[test]
    fn their_covariance_is_that_of_the_factor() {
        let trials: Vec<u64> = (0..40_000).collect();
        let found = steps(&[2.0, 0.0, 1.0, 0.5], 2, &trials, &KEY).unwrap();
        let mean = |f: &dyn Fn(&[f64]) -> f64| found.chunks_exact(2).map(f).sum::<f64>() / 40_000.0;
        let expected: [(f64, f64); 5] = [
            (mean(&|y| y[0]), 0.0),
            (mean(&|y| y[1]), 0.0),
            (mean(&|y| y[0] * y[0]), 4.0),
            (mean(&|y| y[0] * y[1]), 2.0),
            (mean(&|y| y[1] * y[1]), 1.25),
        ];
        assert!(expected.iter().all(|(got, wanted)| (got - wanted).abs() < 0.08), "{expected:?}");
    }

    #[test]
    fn the_ends_of_the_unit_interval_are_finite() {
        assert_eq!(normals(0.0, 0.3), [0.0, 0.0]);
        assert!(normals(1.0 - f64::EPSILON / 2.0, 0.0)[0].is_finite());
    }
}

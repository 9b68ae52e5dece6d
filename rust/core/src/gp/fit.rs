//! The negative log posterior of theta, and its minimum.

use super::likelihood::Likelihood;
use super::points::Points;
use super::{Family, length, warp};
use crate::error::{Error, Result};
use crate::quasi_newton::{Outcome, Settings, Workspace, minimise};

/// What theta is fitted to.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    pub x: &'a [f64],
    pub y: &'a [f64],
    pub kinds: &'a [u8],
    pub noise: Option<&'a [f64]>,
    /// Mean and standard deviation of the normal priors of theta, d + 2 each, or 3 d + 2 with the shapes of [`warp`].
    pub prior_mean: &'a [f64],
    pub prior_std: &'a [f64],
    pub family: Family,
}

impl Problem<'_> {
    fn points(&self) -> Result<Points> {
        let points = Points::new(self.x, self.kinds)?;
        let (n, width) = (points.n(), self.width());
        length("y", self.y.len(), n)?;
        self.noise.map_or(Ok(()), |noise| length("noise", noise.len(), n))?;
        length("prior_mean", self.prior_mean.len(), width)?;
        length("prior_std", self.prior_std.len(), width)?;
        Ok(points)
    }

    /// How long theta is: with shapes if the priors have room for them.
    fn width(&self) -> usize {
        let d = self.kinds.len();
        if self.is_warped() { 3 * d + 2 } else { d + 2 }
    }

    fn is_warped(&self) -> bool {
        self.prior_mean.len() > self.kinds.len() + 2
    }

    /// What the inverse Hessian's diagonal is about: the priors' variances, and for the two variances, of which every
    /// output tells something, with the n / 2 of the Fisher information when the data are all one or the other.
    fn scales(&self, n: usize) -> Vec<f64> {
        let d = self.kinds.len();
        let information = |i: usize| if (d..d + 2).contains(&i) { 0.25 * n as f64 } else { 0.0 };
        self.prior_std.iter().enumerate().map(|(i, std)| 1.0 / (1.0 / (std * std) + information(i))).collect()
    }

    /// Adds the prior to the likelihood's value and gradient.
    fn add_prior(&self, theta: &[f64], value: f64, gradient: &mut [f64]) -> f64 {
        if !value.is_finite() {
            return f64::INFINITY;
        }
        let mut penalty = 0.0;
        for i in 0..theta.len() {
            let deviation = (theta[i] - self.prior_mean[i]) / self.prior_std[i];
            penalty += deviation * deviation;
            gradient[i] += deviation / self.prior_std[i];
        }
        value + 0.5 * penalty
    }
}

/// -log p(y | theta) + sum (thetaᵢ - meanᵢ)² / (2 stdᵢ²) and its gradient. O(n³ + n² d / 2).
///
/// # Errors
/// [`Error::Length`] when shapes do not fit; [`Error::TooLarge`].
pub fn negative_log_posterior(problem: &Problem, theta: &[f64], threads: usize) -> Result<(f64, Vec<f64>)> {
    let points = problem.points()?;
    length("theta", theta.len(), problem.width())?;
    let mut gradient = vec![0.0; theta.len()];
    if problem.is_warped() {
        let value = warp::likelihood(problem, theta, &mut gradient, threads)?;
        return Ok((problem.add_prior(theta, value, &mut gradient), gradient));
    }
    let mut likelihood = Likelihood::new(&points, problem.y, problem.noise, problem.family, threads)?;
    let value = likelihood.evaluate(theta, &mut gradient);
    Ok((problem.add_prior(theta, value, &mut gradient), gradient))
}

/// The theta of the lowest negative log posterior found from `starts` (k rows of d + 2, or of 3 d + 2), and the outcome there.
///
/// The first of equal minima. Several starts are shared among the threads; one start gives each evaluation all of them.
///
/// # Errors
/// [`Error::Length`] when shapes do not fit or there is no start; [`Error::TooLarge`].
pub fn fit(
    problem: &Problem,
    starts: &[f64],
    lower: &[f64],
    upper: &[f64],
    settings: Settings,
    threads: usize,
) -> Result<(Vec<f64>, Outcome)> {
    let points = problem.points()?;
    let width = problem.width();
    length("lower", lower.len(), width)?;
    length("upper", upper.len(), width)?;
    let count = starts.len() / width;
    length("starts", starts.len(), count.max(1) * width)?;
    let each = threads.clamp(1, count);
    let inner = if count == 1 { threads } else { 1 };
    let descend = |first: usize| -> Result<Vec<(usize, Vec<f64>, Outcome)>> {
        let mut likelihood = Likelihood::new(&points, problem.y, problem.noise, problem.family, inner)?;
        let scales = problem.scales(points.n());
        let mut workspace = Workspace::with_scales(scales);
        let mut found = Vec::new();
        for index in (first..count).step_by(each) {
            let mut theta = starts[index * width..][..width].to_vec();
            let outcome = minimise(&mut theta, lower, upper, &settings, &mut workspace, |theta, gradient| {
                let value = if problem.is_warped() {
                    // what it refuses was checked above: shapes, and room for matrices of this size
                    warp::likelihood(problem, theta, gradient, inner).unwrap_or(f64::INFINITY)
                } else {
                    likelihood.evaluate(theta, gradient)
                };
                problem.add_prior(theta, value, gradient)
            });
            found.push((index, theta, outcome));
        }
        Ok(found)
    };
    let mut found = Vec::new();
    if each == 1 {
        found = descend(0)?;
    } else {
        let parts = std::thread::scope(|scope| {
            let descend = &descend;
            let workers: Vec<_> = (0..each).map(|first| scope.spawn(move || descend(first))).collect();
            workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        for part in parts {
            match part {
                Ok(results) => found.extend(results?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    }
    found.sort_by(|a, b| a.2.value.total_cmp(&b.2.value).then(a.0.cmp(&b.0)));
    let best = found.into_iter().next().map(|(_, theta, outcome)| (theta, outcome));
    best.ok_or(Error::Length { argument: "starts", expected: width, got: 0 })
}

#[cfg(test)]
mod tests {
    use super::super::example::{D, FAMILIES, KINDS, THETA, outputs, points};
    use super::super::factorise;
    use super::*;
    use crate::linalg::log_determinant;

    const MEAN: [f64; D + 2] = [0.1, -0.2, 0.0, 0.3, 0.5, -4.0];
    const STD: [f64; D + 2] = [1.0, 2.0, 1.5, 1.0, 0.7, 1.0];

    fn with_problem(n: usize, family: Family, check: impl Fn(&Problem)) {
        let x = points(n, 5);
        let (y, noise): (_, Vec<f64>) = (outputs(&x), (0..n).map(|i| 0.02 * (i % 3) as f64).collect());
        check(&Problem {
            x: &x,
            y: &y,
            kinds: &KINDS,
            noise: Some(&noise),
            prior_mean: &MEAN,
            prior_std: &STD,
            family,
        });
    }

    #[test]
    fn the_value_is_the_normal_densitys_with_the_prior() {
        with_problem(19, Family::Matern52, |problem| {
            let Problem { x, y, noise, family, .. } = *problem;
            let (factor, alpha, _) = factorise(x, y, &THETA, &KINDS, noise, family, 1).unwrap();
            let fit: f64 = y.iter().zip(&alpha).map(|(y, alpha)| y * alpha).sum();
            let penalty: f64 = (0..D + 2).map(|i| ((THETA[i] - MEAN[i]) / STD[i]).powi(2)).sum();
            let constant = y.len() as f64 * (2.0 * std::f64::consts::PI).ln();
            let expected = 0.5 * (fit + log_determinant(&factor, y.len()).unwrap() + constant + penalty);
            assert!((negative_log_posterior(problem, &THETA, 1).unwrap().0 - expected).abs() < 1e-10);
        });
    }

    #[test]
    fn the_gradient_is_that_of_central_differences() {
        for family in FAMILIES {
            for n in [1, 9, 40] {
                with_problem(n, family, |problem| {
                    let (_, gradient) = negative_log_posterior(problem, &THETA, 1).unwrap();
                    for i in 0..D + 2 {
                        let at = |step: f64| {
                            let mut theta = THETA;
                            theta[i] += step;
                            negative_log_posterior(problem, &theta, 1).unwrap().0
                        };
                        let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
                        assert!((slope - gradient[i]).abs() < 1e-5 * (1.0 + slope.abs()), "{family:?}, n = {n}, {i}");
                    }
                });
            }
        }
    }

    #[test]
    fn a_fit_ends_where_the_gradient_does_and_never_above_its_starts() {
        with_problem(30, Family::Matern52, |problem| {
            let (lower, upper) = ([-4.0; D + 2], [4.0; D + 2]);
            let settings = Settings { iterations: 200, tolerance: 1e-6 };
            let starts = [[0.0; D + 2], [-1.0; D + 2]].concat();
            let (theta, outcome) = fit(problem, &starts, &lower, &upper, settings, 1).unwrap();
            let (value, gradient) = negative_log_posterior(problem, &theta, 1).unwrap();
            assert!((value - outcome.value).abs() < 1e-9);
            for i in 0..D + 2 {
                let moved = (theta[i] - gradient[i]).clamp(lower[i], upper[i]);
                assert!((theta[i] - moved).abs() < 1e-4, "{i}: {theta:?} {gradient:?}");
            }
            for start in starts.chunks_exact(D + 2) {
                assert!(value <= negative_log_posterior(problem, start, 1).unwrap().0);
            }
            assert_eq!(fit(problem, &starts, &lower, &upper, settings, 2).unwrap().0, theta);
            assert!(fit(problem, &[], &lower, &upper, settings, 1).is_err());
            assert!(fit(problem, &starts, &lower[1..], &upper, settings, 1).is_err());
        });
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        with_problem(350, Family::Matern52, |problem| {
            let one = negative_log_posterior(problem, &THETA, 1).unwrap();
            assert_eq!(negative_log_posterior(problem, &THETA, 3).unwrap(), one);
        });
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_is_infinitely_unlikely() {
        let (x, y) = ([0.5; 2 * D], [0.0, 1.0]);
        let problem = Problem {
            x: &x,
            y: &y,
            kinds: &KINDS,
            noise: None,
            prior_mean: &MEAN,
            prior_std: &STD,
            family: Family::Rbf,
        };
        let (value, _) = negative_log_posterior(&problem, &[0.0, 0.0, 0.0, 0.0, 5.0, -80.0], 1).unwrap();
        assert_eq!(value, f64::INFINITY);
    }
}

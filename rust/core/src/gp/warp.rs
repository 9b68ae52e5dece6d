//! Inputs bent by the distribution function of Kumaraswamy, w(x) = 1 − (1 − xᵃ)ᵇ, and the posterior's slopes by a and b.
//!
//! J. Snoek, K. Swersky, R. Zemel & R. P. Adams, "Input warping for Bayesian optimization of non-stationary functions",
//! ICML 2014, with the closed form of P. Kumaraswamy in place of the Beta distribution. The parameters are logarithms,
//! of a for each coordinate, then of b, after those of the kernel. Numeric coordinates are bent, NaN stays NaN.

use super::likelihood::Likelihood;
use super::points::Points;
use super::{Family, fit::Problem};
use crate::error::Result;

/// The bent inputs, n × d, and their derivatives by log a and by log b.
struct Bent {
    x: Vec<f64>,
    by_a: Vec<f64>,
    by_b: Vec<f64>,
}

impl Bent {
    fn new(x: &[f64], kinds: &[u8], shapes: &[f64]) -> Self {
        let d = kinds.len();
        let mut bent = Self { x: x.to_vec(), by_a: vec![0.0; x.len()], by_b: vec![0.0; x.len()] };
        for (i, value) in bent.x.iter_mut().enumerate().filter(|(i, _)| kinds[i % d] == 0) {
            (*value, bent.by_a[i], bent.by_b[i]) = warp(*value, shapes[i % d], shapes[d + i % d]);
        }
        bent
    }
}

/// w(x) and its derivatives by log a and log b; outside the open unit interval x stays what it is.
fn warp(x: f64, log_a: f64, log_b: f64) -> (f64, f64, f64) {
    if x.is_nan() || x <= 0.0 || x >= 1.0 {
        return (x, 0.0, 0.0);
    }
    let (a, b) = (log_a.exp(), log_b.exp());
    let log_u = a * x.ln(); // u = xᵃ
    let log_rest = (-log_u.exp_m1()).ln(); // log (1 − u)
    let by_a = b * ((b - 1.0) * log_rest).exp() * log_u.exp() * log_u;
    let by_b = -b * (b * log_rest).exp() * log_rest;
    (-(b * log_rest).exp_m1(), finite(by_a), finite(by_b))
}

/// Where u or 1 − u is rounded to nothing, so is the slope.
fn finite(slope: f64) -> f64 {
    if slope.is_finite() { slope } else { 0.0 }
}

/// The negative log likelihood at theta of 3 d + 2 numbers, and its gradient. O(n³ + n² d).
pub fn likelihood(problem: &Problem, theta: &[f64], gradient: &mut [f64], threads: usize) -> Result<f64> {
    let d = problem.kinds.len();
    let (kernel, shapes) = theta.split_at(d + 2);
    let bent = Bent::new(problem.x, problem.kinds, shapes);
    let points = Points::new(&bent.x, problem.kinds)?;
    let family: Family = problem.family;
    let mut likelihood = Likelihood::new(&points, problem.y, problem.noise, family, threads)?;
    let (by_kernel, by_shapes) = gradient.split_at_mut(d + 2);
    let value = likelihood.evaluate(kernel, by_kernel);
    by_shapes.fill(0.0);
    if value.is_finite() {
        for (i, slope) in likelihood.slopes_by_points(kernel).into_iter().enumerate() {
            by_shapes[i % d] += slope * bent.by_a[i];
            by_shapes[d + i % d] += slope * bent.by_b[i];
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warp_by_hand() {
        let (value, ..) = warp(0.25, 0.5_f64.ln(), 2.0_f64.ln());
        assert!((value - 0.75).abs() < 1e-15); // 1 − (1 − ½)²
        assert!((warp(0.3, 0.0, 0.0).0 - 0.3).abs() < 1e-15);
        for x in [0.0, 1.0, -3.0, 7.0] {
            assert_eq!(warp(x, 1.0, -1.0), (x, 0.0, 0.0));
        }
        assert!(warp(f64::NAN, 1.0, 1.0).0.is_nan());
    }

    #[test]
    fn slopes_are_those_of_central_differences() {
        for x in [1e-9, 0.1, 0.5, 0.9, 1.0 - 1e-9] {
            for (a, b) in [(0.0, 0.0), (1.5, -1.0), (-2.0, 2.0)] {
                let (_, by_a, by_b) = warp(x, a, b);
                let difference = |f: &dyn Fn(f64) -> f64| (f(1e-6) - f(-1e-6)) / 2e-6;
                assert!((difference(&|h| warp(x, a + h, b).0) - by_a).abs() < 1e-8);
                assert!((difference(&|h| warp(x, a, b + h).0) - by_b).abs() < 1e-8);
            }
        }
    }

    #[test]
    fn extreme_shapes_have_finite_slopes() {
        for x in [f64::MIN_POSITIVE, 0.5, 1.0 - f64::EPSILON] {
            for (a, b) in [(300.0, 300.0), (-300.0, 300.0), (300.0, -300.0), (-300.0, -300.0)] {
                let (value, by_a, by_b) = warp(x, a, b);
                assert!((0.0..=1.0).contains(&value) && by_a.is_finite() && by_b.is_finite(), "{x} {a} {b}");
            }
        }
    }
}

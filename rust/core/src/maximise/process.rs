//! A factorised Gaussian process, asked about many points at once.
//!
//! | symbol  | meaning                                                        | shape          |
//! |---------|----------------------------------------------------------------|----------------|
//! | q       | queries, C (8 or 16) of them side by side                      | (d, C)         |
//! | k       | covariances of the queries with the observed points            | (n, C)         |
//! | v, w    | L⁻¹ k and L⁻ᵀ v                                                | (n, C)         |
//!
//! mean = k′ α, variance = s² − v′ v, and with dk/dq: dmean = dk′ α, dvariance = −2 dk′ w. A query never meets another:
//! what comes out for a point does not depend on its neighbours.

use super::{
    process_lanes::{Queries, TOGETHER},
    surrogate::{Prediction, Surrogate},
};
use crate::{
    error::{Error, Result},
    gp::Family,
    lanes::dispatch,
    linalg::Strips,
};

/// Observations, hyperparameters and what was factorised of them.
#[derive(Debug, Clone, Copy)]
pub struct Factorised<'a> {
    /// (n, d), row-major; NaN: inactive
    pub x: &'a [f64],
    /// (d + 2,): log length-scales, log signal variance, log noise variance
    pub theta: &'a [f64],
    /// (d,): 0 numeric, 1 categorical
    pub kinds: &'a [u8],
    /// (n, n), row-major: L, of which only the lower triangle is read
    pub factor: &'a [f64],
    /// (n,): (L L′)⁻¹ y
    pub alpha: &'a [f64],
}

/// A process prepared for queries.
pub struct Process<'a> {
    pub(super) n: usize,
    pub(super) family: Family,
    pub(super) kinds: &'a [u8],
    /// (rows of the strips, d): numeric coordinates, each in its place; 0 for categories and after the last point
    pub(super) points: Vec<f64>,
    /// For each categorical coordinate the categories, (n,)
    pub(super) categories: Vec<(usize, Vec<f64>)>,
    /// (d, n): whether they are NaN
    pub(super) missing: Vec<Vec<bool>>,
    /// (d,): 1 / length-scale
    pub(super) inverse: Vec<f64>,
    pub(super) signal: f64,
    pub(super) strips: Strips,
    pub(super) alpha: &'a [f64],
}

/// Observations from which on a thread brings more than the half tenth of a millisecond that it costs.
const WORTH_A_THREAD: usize = 100;

impl<'a> Process<'a> {
    /// # Errors
    /// [`Error::Length`] when the arrays do not fit together.
    pub fn new(data: Factorised<'a>, family: Family) -> Result<Self> {
        let (n, d) = (data.alpha.len(), data.kinds.len());
        let lengths =
            [("x", n * d, data.x.len()), ("theta", d + 2, data.theta.len()), ("factor", n * n, data.factor.len())];
        for (argument, expected, got) in lengths {
            if expected != got {
                return Err(Error::Length { argument, expected, got });
            }
        }
        let inverse: Vec<f64> = data.theta[..d].iter().map(|log| (-log).exp()).collect();
        let column = |j: usize| data.x.iter().skip(j).step_by(d);
        let missing = (0..d).map(|j| column(j).map(|x| x.is_nan()).collect()).collect();
        let categorical = (0..d).filter(|&j| data.kinds[j] == 1);
        let categories = categorical.map(|j| (j, column(j).map(|&x| category(x)).collect())).collect();
        let strips = Strips::new(data.factor, n);
        let (signal, kinds, alpha) = (data.theta[d].exp(), data.kinds, data.alpha);
        let points = Vec::with_capacity(strips.size() * d);
        let mut process = Self { n, family, kinds, points, categories, missing, inverse, signal, strips, alpha };
        for (at, &x) in data.x.iter().enumerate() {
            let placed = process.place(at % d, x);
            process.points.push(placed);
        }
        process.points.resize(process.strips.size() * d, 0.0);
        Ok(process)
    }

    /// Where the distances of numeric coordinate j are measured from, in units of its length-scale; 0 for a category.
    ///
    /// The place of NaN among numbers is beside the middle of the interval, √¾ away from it, as in [`crate::gp`].
    #[inline]
    pub(super) fn place(&self, j: usize, x: f64) -> f64 {
        match (self.kinds[j], x.is_nan()) {
            (0, false) => x * self.inverse[j],
            (0, true) => 0.5 * self.inverse[j],
            _ => 0.0,
        }
    }
}

/// NaN is a category of its own.
#[inline]
pub(super) fn category(x: f64) -> f64 {
    if x.is_nan() { -1.0 } else { x }
}

impl Surrogate for Process<'_> {
    fn dimension(&self) -> usize {
        self.kinds.len()
    }

    fn is_costly(&self) -> bool {
        self.n >= WORTH_A_THREAD
    }

    fn predict(&self, points: &[f64], gradient: bool, prediction: &mut Prediction) {
        let d = self.dimension();
        let m = points.len() / d.max(1);
        prediction.resize(m, d);
        for first in (0..m).step_by(TOGETHER) {
            let points = &points[first * d..m.min(first + TOGETHER) * d];
            dispatch(Queries { process: self, points, gradient, first, prediction });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::uniform;

    const D: usize = 4;
    const KINDS: [u8; D] = [0, 0, 1, 0];
    const THETA: [f64; D + 2] = [-1.0, -0.5, 0.3, 0.2, 0.4, -6.0];

    /// Points with three categories, one coordinate that is missing now and then and one without gaps.
    fn points(n: usize, seed: u64) -> Vec<f64> {
        let trials: Vec<u64> = (0..n as u64).collect();
        let mut points = uniform(seed, &trials, &[0, 1, 2, 3], 0).unwrap();
        for point in points.chunks_exact_mut(D) {
            point[2] = ((point[2] * 3.0).floor() + 0.5) / 3.0;
            if point[1] < 0.2 {
                point[3] = f64::NAN;
            }
            if point[0] < 0.3 {
                point[2] = f64::NAN;
            }
        }
        points
    }

    /// k by its definition.
    fn covariance(a: &[f64], b: &[f64], family: Family) -> f64 {
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
        let r = square.sqrt();
        THETA[D].exp()
            * match family {
                Family::Matern52 => (1.0 + 5_f64.sqrt() * r + 5.0 * square / 3.0) * (-(5_f64.sqrt()) * r).exp(),
                Family::Matern32 => (1.0 + 3_f64.sqrt() * r) * (-(3_f64.sqrt()) * r).exp(),
                Family::Rbf => (-0.5 * square).exp(),
            }
    }

    /// The lower factor of the covariance with noise, by the textbook.
    fn factor(x: &[f64], family: Family) -> Vec<f64> {
        let n = x.len() / D;
        let mut l = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let mut sum = covariance(&x[i * D..][..D], &x[j * D..][..D], family);
                sum += if i == j { THETA[D + 1].exp() } else { 0.0 };
                sum -= (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum::<f64>();
                l[i * n + j] = if i == j { sum.sqrt() } else { sum / l[j * n + j] };
            }
        }
        l
    }

    /// Mean and variance by the textbook.
    fn expected(x: &[f64], l: &[f64], alpha: &[f64], q: &[f64], family: Family) -> (f64, f64) {
        let n = alpha.len();
        let k: Vec<f64> = x.chunks_exact(D).map(|x| covariance(x, q, family)).collect();
        let mut v = k.clone();
        for i in 0..n {
            v[i] = (v[i] - (0..i).map(|j| l[i * n + j] * v[j]).sum::<f64>()) / l[i * n + i];
        }
        let mean = k.iter().zip(alpha).map(|(k, alpha)| k * alpha).sum();
        (mean, THETA[D].exp() - v.iter().map(|v| v * v).sum::<f64>())
    }

    fn with_process(n: usize, family: Family, check: impl Fn(&Process, &[f64], &[f64], &[f64])) {
        let x = points(n, 1);
        let (l, alpha): (_, Vec<f64>) = (factor(&x, family), (0..n).map(|i| (i as f64).sin()).collect());
        let data = Factorised { x: &x, theta: &THETA, kinds: &KINDS, factor: &l, alpha: &alpha };
        check(&Process::new(data, family).unwrap(), &x, &l, &alpha);
    }

    #[test]
    fn mean_and_variance_are_the_textbooks() {
        for family in [Family::Matern52, Family::Matern32, Family::Rbf] {
            for n in [0, 1, 3, 4, 7, 40] {
                with_process(n, family, |process, x, l, alpha| {
                    let queries = points(37, 2);
                    let mut prediction = Prediction::default();
                    process.predict(&queries, false, &mut prediction);
                    for (i, q) in queries.chunks_exact(D).enumerate() {
                        let (mean, variance) = expected(x, l, alpha, q, family);
                        assert!((prediction.mean[i] - mean).abs() < 1e-11 * (1.0 + n as f64), "{family:?}, n = {n}");
                        assert!((prediction.variance[i] - variance).abs() < 1e-11, "{family:?}, n = {n}");
                    }
                });
            }
        }
    }

    #[test]
    fn gradients_are_those_of_central_differences() {
        for family in [Family::Matern52, Family::Matern32, Family::Rbf] {
            with_process(13, family, |process, _, _, _| {
                let queries = points(9, 3);
                let (mut here, mut there) = (Prediction::default(), Prediction::default());
                process.predict(&queries, true, &mut here);
                for (i, q) in queries.chunks_exact(D).enumerate() {
                    for j in 0..D {
                        let step = if KINDS[j] == 0 { 1e-6 } else { 0.0 };
                        let mut pair = [q, q].concat();
                        pair[j] += step;
                        pair[D + j] -= step;
                        process.predict(&pair, false, &mut there);
                        let slope = |v: &[f64]| if step > 0.0 && !q[j].is_nan() { (v[0] - v[1]) / 2e-6 } else { 0.0 };
                        assert!((slope(&there.mean) - here.d_mean[i * D + j]).abs() < 1e-7);
                        assert!((slope(&there.variance) - here.d_variance[i * D + j]).abs() < 1e-7);
                    }
                }
            });
        }
    }

    #[test]
    fn a_prediction_does_not_depend_on_its_neighbours() {
        with_process(21, Family::Matern52, |process, _, _, _| {
            let queries = points(77, 4);
            let (mut all, mut one) = (Prediction::default(), Prediction::default());
            process.predict(&queries, true, &mut all);
            for (i, q) in queries.chunks_exact(D).enumerate() {
                process.predict(q, true, &mut one);
                assert_eq!((one.mean[0], one.variance[0]), (all.mean[i], all.variance[i]));
                assert_eq!(one.d_mean[..D], all.d_mean[i * D..(i + 1) * D]);
                assert_eq!(one.d_variance[..D], all.d_variance[i * D..(i + 1) * D]);
                process.predict(q, false, &mut one);
                assert_eq!((one.mean[0], one.variance[0]), (all.mean[i], all.variance[i]));
            }
        });
    }

    #[test]
    fn lengths_must_fit() {
        let data = Factorised { x: &[0.5], theta: &[0.0; 3], kinds: &[0], factor: &[1.0], alpha: &[1.0] };
        assert!(Process::new(data, Family::Rbf).is_ok());
        assert!(Process::new(Factorised { x: &[], ..data }, Family::Rbf).is_err());
        assert!(Process::new(Factorised { theta: &[0.0], ..data }, Family::Rbf).is_err());
        assert!(Process::new(Factorised { factor: &[1.0; 2], ..data }, Family::Rbf).is_err());
    }
}

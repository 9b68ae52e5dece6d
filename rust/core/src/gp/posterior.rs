//! The function given the observations.

use super::points::{Points, scales};
use super::{Family, length};
use crate::error::Result;
use crate::lanes::{Kernel, dispatch, multiply_add};
use crate::linalg::{self, EPSILON, Panel};

const LANES: usize = 16;
/// Queries whose solves are done together.
const TOGETHER: usize = 64;

/// Mean, variance and their derivatives of the noise-free function, at one query or at many.
#[derive(Debug, Clone)]
pub struct Posterior<'a> {
    points: Points,
    weights: Vec<f64>,
    signal: f64,
    family: Family,
    factor: &'a [f64],
    alpha: &'a [f64],
}

/// The memory of evaluations at single queries; one for each thread.
#[derive(Debug, Clone)]
pub struct Scratch {
    k: Vec<f64>,
    decay: Vec<f64>,
    solution: Vec<f64>,
}

impl Scratch {
    #[must_use]
    pub fn new(posterior: &Posterior) -> Self {
        let vector = || vec![0.0; posterior.points.padded()];
        Self { k: vector(), decay: vector(), solution: vector() }
    }
}

impl<'a> Posterior<'a> {
    /// From what [`super::factorise`] gave for the same x, theta and kinds.
    ///
    /// # Errors
    /// [`crate::Error::Length`] when shapes do not fit.
    pub fn new(
        x: &[f64],
        theta: &[f64],
        kinds: &[u8],
        family: Family,
        factor: &'a [f64],
        alpha: &'a [f64],
    ) -> Result<Self> {
        let points = Points::new(x, kinds)?;
        let (weights, signal, _) = scales(theta, points.d())?;
        length("factor", factor.len(), points.n() * points.n())?;
        length("alpha", alpha.len(), points.n())?;
        Ok(Self { points, weights, signal, family, factor, alpha })
    }

    #[must_use]
    pub fn dimension(&self) -> usize {
        self.points.d()
    }

    #[must_use]
    pub fn observations(&self) -> usize {
        self.points.n()
    }

    /// The variance far from all observations.
    #[must_use]
    pub fn signal(&self) -> f64 {
        self.signal
    }

    /// Mean and variance at `q`, d numbers. O(n² / 2 + n d).
    pub fn value(&self, q: &[f64], scratch: &mut Scratch) -> (f64, f64) {
        dispatch(Covariances { posterior: self, q, k: &mut scratch.k, decay: None });
        let n = self.points.n();
        let mean = dispatch(Dot(&scratch.k[..n], self.alpha));
        scratch.solution.copy_from_slice(&scratch.k);
        linalg::substitute_lower(self.factor, &mut scratch.solution[..n]);
        let explained = dispatch(Dot(&scratch.solution[..n], &scratch.solution[..n]));
        (mean, self.variance(explained))
    }

    /// The same, and the derivatives by q; zero for categorical coordinates and for those that are NaN. O(n² + n d).
    pub fn value_and_gradient(
        &self,
        q: &[f64],
        dmean: &mut [f64],
        dvariance: &mut [f64],
        scratch: &mut Scratch,
    ) -> (f64, f64) {
        let n = self.points.n();
        dispatch(Covariances { posterior: self, q, k: &mut scratch.k, decay: Some(&mut scratch.decay) });
        let mean = dispatch(Dot(&scratch.k[..n], self.alpha));
        scratch.solution.copy_from_slice(&scratch.k);
        let solution = &mut scratch.solution;
        linalg::substitute_lower(self.factor, &mut solution[..n]);
        let explained = dispatch(Dot(&solution[..n], &solution[..n]));
        linalg::substitute_upper(self.factor, &mut solution[..n]);
        let decay = &scratch.decay;
        dispatch(Slopes { posterior: self, q, decay, solution, by_alpha: dmean, by_solution: dvariance });
        (mean, self.variance(explained))
    }

    /// Means and variances at the rows of `q`. O(m n²), in blocks of queries.
    ///
    /// # Errors
    /// [`crate::Error::TooLarge`] when there is no memory for a block.
    pub fn values(&self, q: &[f64], mean: &mut [f64], variance: &mut [f64]) -> Result<()> {
        let (n, d) = (self.points.n(), self.points.d());
        let mut k = vec![0.0; self.points.padded()];
        for block in 0..mean.len().div_ceil(TOGETHER) {
            let first = block * TOGETHER;
            let count = TOGETHER.min(mean.len() - first);
            let mut panel = Panel::new(n, count)?;
            for c in 0..count {
                let q = &q[(first + c) * d..][..d];
                dispatch(Covariances { posterior: self, q, k: &mut k, decay: None });
                mean[first + c] = dispatch(Dot(&k[..n], self.alpha));
                (0..n).for_each(|i| panel.row_mut(i)[c] = k[i]);
            }
            panel.solve_lower(self.factor);
            let explained = &mut variance[first..first + count];
            explained.fill(0.0);
            for i in 0..n {
                explained.iter_mut().zip(panel.row(i)).for_each(|(sum, x)| *sum += x * x);
            }
            for value in explained {
                *value = self.variance(*value);
            }
        }
        Ok(())
    }

    fn variance(&self, explained: f64) -> f64 {
        (self.signal - explained).max(EPSILON * self.signal)
    }
}

struct Covariances<'a> {
    posterior: &'a Posterior<'a>,
    q: &'a [f64],
    k: &'a mut [f64],
    decay: Option<&'a mut [f64]>,
}

impl Kernel for Covariances<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { posterior, q, k, decay } = self;
        posterior.points.squares::<FUSED>(q, &posterior.weights, 0, k);
        match decay {
            Some(decay) => posterior.family.apply::<FUSED>(posterior.signal, k, decay),
            None => posterior.family.apply_value::<FUSED>(posterior.signal, k),
        }
    }
}

struct Dot<'a>(&'a [f64], &'a [f64]);

impl Kernel for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) -> f64 {
        linalg::dot::<FUSED>(self.0, self.1)
    }
}

/// dk/dqⱼ = -decay (qⱼ - xⱼ) / lⱼ², times alpha for the mean and times -2 Ky⁻¹ k for the variance.
struct Slopes<'a> {
    posterior: &'a Posterior<'a>,
    q: &'a [f64],
    decay: &'a [f64],
    solution: &'a [f64],
    by_alpha: &'a mut [f64],
    by_solution: &'a mut [f64],
}

impl Kernel for Slopes<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { posterior: Posterior { points, weights, alpha, .. }, q, decay, solution, .. } = self;
        for j in 0..points.d() {
            (self.by_alpha[j], self.by_solution[j]) = (0.0, 0.0);
            if points.is_categorical(j) || q[j].is_nan() {
                continue;
            }
            let (mut means, mut variances) = ([0.0; LANES], [0.0; LANES]);
            let column = points.column(j);
            let n = points.n();
            for start in (0..n).step_by(LANES) {
                for lane in 0..LANES.min(n - start) {
                    let i = start + lane;
                    let x = if column[i].is_nan() { 0.5 } else { column[i] }; // where NaN has its place
                    let slope = decay[i] * (q[j] - x);
                    means[lane] = multiply_add::<FUSED>(slope, alpha[i], means[lane]);
                    variances[lane] = multiply_add::<FUSED>(slope, solution[i], variances[lane]);
                }
            }
            self.by_alpha[j] = -weights[j] * linalg::total(means);
            self.by_solution[j] = 2.0 * weights[j] * linalg::total(variances);
        }
    }
}

/// Mean and variance at the rows of `q`, and with `gradient` their derivatives, m × d each (else empty).
///
/// # Errors
/// [`crate::Error::Length`] when `q` does not fit; [`crate::Error::TooLarge`].
pub fn predict(posterior: &Posterior, q: &[f64], gradient: bool, threads: usize) -> Result<[Vec<f64>; 4]> {
    let d = posterior.dimension();
    let m = q.len().checked_div(d).unwrap_or(0);
    length("q", q.len(), m * d)?;
    let slopes = if gradient { m * d } else { 0 };
    let [mut mean, mut variance] = [vec![0.0; m], vec![0.0; m]];
    let [mut dmean, mut dvariance] = [vec![0.0; slopes], vec![0.0; slopes]];
    let n = posterior.observations();
    let threads = if m < 2 * TOGETHER || n < 100 { 1 } else { threads.max(1) };
    let share = m.div_ceil(threads).next_multiple_of(TOGETHER).max(1); // whole blocks: the same ones for any number
    let wide = share * d.max(1);
    let mut outputs = mean.chunks_mut(share).zip(variance.chunks_mut(share)).zip(q.chunks(wide));
    if gradient {
        let mut slopes = dmean.chunks_mut(wide).zip(dvariance.chunks_mut(wide));
        std::thread::scope(|scope| {
            for (((mean, variance), q), (dmean, dvariance)) in outputs.zip(&mut slopes) {
                let mut work = move || gradients(posterior, q, [mean, variance, dmean, dvariance]);
                if threads == 1 { work() } else { drop(scope.spawn(work)) }
            }
        });
    } else if threads == 1 {
        outputs.try_for_each(|((mean, variance), q)| posterior.values(q, mean, variance))?;
    } else {
        std::thread::scope(|scope| {
            let workers: Vec<_> =
                outputs.map(|((mean, variance), q)| scope.spawn(move || posterior.values(q, mean, variance))).collect();
            workers.into_iter().try_for_each(|worker| match worker.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })?;
    }
    Ok([mean, variance, dmean, dvariance])
}

fn gradients(posterior: &Posterior, q: &[f64], outputs: [&mut [f64]; 4]) {
    let d = posterior.dimension();
    let [mean, variance, dmean, dvariance] = outputs;
    let mut scratch = Scratch::new(posterior);
    for i in 0..mean.len() {
        let span = i * d..(i + 1) * d;
        let (dmean, dvariance) = (&mut dmean[span.clone()], &mut dvariance[span.clone()]);
        (mean[i], variance[i]) = posterior.value_and_gradient(&q[span], dmean, dvariance, &mut scratch);
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{D, FAMILIES, KINDS, THETA, covariance, outputs, points};
    use super::super::{factorise, sample};
    use super::*;

    fn with_posterior(n: usize, family: Family, check: impl Fn(&Posterior, &[f64], &[f64])) {
        let x = points(n, 6);
        let y = outputs(&x);
        let (factor, alpha, _) = factorise(&x, &y, &THETA, &KINDS, None, family, 1).unwrap();
        check(&Posterior::new(&x, &THETA, &KINDS, family, &factor, &alpha).unwrap(), &x, &y);
    }

    /// At an observed point the mean is y - noise alpha, for (K + noise I) alpha = y.
    #[test]
    fn at_the_observed_points_the_mean_is_what_was_seen_less_its_noise() {
        for family in FAMILIES {
            with_posterior(25, family, |posterior, x, y| {
                let [mean, variance, ..] = predict(posterior, x, false, 1).unwrap();
                for i in 0..y.len() {
                    assert!((mean[i] - (y[i] - THETA[D + 1].exp() * posterior.alpha[i])).abs() < 1e-11);
                    assert!(variance[i] < THETA[D + 1].exp(), "noise alone is left of the variance");
                }
            });
        }
    }

    #[test]
    fn without_observations_there_is_the_prior() {
        with_posterior(0, Family::Matern52, |posterior, _, _| {
            let [mean, variance, ..] = predict(posterior, &points(3, 7), false, 1).unwrap();
            assert_eq!((mean, variance), (vec![0.0; 3], vec![THETA[D].exp(); 3]));
        });
    }

    #[test]
    fn one_query_many_queries_and_threads_agree() {
        with_posterior(120, Family::Matern52, |posterior, _, _| {
            let q = points(150, 8);
            let [mean, variance, ..] = predict(posterior, &q, false, 1).unwrap();
            assert_eq!(predict(posterior, &q, false, 3).unwrap()[..2], [mean.clone(), variance.clone()]);
            let mut scratch = Scratch::new(posterior);
            for (i, q) in q.chunks_exact(D).enumerate() {
                let (one, other) = posterior.value(q, &mut scratch);
                assert!((one - mean[i]).abs() < 1e-12 && (other - variance[i]).abs() < 1e-12);
            }
        });
    }

    #[test]
    fn gradients_are_those_of_central_differences() {
        with_posterior(21, Family::Matern32, |posterior, _, _| {
            let q = points(7, 9);
            let [_, _, dmean, dvariance] = predict(posterior, &q, true, 1).unwrap();
            let mut scratch = Scratch::new(posterior);
            for (at, value) in q.iter().enumerate() {
                let (i, j) = (at / D, at % D);
                let moves = KINDS[j] == 0 && !value.is_nan();
                let mut near = |step: f64| {
                    let mut point = q[i * D..][..D].to_vec();
                    point[j] += step;
                    posterior.value(&point, &mut scratch)
                };
                let (up, down) = if moves { (near(1e-6), near(-1e-6)) } else { ((0.0, 0.0), (0.0, 0.0)) };
                assert!(((up.0 - down.0) / 2e-6 - dmean[at]).abs() < 1e-7);
                assert!(((up.1 - down.1) / 2e-6 - dvariance[at]).abs() < 1e-7);
            }
        });
    }

    #[test]
    fn a_function_without_chance_is_the_mean_and_its_deviation_that_of_the_posterior() {
        with_posterior(12, Family::Rbf, |posterior, x, _| {
            let q = points(1, 10);
            let model = [x, &THETA[..], posterior.factor, posterior.alpha];
            let functions = sample(model, &KINDS, &q, &[0.0, 1.0], Family::Rbf, 1).unwrap();
            let [mean, variance, ..] = predict(posterior, &q, false, 1).unwrap();
            assert!((functions[0] - mean[0]).abs() < 1e-12);
            assert!((functions[1] - mean[0] - variance[0].sqrt()).abs() < 1e-6);
            assert!((covariance(&q, &q, Family::Rbf) - posterior.signal()).abs() < 1e-15);
        });
    }

    #[test]
    fn lengths_must_fit() {
        assert!(Posterior::new(&[0.5; 4], &THETA, &KINDS, Family::Rbf, &[1.0; 2], &[1.0]).is_err());
        assert!(Posterior::new(&[0.5; 4], &THETA, &KINDS, Family::Rbf, &[1.0], &[1.0; 2]).is_err());
        with_posterior(3, Family::Rbf, |posterior, _, _| assert!(predict(posterior, &[0.5; 3], false, 1).is_err()));
    }
}

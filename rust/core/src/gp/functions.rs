//! Several functions f(q) = Σᵢ αᵢ k(q, xᵢ) over the same points: posterior means that differ in their outputs alone.

use super::points::{Points, scales};
use super::{Family, length};
use crate::error::Result;
use crate::lanes::{Kernel, dispatch, multiply_add};
use crate::linalg;

const LANES: usize = 16;

/// s functions.
pub struct Functions<'a> {
    points: Points,
    weights: Vec<f64>,
    signal: f64,
    family: Family,
    alphas: &'a [f64],
}

/// The memory of evaluations at single queries; one for each thread.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    k: Vec<f64>,
    decay: Vec<f64>,
    alpha: Vec<f64>,
}

impl<'a> Functions<'a> {
    /// From the `alphas`, s × n.
    ///
    /// # Errors
    /// [`crate::Error::Length`] when shapes do not fit.
    pub fn new(x: &[f64], theta: &[f64], kinds: &[u8], family: Family, alphas: &'a [f64]) -> Result<Self> {
        let points = Points::new(x, kinds)?;
        let (weights, signal, _) = scales(theta, points.d())?;
        let s = alphas.len().checked_div(points.n()).unwrap_or(0);
        length("alpha", alphas.len(), s * points.n())?;
        Ok(Self { points, weights, signal, family, alphas })
    }

    /// s
    #[must_use]
    pub fn count(&self) -> usize {
        self.alphas.len().checked_div(self.points.n()).unwrap_or(0)
    }

    /// Writes the values of the functions at `q`, s of them. O(n d + s n).
    pub fn values(&self, q: &[f64], terms: &mut Terms, values: &mut [f64]) {
        terms.k.resize(self.points.padded(), 0.0);
        terms.decay.resize(self.points.padded(), 0.0);
        dispatch(Sums { functions: self, q, terms, values });
    }

    /// Adds to `gradient` the derivative by q of Σ `coefficients` · functions, where [`Self::values`] was last asked.
    ///
    /// Nothing is added for categorical coordinates and for those that are NaN. O(s n + n d).
    pub fn add_slope(&self, q: &[f64], terms: &mut Terms, coefficients: &[f64], gradient: &mut [f64]) {
        let n = self.points.n();
        terms.alpha.clear();
        terms.alpha.resize(n, 0.0);
        for (coefficient, alphas) in coefficients.iter().zip(self.alphas.chunks_exact(n.max(1))) {
            terms.alpha.iter_mut().zip(alphas).for_each(|(sum, alpha)| *sum += coefficient * alpha);
        }
        dispatch(Slope { functions: self, q, terms, gradient });
    }
}

struct Sums<'a> {
    functions: &'a Functions<'a>,
    q: &'a [f64],
    terms: &'a mut Terms,
    values: &'a mut [f64],
}

impl Kernel for Sums<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { functions: Functions { points, weights, signal, family, alphas }, q, terms, values } = self;
        let Terms { k, decay, .. } = terms;
        points.squares::<FUSED>(q, weights, 0, k);
        family.apply::<FUSED>(*signal, k, decay);
        let n = points.n();
        for (value, alpha) in values.iter_mut().zip(alphas.chunks_exact(n.max(1))) {
            *value = linalg::dot::<FUSED>(&k[..n], alpha);
        }
    }
}

/// dk/dqⱼ = −decay (qⱼ − xⱼ) / lⱼ².
struct Slope<'a> {
    functions: &'a Functions<'a>,
    q: &'a [f64],
    terms: &'a mut Terms,
    gradient: &'a mut [f64],
}

impl Kernel for Slope<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { functions: Functions { points, weights, .. }, q, terms: Terms { decay, alpha, .. }, gradient } =
            self;
        for (decay, alpha) in decay.iter_mut().zip(alpha.iter()) {
            *decay *= alpha;
        }
        let n = points.n();
        for (j, (&q, slope)) in q.iter().zip(gradient).enumerate() {
            if points.is_categorical(j) || q.is_nan() {
                continue;
            }
            let mut sums = [0.0; LANES];
            let column = points.column(j);
            for start in (0..n).step_by(LANES) {
                for lane in 0..LANES.min(n - start) {
                    let x = column[start + lane];
                    let x = if x.is_nan() { 0.5 } else { x }; // where NaN has its place
                    sums[lane] = multiply_add::<FUSED>(decay[start + lane], q - x, sums[lane]);
                }
            }
            *slope -= weights[j] * linalg::total(sums);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gp::{Posterior, Scratch};

    const X: [f64; 9] = [0.1, 0.9, 0.25, 0.5, f64::NAN, 0.75, 0.8, 0.2, 0.25];
    const THETA: [f64; 5] = [-1.0, -0.5, 0.2, 0.3, -4.0];
    const KINDS: [u8; 3] = [0, 0, 1];
    const ALPHAS: [f64; 6] = [1.0, -2.0, 0.5, 0.3, 0.1, -0.7];

    /// Each function is the mean of a posterior with its weights; so are their slopes.
    #[test]
    fn functions_are_posterior_means() {
        let functions = Functions::new(&X, &THETA, &KINDS, Family::Matern52, &ALPHAS).unwrap();
        let identity = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        let mut terms = Terms::default();
        for q in [[0.3, 0.4, 0.25], [f64::NAN, 0.1, 0.75], [0.0, f64::NAN, f64::NAN]] {
            let mut values = [0.0; 2];
            functions.values(&q, &mut terms, &mut values);
            let mut gradient = [1.0; 3];
            functions.add_slope(&q, &mut terms, &[2.0, -3.0], &mut gradient);
            let mut expected = [1.0; 3];
            for ((value, alpha), coefficient) in values.iter().zip(ALPHAS.chunks_exact(3)).zip([2.0, -3.0]) {
                let posterior = Posterior::new(&X, &THETA, &KINDS, Family::Matern52, &identity, alpha).unwrap();
                let (mut dmean, mut dvariance) = ([0.0; 3], [0.0; 3]);
                let mut scratch = Scratch::new(&posterior);
                let (mean, _) = posterior.value_and_gradient(&q, &mut dmean, &mut dvariance, &mut scratch);
                assert!((value - mean).abs() < 1e-14);
                expected.iter_mut().zip(dmean).for_each(|(sum, slope)| *sum += coefficient * slope);
            }
            assert!(gradient.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-13), "{gradient:?} {expected:?}");
        }
    }

    #[test]
    fn lengths_must_fit() {
        assert!(Functions::new(&X, &THETA, &KINDS, Family::Rbf, &ALPHAS[..4]).is_err());
        assert!(Functions::new(&X[..8], &THETA, &KINDS, Family::Rbf, &ALPHAS).is_err());
        assert!(Functions::new(&X, &THETA[..4], &KINDS, Family::Rbf, &ALPHAS).is_err());
    }
}

//! The likelihood of the outputs and its gradient.

use super::Family;
use super::covariance::{add_noise, fill};
use super::points::{Points, WHOLE};
use crate::error::Result;
use crate::lanes::{Kernel, dispatch};
use crate::linalg::{self, Square};

/// Rows whose part of the gradient is summed together; a fixed number, so that the sum does not depend on the threads.
const ROWS: usize = 64;
const WORTH_A_THREAD: usize = 300;

/// Everything an evaluation needs, allocated once: three matrices.
#[derive(Debug)]
pub struct Likelihood<'a> {
    points: &'a Points,
    y: &'a [f64],
    noise: Option<&'a [f64]>,
    family: Family,
    threads: usize,
    kernel: Square,
    decay: Square,
    root: Square,
    alpha: Vec<f64>,
    weights: Vec<f64>,
}

impl<'a> Likelihood<'a> {
    pub fn new(
        points: &'a Points,
        y: &'a [f64],
        noise: Option<&'a [f64]>,
        family: Family,
        threads: usize,
    ) -> Result<Self> {
        let n = points.n();
        let (kernel, decay, root) = (Square::new(n)?, Square::new(n)?, Square::new(n)?);
        let weights = vec![0.0; points.d()];
        Ok(Self { points, y, noise, family, threads, kernel, decay, root, alpha: vec![0.0; n], weights })
    }

    /// -log p(y | theta), and its gradient; infinite, and zero, where Ky is not numerically positive definite.
    ///
    /// With W = alpha alpha' - Ky⁻¹ the derivative by theta is -1/2 tr(W dKy/dtheta) (equation 5.9), for a length-scale
    /// a sum over pairs of points. tr(W Ky) = alpha' y - n spares the one for the signal.
    pub fn evaluate(&mut self, theta: &[f64], gradient: &mut [f64]) -> f64 {
        let (n, d) = (self.points.n(), self.points.d());
        let (signal, common) = (theta[d].exp(), theta[d + 1].exp());
        self.weights.iter_mut().zip(theta).for_each(|(weight, log)| *weight = (-2.0 * log).exp());
        gradient.fill(0.0);
        let decay = Some(&mut self.decay);
        fill(self.points, &self.weights, signal, self.family, &mut self.kernel, decay, self.threads);
        add_noise(&mut self.kernel, common, self.noise);
        if linalg::factorise(&mut self.kernel, self.threads).is_err() {
            return f64::INFINITY;
        }
        let half_log_determinant: f64 = (0..n).map(|i| self.kernel.row(i)[i].ln()).sum();
        linalg::invert(&self.kernel, &mut self.root, self.threads);
        let fit = dispatch(Solve { root: &self.root, y: self.y, alpha: &mut self.alpha });
        self.write_weights();
        let trace: f64 = (0..n).map(|i| self.kernel.row(i)[i]).sum();
        let noisy: f64 = (0..n).map(|i| self.kernel.row(i)[i] * self.noise.map_or(0.0, |noise| noise[i])).sum();
        self.length_scales(gradient);
        gradient[d] = -0.5 * (fit - n as f64 - common * trace - noisy);
        gradient[d + 1] = -0.5 * common * trace;
        0.5 * fit + half_log_determinant + 0.5 * n as f64 * (2.0 * std::f64::consts::PI).ln()
    }

    /// The derivatives of the value by the points, n × d, where [`Self::evaluate`] was last asked and was finite.
    ///
    /// By xᵢⱼ it is the sum over k of Wᵢₖ Dᵢₖ (xᵢⱼ − xₖⱼ) / lⱼ², D being −k′ / r; categories and NaN have none. O(n² d).
    pub fn slopes_by_points(&self, theta: &[f64]) -> Vec<f64> {
        let (n, d) = (self.points.n(), self.points.d());
        let mut slopes = vec![0.0; n * d];
        let mut product = vec![0.0; n];
        let placed = |x: f64| if x.is_nan() { 0.5 } else { x };
        for i in 0..n {
            let pairs = self.kernel.row(i)[i..n].iter().zip(&self.decay.row(i)[i..n]);
            product[i..].iter_mut().zip(pairs).for_each(|(p, (w, decay))| *p = w * decay);
            for j in (0..d).filter(|&j| !self.points.is_categorical(j)) {
                let (column, weight) = (&self.points.column(j)[..n], (-2.0 * theta[j]).exp());
                let here = placed(column[i]);
                let mut sum = 0.0;
                for k in i + 1..n {
                    let pull = product[k] * weight * (here - placed(column[k]));
                    sum += pull;
                    slopes[k * d + j] -= pull;
                }
                slopes[i * d + j] += sum;
            }
        }
        slopes
    }

    /// W over the factor, which is no longer needed.
    fn write_weights(&mut self) {
        let n = self.points.n();
        for i in 0..self.kernel.size() {
            let row = self.kernel.row_mut(i);
            row.fill(0.0);
            if i < n {
                row[i..n].iter_mut().zip(&self.alpha[i..]).for_each(|(w, b)| *w = self.alpha[i] * b);
            }
        }
        linalg::subtract_inverse(&self.root, &mut self.kernel, self.threads);
    }

    fn length_scales(&self, gradient: &mut [f64]) {
        let (n, d) = (self.points.n(), self.points.d());
        let mut partial = vec![0.0; n.div_ceil(ROWS) * d];
        let work = |(first, sums)| {
            let Self { points, kernel, decay, .. } = self;
            dispatch(Sweep { points, kernel, decay, first, sums });
        };
        let blocks = (0..n).step_by(ROWS).zip(partial.chunks_mut(d.max(1)));
        if self.threads < 2 || n < WORTH_A_THREAD {
            blocks.for_each(work);
        } else {
            let mut hands: Vec<Vec<_>> = (0..self.threads).map(|_| Vec::new()).collect();
            blocks.enumerate().for_each(|(index, block)| hands[index % self.threads].push(block));
            std::thread::scope(|scope| {
                for hand in hands {
                    scope.spawn(move || hand.into_iter().for_each(work));
                }
            });
        }
        for sums in partial.chunks(d.max(1)) {
            for j in 0..d {
                gradient[j] -= self.weights[j] * sums[j];
            }
        }
    }
}

/// alpha = L⁻ᵀ L⁻¹ y, by the inverse of the factor that is there anyway; returns y' alpha.
struct Solve<'a> {
    root: &'a Square,
    y: &'a [f64],
    alpha: &'a mut [f64],
}

impl Kernel for Solve<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) -> f64 {
        let Self { root, y, alpha } = self;
        alpha.fill(0.0);
        let mut square = 0.0;
        for i in 0..y.len() {
            let row = &root.row(i)[..=i];
            let z = linalg::dot::<FUSED>(row, &y[..=i]);
            linalg::axpy::<FUSED>(&mut alpha[..=i], z, row);
            square += z * z;
        }
        square
    }
}

/// sums[j] = sum over pairs a < b, a in the block, of W D δⱼ².
struct Sweep<'a> {
    points: &'a Points,
    kernel: &'a Square,
    decay: &'a Square,
    first: usize,
    sums: &'a mut [f64],
}

impl Kernel for Sweep<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { points, kernel, decay, first, sums } = self;
        let n = points.n();
        let mut product = vec![0.0; points.padded()];
        let mut point = vec![0.0; points.d()];
        for i in first..(first + ROWS).min(n) {
            let start = i / WHOLE * WHOLE;
            points.copy(i, &mut point);
            product[start..=i].fill(0.0);
            let pairs = kernel.row(i)[i..n].iter().zip(&decay.row(i)[i..n]);
            for (p, (w, d)) in product[i..n].iter_mut().zip(pairs) {
                *p = w * d;
            }
            for (j, sum) in sums.iter_mut().enumerate() {
                *sum += points.weighted::<FUSED>(j, point[j], start, &product[start..]);
            }
        }
    }
}

//! The loops of [`Process`], over eight or sixteen queries side by side.

#![allow(clippy::inline_always)] // what is not inlined into `run` is not compiled for this processor

use super::{
    process::{Process, category},
    surrogate::Prediction,
};
use crate::lanes::{Kernel, multiply_add};

/// Queries that go through the factor together, so that it is read from memory once for all.
pub const TOGETHER: usize = 64;
/// Observed points that are treated together: their sums have names, which keeps them in registers.
const ROWS: usize = 4;
/// Beyond this r² the covariance of every family is zero; the limit keeps 0 · ∞ out of the arithmetic.
const FARTHEST: f64 = 1e6;
/// What a NaN adds to δ² from a number, see [`Process::place`].
const BESIDE: f64 = 0.75;
const LINE: usize = 8; // numbers in a cache line

/// At most [`TOGETHER`] points; their predictions are written from position `first` on.
pub struct Queries<'a, 'b> {
    pub process: &'a Process<'a>,
    /// (count, d)
    pub points: &'a [f64],
    pub gradient: bool,
    pub first: usize,
    pub prediction: &'b mut Prediction,
}

impl Kernel for Queries<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        if self.points.len() <= LINE * self.process.kinds.len() {
            self.side_by_side::<FUSED, WIDE, LINE>();
        } else {
            self.side_by_side::<FUSED, WIDE, { 2 * LINE }>();
        }
    }
}

impl Queries<'_, '_> {
    #[inline(always)]
    fn side_by_side<const FUSED: bool, const WIDE: bool, const C: usize>(self) {
        let Self { process, points, gradient, first, prediction } = self;
        let (d, rows) = (process.kinds.len(), process.strips.size());
        let groups = points.len().div_ceil(C * d);
        let mut scratch = std::mem::take(&mut prediction.scratch);
        scratch.resize(groups * rows * C * if gradient { 2 } else { 1 } + LINE, 0.0);
        let aligned = scratch.as_ptr().align_offset(64).min(LINE);
        let (k, slopes) = scratch[aligned..].split_at_mut(groups * rows * C);
        let (mut means, mut queries) = ([[0.0; C]; TOGETHER / LINE], Vec::with_capacity(d));
        for (group, points) in points.chunks(C * d).enumerate() {
            let k = &mut k[group * rows * C..][..rows * C];
            gather(points, d, &mut queries);
            squares::<FUSED, C>(process, &queries, k.as_chunks_mut().0);
            if gradient {
                process.family.apply::<FUSED>(process.signal, k, &mut slopes[group * rows * C..][..rows * C]);
            } else {
                process.family.apply_value::<FUSED>(process.signal, k);
            }
            means[group] = weighted::<FUSED, C>(k.as_chunks().0, process.alpha);
        }
        for strip in 0..process.strips.count() {
            for k in k.chunks_exact_mut((rows * C).max(1)) {
                process.strips.forward::<FUSED, WIDE, C>(strip, k); // not a closure: it would not be inlined
            }
        }
        for (group, mean) in means.iter().enumerate().take(groups) {
            let explained = squared::<FUSED, C>(&k[group * rows * C..][..process.n * C]);
            for (lane, row) in (first + group * C..first + points.len() / d).take(C).enumerate() {
                prediction.mean[row] = mean[lane];
                // rounding may take it to nothing but not below ε s²
                prediction.variance[row] = (process.signal - explained[lane]).max(f64::EPSILON * process.signal);
            }
        }
        if gradient {
            for strip in (0..process.strips.count()).rev() {
                for k in k.chunks_exact_mut((rows * C).max(1)) {
                    process.strips.backward::<FUSED, WIDE, C>(strip, k);
                }
            }
            for (group, points) in points.chunks(C * d).enumerate() {
                let span = group * rows * C..(group + 1) * rows * C;
                gather(points, d, &mut queries);
                let slopes = Slopes { process, queries: &queries, w: &mut k[span.clone()], decays: &mut slopes[span] };
                slopes.write::<FUSED>(points.len() / d, first + group * C, prediction);
            }
        }
        prediction.scratch = scratch;
    }
}

/// Turns rows of d numbers into d rows of C; the last point fills the places that are left.
#[inline(always)]
fn gather<const C: usize>(points: &[f64], d: usize, queries: &mut Vec<[f64; C]>) {
    let m = points.len() / d;
    queries.clear();
    queries.extend((0..d).map(|j| std::array::from_fn(|lane| points[lane.min(m - 1) * d + j])));
}

/// r² of every observed point, at most [`FARTHEST`].
#[inline(always)]
fn squares<const FUSED: bool, const C: usize>(process: &Process, queries: &[[f64; C]], sums: &mut [[f64; C]]) {
    let d = queries.len();
    let placed: Vec<[f64; C]> =
        queries.iter().enumerate().map(|(j, query)| query.map(|q| process.place(j, q))).collect();
    for (sums, points) in sums.as_chunks_mut::<ROWS>().0.iter_mut().zip(process.points.chunks_exact(ROWS * d)) {
        let [mut s0, mut s1, mut s2, mut s3] = [[0.0; C]; ROWS];
        let ((p0, p1), (p2, p3)) = (points[..2 * d].split_at(d), points[2 * d..].split_at(d));
        for (q, ((x0, x1), (x2, x3))) in placed.iter().zip(p0.iter().zip(p1).zip(p2.iter().zip(p3))) {
            away::<FUSED, C>(&mut s0, q, *x0);
            away::<FUSED, C>(&mut s1, q, *x1);
            away::<FUSED, C>(&mut s2, q, *x2);
            away::<FUSED, C>(&mut s3, q, *x3);
        }
        *sums = [s0, s1, s2, s3];
    }
    for (j, categories) in &process.categories {
        let (q, weight) = (queries[*j].map(category), process.inverse[*j] * process.inverse[*j]);
        for (sum, &x) in sums.iter_mut().zip(categories) {
            for lane in 0..C {
                sum[lane] += if q[lane] == x { 0.0 } else { weight };
            }
        }
    }
    for (j, query) in queries.iter().enumerate().filter(|(j, _)| process.kinds[*j] == 0) {
        if process.missing[j].contains(&true) || query.iter().any(|q| q.is_nan()) {
            let weight = BESIDE * process.inverse[j] * process.inverse[j];
            for (sum, &missing) in sums.iter_mut().zip(&process.missing[j]) {
                for lane in 0..C {
                    sum[lane] += if query[lane].is_nan() == missing { 0.0 } else { weight };
                }
            }
        }
    }
    for sum in sums.as_flattened_mut() {
        *sum = if *sum < FARTHEST { *sum } else { FARTHEST };
    }
}

/// sum += (q − x)²
#[inline(always)]
fn away<const FUSED: bool, const C: usize>(sum: &mut [f64; C], q: &[f64; C], x: f64) {
    for lane in 0..C {
        let away = q[lane] - x;
        sum[lane] = multiply_add::<FUSED>(away, away, sum[lane]);
    }
}

/// Σ factor × row, in four sums that do not wait for each other.
#[inline(always)]
fn weighted<const FUSED: bool, const C: usize>(rows: &[[f64; C]], factors: &[f64]) -> [f64; C] {
    let mut sums = [[0.0; C]; ROWS];
    for (rows, factors) in rows.chunks(ROWS).zip(factors.chunks(ROWS)) {
        for ((sum, row), factor) in sums.iter_mut().zip(rows).zip(factors) {
            for lane in 0..C {
                sum[lane] = multiply_add::<FUSED>(*factor, row[lane], sum[lane]);
            }
        }
    }
    total(&sums)
}

/// Σ row × row, in as many sums.
#[inline(always)]
fn squared<const FUSED: bool, const C: usize>(rows: &[f64]) -> [f64; C] {
    let mut sums = [[0.0; C]; ROWS];
    for rows in rows.as_chunks::<C>().0.chunks(ROWS) {
        for (sum, row) in sums.iter_mut().zip(rows) {
            for lane in 0..C {
                sum[lane] = multiply_add::<FUSED>(row[lane], row[lane], sum[lane]);
            }
        }
    }
    total(&sums)
}

#[inline(always)]
fn total<const C: usize>(sums: &[[f64; C]; ROWS]) -> [f64; C] {
    let mut total = [0.0; C];
    for lane in 0..C {
        total[lane] = (sums[0][lane] + sums[1][lane]) + (sums[2][lane] + sums[3][lane]);
    }
    total
}

/// With decay = −s² g′(r) / r and t = (q − x) / l: dk/dq = −decay t / l, summed with α for the mean and with −2 w for the
/// variance.
struct Slopes<'a, 'b, const C: usize> {
    process: &'a Process<'a>,
    queries: &'a [[f64; C]],
    w: &'b mut [f64],
    decays: &'b mut [f64],
}

impl<const C: usize> Slopes<'_, '_, C> {
    #[inline(always)]
    fn write<const FUSED: bool>(self, count: usize, first: usize, prediction: &mut Prediction) {
        let Self { process, queries, w, decays } = self;
        let (w, decays) = (w.as_chunks_mut::<C>().0, decays.as_chunks_mut::<C>().0);
        let weights = process.alpha.iter().copied().chain(std::iter::repeat(0.0));
        for (i, ((w, decay), alpha)) in w.iter_mut().zip(decays.iter_mut()).zip(weights).enumerate() {
            let there = if i < process.n { 1.0 } else { 0.0 };
            for lane in 0..C {
                w[lane] *= there * decay[lane];
                decay[lane] *= alpha;
            }
        }
        let d = queries.len();
        for (j, query) in queries.iter().enumerate() {
            let q = query.map(|q| process.place(j, q));
            let (mut by_mean, mut by_variance) = ([[0.0; C]; ROWS], [[0.0; C]; ROWS]);
            let rows = w.as_chunks::<ROWS>().0.iter().zip(decays.as_chunks::<ROWS>().0);
            for ((w, decay), points) in rows.zip(process.points.chunks_exact(ROWS * d)) {
                for r in 0..ROWS {
                    let x = points[r * d + j];
                    for lane in 0..C {
                        by_mean[r][lane] = multiply_add::<FUSED>(decay[r][lane], q[lane] - x, by_mean[r][lane]);
                        by_variance[r][lane] = multiply_add::<FUSED>(w[r][lane], q[lane] - x, by_variance[r][lane]);
                    }
                }
            }
            let (by_mean, by_variance) = (total(&by_mean), total(&by_variance));
            for lane in 0..count {
                let scale = if query[lane].is_nan() || process.kinds[j] == 1 { 0.0 } else { process.inverse[j] };
                prediction.d_mean[(first + lane) * d + j] = -scale * by_mean[lane];
                prediction.d_variance[(first + lane) * d + j] = 2.0 * scale * by_variance[lane];
            }
        }
    }
}

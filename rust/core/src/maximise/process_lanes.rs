//! The loops of [`Process`], over eight points side by side.

#![allow(clippy::inline_always)] // what is not inlined into `run` is not compiled for this processor

use super::{
    process::{BLOCKS, Process},
    surrogate::Prediction,
};
use crate::lanes::{Kernel, multiply_add};

pub const LANES: usize = 8;
/// One number of each of eight points.
pub type Lane = [f64; LANES];
/// The kernel's families take whole lanes of this many numbers.
const FAMILY_LANES: usize = 16;
/// Rows of the factor that are treated together.
const ROWS: usize = 4;
/// Beyond this r² the covariance of every family is zero; the limit keeps 0 · ∞ out of the arithmetic.
const FARTHEST: f64 = 1e6;
/// What a NaN adds to δ² from a number, see [`Process::place`].
const BESIDE: f64 = 0.75;

/// Predictions at `count` points, written from position `first` on.
pub struct Block<'a, 'b> {
    pub process: &'a Process<'a>,
    /// (blocks, d)
    pub queries: &'a [Lane],
    pub gradient: bool,
    pub first: usize,
    pub count: usize,
    pub prediction: &'b mut Prediction,
}

impl Kernel for Block<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { process, queries, gradient, first, count, prediction } = self;
        let (n, d) = (process.n, process.kinds.len());
        let blocks = count.div_ceil(LANES);
        let mut scratch = std::mem::take(&mut prediction.scratch);
        let stride = n.next_multiple_of(FAMILY_LANES / LANES).max(1);
        scratch.resize(2 * blocks * stride, [0.0; LANES]);
        let (k, slopes) = scratch.split_at_mut(blocks * stride);
        let at = |block: usize| block * stride..(block + 1) * stride;
        let mut means = [[0.0; LANES]; BLOCKS];
        for (block, mean) in means.iter_mut().enumerate().take(blocks) {
            let (k, slopes) = (&mut k[at(block)], &mut slopes[at(block)]);
            squares::<FUSED>(process, &queries[block * d..(block + 1) * d], k);
            let (flat, decays) = (k.as_flattened_mut(), slopes.as_flattened_mut());
            if gradient {
                process.family.apply::<FUSED>(process.signal, flat, decays);
            } else {
                process.family.apply_value::<FUSED>(process.signal, flat);
            }
            *mean = product::<FUSED>(k, process.alpha);
        }
        forward::<FUSED>(process.factor, n, k, stride);
        for (block, mean) in means.iter().enumerate().take(blocks) {
            let variance = variance::<FUSED>(process.signal, &k[at(block)][..n]);
            let rows = first + block * LANES..first + count.min((block + 1) * LANES);
            for (lane, row) in rows.clone().enumerate() {
                prediction.mean[row] = mean[lane];
                prediction.variance[row] = variance[lane];
            }
        }
        if gradient {
            backward::<FUSED>(process.factor, n, k, stride);
            for block in 0..blocks {
                let queries = &queries[block * d..(block + 1) * d];
                let rows = first + block * LANES..first + count.min((block + 1) * LANES);
                gradients::<FUSED>(process, queries, &mut k[at(block)], &mut slopes[at(block)], rows, prediction);
            }
        }
        prediction.scratch = scratch;
    }
}

/// r² of every observed point, at most [`FARTHEST`].
#[inline(always)]
fn squares<const FUSED: bool>(process: &Process, queries: &[Lane], sums: &mut [Lane]) {
    sums.fill([0.0; LANES]);
    for (j, query) in queries.iter().enumerate() {
        let (column, inverse) = (process.column(j), process.inverse[j]);
        let q = query.map(|q| process.place(j, q));
        if process.kinds[j] == 1 {
            for (sum, &x) in sums.iter_mut().zip(column) {
                for lane in 0..LANES {
                    sum[lane] += if q[lane] == x { 0.0 } else { inverse * inverse };
                }
            }
            continue;
        }
        for (sum, &x) in sums.iter_mut().zip(column) {
            for lane in 0..LANES {
                let away = q[lane] - x;
                sum[lane] = multiply_add::<FUSED>(away, away, sum[lane]);
            }
        }
        if process.missing[j].contains(&true) || query.iter().any(|q| q.is_nan()) {
            for (sum, &missing) in sums.iter_mut().zip(&process.missing[j]) {
                for lane in 0..LANES {
                    sum[lane] += if query[lane].is_nan() == missing { 0.0 } else { BESIDE * inverse * inverse };
                }
            }
        }
    }
    for sum in sums.as_flattened_mut() {
        *sum = if *sum < FARTHEST { *sum } else { FARTHEST };
    }
}

#[inline(always)]
fn product<const FUSED: bool>(lanes: &[Lane], factors: &[f64]) -> Lane {
    let mut sum = [0.0; LANES];
    for (lanes, &factor) in lanes.iter().zip(factors) {
        accumulate::<FUSED>(&mut sum, factor, lanes);
    }
    sum
}

/// s² − v′ v, which rounding may take to nothing but not below ε s².
#[inline(always)]
fn variance<const FUSED: bool>(signal: f64, v: &[Lane]) -> Lane {
    let mut sum = [0.0; LANES];
    for v in v {
        for lane in 0..LANES {
            sum[lane] = multiply_add::<FUSED>(v[lane], v[lane], sum[lane]);
        }
    }
    sum.map(|sum| (signal - sum).max(f64::EPSILON * signal))
}

/// v = L⁻¹ k, in place, for every block of `k`, one each `stride` rows.
#[inline(always)]
fn forward<const FUSED: bool>(factor: &[f64], n: usize, k: &mut [Lane], stride: usize) {
    let tiled = n - n % ROWS;
    for i in (0..tiled).step_by(ROWS) {
        let rows: [&[f64]; ROWS] = std::array::from_fn(|r| &factor[(i + r) * n..=(i + r) * n + i + r]);
        for k in k.chunks_exact_mut(stride) {
            let (done, rest) = k.split_at_mut(i);
            let [mut a, mut b, mut c, mut d] = [rest[0], rest[1], rest[2], rest[3]]; // names stay in registers
            let strips = rows[0].iter().zip(rows[1]).zip(rows[2].iter().zip(rows[3]));
            for (v, ((l0, l1), (l2, l3))) in done.iter().zip(strips) {
                accumulate::<FUSED>(&mut a, -l0, v);
                accumulate::<FUSED>(&mut b, -l1, v);
                accumulate::<FUSED>(&mut c, -l2, v);
                accumulate::<FUSED>(&mut d, -l3, v);
            }
            rest[..ROWS].copy_from_slice(&[a, b, c, d]);
            for (r, row) in rows.iter().enumerate() {
                substitute::<FUSED>(&row[i..], r, rest);
            }
        }
    }
    for i in tiled..n {
        for k in k.chunks_exact_mut(stride) {
            substitute::<FUSED>(&factor[i * n..=i * n + i], i, k);
        }
    }
}

/// v[r] = (v[r] − Σ row[t] v[t]) / row[r] over t < r.
#[inline(always)]
fn substitute<const FUSED: bool>(row: &[f64], r: usize, v: &mut [Lane]) {
    let mut sum = v[r];
    for (v, l) in v[..r].iter().zip(row) {
        accumulate::<FUSED>(&mut sum, -l, v);
    }
    v[r] = sum.map(|sum| sum / row[r]);
}

/// w = L⁻ᵀ v, in place, for every block of `v`: from the last rows on, each is solved and taken out of all before it.
#[inline(always)]
fn backward<const FUSED: bool>(factor: &[f64], n: usize, v: &mut [Lane], stride: usize) {
    let tiled = n - n % ROWS;
    for i in (tiled..n).rev() {
        for v in v.chunks_exact_mut(stride) {
            eliminate::<FUSED>(&factor[i * n..=i * n + i], 0, i, v);
        }
    }
    for i in (0..tiled).step_by(ROWS).rev() {
        let rows: [&[f64]; ROWS] = std::array::from_fn(|r| &factor[(i + r) * n..=(i + r) * n + i + r]);
        for v in v.chunks_exact_mut(stride) {
            for (r, row) in rows.iter().enumerate().rev() {
                eliminate::<FUSED>(row, i, i + r, v);
            }
            let (rest, done) = v.split_at_mut(i);
            let [a, b, c, d] = [done[0], done[1], done[2], done[3]];
            let strips = rows[0].iter().zip(rows[1]).zip(rows[2].iter().zip(rows[3]));
            for (v, ((l0, l1), (l2, l3))) in rest.iter_mut().zip(strips) {
                accumulate::<FUSED>(v, -l3, &d);
                accumulate::<FUSED>(v, -l2, &c);
                accumulate::<FUSED>(v, -l1, &b);
                accumulate::<FUSED>(v, -l0, &a);
            }
        }
    }
}

/// Solves row i and takes it out of the rows `from` … i − 1.
#[inline(always)]
fn eliminate<const FUSED: bool>(row: &[f64], from: usize, i: usize, v: &mut [Lane]) {
    let solved = v[i].map(|v| v / row[i]);
    v[i] = solved;
    for (v, l) in v[from..i].iter_mut().zip(&row[from..i]) {
        accumulate::<FUSED>(v, -l, &solved);
    }
}

/// sum += factor × lanes
#[inline(always)]
fn accumulate<const FUSED: bool>(sum: &mut Lane, factor: f64, lanes: &Lane) {
    for lane in 0..LANES {
        sum[lane] = multiply_add::<FUSED>(factor, lanes[lane], sum[lane]);
    }
}

/// With slope = −s² g′(r) / r and t = (q − x) / l: dk/dq = −slope t / l, summed with α for the mean and with −2 w for the variance.
#[inline(always)]
fn gradients<const FUSED: bool>(
    process: &Process,
    queries: &[Lane],
    w: &mut [Lane],
    slopes: &mut [Lane],
    rows: std::ops::Range<usize>,
    prediction: &mut Prediction,
) {
    for ((w, slope), alpha) in w.iter_mut().zip(slopes.iter_mut()).zip(process.alpha) {
        for lane in 0..LANES {
            w[lane] *= slope[lane];
            slope[lane] *= alpha;
        }
    }
    let d = queries.len();
    for (j, query) in queries.iter().enumerate() {
        let (mut by_mean, mut by_variance) = ([0.0; LANES], [0.0; LANES]);
        let inverse = process.inverse[j];
        if process.kinds[j] == 0 {
            let q = query.map(|q| process.place(j, q));
            for ((w, slope), &x) in w.iter().zip(slopes.iter()).zip(process.column(j)) {
                for lane in 0..LANES {
                    by_mean[lane] = multiply_add::<FUSED>(slope[lane], q[lane] - x, by_mean[lane]);
                    by_variance[lane] = multiply_add::<FUSED>(w[lane], q[lane] - x, by_variance[lane]);
                }
            }
        }
        for (lane, row) in rows.clone().enumerate() {
            let scale = if query[lane].is_nan() { 0.0 } else { inverse };
            prediction.d_mean[row * d + j] = -scale * by_mean[lane];
            prediction.d_variance[row * d + j] = 2.0 * scale * by_variance[lane];
        }
    }
}

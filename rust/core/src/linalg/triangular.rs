//! Solves with the factor, and its determinant.

use super::tile::{COLUMNS, ROWS, Rows, solve_strip, subtract_product};
use crate::error::{Error, Result};
use crate::lanes::{Kernel, dispatch, multiply_add};

pub(super) fn check(factor: &[f64], n: usize) -> Result<()> {
    if factor.len() == n * n {
        Ok(())
    } else {
        Err(Error::Length { argument: "factor", expected: n * n, got: factor.len() })
    }
}

/// log det A = 2 sum log Lᵢᵢ.
///
/// # Errors
/// [`Error::Length`] when `factor` is not n × n.
pub fn log_determinant(factor: &[f64], n: usize) -> Result<f64> {
    check(factor, n)?;
    Ok(2.0 * (0..n).map(|i| factor[i * n + i].ln()).sum::<f64>())
}

/// The x of L x = b, for b (n, m) row-major. O(n² m).
///
/// # Errors
/// [`Error::Length`] when the shapes do not fit; [`Error::TooLarge`].
pub fn solve_lower(factor: &[f64], n: usize, b: &[f64]) -> Result<Vec<f64>> {
    solve(factor, n, b, substitute_lower, Panel::solve_lower)
}

/// The x of L' x = b, for b (n, m) row-major. O(n² m).
///
/// # Errors
/// [`Error::Length`] when the shapes do not fit; [`Error::TooLarge`].
pub fn solve_upper(factor: &[f64], n: usize, b: &[f64]) -> Result<Vec<f64>> {
    solve(factor, n, b, substitute_upper, Panel::solve_upper)
}

fn solve(
    factor: &[f64],
    n: usize,
    b: &[f64],
    one: fn(&[f64], &mut [f64]),
    many: fn(&mut Panel, &[f64]),
) -> Result<Vec<f64>> {
    check(factor, n)?;
    let m = b.len() / n.max(1);
    if b.len() != n * m {
        return Err(Error::Length { argument: "b", expected: n * m, got: b.len() });
    }
    if m == 1 {
        let mut x = b.to_vec();
        one(factor, &mut x);
        return Ok(x);
    }
    let mut panel = Panel::new(n, m)?;
    for (i, row) in b.chunks_exact(m.max(1)).enumerate() {
        panel.row_mut(i)[..m].copy_from_slice(row);
    }
    many(&mut panel, factor);
    Ok((0..n).flat_map(|i| &panel.row(i)[..m]).copied().collect())
}

/// Solves L x = b in place, for one right-hand side of n numbers.
pub fn substitute_lower(factor: &[f64], b: &mut [f64]) {
    dispatch(Forward(factor, b));
}

/// Solves L' x = b in place, for one right-hand side of n numbers.
pub fn substitute_upper(factor: &[f64], b: &mut [f64]) {
    dispatch(Backward(factor, b));
}

struct Forward<'a>(&'a [f64], &'a mut [f64]);

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self(factor, b) = self;
        for (i, row) in factor.chunks_exact(b.len().max(1)).enumerate() {
            b[i] = (b[i] - dot::<FUSED>(&row[..i], &b[..i])) / row[i];
        }
    }
}

struct Backward<'a>(&'a [f64], &'a mut [f64]);

impl Kernel for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self(factor, b) = self;
        for (i, row) in factor.chunks_exact(b.len().max(1)).enumerate().rev() {
            let x = b[i] / row[i];
            b[i] = x;
            axpy::<FUSED>(&mut b[..i], -x, &row[..i]);
        }
    }
}

/// a · b, in sixteen interleaved sums.
#[inline(always)]
pub fn dot<const FUSED: bool>(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 16;
    let mut sums = [0.0; LANES];
    let (heads, rest) = a.as_chunks::<LANES>();
    let (others, tail) = b.as_chunks::<LANES>();
    for (x, y) in heads.iter().zip(others) {
        for lane in 0..LANES {
            sums[lane] = multiply_add::<FUSED>(x[lane], y[lane], sums[lane]);
        }
    }
    let mut end = 0.0;
    for (x, y) in rest.iter().zip(tail) {
        end = multiply_add::<FUSED>(*x, *y, end);
    }
    total(sums) + end
}

/// The sum of sixteen numbers, by halves.
#[inline(always)]
pub fn total(sums: [f64; 16]) -> f64 {
    let eight: [f64; 8] = std::array::from_fn(|i| sums[i] + sums[i + 8]);
    let four: [f64; 4] = std::array::from_fn(|i| eight[i] + eight[i + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

/// target += factor · row.
#[inline(always)]
pub fn axpy<const FUSED: bool>(target: &mut [f64], factor: f64, row: &[f64]) {
    for (t, r) in target.iter_mut().zip(row) {
        *t = multiply_add::<FUSED>(factor, *r, *t);
    }
}

/// Many right-hand sides: n rows and m columns, padded to whole tiles.
#[derive(Debug)]
pub struct Panel {
    n: usize,
    stride: usize,
    values: Vec<f64>,
}

impl Panel {
    /// n × m zeros.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when there is no memory for it.
    pub fn new(n: usize, m: usize) -> Result<Self> {
        let (rows, stride) = (n.next_multiple_of(ROWS), m.next_multiple_of(COLUMNS).max(COLUMNS));
        let mut values = crate::matrix::allocate(rows, stride)?;
        values.resize(rows * stride, 0.0);
        Ok(Self { n, stride, values })
    }

    #[must_use]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.stride..][..self.stride]
    }

    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.values[i * self.stride..][..self.stride]
    }

    /// Solves L X = B in place.
    pub fn solve_lower(&mut self, factor: &[f64]) {
        dispatch(Down { panel: self, factor });
    }

    /// Solves L' X = B in place.
    pub fn solve_upper(&mut self, factor: &[f64]) {
        dispatch(Up { panel: self, factor });
    }
}

struct Down<'a> {
    panel: &'a mut Panel,
    factor: &'a [f64],
}

impl Kernel for Down<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let (Panel { n, stride, values }, factor) = (self.panel, self.factor);
        let (n, stride) = (*n, *stride);
        let mut packed = vec![0.0; n * ROWS]; // packed[k, r] = L[i + r, k]
        for i in (0..n).step_by(ROWS) {
            let rows = ROWS.min(n - i);
            for (r, row) in factor[i * n..(i + rows) * n].chunks_exact(n).enumerate() {
                for (k, value) in row[..i].iter().enumerate() {
                    packed[k * ROWS + r] = *value;
                }
            }
            let (top, rest) = values.split_at_mut(i * stride);
            let p = Rows { values: &packed, stride: ROWS };
            subtract_product::<FUSED, WIDE>(rest, stride, 0..stride, p, Rows { values: top, stride }, i);
            let triangle = triangle(|k, j| if j < rows { factor[(i + j) * n + i + k] } else { 0.0 }, rows);
            solve_strip::<FUSED, WIDE>(rest, stride, 0..stride, &triangle);
        }
    }
}

/// An 8 × 8 upper triangle of `entry(k, j)`, j >= k, continued by the identity after `rows`.
#[inline(always)]
fn triangle(entry: impl Fn(usize, usize) -> f64, rows: usize) -> [[f64; ROWS]; ROWS] {
    std::array::from_fn(|k| {
        std::array::from_fn(|j| match (k < rows, j >= k) {
            (true, true) => entry(k, j),
            _ => f64::from(u8::from(k == j)),
        })
    })
}

struct Up<'a> {
    panel: &'a mut Panel,
    factor: &'a [f64],
}

impl Kernel for Up<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let (Panel { n, stride, values }, factor) = (self.panel, self.factor);
        let (n, stride) = (*n, *stride);
        let mut packed = vec![0.0; n.next_multiple_of(ROWS) * ROWS]; // packed[k, r] = L[k, i + r]
        for i in (0..n).step_by(ROWS).rev() {
            let rows = ROWS.min(n - i);
            for k in i + rows..n {
                packed[(k - i) * ROWS..][..rows].copy_from_slice(&factor[k * n + i..][..rows]);
            }
            let (head, below) = values.split_at_mut((i + ROWS) * stride);
            let eight = &mut head[i * stride..];
            let p = Rows { values: &packed[ROWS * ROWS..], stride: ROWS };
            let depth = n.saturating_sub(i + ROWS);
            subtract_product::<FUSED, WIDE>(eight, stride, 0..stride, p, Rows { values: below, stride }, depth);
            for k in (0..rows).rev() {
                let (upper, lower) = eight.split_at_mut((k + 1) * stride);
                let target = &mut upper[k * stride..];
                for j in k + 1..rows {
                    axpy::<FUSED>(target, -factor[(i + j) * n + i + k], &lower[(j - k - 1) * stride..][..stride]);
                }
                let pivot = factor[(i + k) * n + i + k];
                for x in target {
                    *x /= pivot;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        cholesky,
        example::{assert_close, matrix, product, transposed},
    };
    use super::*;

    #[test]
    fn solutions_satisfy_their_equations() {
        for n in [1, 3, 8, 9, 40] {
            let l = cholesky(&matrix(n), n, false, 1).unwrap().0;
            for m in [0, 1, 2, 8, 17] {
                let b: Vec<f64> = (0..n * m).map(|at| (at as f64).sin()).collect();
                assert_close(&product(&l, &solve_lower(&l, n, &b).unwrap(), n, n, m), &b, 1e-12);
                assert_close(&product(&transposed(&l, n), &solve_upper(&l, n, &b).unwrap(), n, n, m), &b, 1e-12);
            }
        }
    }

    #[test]
    fn the_determinant_of_a_diagonal_is_its_product() {
        assert_eq!(log_determinant(&[2.0, 0.0, 0.0, 4.0], 2), Ok(2.0 * (2.0_f64.ln() + 4.0_f64.ln())));
        assert_eq!(log_determinant(&[], 0), Ok(0.0));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert!(solve_lower(&[1.0; 4], 2, &[1.0; 3]).is_err());
        assert!(solve_upper(&[1.0; 3], 2, &[1.0; 2]).is_err());
        assert!(log_determinant(&[1.0; 3], 2).is_err());
    }
}

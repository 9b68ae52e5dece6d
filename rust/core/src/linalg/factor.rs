//! The Cholesky factor.

use super::square::Square;
use super::tile::{COLUMNS, ROWS, Rows, accumulate, solve_strip, subtract_product};
use super::wide;
use crate::error::{Error, Result};
use crate::lanes::{Kernel, dispatch};

/// The distance from 1 to the next number.
pub const EPSILON: f64 = f64::EPSILON;
/// Rows after which the rest of the matrix is brought up to date.
const BLOCK: usize = 64;
/// Rows and columns below which threads cost more than they bring.
const WORTH_A_THREAD: usize = 320;
/// Powers of ten, of the mean of the diagonal, that are added when a pivot fails.
const JITTERS: std::ops::Range<i32> = -10..-1;

/// L and what had to be added to the diagonal: L L' = A + added I.
///
/// A pivot counts as positive when it exceeds n ε Aᵢᵢ, the size of its own rounding error. With `jitter`, added is the
/// first of 0, 1e-10, 1e-9 … 1e-2 times the mean of the diagonal for which all pivots are positive. O(n³ / 3).
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first pivot that failed without jitter; [`Error::Length`].
pub fn cholesky(a: &[f64], n: usize, jitter: bool, threads: usize) -> Result<(Vec<f64>, f64)> {
    let mut square = Square::from_upper(a, n)?;
    let added = with_jitter(&mut square, jitter, threads, |square| square.fill_upper(a))?;
    Ok((square.to_lower()?, added))
}

/// Factorises what `fill` writes, with what has to be added to the diagonal; `square` holds the matrix on entry.
pub(crate) fn with_jitter(
    square: &mut Square,
    jitter: bool,
    threads: usize,
    mut fill: impl FnMut(&mut Square),
) -> Result<f64> {
    let n = square.n();
    let scale = (0..n).map(|i| square.row(i)[i].abs()).sum::<f64>() / n.max(1) as f64;
    let Err(pivot) = factorise(square, threads) else {
        return Ok(0.0);
    };
    for exponent in JITTERS.filter(|_| jitter) {
        let added = scale * 10_f64.powi(exponent);
        fill(square);
        for i in 0..n {
            square.row_mut(i)[i] += added;
        }
        if factorise(square, threads).is_ok() {
            return Ok(added);
        }
    }
    Err(Error::NotPositiveDefinite { pivot, size: n })
}

/// Turns the upper half of A into U with U' U = A; what is below the diagonal is left without meaning.
///
/// # Errors
/// The first pivot that is not positive.
pub fn factorise(square: &mut Square, threads: usize) -> std::result::Result<(), usize> {
    let (n, size, stride) = (square.n(), square.size(), square.stride());
    for i in 0..size {
        square.tolerance[i] = if i < n { n as f64 * EPSILON * square.row(i)[i] } else { 0.0 };
    }
    let mut tolerance = std::mem::take(&mut square.tolerance);
    let rows = square.rows_mut();
    let mut done = Ok(());
    for start in (0..size).step_by(BLOCK) {
        let end = (start + BLOCK).min(size);
        done = dispatch(Block { rows, stride, size, start, end, tolerance: &tolerance });
        if done.is_err() {
            break;
        }
        let (top, bottom) = rows.split_at_mut(end * stride);
        trailing(&top[start * stride..], bottom, stride, size, threads);
    }
    std::mem::swap(&mut square.tolerance, &mut tolerance);
    done
}

/// The rows `start..end` of U, from rows that are up to date.
struct Block<'a> {
    rows: &'a mut [f64],
    stride: usize,
    size: usize,
    start: usize,
    end: usize,
    tolerance: &'a [f64],
}

impl Kernel for Block<'_> {
    type Output = std::result::Result<(), usize>;

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) -> Self::Output {
        let Self { rows, stride, size, start, end, tolerance } = self;
        let block = &mut rows[start * stride..end * stride];
        for p in (start..end).step_by(ROWS) {
            let (above, rest) = block.split_at_mut((p - start) * stride);
            let eight = &mut rest[..ROWS * stride];
            let (own, all) =
                (Rows { values: above.get(p..).unwrap_or_default(), stride }, Rows { values: above, stride });
            subtract_product::<FUSED, WIDE>(eight, stride, p..size, own, all, p - start);
            let triangle = diagonal::<FUSED, WIDE>(eight, stride, p, tolerance)?;
            solve_strip::<FUSED, WIDE>(eight, stride, p + ROWS..size, &triangle);
        }
        Ok(())
    }
}

/// Factorises the 8 × 8 block at column p of `eight` rows, in place.
///
/// As U' D U first: from one pivot to the next it takes a division, not a root and a division one after the other.
#[inline(always)]
fn diagonal<const FUSED: bool, const WIDE: bool>(
    eight: &mut [f64],
    stride: usize,
    p: usize,
    tolerance: &[f64],
) -> std::result::Result<[[f64; ROWS]; ROWS], usize> {
    let mut u = [[0.0; ROWS]; ROWS];
    for k in 0..ROWS {
        u[k].copy_from_slice(&eight[k * stride + p..][..ROWS]);
    }
    if !(WIDE && wide::eliminate(&mut u)) {
        for k in 0..ROWS {
            let row = u[k];
            for i in k + 1..ROWS {
                // the whole row: what is below the diagonal has no meaning
                accumulate::<FUSED, ROWS>(&mut u[i], -(row[i] / row[k]), &row);
            }
        }
    }
    for k in 0..ROWS {
        let pivot = u[k][k];
        // false for NaN, too; rows after a bad pivot have no meaning
        if !(pivot > tolerance[p + k] && pivot < f64::INFINITY) {
            return Err(p + k);
        }
        let root = pivot.sqrt();
        let reciprocal = 1.0 / root;
        u[k].iter_mut().for_each(|x| *x *= reciprocal);
        u[k][k] = root;
        eight[k * stride + p..][..ROWS].copy_from_slice(&u[k]);
    }
    Ok(u)
}

/// Subtracts top' top from the rows of `bottom`, the last ones of the matrix.
fn trailing(top: &[f64], bottom: &mut [f64], stride: usize, size: usize, threads: usize) {
    let left = bottom.len() / stride;
    if threads < 2 || left < WORTH_A_THREAD {
        return dispatch(Trailing { top, bottom, stride, size });
    }
    std::thread::scope(|scope| {
        let mut rest = bottom;
        for part in 1..threads {
            // the first rows are the longest: equal areas of the triangle
            let remaining = 1.0 - part as f64 / threads as f64;
            let below = ((left as f64 * remaining.sqrt()) as usize / COLUMNS * COLUMNS).min(rest.len() / stride);
            let (now, later) = rest.split_at_mut(rest.len() - below * stride);
            let end = size - below;
            scope.spawn(move || dispatch(Trailing { top, bottom: now, stride, size }.until(end)));
            rest = later;
        }
        dispatch(Trailing { top, bottom: rest, stride, size }.until(size));
    });
}

struct Trailing<'a> {
    top: &'a [f64],
    bottom: &'a mut [f64],
    stride: usize,
    size: usize,
}

/// Rows of the trailing part up to row `end` of the matrix.
struct Part<'a>(Trailing<'a>, usize);

impl<'a> Trailing<'a> {
    fn until(self, end: usize) -> Part<'a> {
        Part(self, end)
    }
}

impl Kernel for Trailing<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let end = self.size;
        Part(self, end).run::<FUSED, WIDE>();
    }
}

impl Kernel for Part<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self(Trailing { top, bottom, stride, size }, end) = self;
        let (depth, first) = (top.len() / stride, end - bottom.len() / stride);
        let q = Rows { values: top, stride };
        for column in (first / COLUMNS * COLUMNS..size).step_by(BLOCK) {
            for (eight, i) in bottom.chunks_mut(ROWS * stride).zip((first..).step_by(ROWS)) {
                let columns = column.max(i / COLUMNS * COLUMNS)..(column + BLOCK).min(size);
                if columns.start < columns.end {
                    let p = Rows { values: &top[i..], stride };
                    subtract_product::<FUSED, WIDE>(eight, stride, columns, p, q, depth);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{assert_close, matrix, product, transposed};
    use super::*;

    #[test]
    fn the_factor_times_its_transpose_is_the_matrix() {
        for n in [0, 1, 2, 7, 8, 9, 16, 33, 65, 130] {
            let a = matrix(n);
            let (l, added) = cholesky(&a, n, true, 1).unwrap();
            assert_eq!(added, 0.0);
            assert!((0..n * n).all(|at| at % n <= at / n || l[at] == 0.0), "zeros above the diagonal, n = {n}");
            assert_close(&product(&l, &transposed(&l, n), n, n, n), &a, 1e-13);
        }
    }

    #[test]
    fn only_the_upper_half_is_read() {
        let (mut a, n) = (matrix(20), 20);
        let expected = cholesky(&a, n, false, 1);
        (0..n * n).filter(|at| at % n < at / n).for_each(|at| a[at] = f64::NAN);
        assert_eq!(cholesky(&a, n, false, 1), expected);
    }

    #[test]
    fn the_first_pivot_that_fails_is_named_and_jitter_mends_it() {
        let (mut a, n) = (matrix(12), 12);
        for i in 0..n {
            a[5 * n + i] = a[4 * n + i]; // two equal rows
            a[i * n + 5] = a[i * n + 4];
        }
        a[5 * n + 5] = a[4 * n + 4];
        assert_eq!(cholesky(&a, n, false, 1), Err(Error::NotPositiveDefinite { pivot: 5, size: n }));
        let (l, added) = cholesky(&a, n, true, 1).unwrap();
        assert!(added > 0.0 && added < 1e-8, "{added}");
        (0..n).for_each(|i| a[i * n + i] += added);
        assert_close(&product(&l, &transposed(&l, n), n, n, n), &a, 1e-13);
    }

    #[test]
    fn what_no_jitter_mends_is_an_error() {
        for bad in [f64::NAN, f64::INFINITY, -1.0] {
            let mut a = matrix(9);
            a[4 * 9 + 4] = bad;
            assert_eq!(cholesky(&a, 9, true, 1), Err(Error::NotPositiveDefinite { pivot: 4, size: 9 }), "{bad}");
        }
        assert!(cholesky(&[1.0; 3], 2, true, 1).is_err());
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let a = matrix(450);
        let one = cholesky(&a, 450, false, 1).unwrap();
        for threads in [2, 3, 7] {
            assert_eq!(cholesky(&a, 450, false, threads).unwrap(), one);
        }
    }
}

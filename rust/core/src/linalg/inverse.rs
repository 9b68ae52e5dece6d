//! The inverse from the factor.

use super::square::Square;
use super::tile::{COLUMNS, ROWS, Rows, solve_strip, subtract_product};
use crate::error::Result;
use crate::lanes::{Kernel, dispatch};

const BLOCK: usize = 64;
const DEPTH: usize = 128;
const WORTH_A_THREAD: usize = 320;

/// A⁻¹ of L, row-major and exactly symmetric. O(2 n³ / 3).
///
/// # Errors
/// [`crate::Error::Length`] when `factor` is not n × n; [`crate::Error::TooLarge`].
pub fn inverse(factor: &[f64], n: usize, threads: usize) -> Result<Vec<f64>> {
    super::triangular::check(factor, n)?;
    let mut upper = Square::new(n)?;
    for (i, row) in factor.chunks_exact(n.max(1)).enumerate() {
        for (k, value) in row[..=i].iter().enumerate() {
            upper.row_mut(k)[i] = *value;
        }
    }
    let mut root = Square::new(n)?;
    invert(&upper, &mut root, threads);
    upper.rows_mut().fill(0.0);
    subtract_inverse(&root, &mut upper, threads);
    let mut full = crate::matrix::allocate(n, n)?;
    full.resize(n * n, 0.0);
    for i in 0..n {
        for j in i..n {
            let value = -upper.row(i)[j];
            full[i * n + j] = value;
            full[j * n + i] = value;
        }
    }
    Ok(full)
}

/// Writes L⁻¹, lower triangular with zeros above, from U. O(n³ / 3).
pub fn invert(upper: &Square, root: &mut Square, threads: usize) {
    let (size, stride) = (upper.size(), upper.stride());
    let u = upper.rows();
    let x = root.rows_mut();
    x.fill(0.0);
    for start in (0..size).step_by(BLOCK) {
        let (top, rest) = x.split_at_mut(start * stride);
        let block = &mut rest[..(size - start).min(BLOCK) * stride];
        let threads = if start < WORTH_A_THREAD { 1 } else { threads };
        let share = (block.len() / stride).div_ceil(threads.max(1)).next_multiple_of(ROWS) * stride;
        if threads < 2 {
            dispatch(Above { u, top, part: block, stride, first: start });
        } else {
            std::thread::scope(|scope| {
                for (index, part) in block.chunks_mut(share).enumerate() {
                    let first = start + index * share / stride;
                    let top = &*top;
                    scope.spawn(move || dispatch(Above { u, top, part, stride, first }));
                }
            });
        }
        dispatch(Within { u, block, stride, start });
    }
}

/// Subtracts from rows of a block what the finished rows above contribute.
struct Above<'a> {
    u: &'a [f64],
    top: &'a [f64],
    part: &'a mut [f64],
    stride: usize,
    first: usize,
}

impl Kernel for Above<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { u, top, part, stride, first } = self;
        let done = top.len() / stride;
        for (eight, i) in part.chunks_mut(ROWS * stride).zip((first..).step_by(ROWS)) {
            for column in (0..done).step_by(COLUMNS) {
                let p = Rows { values: &u[column * stride + i..], stride }; // above row `column` the root is zero
                let q = Rows { values: &top[column * stride..], stride };
                subtract_product::<FUSED, WIDE>(eight, stride, column..column + COLUMNS, p, q, done - column);
            }
        }
    }
}

/// Finishes the rows of one block.
struct Within<'a> {
    u: &'a [f64],
    block: &'a mut [f64],
    stride: usize,
    start: usize,
}

impl Kernel for Within<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { u, block, stride, start } = self;
        for i in (start..start + block.len() / stride).step_by(ROWS) {
            let (top, rest) = block.split_at_mut((i - start) * stride);
            let eight = &mut rest[..ROWS * stride];
            let p = Rows { values: &u[start * stride + i..], stride };
            let columns = 0..i.next_multiple_of(COLUMNS);
            subtract_product::<FUSED, WIDE>(eight, stride, columns, p, Rows { values: top, stride }, i - start);
            for r in 0..ROWS {
                eight[r * stride + i + r] = 1.0;
            }
            let triangle = std::array::from_fn(|k| std::array::from_fn(|j| u[(i + k) * stride + i + j]));
            solve_strip::<FUSED, WIDE>(eight, stride, 0..i + ROWS, &triangle);
        }
    }
}

/// Subtracts A⁻¹ = (L⁻¹)' L⁻¹ from the upper half of `target`. O(n³ / 3).
pub fn subtract_inverse(root: &Square, target: &mut Square, threads: usize) {
    let (size, stride) = (root.size(), root.stride());
    let x = root.rows();
    if threads < 2 || size < WORTH_A_THREAD {
        return dispatch(Gram { x, part: target.rows_mut(), stride, size, first: 0 });
    }
    let share = (size / (4 * threads)).next_multiple_of(COLUMNS) * stride; // row i costs (n - i)(n + i): dealt in turns
    std::thread::scope(|scope| {
        let mut hands: Vec<Vec<Gram>> = (0..threads).map(|_| Vec::new()).collect();
        for (index, part) in target.rows_mut().chunks_mut(share).enumerate() {
            hands[index % threads].push(Gram { x, part, stride, size, first: index * share / stride });
        }
        for hand in hands {
            scope.spawn(move || hand.into_iter().for_each(dispatch));
        }
    });
}

struct Gram<'a> {
    x: &'a [f64],
    part: &'a mut [f64],
    stride: usize,
    size: usize,
    first: usize,
}

impl Kernel for Gram<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { x, part, stride, size, first } = self;
        // blocks of the whole matrix, not of this part: the sums must not depend on how the rows were dealt
        for column in (first / BLOCK * BLOCK..size).step_by(BLOCK) {
            let end = (column + BLOCK).min(size);
            for top in (column..size).step_by(DEPTH) {
                let q = Rows { values: &x[top * stride..], stride };
                for (eight, i) in part.chunks_mut(ROWS * stride).zip((first..end).step_by(ROWS)) {
                    let p = Rows { values: &x[top * stride + i..], stride };
                    let columns = column.max(i / COLUMNS * COLUMNS)..end;
                    subtract_product::<FUSED, WIDE>(eight, stride, columns, p, q, DEPTH.min(size - top));
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
    fn the_inverse_times_the_matrix_is_the_identity_and_the_inverse_is_symmetric() {
        for n in [0, 1, 5, 8, 16, 17, 70, 135] {
            let a = matrix(n);
            let found = inverse(&cholesky(&a, n, false, 1).unwrap().0, n, 1).unwrap();
            let identity: Vec<f64> = (0..n * n).map(|at| f64::from(u8::from(at / n == at % n))).collect();
            assert_close(&product(&found, &a, n, n, n), &identity, 1e-11);
            assert_eq!(found, transposed(&found, n));
        }
        assert!(inverse(&[1.0], 2, 1).is_err());
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let factor = cholesky(&matrix(400), 400, false, 1).unwrap().0;
        assert_eq!(inverse(&factor, 400, 3).unwrap(), inverse(&factor, 400, 1).unwrap());
    }
}

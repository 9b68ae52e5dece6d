//! A square matrix whose rows are whole tiles.

use super::tile::{COLUMNS, ROWS};
use crate::error::{Error, Result};
use crate::lanes::{Kernel, dispatch};

const LINE: usize = 8; // numbers in a cache line
/// Rows from which on tiles of full width alone are worth eight rows of padding.
const LARGE: usize = 256;

/// An n × n matrix in rows of `stride` numbers, continued by the identity to whole tiles.
///
/// With the identity below and to the right, every algorithm here gives for the first n rows and columns what it gives
/// without, and needs no other code for the edges. The stride is an odd number of cache lines: with a power of two the
/// rows of a tile would compete for the same places in the cache.
#[derive(Debug, Clone, Default)]
pub struct Square {
    n: usize,
    size: usize,
    stride: usize,
    first: usize,
    values: Vec<f64>,
    pub(super) tolerance: Vec<f64>,
}

impl Square {
    /// An n × n matrix, zero so far.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when there is no memory for it.
    pub fn new(n: usize) -> Result<Self> {
        let size = n.next_multiple_of(if n < LARGE { ROWS } else { COLUMNS });
        let stride = if size % COLUMNS == 0 { size + LINE } else { size };
        let mut values = crate::matrix::allocate(size + 1, stride)?;
        values.resize((size + 1) * stride, 0.0);
        let first = values.as_ptr().align_offset(64).min(LINE);
        let mut square = Self { n, size, stride, first, values, tolerance: vec![0.0; size] };
        square.pad();
        Ok(square)
    }

    /// The same from the upper half of `a`, row-major.
    ///
    /// # Errors
    /// [`Error::Length`] when `a` is not square.
    pub fn from_upper(a: &[f64], n: usize) -> Result<Self> {
        if a.len() != n * n {
            return Err(Error::Length { argument: "a", expected: n * n, got: a.len() });
        }
        let mut square = Self::new(n)?;
        square.fill_upper(a);
        Ok(square)
    }

    pub(super) fn fill_upper(&mut self, a: &[f64]) {
        for (i, row) in a.chunks_exact(self.n.max(1)).enumerate() {
            self.row_mut(i)[i..row.len()].copy_from_slice(&row[i..]);
        }
        self.pad();
    }

    /// Makes the identity below and to the right of the matrix again, in the part that is read.
    pub fn pad(&mut self) {
        let n = self.n;
        for i in 0..self.size {
            let row = self.row_mut(i);
            if i < n {
                row[n..].fill(0.0);
            } else {
                row.fill(0.0);
                row[i] = 1.0;
            }
        }
    }

    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// Rows and columns with the padding.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    #[must_use]
    pub fn stride(&self) -> usize {
        self.stride
    }

    #[must_use]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[self.first + i * self.stride..][..self.size]
    }

    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.values[self.first + i * self.stride..][..self.size]
    }

    /// All rows, `stride` numbers each.
    #[must_use]
    pub fn rows(&self) -> &[f64] {
        &self.values[self.first..][..self.size * self.stride]
    }

    pub fn rows_mut(&mut self) -> &mut [f64] {
        &mut self.values[self.first..][..self.size * self.stride]
    }

    /// The transpose of the upper half, row-major with zeros above its diagonal: L of U.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when there is no memory for it.
    pub fn to_lower(&self) -> Result<Vec<f64>> {
        let mut lower = crate::matrix::allocate(self.n, self.n)?;
        lower.resize(self.n * self.n, 0.0);
        dispatch(Mirror { source: Some((self.rows(), self.stride)), target: &mut lower, n: self.n });
        Ok(lower)
    }
}

/// Writes the upper half of an n × n matrix, row-major, over its lower half.
pub fn mirror(values: &mut [f64], n: usize) {
    dispatch(Mirror { source: None, target: values, n });
}

/// Writes the transpose of an upper half, the diagonal included, over the lower half of an n × n target.
struct Mirror<'a> {
    /// The rows of another matrix and their stride; none: the target's own.
    source: Option<(&'a [f64], usize)>,
    target: &'a mut [f64],
    n: usize,
}

impl Kernel for Mirror<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { source, target, n } = self;
        for top in (0..n).step_by(LINE) {
            let (height, whole) = (LINE.min(n - top), top + LINE <= n);
            for left in (0..=top).step_by(LINE) {
                let mut tile = [[0.0; LINE]; LINE];
                let (rows, stride) = source.unwrap_or((target, n));
                for (row, line) in tile.iter_mut().zip(rows.chunks(stride).skip(left)) {
                    if whole {
                        row.copy_from_slice(&line[top..top + LINE]); // of a length known here: one load
                    } else {
                        row[..height].copy_from_slice(&line[top..top + height]);
                    }
                }
                let tile = transposed(&tile);
                for (c, row) in tile.iter().enumerate().take(height) {
                    let target = &mut target[(top + c) * n + left..];
                    if left < top {
                        target[..LINE].copy_from_slice(row);
                    } else {
                        target[..=c].copy_from_slice(&row[..=c]);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn transposed(tile: &[[f64; LINE]; LINE]) -> [[f64; LINE]; LINE] {
    let mut turned = [[0.0; LINE]; LINE];
    for r in 0..LINE {
        for c in 0..LINE {
            turned[c][r] = tile[r][c];
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::super::example::transposed;
    use super::*;

    #[test]
    fn the_upper_half_is_turned_and_mirrored() {
        for n in [0, 1, 3, 8, 11, 16, 29] {
            let a: Vec<f64> = (0..n * n).map(|at| at as f64).collect();
            let lower: Vec<f64> =
                transposed(&a, n).iter().enumerate().map(|(at, v)| if at % n > at / n { 0.0 } else { *v }).collect();
            assert_eq!(Square::from_upper(&a, n).unwrap().to_lower().unwrap(), lower, "n = {n}");
            let mut full = a.clone();
            mirror(&mut full, n);
            let symmetric: Vec<f64> = (0..n * n).map(|at| a[(at / n).min(at % n) * n + (at / n).max(at % n)]).collect();
            assert_eq!(full, symmetric, "n = {n}");
        }
    }

    #[test]
    fn beyond_the_matrix_is_the_identity() {
        let square = Square::from_upper(&[4.0], 1).unwrap();
        assert_eq!((square.n(), square.size()), (1, ROWS));
        for i in 0..square.size() {
            let expected = |j: usize| {
                if i != j {
                    0.0
                } else if i == 0 {
                    4.0
                } else {
                    1.0
                }
            };
            assert!((i..square.size()).all(|j| square.row(i)[j] == expected(j)));
        }
        assert!(Square::from_upper(&[1.0; 3], 2).is_err());
    }
}

//! The factor of a matrix with one row more or less, in O(n²).

use super::factor::EPSILON;
use super::triangular::{check, substitute_lower};
use crate::error::{Error, Result};

/// The factor, (n + 1) × (n + 1), of [[A, column], [column', diagonal]].
///
/// # Errors
/// [`Error::NotPositiveDefinite`] when the new pivot is not positive; [`Error::Length`]; [`Error::TooLarge`].
pub fn append_row(factor: &[f64], n: usize, column: &[f64], diagonal: f64) -> Result<Vec<f64>> {
    check(factor, n)?;
    if column.len() != n {
        return Err(Error::Length { argument: "column", expected: n, got: column.len() });
    }
    let mut row = column.to_vec();
    substitute_lower(factor, &mut row);
    let pivot = diagonal - row.iter().map(|x| x * x).sum::<f64>();
    if !(pivot > (n + 1) as f64 * EPSILON * diagonal && pivot < f64::INFINITY) {
        return Err(Error::NotPositiveDefinite { pivot: n, size: n + 1 });
    }
    let mut longer = crate::matrix::allocate(n + 1, n + 1)?;
    for old in factor.chunks_exact(n.max(1)) {
        longer.extend_from_slice(old);
        longer.push(0.0);
    }
    longer.extend_from_slice(&row);
    longer.push(pivot.sqrt());
    Ok(longer)
}

/// The factor, (n - 1) × (n - 1), of A without row and column `index`.
///
/// The rows below lose a column l, and L₂₂ L₂₂' + l l' is brought back to triangular form by plane rotations.
///
/// # Errors
/// [`Error::OutOfRange`] when there is no such row; [`Error::Length`]; [`Error::TooLarge`].
pub fn remove_row(factor: &[f64], n: usize, index: usize) -> Result<Vec<f64>> {
    check(factor, n)?;
    if index >= n {
        return Err(Error::OutOfRange { argument: "index", expected: format!("less than {n}"), got: index as u64 });
    }
    let mut shorter = crate::matrix::allocate(n - 1, n - 1)?;
    let mut rotations: Vec<(f64, f64)> = Vec::with_capacity(n - index);
    for (i, row) in factor.chunks_exact(n).enumerate().filter(|(i, _)| *i != index) {
        let first = shorter.len();
        if i < index {
            shorter.extend_from_slice(&row[..n - 1]);
            continue;
        }
        shorter.extend_from_slice(&row[..index]);
        let mut lost = row[index];
        for (x, (cosine, sine)) in row[index + 1..i].iter().zip(&rotations) {
            shorter.push(cosine * x + sine * lost);
            lost = cosine * lost - sine * x;
        }
        let root = row[i].hypot(lost);
        rotations.push((row[i] / root, lost / root));
        shorter.push(root);
        shorter.resize(first + n - 1, 0.0);
    }
    Ok(shorter)
}

#[cfg(test)]
mod tests {
    use super::super::{
        cholesky,
        example::{assert_close, matrix},
    };
    use super::*;

    /// The matrix without one row and its column.
    fn without(a: &[f64], n: usize, index: usize) -> Vec<f64> {
        (0..n * n).filter(|at| at / n != index && at % n != index).map(|at| a[at]).collect()
    }

    #[test]
    fn appended_and_removed_rows_give_the_factor_of_the_matrix_with_or_without_them() {
        for n in [1, 2, 9, 20] {
            let a = matrix(n);
            let whole = cholesky(&a, n, false, 1).unwrap().0;
            for index in 0..n {
                let expected = cholesky(&without(&a, n, index), n - 1, false, 1).unwrap().0;
                assert_close(&remove_row(&whole, n, index).unwrap(), &expected, 1e-13);
            }
            let column: Vec<f64> = a[(n - 1) * n..n * n - 1].to_vec();
            let shorter = remove_row(&whole, n, n - 1).unwrap();
            assert_close(&append_row(&shorter, n - 1, &column, a[n * n - 1]).unwrap(), &whole, 1e-13);
        }
    }

    #[test]
    fn a_row_that_is_there_already_fails_as_a_pivot() {
        let (a, n) = (matrix(6), 6);
        let l = cholesky(&a, n, false, 1).unwrap().0;
        let again = append_row(&l, n, &a[2 * n..3 * n], a[2 * n + 2]);
        assert_eq!(again, Err(Error::NotPositiveDefinite { pivot: 6, size: 7 }));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert!(append_row(&[1.0], 1, &[0.5, 0.5], 2.0).is_err());
        assert!(remove_row(&[1.0], 1, 1).is_err());
        assert!(remove_row(&[1.0; 2], 1, 0).is_err());
    }
}

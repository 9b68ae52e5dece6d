//! Wrappers of `tunewright_core::linalg`.

use numpy::PyArray2;
use pyo3::{Bound, PyResult, Python, pyfunction};
use tunewright_core::linalg as core;

use crate::border::{self, Numbers, Rows};

type Matrix<'py> = Bound<'py, PyArray2<f64>>;

#[pyfunction]
#[pyo3(signature = (a, *, jitter = true, threads = 1))]
pub fn cholesky<'py>(py: Python<'py>, a: Rows<'py>, jitter: bool, threads: usize) -> PyResult<(Matrix<'py>, f64)> {
    let (values, n) = (a.as_slice()?, a.shape()[0]);
    let (factor, added) = border::run(py, || core::cholesky(values, n, jitter, threads))?;
    Ok((border::matrix(py, factor, n, n)?, added))
}

#[pyfunction]
pub fn append_row<'py>(
    py: Python<'py>,
    factor: Rows<'py>,
    column: Numbers<'py>,
    diagonal: f64,
) -> PyResult<Matrix<'py>> {
    let (values, column, n) = (factor.as_slice()?, column.as_slice()?, factor.shape()[0]);
    let longer = border::run(py, || core::append_row(values, n, column, diagonal))?;
    border::matrix(py, longer, n + 1, n + 1)
}

#[pyfunction]
pub fn remove_row<'py>(py: Python<'py>, factor: Rows<'py>, index: usize) -> PyResult<Matrix<'py>> {
    let (values, n) = (factor.as_slice()?, factor.shape()[0]);
    let shorter = border::run(py, || core::remove_row(values, n, index))?;
    border::matrix(py, shorter, n.saturating_sub(1), n.saturating_sub(1))
}

#[pyfunction]
pub fn solve_lower<'py>(py: Python<'py>, factor: Rows<'py>, b: Rows<'py>) -> PyResult<Matrix<'py>> {
    let (values, right, n) = (factor.as_slice()?, b.as_slice()?, factor.shape()[0]);
    let x = border::run(py, || core::solve_lower(values, n, right))?;
    border::matrix(py, x, n, b.shape()[1])
}

#[pyfunction]
pub fn solve_upper<'py>(py: Python<'py>, factor: Rows<'py>, b: Rows<'py>) -> PyResult<Matrix<'py>> {
    let (values, right, n) = (factor.as_slice()?, b.as_slice()?, factor.shape()[0]);
    let x = border::run(py, || core::solve_upper(values, n, right))?;
    border::matrix(py, x, n, b.shape()[1])
}

#[pyfunction]
pub fn solve<'py>(py: Python<'py>, factor: Rows<'py>, b: Rows<'py>) -> PyResult<Matrix<'py>> {
    let (values, right, n) = (factor.as_slice()?, b.as_slice()?, factor.shape()[0]);
    let x = border::run(py, || core::solve_upper(values, n, &core::solve_lower(values, n, right)?))?;
    border::matrix(py, x, n, b.shape()[1])
}

#[pyfunction]
pub fn log_determinant<'py>(py: Python<'py>, factor: Rows<'py>) -> PyResult<f64> {
    let (values, n) = (factor.as_slice()?, factor.shape()[0]);
    border::run(py, || core::log_determinant(values, n))
}

#[pyfunction]
#[pyo3(signature = (factor, *, threads = 1))]
pub fn inverse<'py>(py: Python<'py>, factor: Rows<'py>, threads: usize) -> PyResult<Matrix<'py>> {
    let (values, n) = (factor.as_slice()?, factor.shape()[0]);
    let inverse = border::run(py, || core::inverse(values, n, threads))?;
    border::matrix(py, inverse, n, n)
}

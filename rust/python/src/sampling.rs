//! Wrappers of `tunewright_core::sampling`.

use numpy::{PyArray1, PyArray2};
use pyo3::{Bound, PyResult, Python, pyfunction};
use tunewright_core::sampling as core;

use crate::border::{self, Numbers};

#[pyfunction]
#[pyo3(signature = (seed, trials, purposes, *, attempt = 0))]
pub fn uniform<'py>(
    py: Python<'py>,
    seed: u64,
    trials: Numbers<'py, u64>,
    purposes: Numbers<'py, u64>,
    attempt: u64,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let (trials, purposes) = (trials.as_slice()?, purposes.as_slice()?);
    let draws = border::run(py, || core::uniform(seed, trials, purposes, attempt))?;
    border::matrix(py, draws, trials.len(), purposes.len())
}

#[pyfunction]
#[pyo3(signature = (seed, trial, purpose, count, *, attempt = 0))]
pub fn stream(
    py: Python<'_>,
    seed: u64,
    trial: u64,
    purpose: u64,
    count: usize,
    attempt: u64,
) -> PyResult<Bound<'_, PyArray1<f64>>> {
    let draws = border::run(py, || core::stream(seed, trial, purpose, count, attempt))?;
    Ok(border::vector(py, draws))
}

#[pyfunction]
#[pyo3(signature = (first, count, dimension, *, seed = None))]
pub fn sobol(
    py: Python<'_>,
    first: u64,
    count: usize,
    dimension: usize,
    seed: Option<u64>,
) -> PyResult<Bound<'_, PyArray2<f64>>> {
    let points = border::run(py, || core::sobol(first, count, dimension, seed))?;
    border::matrix(py, points, count, dimension)
}

#[pyfunction]
#[pyo3(signature = (first, count, dimension, *, seed = None))]
pub fn halton(
    py: Python<'_>,
    first: u64,
    count: usize,
    dimension: usize,
    seed: Option<u64>,
) -> PyResult<Bound<'_, PyArray2<f64>>> {
    let points = border::run(py, || core::halton(first, count, dimension, seed))?;
    border::matrix(py, points, count, dimension)
}

//! Wrappers of `tunewright_core::evolution`.

use numpy::{PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::{Bound, PyResult, Python, pyfunction};
use tunewright_core::evolution as core;

use crate::border;

#[pyfunction]
#[pyo3(signature = (losses, violations, count))]
pub fn crowded_survivors<'py>(
    py: Python<'py>,
    losses: PyReadonlyArray2<'py, f64>,
    violations: PyReadonlyArray1<'py, f64>,
    count: usize,
) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let (values, objectives, violations) = (losses.as_slice()?, losses.shape()[1], violations.as_slice()?);
    let rows = border::run(py, || core::crowded_survivors(values, objectives, violations, count))?;
    Ok(border::vector(py, rows))
}

#[pyfunction]
#[pyo3(signature = (losses, violations, count, *, directions, ideal, draws))]
pub fn niched_survivors<'py>(
    py: Python<'py>,
    losses: PyReadonlyArray2<'py, f64>,
    violations: PyReadonlyArray1<'py, f64>,
    count: usize,
    directions: PyReadonlyArray2<'py, f64>,
    ideal: PyReadonlyArray1<'py, f64>,
    draws: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let (losses, violations, ideal) = (losses.as_slice()?, violations.as_slice()?, ideal.as_slice()?);
    let (directions, draws) = (directions.as_slice()?, draws.as_slice()?);
    let rows = border::run(py, || core::niched_survivors(losses, violations, directions, ideal, draws, count))?;
    Ok(border::vector(py, rows))
}

#[pyfunction]
#[pyo3(signature = (
    parents, standing, cells, trials, *,
    seed, purpose, attempt, tournament, crossover, crossover_index, mutation, mutation_index
))]
#[allow(clippy::too_many_arguments)] // the signature of Python
pub fn offspring<'py>(
    py: Python<'py>,
    parents: PyReadonlyArray2<'py, f64>,
    standing: PyReadonlyArray1<'py, f64>,
    cells: PyReadonlyArray1<'py, i64>,
    trials: PyReadonlyArray1<'py, u64>,
    seed: u64,
    purpose: u64,
    attempt: u64,
    tournament: usize,
    crossover: f64,
    crossover_index: f64,
    mutation: f64,
    mutation_index: f64,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let (parents, standing) = (parents.as_slice()?, standing.as_slice()?);
    let (cells, trials) = (cells.as_slice()?, trials.as_slice()?);
    let variation = core::Variation { tournament, crossover, crossover_index, mutation, mutation_index };
    let draws = core::Stream { seed, purpose, attempt };
    let children = border::run(py, || core::offspring(parents, standing, cells, trials, &variation, &draws))?;
    border::matrix(py, children, trials.len(), cells.len())
}

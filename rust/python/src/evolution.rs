//! Wrappers of `tunewright_core::evolution`.

use numpy::{PyArray1, PyArray2};
use pyo3::{Bound, PyResult, Python, pyfunction};
use tunewright_core::evolution as core;

use crate::border::{self, Numbers, Rows};

type Vector<'py> = Bound<'py, PyArray1<f64>>;
type Matrix<'py> = Bound<'py, PyArray2<f64>>;
/// Their rows, and the crowding distance of each.
type Survivors<'py> = (Bound<'py, PyArray1<i64>>, Vector<'py>);

#[pyfunction]
#[pyo3(signature = (mean, sigma, covariance, factor, conjugate, path, *, steps, generation))]
#[allow(clippy::too_many_arguments, clippy::type_complexity)] // the signature of Python
pub fn adapted<'py>(
    py: Python<'py>,
    mean: Numbers<'py>,
    sigma: f64,
    covariance: Rows<'py>,
    factor: Rows<'py>,
    conjugate: Numbers<'py>,
    path: Numbers<'py>,
    steps: Rows<'py>,
    generation: u64,
) -> PyResult<(Vector<'py>, f64, Matrix<'py>, Matrix<'py>, Vector<'py>, Vector<'py>)> {
    let (mean, conjugate, path) =
        (mean.as_slice()?.to_vec(), conjugate.as_slice()?.to_vec(), path.as_slice()?.to_vec());
    let (covariance, factor) = (covariance.as_slice()?.to_vec(), factor.as_slice()?.to_vec());
    let before = core::Distribution { mean, sigma, covariance, factor, conjugate, path };
    let (steps, d) = (steps.as_slice()?, before.mean.len());
    let now = border::run(py, || core::adapted(&before, steps, generation))?;
    let (covariance, factor) = (border::matrix(py, now.covariance, d, d)?, border::matrix(py, now.factor, d, d)?);
    let [mean, conjugate, path] = [now.mean, now.conjugate, now.path].map(|values| border::vector(py, values));
    Ok((mean, now.sigma, covariance, factor, conjugate, path))
}

#[pyfunction]
#[pyo3(signature = (losses, violations, count))]
pub fn crowded_survivors<'py>(
    py: Python<'py>,
    losses: Rows<'py>,
    violations: Numbers<'py>,
    count: usize,
) -> PyResult<Survivors<'py>> {
    let (values, objectives, violations) = (losses.as_slice()?, losses.shape()[1], violations.as_slice()?);
    let (rows, distances) = border::run(py, || core::crowded_survivors(values, objectives, violations, count))?;
    Ok((border::vector(py, rows), border::vector(py, distances)))
}

#[pyfunction]
#[pyo3(signature = (losses, violations, count, *, directions, ideal, draws))]
pub fn niched_survivors<'py>(
    py: Python<'py>,
    losses: Rows<'py>,
    violations: Numbers<'py>,
    count: usize,
    directions: Rows<'py>,
    ideal: Numbers<'py>,
    draws: Numbers<'py>,
) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let (losses, violations, ideal) = (losses.as_slice()?, violations.as_slice()?, ideal.as_slice()?);
    let (directions, draws) = (directions.as_slice()?, draws.as_slice()?);
    let rows = border::run(py, || core::niched_survivors(losses, violations, directions, ideal, draws, count))?;
    Ok(border::vector(py, rows))
}

#[pyfunction]
#[pyo3(signature = (
    parents, standing, cells, trials, *, beats,
    seed, purpose, attempt, tournament, crossover, crossover_index, mutation, mutation_index
))]
#[allow(clippy::too_many_arguments)] // the signature of Python
pub fn offspring<'py>(
    py: Python<'py>,
    parents: Rows<'py>,
    standing: Numbers<'py>,
    cells: Numbers<'py, i64>,
    trials: Numbers<'py, u64>,
    beats: Option<Rows<'py, bool>>,
    seed: u64,
    purpose: u64,
    attempt: u64,
    tournament: usize,
    crossover: f64,
    crossover_index: f64,
    mutation: f64,
    mutation_index: f64,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let beats = beats.as_ref().map(|table| table.as_slice()).transpose()?;
    let (parents, standing) = (parents.as_slice()?, core::Standing { worth: standing.as_slice()?, beats });
    let (cells, trials) = (cells.as_slice()?, trials.as_slice()?);
    let variation = core::Variation { tournament, crossover, crossover_index, mutation, mutation_index };
    let draws = core::Stream { seed, purpose, attempt };
    let children = border::run(py, || core::offspring(parents, &standing, cells, trials, &variation, &draws))?;
    border::matrix(py, children, trials.len(), cells.len())
}

#[pyfunction]
#[pyo3(signature = (factor, trials, *, seed, purpose, attempt))]
pub fn steps<'py>(
    py: Python<'py>,
    factor: Rows<'py>,
    trials: Numbers<'py, u64>,
    seed: u64,
    purpose: u64,
    attempt: u64,
) -> PyResult<Matrix<'py>> {
    let (values, d, trials) = (factor.as_slice()?, factor.shape()[0], trials.as_slice()?);
    let draws = core::Stream { seed, purpose, attempt };
    let found = border::run(py, || core::steps(values, d, trials, &draws))?;
    border::matrix(py, found, trials.len(), d)
}

//! Wrappers of `tunewright_core::pareto`.

use numpy::{PyArray1, PyArray2};
use pyo3::{Bound, PyResult, Python, pyfunction};
use tunewright_core::pareto as core;

use crate::border::{self, Numbers, Rows};

/// Lower and upper corners of boxes.
type Corners<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<f64>>);

#[pyfunction]
#[pyo3(signature = (losses, *, violations=None))]
pub fn is_nondominated<'py>(
    py: Python<'py>,
    losses: Rows<'py>,
    violations: Option<Numbers<'py>>,
) -> PyResult<Bound<'py, PyArray1<bool>>> {
    let (values, objectives) = (losses.as_slice()?, losses.shape()[1]);
    let violations = violations.as_ref().map(|given| given.as_slice()).transpose()?;
    let mask = border::run(py, || match violations {
        None => core::is_nondominated(values, objectives),
        Some(violations) => core::is_nondominated_constrained(values, objectives, violations),
    })?;
    Ok(border::vector(py, mask))
}

#[pyfunction]
#[pyo3(signature = (losses, *, violations=None))]
pub fn nondominated_rank<'py>(
    py: Python<'py>,
    losses: Rows<'py>,
    violations: Option<Numbers<'py>>,
) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let (values, objectives) = (losses.as_slice()?, losses.shape()[1]);
    let violations = violations.as_ref().map(|given| given.as_slice()).transpose()?;
    let ranks = border::run(py, || match violations {
        None => core::nondominated_rank(values, objectives),
        Some(violations) => core::nondominated_rank_constrained(values, objectives, violations),
    })?;
    Ok(border::vector(py, ranks))
}

#[pyfunction]
pub fn crowding_distance<'py>(py: Python<'py>, losses: Rows<'py>) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (values, objectives) = (losses.as_slice()?, losses.shape()[1]);
    let distances = border::run(py, || core::crowding_distance(values, objectives))?;
    Ok(border::vector(py, distances))
}

#[pyfunction]
#[pyo3(signature = (losses, *, reference))]
pub fn hypervolume<'py>(py: Python<'py>, losses: Rows<'py>, reference: Numbers<'py>) -> PyResult<f64> {
    let (values, reference) = (losses.as_slice()?, reference.as_slice()?);
    border::run(py, || core::hypervolume(values, reference))
}

#[pyfunction]
#[pyo3(signature = (losses, *, reference))]
pub fn hypervolume_contributions<'py>(
    py: Python<'py>,
    losses: Rows<'py>,
    reference: Numbers<'py>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (values, reference) = (losses.as_slice()?, reference.as_slice()?);
    let contributions = border::run(py, || core::hypervolume_contributions(values, reference))?;
    Ok(border::vector(py, contributions))
}

#[pyfunction]
#[pyo3(signature = (losses, k, *, reference))]
pub fn hypervolume_subset<'py>(
    py: Python<'py>,
    losses: Rows<'py>,
    k: usize,
    reference: Numbers<'py>,
) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let (values, reference) = (losses.as_slice()?, reference.as_slice()?);
    let chosen = border::run(py, || core::hypervolume_subset(values, reference, k))?;
    Ok(border::vector(py, chosen))
}

#[pyfunction]
#[pyo3(signature = (losses, *, reference))]
pub fn igd_plus<'py>(py: Python<'py>, losses: Rows<'py>, reference: Rows<'py>) -> PyResult<f64> {
    let (values, objectives, reference) = (losses.as_slice()?, losses.shape()[1], reference.as_slice()?);
    border::run(py, || core::igd_plus(values, reference, objectives))
}

#[pyfunction]
#[pyo3(signature = (losses, *, reference, multiplicative))]
pub fn epsilon_indicator<'py>(
    py: Python<'py>,
    losses: Rows<'py>,
    reference: Rows<'py>,
    multiplicative: bool,
) -> PyResult<f64> {
    let (values, objectives, reference) = (losses.as_slice()?, losses.shape()[1], reference.as_slice()?);
    border::run(py, || core::epsilon_indicator(values, reference, objectives, multiplicative))
}

#[pyfunction]
#[pyo3(signature = (losses, *, reference))]
pub fn box_decomposition<'py>(py: Python<'py>, losses: Rows<'py>, reference: Numbers<'py>) -> PyResult<Corners<'py>> {
    let (values, reference) = (losses.as_slice()?, reference.as_slice()?);
    let boxes = border::run(py, || core::box_decomposition(values, reference))?;
    let (rows, columns) = (boxes.lower.len() / reference.len(), reference.len());
    Ok((border::matrix(py, boxes.lower, rows, columns)?, border::matrix(py, boxes.upper, rows, columns)?))
}

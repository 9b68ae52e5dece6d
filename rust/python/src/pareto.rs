//! Wrappers of `tunewright_core::pareto`.

use numpy::{PyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::{Bound, PyResult, Python, pyfunction};
use tunewright_core::pareto as core;

use crate::border;

#[pyfunction]
pub fn is_nondominated<'py>(
    py: Python<'py>,
    losses: PyReadonlyArray2<'py, f64>,
) -> PyResult<Bound<'py, PyArray1<bool>>> {
    let (values, objectives) = (losses.as_slice()?, losses.shape()[1]);
    let mask = border::run(py, || core::is_nondominated(values, objectives))?;
    Ok(border::vector(py, mask))
}

//! Wrappers of `tunewright_core::acquisition`.

use numpy::PyArray1;
use pyo3::{Bound, PyResult, Python, pyfunction};
use tunewright_core::acquisition::{Acquisition, evaluate};

use crate::border::{self, Numbers};

type Triple<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

#[pyfunction]
pub fn expected_improvement<'py>(
    py: Python<'py>,
    mean: Numbers<'py>,
    std: Numbers<'py>,
    best: f64,
) -> PyResult<Triple<'py>> {
    let (mean, std) = (mean.as_slice()?, std.as_slice()?);
    Ok(triple(py, border::run(py, || evaluate(Acquisition::ExpectedImprovement { best }, mean, std))?))
}

#[pyfunction]
pub fn log_expected_improvement<'py>(
    py: Python<'py>,
    mean: Numbers<'py>,
    std: Numbers<'py>,
    best: f64,
) -> PyResult<Triple<'py>> {
    let (mean, std) = (mean.as_slice()?, std.as_slice()?);
    Ok(triple(py, border::run(py, || evaluate(Acquisition::LogExpectedImprovement { best }, mean, std))?))
}

#[pyfunction]
pub fn probability_of_improvement<'py>(
    py: Python<'py>,
    mean: Numbers<'py>,
    std: Numbers<'py>,
    best: f64,
) -> PyResult<Triple<'py>> {
    let (mean, std) = (mean.as_slice()?, std.as_slice()?);
    Ok(triple(py, border::run(py, || evaluate(Acquisition::ProbabilityOfImprovement { best }, mean, std))?))
}

#[pyfunction]
pub fn log_probability_of_improvement<'py>(
    py: Python<'py>,
    mean: Numbers<'py>,
    std: Numbers<'py>,
    best: f64,
) -> PyResult<Triple<'py>> {
    let (mean, std) = (mean.as_slice()?, std.as_slice()?);
    Ok(triple(py, border::run(py, || evaluate(Acquisition::LogProbabilityOfImprovement { best }, mean, std))?))
}

#[pyfunction]
pub fn lower_confidence_bound<'py>(
    py: Python<'py>,
    mean: Numbers<'py>,
    std: Numbers<'py>,
    kappa: f64,
) -> PyResult<Triple<'py>> {
    let (mean, std) = (mean.as_slice()?, std.as_slice()?);
    Ok(triple(py, border::run(py, || evaluate(Acquisition::LowerConfidenceBound { kappa }, mean, std))?))
}

fn triple(py: Python<'_>, [value, d_mean, d_std]: [Vec<f64>; 3]) -> Triple<'_> {
    (border::vector(py, value), border::vector(py, d_mean), border::vector(py, d_std))
}

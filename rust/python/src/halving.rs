//! Wrappers of `tunewright_core::halving`. The methods of the two classes answer in about a microsecond and keep the
//! interpreter's lock.

use numpy::PyArray1;
use pyo3::{Bound, PyResult, Python, pyclass, pyfunction, pymethods};
use tunewright_core::halving as core;

use crate::border::{self, Numbers, Rows};

type Bracket<'py> = (Bound<'py, PyArray1<u64>>, Bound<'py, PyArray1<u64>>);

#[pyfunction]
pub fn levels(
    py: Python<'_>,
    min_resource: u64,
    max_resource: u64,
    reduction_factor: u64,
) -> PyResult<Bound<'_, PyArray1<u64>>> {
    let levels = border::run(py, || core::levels(min_resource, max_resource, reduction_factor))?;
    Ok(border::vector(py, levels))
}

#[pyfunction]
pub fn brackets(
    py: Python<'_>,
    min_resource: u64,
    max_resource: u64,
    reduction_factor: u64,
) -> PyResult<Vec<Bracket<'_>>> {
    let brackets = border::run(py, || core::brackets(min_resource, max_resource, reduction_factor))?;
    Ok(brackets.into_iter().map(|(sizes, steps)| (border::vector(py, sizes), border::vector(py, steps))).collect())
}

#[pyfunction]
pub fn leaders<'py>(
    py: Python<'py>,
    losses: Rows<'py>,
    violations: Numbers<'py>,
    count: usize,
) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let (values, objectives, violations) = (losses.as_slice()?, losses.shape()[1], violations.as_slice()?);
    let rows = border::run(py, || core::leaders(values, objectives, violations, count))?;
    Ok(border::vector(py, rows))
}

#[pyfunction]
pub fn epsilon_net<'py>(py: Python<'py>, losses: Rows<'py>, count: usize) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let (values, objectives) = (losses.as_slice()?, losses.shape()[1]);
    let rows = border::run(py, || core::epsilon_net(values, objectives, count))?;
    Ok(border::vector(py, rows))
}

/// Trials in order of (violation, loss, number): inserted and counted in O(log n).
#[pyclass(module = "tunewright._rust._core")]
pub struct Ranking(core::Ranking);

#[pymethods]
impl Ranking {
    #[new]
    fn new() -> Self {
        Self(core::Ranking::default())
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// Insert a trial; how many come before it, or None (and nothing is inserted) for a NaN.
    #[pyo3(signature = (trial, loss, violation=0.0))]
    fn insert(&mut self, trial: u64, loss: f64, violation: f64) -> Option<usize> {
        self.0.insert(trial, loss, violation)
    }

    /// How many trials are strictly better, whatever their numbers; 0 for a NaN.
    #[pyo3(signature = (loss, violation=0.0))]
    fn better(&self, loss: f64, violation: f64) -> usize {
        self.0.better(loss, violation)
    }
}

/// The rungs of asynchronous successive halving; see `tunewright.reference.halving.Rungs` for every method.
#[pyclass(module = "tunewright._rust._core")]
pub struct Rungs(core::Rungs);

#[pymethods]
impl Rungs {
    #[new]
    #[pyo3(signature = (levels, reduction_factor, tolerance=None))]
    fn new(py: Python<'_>, levels: Vec<u64>, reduction_factor: u64, tolerance: Option<f64>) -> PyResult<Self> {
        border::run(py, || core::Rungs::new(&levels, reduction_factor, tolerance)).map(Self)
    }

    /// Take in a report: 0 where it enters no rung, 1 ahead (among the best n / η of its rung, at least one), 2 behind.
    #[pyo3(signature = (trial, step, loss, violation=0.0))]
    fn enter(&mut self, trial: u64, step: u64, loss: f64, violation: f64) -> u8 {
        self.0.enter(trial, step, loss, violation) as u8
    }

    /// Up to `limit` trials that may be promoted: from the highest rung below the ceiling downwards, the best first.
    fn promotable(&self, limit: usize) -> Vec<u64> {
        self.0.promotable(limit)
    }

    /// The trial has ended: it keeps its place on its rung and is never promotable again.
    fn settle(&mut self, trial: u64) {
        self.0.settle(trial);
    }

    /// The highest rung a trial has entered, or None.
    fn rung(&self, trial: u64) -> Option<usize> {
        self.0.rung(trial)
    }

    /// How many trials entered each rung.
    fn sizes(&self) -> Vec<usize> {
        self.0.sizes()
    }

    /// The best `count` trials that entered a rung, in order.
    fn best(&self, rung: usize, count: usize) -> Vec<u64> {
        self.0.best(rung, count)
    }

    /// The highest rung that trials are promoted to; it grows with the record when there is a tolerance.
    #[getter]
    fn ceiling(&self) -> usize {
        self.0.ceiling()
    }
}

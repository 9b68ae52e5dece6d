//! Wrapper of `tunewright_core::parzen`.

use numpy::{PyArray1, PyArray2};
use pyo3::{Bound, PyResult, Python, pyclass, pymethods};
use tunewright_core::{Error, parzen as core};

use crate::border::{self, Numbers, Rows};

/// A Parzen density whose components come and go; see `tunewright.reference.parzen.Mixture` for every method.
#[pyclass(module = "tunewright._rust._core")]
pub struct Mixture(core::Mixture);

#[pymethods]
impl Mixture {
    #[new]
    #[pyo3(signature = (cells, least, *, prior_weight=1.0, fresh=25))]
    fn new(py: Python<'_>, cells: Vec<i64>, least: Vec<f64>, prior_weight: f64, fresh: usize) -> PyResult<Self> {
        border::run(py, || core::Mixture::new(&cells, &least, prior_weight, fresh)).map(Self)
    }

    fn __len__(&self) -> usize {
        self.0.trials().len()
    }

    /// Numbers of the trials whose observations are the components, ascending.
    fn trials<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        numbers(py, self.0.trials())
    }

    /// Components at `rows` for `trials`; one that is there already is replaced.
    fn insert(&mut self, py: Python<'_>, trials: Vec<u64>, rows: Rows<'_>) -> PyResult<()> {
        let rows = rows.as_slice()?;
        border::run(py, || self.0.insert(&trials, rows))
    }

    /// The components of `trials` leave; those that are not there are none.
    fn remove(&mut self, trials: Vec<u64>) {
        self.0.remove(&trials);
    }

    /// Logarithms of the density at `points`.
    #[pyo3(signature = (points, *, log_prior=None, weights=None))]
    fn log_density<'py>(
        &mut self,
        py: Python<'py>,
        points: Rows<'py>,
        log_prior: Option<Rows<'py>>,
        weights: Option<Numbers<'py>>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let points = points.as_slice()?;
        let log_prior = log_prior.as_ref().map(|array| array.as_slice()).transpose()?;
        let weights = weights.as_ref().map(|array| array.as_slice()).transpose()?;
        let found = border::run(py, || self.0.log_density(points, log_prior, weights))?;
        Ok(border::vector(py, found))
    }

    /// Points drawn from the mixture.
    #[pyo3(signature = (draws, fallback, *, weights=None))]
    fn sample<'py>(
        &mut self,
        py: Python<'py>,
        draws: Rows<'py>,
        fallback: Rows<'py>,
        weights: Option<Numbers<'py>>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (rows, columns) = (fallback.shape()[0], fallback.shape()[1]);
        let (draws, fallback) = (draws.as_slice()?, fallback.as_slice()?);
        let weights = weights.as_ref().map(|array| array.as_slice()).transpose()?;
        let points = border::run(py, || self.0.sample(draws, fallback, weights))?;
        border::matrix(py, points, rows, columns)
    }
}

/// The densities of good and other trials; see `tunewright.reference.parzen.Estimator` for every method.
#[pyclass(module = "tunewright._rust._core")]
pub struct Estimator(core::Estimator);

#[pymethods]
impl Estimator {
    #[new]
    #[pyo3(signature = (cells, least, groups, *, prior_weight=1.0, fresh=25))]
    fn new(
        py: Python<'_>,
        cells: Vec<i64>,
        least: Vec<f64>,
        groups: Vec<Vec<usize>>,
        prior_weight: f64,
        fresh: usize,
    ) -> PyResult<Self> {
        border::run(py, || core::Estimator::new(&cells, &least, &groups, prior_weight, fresh)).map(Self)
    }

    /// Numbers of the good trials, ascending.
    fn good<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        numbers(py, self.0.good())
    }

    /// Numbers of the trials in the two densities of a group.
    fn members<'py>(&self, py: Python<'py>, group: usize) -> PyResult<[Bound<'py, PyArray1<i64>>; 2]> {
        border::run(py, || self.0.members(group)).map(|densities| densities.map(|trials| numbers(py, trials)))
    }

    /// The trials `good`, and no others, are the good ones from now on.
    fn split(&mut self, py: Python<'_>, good: Vec<u64>) -> PyResult<()> {
        border::run(py, || self.0.split(&good))
    }

    /// The `trials` are at `rows` now.
    fn place(&mut self, py: Python<'_>, trials: Vec<u64>, rows: Rows<'_>) -> PyResult<()> {
        let rows = rows.as_slice()?;
        border::run(py, || self.0.place(&trials, rows))
    }

    /// Trials that are not good are not there any more.
    fn forget(&mut self, trials: Vec<u64>) {
        self.0.forget(&trials);
    }

    /// Points drawn from the density of the good trials.
    #[pyo3(signature = (draws, *, fallback=None, weights=None))]
    fn sample<'py>(
        &mut self,
        py: Python<'py>,
        draws: Numbers<'py>,
        fallback: Option<Rows<'py>>,
        weights: Option<Numbers<'py>>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        self.made(py, core::Estimator::sample, &draws, fallback, weights)
    }

    /// Points drawn from the density of the good trials, the most probable against the others first.
    #[pyo3(signature = (draws, *, fallback=None, weights=None))]
    fn candidates<'py>(
        &mut self,
        py: Python<'py>,
        draws: Numbers<'py>,
        fallback: Option<Rows<'py>>,
        weights: Option<Numbers<'py>>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        self.made(py, core::Estimator::candidates, &draws, fallback, weights)
    }

    /// The first of `count` candidates, drawn by the stream of (seed, trial, purpose).
    #[pyo3(signature = (seed, trial, purpose, count, *, weights=None))]
    fn candidate<'py>(
        &mut self,
        py: Python<'py>,
        seed: u64,
        trial: u64,
        purpose: u64,
        count: usize,
        weights: Option<Numbers<'py>>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let weights = weights.as_ref().map(|array| array.as_slice()).transpose()?;
        let point = border::run(py, || self.0.candidate([seed, trial, purpose], count, weights))?;
        self.matrix(py, point)
    }

    /// `points`, the most probable among the good trials against the others first.
    #[pyo3(signature = (points, *, log_prior=None, belief=0.0, weights=None))]
    fn ranked<'py>(
        &mut self,
        py: Python<'py>,
        points: Rows<'py>,
        log_prior: Option<Rows<'py>>,
        belief: f64,
        weights: Option<Numbers<'py>>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let points = points.as_slice()?;
        let log_prior = log_prior.as_ref().map(|array| array.as_slice()).transpose()?;
        let weights = weights.as_ref().map(|array| array.as_slice()).transpose()?;
        let ranked = border::run(py, || self.0.ranked(points, log_prior, belief, weights))?;
        self.matrix(py, ranked)
    }
}

/// What makes points: an estimator, draws, fallback, weights.
type Making = fn(&mut core::Estimator, &[f64], Option<&[f64]>, Option<&[f64]>) -> Result<Vec<f64>, Error>;

impl Estimator {
    fn made<'py>(
        &mut self,
        py: Python<'py>,
        make: Making,
        draws: &Numbers<'py>,
        fallback: Option<Rows<'py>>,
        weights: Option<Numbers<'py>>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let draws = draws.as_slice()?;
        let fallback = fallback.as_ref().map(|array| array.as_slice()).transpose()?;
        let weights = weights.as_ref().map(|array| array.as_slice()).transpose()?;
        let points = border::run(py, || make(&mut self.0, draws, fallback, weights))?;
        self.matrix(py, points)
    }

    fn matrix<'py>(&self, py: Python<'py>, points: Vec<f64>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let columns = self.0.dimension();
        let rows = points.len() / columns;
        border::matrix(py, points, rows, columns)
    }
}

fn numbers<'py>(py: Python<'py>, trials: &[u64]) -> Bound<'py, PyArray1<i64>> {
    border::vector(py, trials.iter().map(|trial| trial.cast_signed()).collect())
}

//! Wrapper of `tunewright_core::parzen`.

use numpy::{PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::{Bound, PyRefMut, PyResult, Python, pyclass, pymethods};
use tunewright_core::{Error, parzen as core};

use crate::border;

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
        border::vector(py, self.0.trials().iter().map(|&trial| trial.cast_signed()).collect())
    }

    /// Components at `rows` for `trials`; one that is there already is replaced.
    fn insert(&mut self, py: Python<'_>, trials: Vec<u64>, rows: PyReadonlyArray2<'_, f64>) -> PyResult<()> {
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
        points: PyReadonlyArray2<'py, f64>,
        log_prior: Option<PyReadonlyArray2<'py, f64>>,
        weights: Option<PyReadonlyArray1<'py, f64>>,
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
        draws: PyReadonlyArray2<'py, f64>,
        fallback: PyReadonlyArray2<'py, f64>,
        weights: Option<PyReadonlyArray1<'py, f64>>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (rows, columns) = (fallback.shape()[0], fallback.shape()[1]);
        let (draws, fallback) = (draws.as_slice()?, fallback.as_slice()?);
        let weights = weights.as_ref().map(|array| array.as_slice()).transpose()?;
        let points = border::run(py, || self.0.sample(draws, fallback, weights))?;
        border::matrix(py, points, rows, columns)
    }

    /// Points drawn from the mixture, the most probable against `others` first.
    #[pyo3(signature = (draws, fallback, others, *, weights=None))]
    fn candidates<'py>(
        &mut self,
        py: Python<'py>,
        draws: PyReadonlyArray2<'py, f64>,
        fallback: PyReadonlyArray2<'py, f64>,
        others: PyRefMut<'py, Self>,
        weights: Option<PyReadonlyArray1<'py, f64>>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (rows, columns) = (fallback.shape()[0], fallback.shape()[1]);
        let points = self.compared(py, core::Mixture::candidates, [&draws, &fallback], others, weights)?;
        border::matrix(py, points, rows, columns)
    }

    /// The first of the candidates.
    #[pyo3(signature = (draws, fallback, others, *, weights=None))]
    fn candidate<'py>(
        &mut self,
        py: Python<'py>,
        draws: PyReadonlyArray2<'py, f64>,
        fallback: PyReadonlyArray2<'py, f64>,
        others: PyRefMut<'py, Self>,
        weights: Option<PyReadonlyArray1<'py, f64>>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let point = self.compared(py, core::Mixture::candidate, [&draws, &fallback], others, weights)?;
        Ok(border::vector(py, point))
    }
}

/// What ranks points by two mixtures: the one they are drawn from, the others, draws, fallback, weights.
type Comparison = fn(&mut core::Mixture, &mut core::Mixture, &[f64], &[f64], Option<&[f64]>) -> Result<Vec<f64>, Error>;

impl Mixture {
    fn compared(
        &mut self,
        py: Python<'_>,
        compare: Comparison,
        [draws, fallback]: [&PyReadonlyArray2<'_, f64>; 2],
        mut others: PyRefMut<'_, Self>,
        weights: Option<PyReadonlyArray1<'_, f64>>,
    ) -> PyResult<Vec<f64>> {
        let (draws, fallback, others) = (draws.as_slice()?, fallback.as_slice()?, &mut others.0);
        let weights = weights.as_ref().map(|array| array.as_slice()).transpose()?;
        border::run(py, || compare(&mut self.0, others, draws, fallback, weights))
    }
}

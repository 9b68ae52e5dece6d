//! Wrappers of `tunewright_core::maximise`.

use numpy::{PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::{Bound, PyResult, Python, pyfunction};
use tunewright_core::{
    acquisition::Acquisition,
    gp::Family,
    maximise::{self as core, Factorised, Mixed, Objective, Prior, Process, Settings, Surrogate},
};

use crate::border;

type Vector<'py> = PyReadonlyArray1<'py, f64>;
type Matrix<'py> = PyReadonlyArray2<'py, f64>;
/// Points and their values.
type Climbed<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>);
type Feasibility<'py> = (Matrix<'py>, Vector<'py>, Matrix<'py>, Vector<'py>, f64);

#[pyfunction]
#[pyo3(signature = (x, theta, kinds, factor, alpha, candidates, *, family, acquisition, best, kappa, feasibility, prior,
    threads))]
#[allow(clippy::too_many_arguments)]
pub fn evaluate<'py>(
    py: Python<'py>,
    x: Matrix<'py>,
    theta: Vector<'py>,
    kinds: PyReadonlyArray1<'py, u8>,
    factor: Matrix<'py>,
    alpha: Vector<'py>,
    candidates: Matrix<'py>,
    family: &str,
    acquisition: &str,
    best: f64,
    kappa: f64,
    feasibility: Vec<Feasibility<'py>>,
    prior: Option<(Vector<'py>, Vector<'py>)>,
    threads: usize,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let candidates = candidates.as_slice()?;
    let model = Model::new((&x, &theta, &factor, &alpha), kinds.as_slice()?, &feasibility, prior.as_ref())?;
    let values = border::run(py, || {
        let acquisition = Acquisition::parse(acquisition, best, kappa)?;
        model.with(family, acquisition, |objective| core::evaluate(objective, candidates, threads))
    })?;
    Ok(border::vector(py, values))
}

#[pyfunction]
#[pyo3(signature = (x, theta, kinds, factor, alpha, starts, levels, *, family, acquisition, best, kappa, feasibility,
    prior, bounds, iterations, tolerance, threads))]
#[allow(clippy::too_many_arguments)]
pub fn climb<'py>(
    py: Python<'py>,
    x: Matrix<'py>,
    theta: Vector<'py>,
    kinds: PyReadonlyArray1<'py, u8>,
    factor: Matrix<'py>,
    alpha: Vector<'py>,
    starts: Matrix<'py>,
    levels: PyReadonlyArray1<'py, usize>,
    family: &str,
    acquisition: &str,
    best: f64,
    kappa: f64,
    feasibility: Vec<Feasibility<'py>>,
    prior: Option<(Vector<'py>, Vector<'py>)>,
    bounds: (Vector<'py>, Vector<'py>),
    iterations: usize,
    tolerance: f64,
    threads: usize,
) -> PyResult<Climbed<'py>> {
    let (starts, settings) = (starts.as_slice()?, Settings { iterations, tolerance, threads });
    let (lower, upper) = (bounds.0.as_slice()?, bounds.1.as_slice()?);
    let mixed = Mixed { kinds: kinds.as_slice()?, levels: levels.as_slice()?, lower, upper };
    let model = Model::new((&x, &theta, &factor, &alpha), mixed.kinds, &feasibility, prior.as_ref())?;
    let (points, values) = border::run(py, || {
        let acquisition = Acquisition::parse(acquisition, best, kappa)?;
        model.with(family, acquisition, |objective| core::climb(objective, mixed, starts, settings))
    })?;
    Ok((border::matrix(py, points, values.len(), mixed.kinds.len())?, border::vector(py, values)))
}

/// The views of everything that makes up the objective.
struct Model<'a> {
    data: Factorised<'a>,
    feasibility: Vec<(Factorised<'a>, f64)>,
    prior: Option<Prior<'a>>,
}

impl<'a> Model<'a> {
    fn new<'py: 'a>(
        (x, theta, factor, alpha): (&'a Matrix<'py>, &'a Vector<'py>, &'a Matrix<'py>, &'a Vector<'py>),
        kinds: &'a [u8],
        feasibility: &'a [Feasibility<'py>],
        prior: Option<&'a (Vector<'py>, Vector<'py>)>,
    ) -> PyResult<Self> {
        let data = factorised(x, theta, kinds, factor, alpha)?;
        let feasibility = feasibility.iter().map(|(x, theta, factor, alpha, threshold)| -> PyResult<_> {
            Ok((factorised(x, theta, kinds, factor, alpha)?, *threshold))
        });
        let prior = prior.map(|(centre, precision)| -> PyResult<_> {
            Ok(Prior { centre: centre.as_slice()?, precision: precision.as_slice()? })
        });
        Ok(Self { data, feasibility: feasibility.collect::<PyResult<_>>()?, prior: prior.transpose()? })
    }

    fn with<T>(
        &self,
        family: &str,
        acquisition: Acquisition,
        kernel: impl FnOnce(&Objective) -> tunewright_core::Result<T>,
    ) -> tunewright_core::Result<T> {
        let family = Family::parse(family)?;
        let model = Process::new(self.data, family)?;
        let constraints =
            self.feasibility.iter().map(|&(data, threshold)| Ok((Process::new(data, family)?, threshold)));
        let constraints = constraints.collect::<tunewright_core::Result<Vec<_>>>()?;
        let feasibility: Vec<_> =
            constraints.iter().map(|(process, limit)| (process as &dyn Surrogate, *limit)).collect();
        kernel(&Objective { model: &model, acquisition, feasibility: &feasibility, prior: self.prior })
    }
}

fn factorised<'a, 'py: 'a>(
    x: &'a Matrix<'py>,
    theta: &'a Vector<'py>,
    kinds: &'a [u8],
    factor: &'a Matrix<'py>,
    alpha: &'a Vector<'py>,
) -> PyResult<Factorised<'a>> {
    let (x, theta, factor, alpha) = (x.as_slice()?, theta.as_slice()?, factor.as_slice()?, alpha.as_slice()?);
    Ok(Factorised { x, theta, kinds, factor, alpha })
}

//! Wrappers of `tunewright_core::maximise` for one output.

use numpy::{PyArray1, PyArray2};
use pyo3::{Bound, PyResult, Python, pyfunction};
use tunewright_core::{
    Error, Result,
    acquisition::Acquisition,
    gp::{Family, Functions},
    maximise::{self as core, Factorised, Fantasies, Mixed, Objective, Process, Scored, Settings, Term},
};

use crate::{
    border::{self, Numbers, Rows},
    objective::{Added, Feasibility},
};

/// Points and their values.
pub type Climbed<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>);

#[pyfunction]
#[pyo3(signature = (x, theta, kinds, factor, alpha, candidates, *, family, acquisition, best, kappa, feasibility, prior,
    threads))]
#[allow(clippy::too_many_arguments)]
pub fn evaluate<'py>(
    py: Python<'py>,
    x: Rows<'py>,
    theta: Numbers<'py>,
    kinds: Numbers<'py, u8>,
    factor: Rows<'py>,
    alpha: Rows<'py>,
    candidates: Rows<'py>,
    family: &str,
    acquisition: &str,
    best: Numbers<'py>,
    kappa: f64,
    feasibility: Vec<Feasibility<'py>>,
    prior: Option<(Numbers<'py>, Numbers<'py>)>,
    threads: usize,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let candidates = candidates.as_slice()?;
    let promise = Promise { alphas: alpha.as_slice()?, acquisition, bests: best.as_slice()?, kappa };
    let model = Model::new((&x, &theta, &factor), kinds.as_slice()?, promise)?;
    let added = Added::new(kinds.as_slice()?, &feasibility, prior.as_ref())?;
    let values =
        border::run(py, || model.with(&added, family, |objective| core::evaluate(objective, candidates, threads)))?;
    Ok(border::vector(py, values))
}

#[pyfunction]
#[pyo3(signature = (x, theta, kinds, factor, alpha, starts, levels, *, family, acquisition, best, kappa, feasibility,
    prior, bounds, iterations, tolerance, threads))]
#[allow(clippy::too_many_arguments)]
pub fn climb<'py>(
    py: Python<'py>,
    x: Rows<'py>,
    theta: Numbers<'py>,
    kinds: Numbers<'py, u8>,
    factor: Rows<'py>,
    alpha: Rows<'py>,
    starts: Rows<'py>,
    levels: Numbers<'py, usize>,
    family: &str,
    acquisition: &str,
    best: Numbers<'py>,
    kappa: f64,
    feasibility: Vec<Feasibility<'py>>,
    prior: Option<(Numbers<'py>, Numbers<'py>)>,
    bounds: (Numbers<'py>, Numbers<'py>),
    iterations: usize,
    tolerance: f64,
    threads: usize,
) -> PyResult<Climbed<'py>> {
    let (starts, settings) = (starts.as_slice()?, Settings { iterations, tolerance, threads });
    let (lower, upper) = (bounds.0.as_slice()?, bounds.1.as_slice()?);
    let mixed = Mixed { kinds: kinds.as_slice()?, levels: levels.as_slice()?, lower, upper };
    let promise = Promise { alphas: alpha.as_slice()?, acquisition, bests: best.as_slice()?, kappa };
    let model = Model::new((&x, &theta, &factor), mixed.kinds, promise)?;
    let added = Added::new(mixed.kinds, &feasibility, prior.as_ref())?;
    let (points, values) =
        border::run(py, || model.with(&added, family, |objective| core::climb(objective, mixed, starts, settings)))?;
    Ok((border::matrix(py, points, values.len(), mixed.kinds.len())?, border::vector(py, values)))
}

/// What a point may promise: an acquisition of one process, or of several that differ in their weights.
#[derive(Clone, Copy)]
struct Promise<'a> {
    /// (s, n)
    alphas: &'a [f64],
    acquisition: &'a str,
    /// (s,)
    bests: &'a [f64],
    kappa: f64,
}

/// The views of a process and of what it may promise.
struct Model<'a> {
    data: Factorised<'a>,
    promise: Promise<'a>,
}

impl<'a> Model<'a> {
    fn new<'py: 'a>(
        (x, theta, factor): (&'a Rows<'py>, &'a Numbers<'py>, &'a Rows<'py>),
        kinds: &'a [u8],
        promise: Promise<'a>,
    ) -> PyResult<Self> {
        let alpha = &promise.alphas[..promise.alphas.len() / promise.bests.len().max(1)];
        let (x, theta, factor) = (x.as_slice()?, theta.as_slice()?, factor.as_slice()?);
        Ok(Self { data: Factorised { x, theta, kinds, factor, alpha }, promise })
    }

    /// Runs `kernel` on the sum of the promise and what is added.
    fn with<T>(&self, added: &Added, family: &str, kernel: impl FnOnce(&Objective) -> Result<T>) -> Result<T> {
        let family = Family::parse(family)?;
        let Factorised { x, theta, kinds, .. } = self.data;
        let Promise { alphas, acquisition, bests, kappa } = self.promise;
        let model = Process::new(self.data, family)?;
        let acquisition = Acquisition::parse(acquisition, bests.first().copied().unwrap_or(f64::NAN), kappa)?;
        let promise: Box<dyn Term> = match acquisition {
            _ if bests.len() == 1 => Box::new(Scored { model: &model, acquisition }),
            Acquisition::LogExpectedImprovement { .. } => {
                Box::new(Fantasies::new(&model, Functions::new(x, theta, kinds, family, alphas)?, bests)?)
            }
            _ => return Err(Error::Length { argument: "best", expected: 1, got: bests.len() }),
        };
        added.with(&*promise, kinds.len(), family, kernel)
    }
}

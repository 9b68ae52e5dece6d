//! Wrappers of `tunewright_core::{acquisition, maximise}` for the hypervolume of several outputs.

use numpy::{PyArray1, PyArray2};
use pyo3::{Bound, PyResult, Python, pyfunction};
use tunewright_core::{
    Result,
    acquisition::Region,
    gp::Family,
    maximise::{self as core, Factorised, Front, Mixed, Objective, Process, Settings, Surrogate},
};

use crate::{
    border::{self, Numbers, Rows},
    maximise::Climbed,
    objective::{Added, Arrays, Feasibility, factorised},
};

/// Values and their derivatives in mean and deviation.
type Differentiated<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<f64>>);

#[pyfunction]
#[pyo3(signature = (processes, kinds, candidates, lower, upper, *, family, feasibility, prior, threads))]
#[allow(clippy::too_many_arguments)]
pub fn evaluate_front<'py>(
    py: Python<'py>,
    processes: Vec<Arrays<'py>>,
    kinds: Numbers<'py, u8>,
    candidates: Rows<'py>,
    lower: Rows<'py>,
    upper: Rows<'py>,
    family: &str,
    feasibility: Vec<Feasibility<'py>>,
    prior: Option<(Numbers<'py>, Numbers<'py>)>,
    threads: usize,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (candidates, m) = (candidates.as_slice()?, lower.shape()[1]);
    let (lower, upper) = (lower.as_slice()?, upper.as_slice()?);
    let models = Models::new(&processes, kinds.as_slice()?)?;
    let added = Added::new(kinds.as_slice()?, &feasibility, prior.as_ref())?;
    let values = border::run(py, || {
        let region = Region::new(lower, upper, m)?;
        models.with(&region, &added, family, |objective| core::evaluate(objective, candidates, threads))
    })?;
    Ok(border::vector(py, values))
}

#[pyfunction]
#[pyo3(signature = (processes, kinds, starts, levels, lower, upper, *, family, feasibility, prior, bounds,
    iterations, tolerance, threads))]
#[allow(clippy::too_many_arguments)]
pub fn climb_front<'py>(
    py: Python<'py>,
    processes: Vec<Arrays<'py>>,
    kinds: Numbers<'py, u8>,
    starts: Rows<'py>,
    levels: Numbers<'py, usize>,
    lower: Rows<'py>,
    upper: Rows<'py>,
    family: &str,
    feasibility: Vec<Feasibility<'py>>,
    prior: Option<(Numbers<'py>, Numbers<'py>)>,
    bounds: (Numbers<'py>, Numbers<'py>),
    iterations: usize,
    tolerance: f64,
    threads: usize,
) -> PyResult<Climbed<'py>> {
    let (starts, settings) = (starts.as_slice()?, Settings { iterations, tolerance, threads });
    let (low, high) = (bounds.0.as_slice()?, bounds.1.as_slice()?);
    let mixed = Mixed { kinds: kinds.as_slice()?, levels: levels.as_slice()?, lower: low, upper: high };
    let (m, lower, upper) = (lower.shape()[1], lower.as_slice()?, upper.as_slice()?);
    let models = Models::new(&processes, mixed.kinds)?;
    let added = Added::new(mixed.kinds, &feasibility, prior.as_ref())?;
    let (points, values) = border::run(py, || {
        let region = Region::new(lower, upper, m)?;
        models.with(&region, &added, family, |objective| core::climb(objective, mixed, starts, settings))
    })?;
    Ok((border::matrix(py, points, values.len(), mixed.kinds.len())?, border::vector(py, values)))
}

#[pyfunction]
pub fn log_expected_hypervolume_improvement<'py>(
    py: Python<'py>,
    mean: Rows<'py>,
    std: Rows<'py>,
    lower: Rows<'py>,
    upper: Rows<'py>,
) -> PyResult<Differentiated<'py>> {
    let m = lower.shape()[1];
    let (mean, std, lower, upper) = (mean.as_slice()?, std.as_slice()?, lower.as_slice()?, upper.as_slice()?);
    let [value, d_mean, d_std] = border::run(py, || Region::new(lower, upper, m)?.evaluate(mean, std))?;
    let n = value.len();
    Ok((border::vector(py, value), border::matrix(py, d_mean, n, m)?, border::matrix(py, d_std, n, m)?))
}

/// The views of a process for each objective.
struct Models<'a> {
    processes: Vec<Factorised<'a>>,
    dimension: usize,
}

impl<'a> Models<'a> {
    fn new<'py: 'a>(processes: &'a [Arrays<'py>], kinds: &'a [u8]) -> PyResult<Self> {
        let views = processes.iter().map(|(x, theta, factor, alpha)| factorised((x, theta, factor, alpha), kinds));
        Ok(Self { processes: views.collect::<PyResult<_>>()?, dimension: kinds.len() })
    }

    /// Runs `kernel` on the sum of log EHVI and what is added.
    fn with<T>(
        &self,
        region: &Region,
        added: &Added,
        family: &str,
        kernel: impl FnOnce(&Objective) -> Result<T>,
    ) -> Result<T> {
        let family = Family::parse(family)?;
        let processes = self.processes.iter().map(|&data| Process::new(data, family)).collect::<Result<Vec<_>>>()?;
        let models = processes.iter().map(|process| process as &dyn Surrogate).collect();
        added.with(&Front::new(models, region)?, self.dimension, family, kernel)
    }
}

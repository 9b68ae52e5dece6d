//! What is maximised, from the arrays of a call: a promise, and what is added whatever is promised.

use pyo3::PyResult;
use tunewright_core::{
    Result,
    acquisition::Acquisition,
    gp::Family,
    maximise::{Factorised, Objective, Prior, Process, Scored, Term},
};

use crate::border::{Numbers, Rows};

/// Points, hyperparameters, factor and weights of a process.
pub type Arrays<'py> = (Rows<'py>, Numbers<'py>, Rows<'py>, Numbers<'py>);
/// The process of a constraint, and its threshold.
pub type Feasibility<'py> = (Rows<'py>, Numbers<'py>, Rows<'py>, Numbers<'py>, f64);

/// Constraints and a prior.
pub struct Added<'a> {
    feasibility: Vec<(Factorised<'a>, f64)>,
    prior: Option<Prior<'a>>,
}

impl<'a> Added<'a> {
    pub fn new<'py: 'a>(
        kinds: &'a [u8],
        feasibility: &'a [Feasibility<'py>],
        prior: Option<&'a (Numbers<'py>, Numbers<'py>)>,
    ) -> PyResult<Self> {
        let feasibility = feasibility
            .iter()
            .map(|(x, theta, factor, alpha, limit)| Ok((factorised((x, theta, factor, alpha), kinds)?, *limit)));
        let prior = prior.map(|(centre, precision)| -> PyResult<_> {
            Ok(Prior { centre: centre.as_slice()?, precision: precision.as_slice()? })
        });
        Ok(Self { feasibility: feasibility.collect::<PyResult<_>>()?, prior: prior.transpose()? })
    }

    /// Runs `kernel` on the sum of the promise and what is added.
    pub fn with<T>(
        &self,
        promise: &dyn Term,
        dimension: usize,
        family: Family,
        kernel: impl FnOnce(&Objective) -> Result<T>,
    ) -> Result<T> {
        let processes = self.feasibility.iter().map(|&(data, best)| Ok((Process::new(data, family)?, best)));
        let processes = processes.collect::<Result<Vec<_>>>()?;
        let constraints = processes.iter().map(|(model, best)| Scored {
            model,
            acquisition: Acquisition::LogProbabilityOfImprovement { best: *best },
        });
        let constraints: Vec<_> = constraints.collect();
        let mut terms = vec![promise];
        terms.extend(constraints.iter().map(|term| term as &dyn Term));
        terms.extend(self.prior.iter().map(|term| term as &dyn Term));
        kernel(&Objective { dimension, terms })
    }
}

/// The views of a process.
pub fn factorised<'a, 'py: 'a>(
    (x, theta, factor, alpha): (&'a Rows<'py>, &'a Numbers<'py>, &'a Rows<'py>, &'a Numbers<'py>),
    kinds: &'a [u8],
) -> PyResult<Factorised<'a>> {
    let (x, theta, factor, alpha) = (x.as_slice()?, theta.as_slice()?, factor.as_slice()?, alpha.as_slice()?);
    Ok(Factorised { x, theta, kinds, factor, alpha })
}

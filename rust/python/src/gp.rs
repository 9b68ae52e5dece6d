//! Wrappers of `tunewright_core::gp`.

use numpy::{PyArray1, PyArray2};
use pyo3::{Bound, IntoPyObject, PyResult, Python, pyfunction, types::PyTuple};
use tunewright_core::gp::{self as core, Family, Posterior, Problem};
use tunewright_core::quasi_newton::Settings;

use crate::border::{self, Numbers, Rows};

type Kinds<'py> = Numbers<'py, u8>;
type Matrix<'py> = Bound<'py, PyArray2<f64>>;
type Vector<'py> = Bound<'py, PyArray1<f64>>;

#[pyfunction]
#[pyo3(signature = (x, theta, kinds, *, family = "matern52", threads = 1))]
pub fn covariance<'py>(
    py: Python<'py>,
    x: Rows<'py>,
    theta: Numbers<'py>,
    kinds: Kinds<'py>,
    family: &str,
    threads: usize,
) -> PyResult<Matrix<'py>> {
    let (points, theta, kinds) = (x.as_slice()?, theta.as_slice()?, kinds.as_slice()?);
    let k = border::run(py, || core::covariance(points, theta, kinds, Family::parse(family)?, threads))?;
    border::matrix(py, k, x.shape()[0], x.shape()[0])
}

#[pyfunction]
#[pyo3(signature = (q, x, theta, kinds, *, family = "matern52", threads = 1))]
pub fn cross_covariance<'py>(
    py: Python<'py>,
    q: Rows<'py>,
    x: Rows<'py>,
    theta: Numbers<'py>,
    kinds: Kinds<'py>,
    family: &str,
    threads: usize,
) -> PyResult<Matrix<'py>> {
    let (queries, points) = (q.as_slice()?, x.as_slice()?);
    let (theta, kinds) = (theta.as_slice()?, kinds.as_slice()?);
    let k = border::run(py, || core::cross_covariance(queries, points, theta, kinds, Family::parse(family)?, threads))?;
    border::matrix(py, k, q.shape()[0], x.shape()[0])
}

#[pyfunction]
#[pyo3(signature = (x, y, theta, kinds, *, prior_mean, prior_std, noise = None, family = "matern52", threads = 1))]
#[allow(clippy::too_many_arguments)] // the signature of Python
pub fn negative_log_posterior<'py>(
    py: Python<'py>,
    x: Rows<'py>,
    y: Numbers<'py>,
    theta: Numbers<'py>,
    kinds: Kinds<'py>,
    prior_mean: Numbers<'py>,
    prior_std: Numbers<'py>,
    noise: Option<Numbers<'py>>,
    family: &str,
    threads: usize,
) -> PyResult<(f64, Vector<'py>)> {
    let (x, y, theta, kinds) = (x.as_slice()?, y.as_slice()?, theta.as_slice()?, kinds.as_slice()?);
    let (prior_mean, prior_std) = (prior_mean.as_slice()?, prior_std.as_slice()?);
    let noise = noise.as_ref().map(|noise| noise.as_slice()).transpose()?;
    let (value, gradient) = border::run(py, || {
        let problem = Problem { x, y, kinds, noise, prior_mean, prior_std, family: Family::parse(family)? };
        core::negative_log_posterior(&problem, theta, threads)
    })?;
    Ok((value, border::vector(py, gradient)))
}

#[pyfunction]
#[pyo3(signature = (x, y, kinds, *, starts, lower, upper, prior_mean, prior_std, noise = None, family = "matern52",
    iterations = 100, tolerance = 1e-5, threads = 1))]
#[allow(clippy::too_many_arguments)] // the signature of Python
pub fn fit<'py>(
    py: Python<'py>,
    x: Rows<'py>,
    y: Numbers<'py>,
    kinds: Kinds<'py>,
    starts: Rows<'py>,
    lower: Numbers<'py>,
    upper: Numbers<'py>,
    prior_mean: Numbers<'py>,
    prior_std: Numbers<'py>,
    noise: Option<Numbers<'py>>,
    family: &str,
    iterations: usize,
    tolerance: f64,
    threads: usize,
) -> PyResult<(Vector<'py>, f64)> {
    let (x, y, kinds, starts) = (x.as_slice()?, y.as_slice()?, kinds.as_slice()?, starts.as_slice()?);
    let (lower, upper) = (lower.as_slice()?, upper.as_slice()?);
    let (prior_mean, prior_std) = (prior_mean.as_slice()?, prior_std.as_slice()?);
    let noise = noise.as_ref().map(|noise| noise.as_slice()).transpose()?;
    let (theta, outcome) = border::run(py, || {
        let problem = Problem { x, y, kinds, noise, prior_mean, prior_std, family: Family::parse(family)? };
        core::fit(&problem, starts, lower, upper, Settings { iterations, tolerance }, threads)
    })?;
    Ok((border::vector(py, theta), outcome.value))
}

#[pyfunction]
#[pyo3(signature = (x, y, theta, kinds, *, noise = None, family = "matern52", threads = 1))]
#[allow(clippy::too_many_arguments)] // the signature of Python
pub fn factorise<'py>(
    py: Python<'py>,
    x: Rows<'py>,
    y: Numbers<'py>,
    theta: Numbers<'py>,
    kinds: Kinds<'py>,
    noise: Option<Numbers<'py>>,
    family: &str,
    threads: usize,
) -> PyResult<(Matrix<'py>, Vector<'py>, f64)> {
    let (x, y, theta, kinds) = (x.as_slice()?, y.as_slice()?, theta.as_slice()?, kinds.as_slice()?);
    let noise = noise.as_ref().map(|noise| noise.as_slice()).transpose()?;
    let (factor, alpha, added) =
        border::run(py, || core::factorise(x, y, theta, kinds, noise, Family::parse(family)?, threads))?;
    Ok((border::matrix(py, factor, y.len(), y.len())?, border::vector(py, alpha), added))
}

#[pyfunction]
#[pyo3(signature = (x, theta, kinds, factor, alpha, q, *, gradient = false, family = "matern52", threads = 1))]
#[allow(clippy::too_many_arguments)] // the signature of Python
pub fn predict<'py>(
    py: Python<'py>,
    x: Rows<'py>,
    theta: Numbers<'py>,
    kinds: Kinds<'py>,
    factor: Rows<'py>,
    alpha: Numbers<'py>,
    q: Rows<'py>,
    gradient: bool,
    family: &str,
    threads: usize,
) -> PyResult<Bound<'py, PyTuple>> {
    let (x, theta, kinds) = (x.as_slice()?, theta.as_slice()?, kinds.as_slice()?);
    let (factor, alpha, queries) = (factor.as_slice()?, alpha.as_slice()?, q.as_slice()?);
    let [mean, variance, dmean, dvariance] = border::run(py, || {
        let posterior = Posterior::new(x, theta, kinds, Family::parse(family)?, factor, alpha)?;
        core::predict(&posterior, queries, gradient, threads)
    })?;
    let (mean, variance) = (border::vector(py, mean), border::vector(py, variance));
    if !gradient {
        return (mean, variance).into_pyobject(py);
    }
    let shaped = |values| border::matrix(py, values, q.shape()[0], q.shape()[1]);
    (mean, variance, shaped(dmean)?, shaped(dvariance)?).into_pyobject(py)
}

#[pyfunction]
#[pyo3(signature = (x, theta, kinds, factor, alpha, q, normals, *, family = "matern52", threads = 1))]
#[allow(clippy::too_many_arguments)] // the signature of Python
pub fn sample<'py>(
    py: Python<'py>,
    x: Rows<'py>,
    theta: Numbers<'py>,
    kinds: Kinds<'py>,
    factor: Rows<'py>,
    alpha: Numbers<'py>,
    q: Rows<'py>,
    normals: Rows<'py>,
    family: &str,
    threads: usize,
) -> PyResult<Matrix<'py>> {
    let model = [x.as_slice()?, theta.as_slice()?, factor.as_slice()?, alpha.as_slice()?];
    let (kinds, queries, draws) = (kinds.as_slice()?, q.as_slice()?, normals.as_slice()?);
    let functions = border::run(py, || core::sample(model, kinds, queries, draws, Family::parse(family)?, threads))?;
    border::matrix(py, functions, normals.shape()[0], normals.shape()[1])
}

#[pyfunction]
pub fn leave_one_out<'py>(
    py: Python<'py>,
    factor: Rows<'py>,
    alpha: Numbers<'py>,
    y: Numbers<'py>,
) -> PyResult<(Vector<'py>, Vector<'py>)> {
    let (factor, alpha, y) = (factor.as_slice()?, alpha.as_slice()?, y.as_slice()?);
    let (mean, variance) = border::run(py, || core::leave_one_out(factor, alpha, y))?;
    Ok((border::vector(py, mean), border::vector(py, variance)))
}

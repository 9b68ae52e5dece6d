//! Wrapper of `tunewright_core::forest`.

use numpy::{PyArray1, PyArray2, ndarray::Array2};
use pyo3::{Bound, PyResult, Python, exceptions::PyValueError, pyclass, pymethods};
use tunewright_core::{Result, forest as core};

use crate::border::{self, Numbers, Rows};

type Vector<'py, T> = Bound<'py, PyArray1<T>>;
type Nodes<'py> = (
    Vector<'py, i64>,
    Vector<'py, f64>,
    Bound<'py, PyArray2<u64>>,
    Vector<'py, bool>,
    Vector<'py, i64>,
    Vector<'py, f64>,
    Vector<'py, f64>,
    Vector<'py, f64>,
);

/// A regression forest; see `tunewright.reference.forest.Forest` for every method.
#[pyclass(frozen, module = "tunewright._rust._core")]
pub struct Forest(core::Forest);

#[pymethods]
impl Forest {
    #[new]
    #[pyo3(signature = (
        x, y, categories, *,
        seed, purpose, first, trees, bootstrap, features, min_leaf, min_split, depth, thresholds, grouping, threads
    ))]
    #[allow(clippy::too_many_arguments)] // the signature of Python
    fn new(
        py: Python<'_>,
        x: Rows<'_>,
        y: Numbers<'_>,
        categories: Numbers<'_, i64>,
        seed: u64,
        purpose: u64,
        first: u64,
        trees: usize,
        bootstrap: bool,
        features: usize,
        min_leaf: usize,
        min_split: usize,
        depth: usize,
        thresholds: &str,
        grouping: &str,
        threads: usize,
    ) -> PyResult<Self> {
        let (x, y, categories) = (x.as_slice()?, y.as_slice()?, categories.as_slice()?);
        let grown = || -> Result<core::Forest> {
            let (thresholds, grouping) = (core::Thresholds::named(thresholds)?, core::Grouping::named(grouping)?);
            let growth = core::Growth {
                seed,
                purpose,
                first,
                trees,
                bootstrap,
                features,
                min_leaf,
                min_split,
                depth,
                thresholds,
                grouping,
            };
            core::Forest::grown(x, y, categories, &growth, threads)
        };
        border::run(py, grown).map(Self)
    }

    fn __len__(&self) -> usize {
        self.0.trees().len()
    }

    /// Mean and variance at points (q, d).
    #[pyo3(signature = (points, *, threads))]
    fn predict<'py>(
        &self,
        py: Python<'py>,
        points: Rows<'py>,
        threads: usize,
    ) -> PyResult<(Vector<'py, f64>, Vector<'py, f64>)> {
        let points = points.as_slice()?;
        let (mean, variance) = border::run(py, || self.0.predict(points, threads))?;
        Ok((border::vector(py, mean), border::vector(py, variance)))
    }

    /// Mean and variance at points (s m, d), m for each of the bases (s, d) that they are near to.
    #[pyo3(signature = (bases, points, *, threads))]
    fn predict_near<'py>(
        &self,
        py: Python<'py>,
        bases: Rows<'py>,
        points: Rows<'py>,
        threads: usize,
    ) -> PyResult<(Vector<'py, f64>, Vector<'py, f64>)> {
        let (bases, points) = (bases.as_slice()?, points.as_slice()?);
        let (mean, variance) = border::run(py, || self.0.predict_near(bases, points, threads))?;
        Ok((border::vector(py, mean), border::vector(py, variance)))
    }

    /// Mean and spread at values of one coordinate, all others averaged out.
    fn marginal<'py>(
        &self,
        py: Python<'py>,
        feature: usize,
        points: Numbers<'py>,
        absent: Numbers<'py>,
    ) -> PyResult<(Vector<'py, f64>, Vector<'py, f64>)> {
        let (points, absent) = (points.as_slice()?, absent.as_slice()?);
        let (mean, spread) = border::run(py, || self.0.marginal(feature, points, absent))?;
        Ok((border::vector(py, mean), border::vector(py, spread)))
    }

    /// Means over cells of two coordinates, all others averaged out.
    #[pyo3(signature = (first, second, absent, *, cells))]
    fn marginal_pair<'py>(
        &self,
        py: Python<'py>,
        first: usize,
        second: usize,
        absent: Numbers<'py>,
        cells: usize,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let absent = absent.as_slice()?;
        let (means, rows, columns) = border::run(py, || self.0.marginal_pair([first, second], cells, absent))?;
        border::matrix(py, means, rows, columns)
    }

    /// The nodes of a tree as columns.
    fn nodes<'py>(&self, py: Python<'py>, tree: usize) -> PyResult<Nodes<'py>> {
        let tree = border::run(py, || self.0.tree(tree).cloned())?;
        let shape = (tree.len(), tree.words);
        let masks =
            Array2::from_shape_vec(shape, tree.masks).map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok((
            border::vector(py, tree.feature),
            border::vector(py, tree.threshold),
            numpy::IntoPyArray::into_pyarray(masks, py),
            border::vector(py, tree.missing_left),
            border::vector(py, tree.right),
            border::vector(py, tree.mean),
            border::vector(py, tree.variance),
            border::vector(py, tree.weight),
        ))
    }
}

//! The border to Python: everything that every wrapper needs, once.

use numpy::{
    Element, IntoPyArray, Ix1, Ix2, PyArray1, PyArray2, PyReadonlyArray, PyUntypedArrayMethods,
    ndarray::{Array2, Dimension},
};
use pyo3::{
    Borrowed, Bound, FromPyObject, PyAny, PyErr, PyResult, Python,
    exceptions::{PyMemoryError, PyValueError},
    types::PyAnyMethods,
};
use tunewright_core::Error;

pyo3::import_exception!(numpy.linalg, LinAlgError);

/// Runs a kernel without the interpreter's lock and turns its error into a Python exception.
pub fn run<T: Send>(py: Python<'_>, kernel: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<T> {
    py.detach(kernel).map_err(|error| exception(&error))
}

/// An array of a call, with its numbers one after another, the last axis fastest, as the kernels read them. One that
/// lies in memory that way is borrowed; any other (transposed, strided, unaligned) `NumPy` copies.
pub struct Given<'py, T: Element, D: Dimension>(PyReadonlyArray<'py, T, D>);

/// An array of one dimension.
pub type Numbers<'py, T = f64> = Given<'py, T, Ix1>;
/// An array of two dimensions.
pub type Rows<'py, T = f64> = Given<'py, T, Ix2>;

impl<'a, 'py, T: Element + 'a, D: Dimension + 'a> FromPyObject<'a, 'py> for Given<'py, T, D> {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let array = PyReadonlyArray::extract(object)?;
        if array.is_c_contiguous() && array.as_slice().is_ok() {
            return Ok(Self(array));
        }
        array.call_method1("copy", ("C",))?.extract().map(Self)
    }
}

impl<T: Element, D: Dimension> Given<'_, T, D> {
    /// All numbers.
    pub fn as_slice(&self) -> PyResult<&[T]> {
        Ok(self.0.as_slice()?)
    }

    /// The length of each axis.
    pub fn shape(&self) -> &[usize] {
        self.0.shape()
    }
}

/// A kernel's row-major result as an array of shape (rows, columns); nothing is copied.
pub fn matrix(py: Python<'_>, values: Vec<f64>, rows: usize, columns: usize) -> PyResult<Bound<'_, PyArray2<f64>>> {
    let shaped = Array2::from_shape_vec((rows, columns), values);
    shaped.map(|array| array.into_pyarray(py)).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// A kernel's result as an array of one dimension; nothing is copied.
pub fn vector<T: numpy::Element>(py: Python<'_>, values: Vec<T>) -> Bound<'_, PyArray1<T>> {
    values.into_pyarray(py)
}

/// One arm for each error of the core, so that a new one does not compile until it has a meaning here.
fn exception(error: &Error) -> PyErr {
    match error {
        Error::OutOfRange { .. } | Error::Length { .. } | Error::Name { .. } => {
            PyValueError::new_err(error.to_string())
        }
        Error::NotPositiveDefinite { .. } => LinAlgError::new_err(error.to_string()),
        Error::TooLarge { .. } => PyMemoryError::new_err(error.to_string()),
    }
}

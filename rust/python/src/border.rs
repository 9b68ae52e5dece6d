//! The border to Python: everything that every wrapper needs, once.

use numpy::{IntoPyArray, PyArray1, PyArray2, PyReadonlyArray2, PyUntypedArrayMethods, ndarray::Array2};
use pyo3::{
    Bound, PyErr, PyResult, Python,
    exceptions::{PyMemoryError, PyValueError},
};
use tunewright_core::Error;

pyo3::import_exception!(numpy.linalg, LinAlgError);

/// Runs a kernel without the interpreter's lock and turns its error into a Python exception.
pub fn run<T: Send>(py: Python<'_>, kernel: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<T> {
    py.detach(kernel).map_err(|error| exception(&error))
}

/// The numbers of an array row by row; nothing is copied, so that they must lie in memory that way.
pub fn rows<'a>(name: &str, array: &'a PyReadonlyArray2<'_, f64>) -> PyResult<&'a [f64]> {
    if !array.is_c_contiguous() {
        let message = "expected an array whose rows lie in memory one after another, got another order";
        return Err(PyValueError::new_err(format!("{name}: {message}; pass numpy.ascontiguousarray({name})")));
    }
    Ok(array.as_slice()?)
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

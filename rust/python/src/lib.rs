//! `tunewright._rust._core`: the compiled module. Names here, in `_core.pyi` and in `_rust/__init__.py` are the same.

#![allow(clippy::needless_pass_by_value)] // Python's arguments arrive by value

mod border;
mod pareto;
mod sampling;

#[pyo3::pymodule]
mod _core {
    #[pymodule_export]
    use crate::pareto::is_nondominated;
    #[pymodule_export]
    use crate::sampling::{halton, sobol, stream, uniform};
}

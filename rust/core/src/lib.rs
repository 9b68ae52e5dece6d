//! The numerics of tunewright: pure functions on slices.
//!
//! No Python, no input or output, no clock, no global state, no generator of its own: what is random comes from
//! counter-based [`sampling`] streams, so that every result is a function of the arguments alone.
//!
//! | room             | holds                                                         |
//! |------------------|---------------------------------------------------------------|
//! | [`acquisition`]  | expected improvement and its kin with derivatives             |
//! | [`maximise`]     | climbs of an acquisition over a mixed box                     |
//! | [`linalg`]       | Cholesky, updates of the factor, solves, inverse              |
//! | [`gp`]           | kernels, likelihood, fit and posterior of a Gaussian process  |
//! | [`quasi_newton`] | descent within bounds                                         |
//! | [`sampling`]     | Philox streams, Sobol' and Halton points, plain and scrambled |
//! | [`pareto`]       | dominance and the non-dominated mask                          |
//! | [`parzen`]       | Parzen densities of a tree-structured Parzen estimator        |
//! | [`halving`]      | rungs, brackets, and who goes on training                     |
//! | [`forest`]       | regression forests over mixed coordinates                     |
//! | [`evolution`]    | survivors of a generation, and their offspring                |
//!
//! Matrices are row-major slices with their number of columns; results are owned vectors in the same layout.

pub mod acquisition;
mod error;
pub mod evolution;
pub mod forest;
pub mod gp;
pub mod halving;
mod lanes;
pub mod linalg;
mod matrix;
pub mod maximise;
pub mod pareto;
pub mod parzen;
pub mod quasi_newton;
pub mod sampling;

pub use error::{Error, Result};

//! The numerics of tunewright: pure functions on slices.
//!
//! No Python, no input or output, no clock, no global state, no generator of its own: what is random comes from
//! counter-based [`sampling`] streams, so that every result is a function of the arguments alone.
//!
//! | room         | holds                                                          |
//! |--------------|----------------------------------------------------------------|
//! | [`sampling`] | Philox streams, Sobol' and Halton points, plain and scrambled  |
//! | [`pareto`]   | dominance and the non-dominated mask                           |
//!
//! Matrices are row-major slices with their number of columns; results are owned vectors in the same layout.

mod error;
mod matrix;
pub mod pareto;
pub mod sampling;

pub use error::{Error, Result};

//! Linear algebra of positive definite matrices.
//!
//! | symbol | meaning                                              | layout                                |
//! |--------|------------------------------------------------------|---------------------------------------|
//! | A      | symmetric, positive definite                         | n × n, row-major; its upper half is read |
//! | L      | lower triangular, L L' = A                           | n × n, row-major, zeros above         |
//! | U      | L', what is computed inside, see [`Square`]          | rows padded to whole tiles            |
//!
//! One loop does nearly all the arithmetic: C -= P' Q for eight rows of C, with P and Q read along their rows
//! (`tile`). In row-major storage the factor U, the inverse and the solves with many right-hand sides all have this
//! form, so that nothing is ever transposed or packed on the way. Every element is summed in the same order whatever
//! the number of threads: one machine gives the same bits for any.

mod factor;
mod inverse;
mod square;
mod strips;
mod tile;
mod triangular;
mod update;

pub(crate) use factor::with_jitter;
pub use factor::{EPSILON, cholesky, factorise};
pub use inverse::{inverse, invert, subtract_inverse};
pub use square::Square;
pub(crate) use square::mirror;
pub(crate) use strips::Strips;
pub use triangular::{Panel, log_determinant, solve_lower, solve_upper, substitute_lower, substitute_upper};
pub(crate) use triangular::{axpy, dot, total};
pub use update::{append_row, remove_row};

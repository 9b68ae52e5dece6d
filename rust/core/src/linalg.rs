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
mod wide;

pub(crate) use factor::with_jitter;
pub use factor::{EPSILON, cholesky, factorise};
pub use inverse::{inverse, invert, subtract_inverse};
pub use square::Square;
pub(crate) use square::mirror;
pub(crate) use strips::Strips;
pub use triangular::{Panel, log_determinant, solve_lower, solve_upper, substitute_lower, substitute_upper};
pub(crate) use triangular::{axpy, dot, total};
pub use update::{append_row, remove_row};

#[cfg(test)]
mod example {
    /// A symmetric, positive definite matrix of any size: exp(-(i - j)² / 8) and 0.1 more on the diagonal.
    pub fn matrix(n: usize) -> Vec<f64> {
        let entry = |i: usize, j: usize| {
            let gap = i.abs_diff(j) as f64;
            (-gap * gap / 8.0).exp() + if i == j { 0.1 } else { 0.0 }
        };
        (0..n * n).map(|at| entry(at / n, at % n)).collect()
    }

    /// a b for a (n, k) and b (k, m), by the definition.
    pub fn product(a: &[f64], b: &[f64], n: usize, k: usize, m: usize) -> Vec<f64> {
        (0..n * m).map(|at| (0..k).map(|t| a[at / m * k + t] * b[t * m + at % m]).sum()).collect()
    }

    pub fn transposed(a: &[f64], n: usize) -> Vec<f64> {
        (0..n * n).map(|at| a[at % n * n + at / n]).collect()
    }

    pub fn assert_close(a: &[f64], b: &[f64], tolerance: f64) {
        assert_eq!(a.len(), b.len());
        for (i, (a, b)) in a.iter().zip(b).enumerate() {
            assert!((a - b).abs() <= tolerance, "number {i}: {a} and {b}");
        }
    }
}

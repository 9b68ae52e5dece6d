//! What the kernels refuse.

use thiserror::Error;

/// A call that cannot be answered. Every variant names the argument, what was expected and what came.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// An argument outside the range in which the kernel has a meaning.
    #[error("{argument}: expected {expected}, got {got}")]
    OutOfRange { argument: &'static str, expected: String, got: u64 },

    /// Arguments whose lengths do not fit together.
    #[error("{argument}: expected {expected} elements, got {got}")]
    Length { argument: &'static str, expected: usize, got: usize },

    /// A name that means nothing here.
    #[error("{argument}: expected {expected}, got '{got}'")]
    Name { argument: &'static str, expected: &'static str, got: String },

    /// A matrix that has no Cholesky factor; `pivot` is the first row whose pivot is not positive.
    #[error("a: not positive definite: pivot {pivot} of {size} is not positive")]
    NotPositiveDefinite { pivot: usize, size: usize },

    /// A result that this machine's memory cannot hold.
    #[error("a result of {rows} x {columns} float64 does not fit into memory; ask for fewer points at a time")]
    TooLarge { rows: usize, columns: usize },
}

pub type Result<T> = std::result::Result<T, Error>;

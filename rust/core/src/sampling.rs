//! Numbers that are a function of (seed, trial, purpose): streams and low-discrepancy points.

mod halton;
mod owen;
mod philox;
mod primes;
mod sobol;
mod streams;

pub use halton::halton;
pub use philox::philox4x64;
pub use sobol::{MAX_DIMENSION, sobol};
pub use streams::{fill, stream, uniform};

/// 2⁻⁵³, the distance of neighbours in the grid that all draws live on.
pub(crate) const ULP: f64 = 1.0 / 9_007_199_254_740_992.0;

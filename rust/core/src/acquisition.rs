//! Acquisition functions of a normal prediction: the value and its derivatives in mean and standard deviation.
//!
//! | symbol | meaning                                                                                     |
//! |--------|---------------------------------------------------------------------------------------------|
//! | m, σ   | mean and standard deviation of the predicted output, which is minimised                     |
//! | best   | the least output so far                                                                     |
//! | z      | (best − m) / σ                                                                              |
//! | f, F   | the standard normal density and its integral from −∞                                        |
//! | h      | h(z) = f(z) + z F(z) = ∫ F from −∞ to z, so that h′ = F                                     |
//!
//! EI = σ h(z), PI = F(z), LCB = m − κσ. |best − m| is taken as at most [`LARGEST`] and σ as between its inverse and
//! itself: then no intermediate number overflows, and every result is finite, also at σ = 0 and at an infinite mean.
//! A NaN gives NaNs.

mod function;
mod hypervolume;
mod improvement;
mod normal;

pub use function::{Acquisition, evaluate};
pub use hypervolume::{Improvement, Region};
pub use improvement::{
    Score, expected_improvement, log_expected_improvement, log_probability_of_improvement, lower_confidence_bound,
    probability_of_improvement,
};

/// Bound of the improvement, and with its inverse of the standard deviation.
pub const LARGEST: f64 = 1e50;

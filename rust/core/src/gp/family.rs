//! The families of stationary kernels, as functions of r².

use crate::error::{Error, Result};
use crate::lanes::{exponential, multiply_add};

/// How the covariance falls with the distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Matern52,
    Matern32,
    Rbf,
}

impl Family {
    /// The family of that name: `matern52`, `matern32` or `rbf`.
    ///
    /// # Errors
    /// [`Error::Name`] for any other.
    pub fn parse(name: &str) -> Result<Self> {
        match name {
            "matern52" => Ok(Self::Matern52),
            "matern32" => Ok(Self::Matern32),
            "rbf" => Ok(Self::Rbf),
            _ => Err(Error::Name {
                argument: "family",
                expected: "'matern52', 'matern32' or 'rbf'",
                got: name.to_owned(),
            }),
        }
    }

    /// Replaces each r² in `squares` by `signal` · g(r), and writes `signal` · -g'(r) / r to `decays`.
    #[inline(always)]
    pub fn apply<const FUSED: bool>(self, signal: f64, squares: &mut [f64], decays: &mut [f64]) {
        match self {
            Self::Matern52 => both::<Matern52, FUSED>(signal, squares, decays),
            Self::Matern32 => both::<Matern32, FUSED>(signal, squares, decays),
            Self::Rbf => both::<Rbf, FUSED>(signal, squares, decays),
        }
    }

    /// Replaces each r² in `squares` by `signal` · g(r).
    #[inline(always)]
    pub fn apply_value<const FUSED: bool>(self, signal: f64, squares: &mut [f64]) {
        match self {
            Self::Matern52 => values::<Matern52, FUSED>(signal, squares),
            Self::Matern32 => values::<Matern32, FUSED>(signal, squares),
            Self::Rbf => values::<Rbf, FUSED>(signal, squares),
        }
    }
}

// Functions, not closures: a closure that is not inlined is compiled without the wide instructions around it.

#[inline(always)]
fn both<P: Profile, const FUSED: bool>(signal: f64, squares: &mut [f64], decays: &mut [f64]) {
    for (square, decay) in squares.iter_mut().zip(decays) {
        let (value, slope) = P::at::<FUSED>(*square);
        *square = signal * value;
        *decay = signal * slope;
    }
}

#[inline(always)]
fn values<P: Profile, const FUSED: bool>(signal: f64, squares: &mut [f64]) {
    for square in squares {
        *square = signal * P::at::<FUSED>(*square).0;
    }
}

trait Profile {
    /// g(r) and -g'(r) / r of r².
    fn at<const FUSED: bool>(square: f64) -> (f64, f64);
}

struct Matern52;
struct Matern32;
struct Rbf;

impl Profile for Matern52 {
    #[inline(always)]
    fn at<const FUSED: bool>(square: f64) -> (f64, f64) {
        let s = (5.0 * square).sqrt();
        let e = exponential::<FUSED>(-s);
        (multiply_add::<FUSED>(s, multiply_add::<FUSED>(s, 1.0 / 3.0, 1.0), 1.0) * e, 5.0 / 3.0 * (1.0 + s) * e)
    }
}

impl Profile for Matern32 {
    #[inline(always)]
    fn at<const FUSED: bool>(square: f64) -> (f64, f64) {
        let s = (3.0 * square).sqrt();
        let e = exponential::<FUSED>(-s);
        ((1.0 + s) * e, 3.0 * e)
    }
}

impl Profile for Rbf {
    #[inline(always)]
    fn at<const FUSED: bool>(square: f64) -> (f64, f64) {
        let e = exponential::<FUSED>(-0.5 * square);
        (e, e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_no_distance_is_the_signal_and_the_decay_is_the_slope_over_the_distance() {
        for family in [Family::Matern52, Family::Matern32, Family::Rbf] {
            for r in [0.1_f64, 0.7, 2.0, 5.0] {
                let mut squares = [0.0, (r - 1e-5).powi(2), r * r, (r + 1e-5).powi(2)];
                let mut decays = [0.0; 4];
                family.apply::<false>(3.0, &mut squares, &mut decays);
                assert_eq!(squares[0], 3.0);
                let slope = (squares[3] - squares[1]) / 2e-5;
                assert!((decays[2] * r + slope).abs() < 1e-8, "{family:?} at {r}");
            }
        }
    }

    #[test]
    fn names_are_parsed() {
        assert_eq!(Family::parse("matern32"), Ok(Family::Matern32));
        assert!(Family::parse("matern12").is_err());
    }
}

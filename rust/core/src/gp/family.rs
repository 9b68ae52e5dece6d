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
            Self::Matern52 => each(squares, decays, |square| {
                let s = (5.0 * square).sqrt();
                let e = signal * exponential::<FUSED>(-s);
                (multiply_add::<FUSED>(s, multiply_add::<FUSED>(s, 1.0 / 3.0, 1.0), 1.0) * e, 5.0 / 3.0 * (1.0 + s) * e)
            }),
            Self::Matern32 => each(squares, decays, |square| {
                let s = (3.0 * square).sqrt();
                let e = signal * exponential::<FUSED>(-s);
                ((1.0 + s) * e, 3.0 * e)
            }),
            Self::Rbf => each(squares, decays, |square| {
                let e = signal * exponential::<FUSED>(-0.5 * square);
                (e, e)
            }),
        }
    }

    /// Replaces each r² in `squares` by `signal` · g(r).
    #[inline(always)]
    pub fn apply_value<const FUSED: bool>(self, signal: f64, squares: &mut [f64]) {
        match self {
            Self::Matern52 => squares.iter_mut().for_each(|square| {
                let s = (5.0 * *square).sqrt();
                let e = signal * exponential::<FUSED>(-s);
                *square = multiply_add::<FUSED>(s, multiply_add::<FUSED>(s, 1.0 / 3.0, 1.0), 1.0) * e;
            }),
            Self::Matern32 => squares.iter_mut().for_each(|square| {
                let s = (3.0 * *square).sqrt();
                *square = (1.0 + s) * (signal * exponential::<FUSED>(-s));
            }),
            Self::Rbf => squares.iter_mut().for_each(|square| *square = signal * exponential::<FUSED>(-0.5 * *square)),
        }
    }
}

#[inline(always)]
fn each(squares: &mut [f64], decays: &mut [f64], profile: impl Fn(f64) -> (f64, f64)) {
    for (square, decay) in squares.iter_mut().zip(decays) {
        (*square, *decay) = profile(*square);
    }
}

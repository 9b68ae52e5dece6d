//! The options by their names.

use super::split::{Grouping, Thresholds};
use crate::error::{Error, Result};

impl Thresholds {
    /// `middle`, `uniform` or `random`.
    ///
    /// # Errors
    /// [`Error::Name`] for any other name.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "middle" => Ok(Self::Middle),
            "uniform" => Ok(Self::Uniform),
            "random" => Ok(Self::Random),
            _ => Err(unknown("thresholds", "'middle', 'uniform' or 'random'", name)),
        }
    }
}

impl Grouping {
    /// `subset` or `one`.
    ///
    /// # Errors
    /// [`Error::Name`] for any other name.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "subset" => Ok(Self::Subset),
            "one" => Ok(Self::One),
            _ => Err(unknown("grouping", "'subset' or 'one'", name)),
        }
    }
}

fn unknown(argument: &'static str, expected: &'static str, got: &str) -> Error {
    Error::Name { argument, expected, got: got.to_owned() }
}

//! How many points there are.

use crate::error::{Error, Result};

/// The number of rows of `values` (row-major, `objectives` columns).
pub fn rows(argument: &'static str, values: &[f64], objectives: usize) -> Result<usize> {
    match values.len().checked_div(objectives) {
        Some(n) if n * objectives == values.len() => Ok(n),
        _ => Err(Error::Length { argument, expected: objectives, got: values.len() }),
    }
}

/// The same of losses whose rows an i32 can number.
pub fn numbered(losses: &[f64], objectives: usize) -> Result<usize> {
    let n = rows("losses", losses, objectives)?;
    if i32::try_from(n).is_ok() {
        return Ok(n);
    }
    let expected = "fewer than 2**31 points".to_owned();
    Err(Error::OutOfRange { argument: "losses", expected, got: n as u64 })
}

/// The same of losses of which each row has a violation.
pub fn violated(losses: &[f64], objectives: usize, violations: &[f64]) -> Result<usize> {
    let n = rows("losses", losses, objectives)?;
    if violations.len() == n {
        return Ok(n);
    }
    Err(Error::Length { argument: "violations", expected: n, got: violations.len() })
}

//! The value at many candidates.

use super::objective::{Evaluation, Objective};
use crate::error::{Error, Result};

/// Candidates that are worth a thread of their own.
const WORTH_A_THREAD: usize = 64;
/// Candidates whose predictions are in memory at once.
const TOGETHER: usize = 64;

/// The value at each row of `candidates` (m × d). O(m n²) for a process of n points.
///
/// # Errors
/// [`Error::Length`] when `candidates` are not whole rows of the model's dimension.
pub fn evaluate(objective: &Objective, candidates: &[f64], threads: usize) -> Result<Vec<f64>> {
    let d = objective.dimension;
    if d == 0 || !candidates.len().is_multiple_of(d) {
        return Err(Error::Length { argument: "candidates", expected: d, got: candidates.len() });
    }
    let mut values = vec![0.0; candidates.len() / d];
    let most = if objective.is_costly() { (values.len() / WORTH_A_THREAD).max(1) } else { 1 };
    let threads = threads.clamp(1, most);
    let rows = values.len().div_ceil(threads).next_multiple_of(8).max(1);
    std::thread::scope(|scope| {
        let mut parts = values.chunks_mut(rows).zip(candidates.chunks(rows * d));
        let first = parts.next();
        for (values, candidates) in parts {
            scope.spawn(|| part(objective, candidates, values));
        }
        if let Some((values, candidates)) = first {
            part(objective, candidates, values);
        }
    });
    Ok(values)
}

fn part(objective: &Objective, candidates: &[f64], values: &mut [f64]) {
    let d = objective.dimension;
    let mut evaluation = Evaluation::default();
    for (values, candidates) in values.chunks_mut(TOGETHER).zip(candidates.chunks(TOGETHER * d)) {
        objective.evaluate(candidates, false, &mut evaluation);
        values.copy_from_slice(&evaluation.values);
    }
}

//! The hypervolume: how much of the space below a reference point a set of points dominates.
//!
//! A point adds nothing unless it is below the reference point in all objectives.

use super::volume::volume;
use crate::error::{Error, Result};

/// The volume that the rows of `losses` dominate below `reference`, whose length is the number of objectives.
///
/// ∞ when a row that adds something has a coordinate −∞. Cost: O(n log n) for m ≤ 3, O(n²) for m = 4, exponential in m.
///
/// # Errors
/// [`Error::Length`] when `losses` is not a whole number of rows.
pub fn hypervolume(losses: &[f64], reference: &[f64]) -> Result<f64> {
    let boxes = Boxes::new(losses, reference)?;
    let volume = volume(&boxes.corners, reference.len());
    let is_infinite = volume.is_nan() || boxes.corners.contains(&f64::INFINITY); // ∞ − ∞: more than any number
    Ok(if is_infinite { f64::INFINITY } else { volume })
}

/// The points that add something, as corners of boxes from the reference point on.
pub struct Boxes {
    /// reference − loss, row-major, all positive.
    pub corners: Vec<f64>,
    /// Which row of the input each one is.
    pub index: Vec<usize>,
}

impl Boxes {
    pub fn new(losses: &[f64], reference: &[f64]) -> Result<Self> {
        let m = reference.len();
        if m == 0 || losses.len() % m != 0 {
            return Err(Error::Length { argument: "losses", expected: m, got: losses.len() });
        }
        let mut boxes = Self { corners: Vec::with_capacity(losses.len()), index: Vec::with_capacity(losses.len() / m) };
        for (i, row) in losses.chunks_exact(m).enumerate() {
            if row.iter().zip(reference).all(|(x, r)| x < r) {
                boxes.corners.extend(row.iter().zip(reference).map(|(x, r)| r - x));
                boxes.index.push(i);
            }
        }
        Ok(boxes)
    }

    /// Refuses boxes without an end: of two of them neither volume nor difference is a number.
    pub fn finite(self) -> Result<Self> {
        match self.corners.iter().position(|x| x.is_infinite()) {
            None => Ok(self),
            Some(at) => {
                let row = self.index[at / (self.corners.len() / self.index.len())] as u64;
                let expected = "finite distances to the reference point in every row below it".to_owned();
                Err(Error::OutOfRange { argument: "losses", expected: expected + "; the first other row", got: row })
            }
        }
    }
}

//! The hypervolume: how much of the space below a reference point a set of points dominates.
//!
//! A point adds nothing unless it is below the reference point in all objectives.

use super::volume::{gain, volume};
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

/// The rows of k points, each the one that adds most to those before it; of equal ones the first.
///
/// The sum is at least 1 − 1/e of the largest possible (G. L. Nemhauser, L. A. Wolsey & M. L. Fisher, 1978). A gain can
/// only shrink as points are chosen, so that most need not be computed again (M. Minoux, 1978).
///
/// # Errors
/// [`Error::Length`] when `losses` is not a whole number of rows, [`Error::OutOfRange`] when they are fewer than k or
/// one that adds something has a coordinate −∞.
pub fn hypervolume_subset(losses: &[f64], reference: &[f64], k: usize) -> Result<Vec<i64>> {
    let m = reference.len();
    let boxes = Boxes::new(losses, reference)?.finite()?;
    let n = losses.len() / m;
    if k > n {
        return Err(Error::OutOfRange { argument: "k", expected: format!("at most {n} points"), got: k as u64 });
    }
    let mut bounds = vec![0.0; n];
    for (corner, &i) in boxes.corners.chunks_exact(m).zip(&boxes.index) {
        bounds[i] = corner.iter().product();
    }
    let corner = |i: usize| -> Vec<f64> { (0..m).map(|j| reference[j] - losses[i * m + j]).collect() };
    let (mut chosen, mut chosen_corners) = (Vec::with_capacity(k), Vec::new());
    let mut fresh = vec![0; n]; // how many were chosen when the bound was computed
    let mut left: Vec<usize> = (0..n).collect();
    while chosen.len() < k {
        let best =
            left.iter().copied().enumerate().max_by(|a, b| bounds[a.1].total_cmp(&bounds[b.1]).then(b.1.cmp(&a.1)));
        let Some((at, i)) = best else { break };
        if fresh[i] == chosen.len() || bounds[i] == 0.0 {
            chosen.push(i64::try_from(i).unwrap_or(i64::MAX));
            if bounds[i] > 0.0 {
                chosen_corners.extend(corner(i));
            }
            left.swap_remove(at);
        } else {
            bounds[i] = gain(&corner(i), &chosen_corners).min(bounds[i]);
            fresh[i] = chosen.len();
        }
    }
    Ok(chosen)
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
        let mut boxes = Self { corners: Vec::with_capacity(losses.len()), index: Vec::new() };
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

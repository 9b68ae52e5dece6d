//! Exact fronts in two and three dimensions by one sort and one sweep, in O(n log n).
//!
//! After a lexicographic sort only an earlier point can dominate a later one, equal points are neighbours, and the
//! first coordinate needs no further comparison (H. T. Kung, F. Luccio & F. P. Preparata, J. ACM 22, 1975, section 3).

use super::order::{key, lexicographic};
use super::staircase::Staircase;

/// Positions of the non-dominated rows; no row holds a NaN.
pub fn front2(rows: &[f64]) -> Vec<usize> {
    let mut lowest = u64::MAX; // y of the points so far; above the key of every number
    sweep(rows, |[_, y]| {
        let is_new = y < lowest;
        lowest = lowest.min(y);
        is_new
    })
}

/// Positions of the non-dominated rows; no row holds a NaN.
pub fn front3(rows: &[f64]) -> Vec<usize> {
    let mut stairs = Staircase::default(); // the front of the (y, z) so far
    sweep(rows, |[_, y, z]| stairs.insert(y, z))
}

/// Visits the distinct points in lexicographic order and collects the rows of those that `visit` finds non-dominated.
fn sweep<const M: usize>(rows: &[f64], mut visit: impl FnMut([u64; M]) -> bool) -> Vec<usize> {
    let mut front = Vec::new();
    let mut last = (None, false);
    for i in lexicographic::<M>(rows) {
        let i = i as usize;
        let point = std::array::from_fn(|k| key(rows[i * M + k]));
        if last.0 != Some(point) {
            last = (Some(point), visit(point));
        }
        if last.1 {
            front.push(i);
        }
    }
    front
}

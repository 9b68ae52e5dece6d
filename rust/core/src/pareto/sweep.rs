//! Exact fronts in two and three dimensions by one sort and one sweep, in O(n log n).
//!
//! After a lexicographic sort only an earlier point can dominate a later one, equal points are neighbours, and the
//! first coordinate needs no further comparison (H. T. Kung, F. Luccio & F. P. Preparata, J. ACM 22, 1975, section 3).

use std::collections::BTreeMap;

use super::order::key;

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
    // the front of the (y, z) so far: y ascends, z descends
    let mut stairs: BTreeMap<u64, u64> = BTreeMap::new();
    sweep(rows, |[_, y, z]| {
        let below = stairs.range(..=y).next_back();
        if below.is_some_and(|(_, &lowest)| lowest <= z) {
            return false;
        }
        while let Some((&right, _)) = stairs.range(y..).next().filter(|(_, height)| **height >= z) {
            stairs.remove(&right);
        }
        stairs.insert(y, z);
        true
    })
}

/// Visits the distinct points in lexicographic order and collects the rows of those that `visit` finds non-dominated.
fn sweep<const M: usize>(rows: &[f64], mut visit: impl FnMut([u64; M]) -> bool) -> Vec<usize> {
    let points = rows.chunks_exact(M).map(|row| std::array::from_fn(|k| key(row[k])));
    let mut order: Vec<([u64; M], usize)> = points.zip(0..).collect();
    order.sort_unstable();
    let mut front = Vec::new();
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        if visit(group[0].0) {
            front.extend(group.iter().map(|(_, row)| row));
        }
    }
    front
}

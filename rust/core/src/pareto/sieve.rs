//! A linear pass that drops most dominated points before anything is sorted.
//!
//! A few strong points are found in a small sample: those that together dominate most of it, the strongest first. Every
//! point is then compared with them. On data with a small front one pass leaves a few points in a hundred; on data that
//! is all front no sample point dominates another, there is nothing to compare with, and the pass costs next to nothing.

use super::dominates;

/// Points that may be on the front: all of the front, and what no pass could drop.
pub struct Candidates {
    /// Row-major coordinates; none is NaN.
    pub rows: Vec<f64>,
    /// Which row of the input each one is.
    pub index: Vec<usize>,
}

/// With fewer points the exact algorithms are faster than another pass.
const FEW: usize = 128;
/// A strong point has to dominate one in this many sample points that the stronger ones left.
const WORTHWHILE: u32 = 128;

/// The rows of `losses` without those that hold a NaN or are dominated by a strong point.
pub fn candidates(losses: &[f64], columns: usize) -> Candidates {
    let mut strong = strong_points(losses, columns);
    let mut left = Candidates { rows: Vec::new(), index: Vec::new() };
    for (i, row) in losses.chunks_exact(columns).enumerate() {
        if !is_weak(row, &strong, columns) && !row.iter().any(|x| x.is_nan()) {
            left.rows.extend_from_slice(row);
            left.index.push(i);
        }
    }
    let mut before = losses.len() / columns;
    while left.index.len() > FEW && left.index.len() < before / 4 * 3 {
        before = left.index.len();
        strong = strong_points(&left.rows, columns);
        left = left.without_weak(&strong, columns);
    }
    left
}

impl Candidates {
    fn without_weak(mut self, strong: &[f64], columns: usize) -> Self {
        let mut kept = 0;
        for i in 0..self.index.len() {
            let row = i * columns..(i + 1) * columns;
            if !is_weak(&self.rows[row.clone()], strong, columns) {
                self.rows.copy_within(row, kept * columns);
                self.index[kept] = self.index[i];
                kept += 1;
            }
        }
        self.rows.truncate(kept * columns);
        self.index.truncate(kept);
        self
    }
}

#[inline]
fn is_weak(row: &[f64], strong: &[f64], columns: usize) -> bool {
    strong.chunks_exact(columns).any(|p| dominates(p, row))
}

/// At most 8 points a column, row-major, the one that dominates most of a sample of 2√n points first.
fn strong_points(rows: &[f64], columns: usize) -> Vec<f64> {
    let n = rows.len() / columns;
    if n <= FEW {
        return Vec::new();
    }
    let stride = n / (2 * n.isqrt());
    let sample: Vec<&[f64]> = rows.chunks_exact(columns).step_by(stride).collect();
    let mut cover: Vec<(&[f64], Vec<u64>)> = front(&sample).into_iter().map(|p| (p, dominated(p, &sample))).collect();
    let mut strong = Vec::new();
    for _ in 0..8 * columns {
        let counts = cover.iter().map(|(_, set)| set.iter().map(|word| word.count_ones()).sum::<u32>());
        let Some((gain, best)) = counts.zip(0..).max_by_key(|&(gain, i)| (gain, usize::MAX - i)) else { break };
        if gain * WORTHWHILE < sample.len() as u32 {
            break;
        }
        let (point, covered) = cover.swap_remove(best);
        strong.extend_from_slice(point);
        for (_, set) in &mut cover {
            set.iter_mut().zip(&covered).for_each(|(word, done)| *word &= !done);
        }
    }
    strong
}

/// The non-dominated points of a sample, by comparing with those found so far.
fn front<'a>(sample: &[&'a [f64]]) -> Vec<&'a [f64]> {
    let mut front: Vec<&[f64]> = Vec::new();
    for q in sample {
        if !front.iter().any(|p| dominates(p, q)) {
            front.retain(|p| !dominates(q, p));
            front.push(q);
        }
    }
    front
}

/// The set of sample points that p dominates, one bit each.
fn dominated(p: &[f64], sample: &[&[f64]]) -> Vec<u64> {
    sample
        .chunks(64)
        .map(|word| word.iter().enumerate().fold(0, |set, (bit, q)| set | u64::from(dominates(p, q)) << bit))
        .collect()
}

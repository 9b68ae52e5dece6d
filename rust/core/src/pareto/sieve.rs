//! A linear pass that drops most dominated points before anything is sorted.
//!
//! A few strong points are found in a small sample: those that together dominate most of it, the strongest first. Every
//! point is then compared with them. On data with a small front one pass leaves a few points in a hundred; on data that
//! is all front no sample point dominates another, there is nothing to compare with, and the pass costs next to nothing.

use super::dominates;
use crate::lanes::{Kernel, dispatch};

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
const WORTHWHILE: u32 = 64;
/// Points of a sample that are compared first, and how many of them may be non-dominated: else a pass drops too few.
const PROBE: (usize, usize) = (16, 13);
/// Rows that are compared together.
const BLOCK: usize = 8;

/// The rows of `losses` without those that hold a NaN or are dominated by a strong point.
pub fn candidates(losses: &[f64], columns: usize) -> Candidates {
    let strong = strong_points(losses, columns);
    let mut before = losses.len() / columns;
    let passed = match columns {
        2 => dispatch(Pass::<2> { losses, strong: &strong }),
        3 => dispatch(Pass::<3> { losses, strong: &strong }),
        4 => dispatch(Pass::<4> { losses, strong: &strong }),
        5 => dispatch(Pass::<5> { losses, strong: &strong }),
        6 => dispatch(Pass::<6> { losses, strong: &strong }),
        7 => dispatch(Pass::<7> { losses, strong: &strong }),
        8 => dispatch(Pass::<8> { losses, strong: &strong }),
        _ => (0..before as u32).collect(),
    };
    let mut left =
        Candidates { rows: Vec::with_capacity(passed.len() * columns), index: Vec::with_capacity(passed.len()) };
    for i in passed {
        let row = &losses[i as usize * columns..][..columns];
        if !row.iter().any(|x| x.is_nan()) {
            left.rows.extend_from_slice(row);
            left.index.push(i as usize);
        }
    }
    while left.index.len() > FEW && left.index.len() < before / 4 * 3 {
        before = left.index.len();
        let strong = strong_points(&left.rows, columns);
        left = left.without_weak(&strong, columns);
    }
    left
}

/// The rows that no strong point is better than in all objectives, which is quicker to say than dominance.
struct Pass<'a, const M: usize> {
    losses: &'a [f64],
    strong: &'a [f64],
}

impl<const M: usize> Kernel for Pass<'_, M> {
    type Output = Vec<u32>;

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) -> Vec<u32> {
        let (rows, _) = self.losses.as_chunks::<M>();
        let (strong, _) = self.strong.as_chunks::<M>();
        if strong.is_empty() {
            return (0..rows.len() as u32).collect();
        }
        let mut left = vec![0; rows.len() + BLOCK];
        let mut kept = 0;
        let (blocks, rest) = rows.as_chunks::<BLOCK>();
        for (block, at) in blocks.iter().zip((0..).step_by(BLOCK)) {
            let mut alive = [1u64; BLOCK];
            for point in strong {
                let mut good = [0u64; BLOCK];
                for k in 0..M {
                    for lane in 0..BLOCK {
                        good[lane] |= u64::from(block[lane][k] <= point[k]);
                    }
                }
                let mut any = 0;
                for lane in 0..BLOCK {
                    alive[lane] &= good[lane];
                    any |= alive[lane];
                }
                if any == 0 {
                    break;
                }
            }
            if alive != [0; BLOCK] {
                for lane in 0..BLOCK {
                    left[kept] = at + lane as u32;
                    kept += alive[lane] as usize;
                }
            }
        }
        for i in rows.len() - rest.len()..rows.len() {
            left[kept] = i as u32;
            kept += 1;
        }
        left.truncate(kept);
        left
    }
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
    if front(&sample[..PROBE.0]).len() > PROBE.1 {
        return Vec::new();
    }
    let by_column: Vec<Vec<f64>> = (0..columns).map(|k| sample.iter().map(|row| row[k]).collect()).collect();
    let mut cover: Vec<(&[f64], Vec<u8>)> =
        front(&sample).into_iter().map(|p| (p, dispatch(Covered { point: p, by_column: &by_column }))).collect();
    let mut strong = Vec::new();
    for _ in 0..8 * columns {
        let counts = cover.iter().map(|(_, set)| set.iter().map(|&is_in| u32::from(is_in)).sum::<u32>());
        let Some((gain, best)) = counts.zip(0..).max_by_key(|&(gain, i)| (gain, usize::MAX - i)) else { break };
        if gain <= 1 + sample.len() as u32 / WORTHWHILE {
            break; // itself, and too few others
        }
        let (point, covered) = cover.swap_remove(best);
        strong.extend_from_slice(point);
        for (_, set) in &mut cover {
            set.iter_mut().zip(&covered).for_each(|(is_in, done)| *is_in &= 1 - done);
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

/// For each point of a sample whether `point` is at least as good: 1 or 0.
struct Covered<'a> {
    point: &'a [f64],
    by_column: &'a [Vec<f64>],
}

impl Kernel for Covered<'_> {
    type Output = Vec<u8>;

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) -> Vec<u8> {
        let mut covered = vec![1; self.by_column[0].len()];
        for (column, &x) in self.by_column.iter().zip(self.point) {
            covered.iter_mut().zip(column).for_each(|(all, &other)| *all &= u8::from(x <= other));
        }
        covered
    }
}

//! Exact fronts in four and more dimensions by divide and conquer (Kung, Luccio & Preparata, J. ACM 22, 1975, section 4;
//! the recursion over two sets is J. L. Bentley's, Comm. ACM 23, 1980).
//!
//! | symbol     | meaning                                                                       |
//! |------------|-------------------------------------------------------------------------------|
//! | place(i, k) | rank of point i in objective k, 0 ≤ k < m                                     |
//! | i          | position among the distinct points in lexicographic order                     |
//! | low, high  | two sets of points, each in order of place(·, 1)                               |
//!
//! Points are distinct, so p ≤ q in all objectives is dominance; and of two points only the lexicographically earlier one
//! can dominate, for which objective 0 needs no comparison. Cost: O(n logᵐ⁻² n) for a fixed m.

use super::order::ranks;
use super::places::{Parting, Places};

/// Positions of the non-dominated rows; no row holds a NaN and there are fewer than 2³¹ of them.
pub fn front(rows: &[f64], columns: usize) -> Vec<usize> {
    let ranks = ranks(rows, columns);
    let row = |i: usize| &ranks[i * columns..(i + 1) * columns];
    let mut order: Vec<usize> = (0..rows.len() / columns).collect();
    order.sort_unstable_by(|&a, &b| row(a).cmp(row(b)));
    let groups: Vec<&[usize]> = order.chunk_by(|&a, &b| row(a) == row(b)).collect();

    let sorted: Vec<i32> = groups.iter().flat_map(|group| row(group[0])).copied().collect();
    let mut filter =
        Filter { places: Places { values: &sorted, columns }, dominated: vec![false; groups.len()], block: Vec::new() };
    let front = filter.front(0, groups.len() as u32);
    front.into_iter().flat_map(|i| groups[i as usize]).copied().collect()
}

/// Pairs of points below which every pair is compared.
const FEW_PAIRS: usize = 64 * 64;
const LANES: usize = 8;

struct Filter<'a> {
    places: Places<'a>,
    dominated: Vec<bool>,
    /// The low points of [`Filter::compare`], LANES at a time, one array for each objective.
    block: Vec<[i32; LANES]>,
}

impl Filter<'_> {
    /// The non-dominated ones among the points `from` … `to` − 1, in order of place(·, 1).
    fn front(&mut self, from: u32, to: u32) -> Vec<u32> {
        if to - from < 2 {
            return (from..to).collect();
        }
        let middle = from.midpoint(to);
        let low = self.front(from, middle);
        let mut high = self.front(middle, to);
        self.filter(&low, &high, self.places.columns - 1);
        high.retain(|&i| !self.dominated[i as usize]);
        self.places.merged(&low, &high)
    }

    /// Marks the high points that a low point dominates, when low ≤ high is known in all objectives but 1 … k.
    fn filter(&mut self, low: &[u32], high: &[u32], k: usize) {
        if low.is_empty() || high.is_empty() {
            return;
        }
        if low.len() * high.len() <= FEW_PAIRS {
            return self.compare(low, high, k);
        }
        if k == 2 {
            return self.sweep(low, high);
        }
        let pivot = match self.places.parting(low, high, k) {
            Parting::Known => return self.filter(low, high, k - 1),
            Parting::Never => return,
            Parting::At(pivot) => pivot,
        };
        let (low_left, low_right) = self.places.split(low, k, pivot);
        let (high_left, mut high_right) = self.places.split(high, k, pivot);
        self.filter(&low_left, &high_right, k - 1);
        high_right.retain(|&i| !self.dominated[i as usize]);
        self.filter(&low_left, &high_left, k);
        self.filter(&low_right, &high_right, k);
    }

    /// [`Filter::filter`] for k = 2, in one pass over both sets.
    fn sweep(&mut self, low: &[u32], high: &[u32]) {
        let mut low = low.iter().peekable();
        let mut least = i32::MAX;
        for &q in high {
            while let Some(&p) = low.next_if(|&&p| self.places.get(p, 1) <= self.places.get(q, 1)) {
                least = least.min(self.places.get(p, 2));
            }
            self.dominated[q as usize] |= least <= self.places.get(q, 2);
        }
    }

    /// [`Filter::filter`] by comparing every pair, LANES of them at a time.
    fn compare(&mut self, low: &[u32], high: &[u32], k: usize) {
        for low in low.chunks(LANES) {
            self.block.clear();
            self.block.resize(k, [i32::MAX; LANES]); // a lane without a point never dominates
            for (lane, &p) in low.iter().enumerate() {
                for (d, column) in self.block.iter_mut().enumerate() {
                    column[lane] = self.places.get(p, 1 + d);
                }
            }
            for &q in high {
                let q_ranks = self.places.after_first(q, k);
                let mut worse = [0; LANES];
                for (column, &rank) in self.block.iter().zip(q_ranks) {
                    for lane in 0..LANES {
                        worse[lane] |= i32::from(column[lane] > rank);
                    }
                }
                self.dominated[q as usize] |= worse.contains(&0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dominates;
    use super::*;
    use crate::sampling::uniform;

    /// The front of 600 points whose coordinates take the given numbers of values, against the definition.
    fn check(levels: &[f64], skewed: bool) {
        let m = levels.len();
        let trials: Vec<u64> = (0..600).collect();
        let purposes: Vec<u64> = (0..m as u64).collect();
        let mut points = uniform(levels[0].to_bits(), &trials, &purposes, 0).unwrap();
        for row in points.chunks_exact_mut(m) {
            for (x, levels) in row.iter_mut().zip(levels) {
                let skew = if skewed { 6 } else { 1 };
                *x = (x.powi(skew) * levels).floor();
            }
        }
        let rows: Vec<&[f64]> = points.chunks_exact(m).collect();
        let expected: Vec<usize> = (0..600).filter(|&i| !rows.iter().any(|p| dominates(p, rows[i]))).collect();
        let mut found = front(&points, m);
        found.sort_unstable();
        assert_eq!(found, expected, "{levels:?}, skewed: {skewed}");
    }

    /// Ties at every pivot and at every end of a range, in every objective.
    #[test]
    fn ties_of_every_kind() {
        for few in [1.0, 2.0, 3.0, 10.0] {
            for many in [5.0, 50.0, 1e6] {
                for skewed in [false, true] {
                    check(&[many, many, few, few], skewed);
                    check(&[few, many, many, few], skewed);
                    check(&[few, few, many, many, many], skewed);
                    check(&[many, few, many, few, many, many], skewed);
                }
            }
        }
    }

    /// The least value of the low half is the greatest of the high half.
    #[test]
    fn ranges_that_touch() {
        let half = |first: f64| (0..256).map(move |i| [first, f64::from(i), f64::from(255 - i), 0.0]);
        let mut rows: Vec<[f64; 4]> = half(0.0).chain(half(1.0)).collect();
        for (i, row) in rows.iter_mut().enumerate() {
            row[3] = (i % 3).min(1) as f64 + 1.0 - row[0];
        }
        let expected: Vec<usize> = (0..512).filter(|&i| !rows.iter().any(|p| dominates(p, &rows[i]))).collect();
        let mut found = front(&rows.concat(), 4);
        found.sort_unstable();
        assert_eq!(found, expected);
        assert!(expected.len() < 512);
    }
}

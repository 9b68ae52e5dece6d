//! Ranks in four and more dimensions by divide and conquer (M. T. Jensen, IEEE TEVC 7, 2003; F.-A. Fortin, S. Grenier &
//! M. Parizeau, GECCO 2013, for ties), on the recursion over two sets that `divide.rs` explains.
//!
//! Points are in lexicographic order and distinct. The first half's ranks are final before the second half's begin: a
//! point's rank is one more than the largest of those that dominate it.

use super::order::ranks;
use super::places::{Parting, Places};
use crate::lanes::{Kernel, dispatch};

/// The rank of each row, in order; no row holds a NaN and there are fewer than 2³¹ of them.
pub fn ranks_of_fronts(rows: &[f64], columns: usize) -> Vec<i64> {
    let places = ranks(rows, columns);
    let row = |i: usize| &places[i * columns..(i + 1) * columns];
    let mut order: Vec<usize> = (0..rows.len() / columns).collect();
    order.sort_unstable_by(|&a, &b| row(a).cmp(row(b)));
    let groups: Vec<&[usize]> = order.chunk_by(|&a, &b| row(a) == row(b)).collect();

    let sorted: Vec<i32> = groups.iter().flat_map(|group| row(group[0])).copied().collect();
    let mut layers =
        Layers { places: Places { values: &sorted, columns }, ranks: vec![0; groups.len()], block: Vec::new() };
    layers.solve(0, groups.len() as u32);
    let mut found = vec![0; order.len()];
    for (group, &rank) in groups.iter().zip(&layers.ranks) {
        for &i in *group {
            found[i] = i64::from(rank);
        }
    }
    found
}

/// Pairs of points below which every pair is compared.
const FEW_PAIRS: usize = 256 * 256;
/// Points below which the halves are not divided again.
const FEW: u32 = 32;
const LANES: usize = 8;

struct Layers<'a> {
    places: Places<'a>,
    ranks: Vec<i32>,
    /// The low points of [`Layers::compare`], LANES at a time: one array for each objective and one for the rank above.
    block: Vec<[i32; LANES]>,
}

impl Layers<'_> {
    /// Makes the ranks of the points `from` … `to` − 1 final; those before them have been counted. Returns them in order
    /// of place(·, 1).
    fn solve(&mut self, from: u32, to: u32) -> Vec<u32> {
        if to - from < FEW {
            for q in from..to {
                for p in from..q {
                    let worse = (1..self.places.columns).any(|k| self.places.get(p, k) > self.places.get(q, k));
                    if !worse {
                        self.ranks[q as usize] = self.ranks[q as usize].max(self.ranks[p as usize] + 1);
                    }
                }
            }
            let mut points: Vec<u32> = (from..to).collect();
            points.sort_by_key(|&i| self.places.get(i, 1));
            return points;
        }
        let middle = from.midpoint(to);
        let low = self.solve(from, middle);
        let mut high: Vec<u32> = (middle..to).collect();
        high.sort_by_key(|&i| self.places.get(i, 1));
        self.raise(&low, &high, self.places.columns - 1);
        self.solve(middle, to);
        self.places.merged(&low, &high)
    }

    /// Raises the high points above the low ones that dominate them, when low ≤ high is known but in objectives 1 … k.
    fn raise(&mut self, low: &[u32], high: &[u32], k: usize) {
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
            Parting::Known => return self.raise(low, high, k - 1),
            Parting::Never => return,
            Parting::At(pivot) => pivot,
        };
        let (low_left, low_right) = self.places.split(low, k, pivot);
        let (high_left, high_right) = self.places.split(high, k, pivot);
        self.raise(&low_left, &high_left, k);
        self.raise(&low_left, &high_right, k - 1);
        self.raise(&low_right, &high_right, k);
    }

    /// [`Layers::raise`] for k = 2, in one pass over both sets.
    fn sweep(&mut self, low: &[u32], high: &[u32]) {
        // (place(·, 2), rank) of low points, both strictly ascending: what dominates more or ranks higher than its right
        let mut stairs: Vec<(i32, i32)> = Vec::new();
        let mut low = low.iter().peekable();
        for &q in high {
            while let Some(&p) = low.next_if(|&&p| self.places.get(p, 1) <= self.places.get(q, 1)) {
                add(&mut stairs, self.places.get(p, 2), self.ranks[p as usize]);
            }
            let up_to = stairs.partition_point(|stair| stair.0 <= self.places.get(q, 2));
            if up_to > 0 {
                let rank = &mut self.ranks[q as usize];
                *rank = (*rank).max(stairs[up_to - 1].1 + 1);
            }
        }
    }

    /// [`Layers::raise`] by comparing every pair, LANES of them at a time.
    fn compare(&mut self, low: &[u32], high: &[u32], k: usize) {
        self.block.clear();
        for low in low.chunks(LANES) {
            let start = self.block.len();
            self.block.resize(start + k + 1, [i32::MAX; LANES]); // a lane without a point never dominates
            for (lane, &p) in low.iter().enumerate() {
                let places = self.places.after_first(p, k);
                for (column, &place) in self.block[start..].iter_mut().zip(places) {
                    column[lane] = place;
                }
                self.block[start + k][lane] = self.ranks[p as usize] + 1;
            }
        }
        let (places, blocks) = (self.places, &self.block);
        dispatch(Pairs { places, blocks, high, k, ranks: &mut self.ranks });
    }
}

/// All pairs of low points, in blocks, and high points.
struct Pairs<'a> {
    places: Places<'a>,
    blocks: &'a [[i32; LANES]],
    high: &'a [u32],
    k: usize,
    ranks: &'a mut [i32],
}

impl Kernel for Pairs<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let k = self.k;
        for &q in self.high {
            let q_places = self.places.after_first(q, k);
            let mut highest = [self.ranks[q as usize]; LANES];
            for block in self.blocks.chunks_exact(k + 1) {
                let mut worse = [0; LANES];
                for (column, &place) in block.iter().zip(q_places) {
                    for lane in 0..LANES {
                        worse[lane] |= i32::from(column[lane] > place);
                    }
                }
                for lane in 0..LANES {
                    highest[lane] = highest[lane].max(block[k][lane] & (worse[lane] - 1)); // 0 where worse
                }
            }
            self.ranks[q as usize] = highest.into_iter().fold(0, i32::max);
        }
    }
}

/// Adds a point unless one at or before it ranks as high; drops those behind it that rank no higher.
fn add(stairs: &mut Vec<(i32, i32)>, place: i32, rank: i32) {
    let from = stairs.partition_point(|stair| stair.0 < place);
    let covered = stairs.get(from).is_some_and(|stair| stair.0 == place && stair.1 >= rank);
    if covered || (from > 0 && stairs[from - 1].1 >= rank) {
        return;
    }
    let to = from + stairs[from..].iter().take_while(|stair| stair.1 <= rank).count();
    stairs.splice(from..to, [(place, rank)]);
}

#[cfg(test)]
mod tests {
    use super::super::tiers;
    use super::*;
    use crate::sampling::uniform;

    /// Two ways to the same ranks, with ties and without, on more points than the first comparison of all pairs takes.
    #[test]
    fn dividing_and_comparing_all_pairs_agree() {
        let trials: Vec<u64> = (0..3000).collect();
        for columns in [4, 5, 6, 7, 9] {
            let purposes: Vec<u64> = (0..columns as u64).collect();
            for levels in [3.0, 30.0, 1e9] {
                let mut rows = uniform(8, &trials, &purposes, 0).unwrap();
                for x in &mut rows {
                    *x = (*x * levels).floor();
                }
                assert_eq!(ranks_of_fronts(&rows, columns), tiers::ranks(&rows, columns), "{columns}, {levels} levels");
            }
        }
    }
}

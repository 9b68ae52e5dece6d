//! Which of 512 points may dominate another one, all of them at once.
//!
//! For every objective and bucket the table has the set of those points that are in this bucket or a lower one, a bit
//! each. What may dominate q is in the set of each of its codes: m intersections for 512 pairs.

use super::buckets::BUCKETS;

/// Points of a table.
pub const POINTS: usize = 512;
const WORDS: usize = POINTS / 64;

/// A set of points of a table.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(align(64))]
pub struct Set(pub [u64; WORDS]);

impl Set {
    pub const NONE: Self = Self([0; WORDS]);

    /// The points before one.
    #[inline(always)]
    pub fn before(end: usize) -> Self {
        Self(std::array::from_fn(|word| match end.saturating_sub(64 * word) {
            bits @ 0..64 => (1 << bits) - 1,
            _ => u64::MAX,
        }))
    }

    #[inline(always)]
    pub fn insert(&mut self, point: usize) {
        self.0[point / 64] |= 1 << (point % 64);
    }

    /// The points from one on.
    #[inline(always)]
    pub fn from(start: usize) -> Self {
        Self(Self::before(start).0.map(|word| !word))
    }

    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.0.iter().fold(0, |all, word| all | word) == 0
    }

    /// The last point for which something holds.
    #[inline(always)]
    pub fn last(&self, mut holds: impl FnMut(usize) -> bool) -> Option<usize> {
        for word in (0..WORDS).rev() {
            let mut bits = self.0[word];
            while bits != 0 {
                let bit = 63 - bits.leading_zeros() as usize;
                if holds(64 * word + bit) {
                    return Some(64 * word + bit);
                }
                bits ^= 1 << bit;
            }
        }
        None
    }
}

pub struct Table<const M: usize> {
    sets: Vec<[Set; BUCKETS]>,
    /// How many of the buckets are used.
    buckets: usize,
}

impl<const M: usize> Table<M> {
    pub fn new(buckets: usize) -> Self {
        Self { sets: vec![[Set::NONE; BUCKETS]; M], buckets }
    }

    /// Takes other points, at most POINTS.
    #[inline(always)]
    pub fn fill(&mut self, points: &[[u8; M]]) {
        for sets in &mut self.sets {
            sets[..self.buckets].fill(Set::NONE);
        }
        for (point, codes) in points.iter().enumerate() {
            for (sets, &code) in self.sets.iter_mut().zip(codes) {
                sets[usize::from(code)].insert(point);
            }
        }
        for sets in &mut self.sets {
            let mut lower = Set::NONE;
            for set in &mut sets[..self.buckets] {
                for (word, below) in set.0.iter_mut().zip(&mut lower.0) {
                    *below |= *word;
                    *word = *below;
                }
            }
        }
    }

    /// Those among some points that may be at least as good as one with these codes.
    #[inline(always)]
    pub fn meet(&self, among: &Set, codes: &[u8; M]) -> Set {
        let sets: [&Set; M] = std::array::from_fn(|k| &self.sets[k][usize::from(codes[k])]);
        let mut common = *among;
        for word in 0..WORDS {
            for set in sets {
                common.0[word] &= set.0[word];
            }
        }
        common
    }
}

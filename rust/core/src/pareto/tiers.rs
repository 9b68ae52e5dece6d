//! Ranks in four and more dimensions, POINTS points after the other against all that follow them.
//!
//! Once its points' ranks are final, a tile is put in their order: of those that dominate a later point the last one
//! that may is looked for, and only among those that would raise it.

use super::buckets::Buckets;
use super::table::{POINTS, Set, Table};
use crate::lanes::{Kernel, dispatch};

/// The rank of each row, in order; no row holds a NaN and there are fewer than 2³¹ of them.
pub fn ranks(rows: &[f64], columns: usize) -> Vec<i64> {
    match columns {
        ..=4 => ranks_of::<4>(rows, columns),
        5 => ranks_of::<5>(rows, columns),
        6 => ranks_of::<6>(rows, columns),
        7 => ranks_of::<7>(rows, columns),
        _ => ranks_of::<8>(rows, columns), // what the first objectives leave is compared in all of them
    }
}

fn ranks_of<const M: usize>(rows: &[f64], columns: usize) -> Vec<i64> {
    let points = Buckets::<M>::new(rows, columns);
    let found = dispatch(Tiers { points: &points });
    let mut ranks = vec![0; rows.len() / columns];
    for (point, rank) in (0..).zip(found) {
        for &i in points.equal(point) {
            ranks[i as usize] = i64::from(rank);
        }
    }
    ranks
}

struct Tiers<'a, const M: usize> {
    points: &'a Buckets<M>,
}

impl<const M: usize> Kernel for Tiers<'_, M> {
    type Output = Vec<u32>;

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) -> Vec<u32> {
        let points = self.points;
        let mut ranks = vec![0; points.len()];
        let mut table = Table::new(points.used());
        for start in (0..points.len()).step_by(POINTS) {
            let end = points.len().min(start + POINTS);
            table.fill(&points.codes[start..end]);
            for q in start..end {
                let candidates = table.meet(&Set::before(q - start), &points.codes[q]);
                candidates.last(|local| {
                    let p = start + local;
                    if ranks[p] >= ranks[q] && points.is_as_good(p, q) {
                        ranks[q] = ranks[p] + 1;
                    }
                    false // look at all of them
                });
            }
            let mut tile: Vec<(u32, u32)> = ranks[start..end].iter().copied().zip(start as u32..).collect();
            tile.sort_unstable();
            let codes: Vec<[u8; M]> = tile.iter().map(|&(_, p)| points.codes[p as usize]).collect();
            table.fill(&codes);
            let below = Below::new(&tile);
            for q in end..points.len() {
                let Some(below) = below.count(ranks[q]) else { continue };
                let candidates = table.meet(&Set::from(below), &points.codes[q]);
                if candidates.is_empty() {
                    continue;
                }
                if let Some(local) = candidates.last(|local| points.is_as_good(tile[local].1 as usize, q)) {
                    ranks[q] = tile[local].0 + 1;
                }
            }
        }
        ranks
    }
}

/// How many points of a tile have a rank below another one.
struct Below {
    least: u32,
    counts: Vec<u32>,
}

impl Below {
    /// `tile` holds ranks, ascending, and points.
    fn new(tile: &[(u32, u32)]) -> Self {
        let least = tile[0].0;
        let mut counts = Vec::new();
        for (&(rank, _), before) in tile.iter().zip(0..) {
            counts.resize(counts.len().max((rank - least) as usize + 1), before);
        }
        Self { least, counts }
    }

    /// None when all are below.
    #[inline(always)]
    fn count(&self, rank: u32) -> Option<usize> {
        if rank <= self.least { Some(0) } else { self.counts.get((rank - self.least) as usize).map(|&n| n as usize) }
    }
}

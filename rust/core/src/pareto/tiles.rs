//! Fronts and ranks in four and more dimensions, POINTS points after the other against all that follow them.

use super::buckets::Buckets;
use super::table::{POINTS, Set, Table};
use crate::lanes::{Kernel, dispatch};

/// Positions of the non-dominated rows; no row holds a NaN and there are fewer than 2³¹ of them.
pub fn front(rows: &[f64], columns: usize) -> Vec<usize> {
    match columns {
        ..=4 => front_of::<4>(rows, columns),
        5 => front_of::<5>(rows, columns),
        6 => front_of::<6>(rows, columns),
        7 => front_of::<7>(rows, columns),
        _ => front_of::<8>(rows, columns), // what the first objectives leave is compared in all of them
    }
}

fn front_of<const M: usize>(rows: &[f64], columns: usize) -> Vec<usize> {
    let points = Buckets::<M>::new(rows, columns);
    let front = dispatch(Front { points: &points });
    front.into_iter().flat_map(|point| points.equal(point)).map(|&i| i as usize).collect()
}

struct Front<'a, const M: usize> {
    points: &'a Buckets<M>,
}

impl<const M: usize> Kernel for Front<'_, M> {
    type Output = Vec<u32>;

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) -> Vec<u32> {
        let points = self.points;
        let mut left: Vec<u32> = (0..points.len() as u32).collect();
        let mut codes = points.codes.clone();
        let mut table = Table::new(points.used());
        let mut front = Vec::new();
        let mut start = 0;
        while start < left.len() {
            let end = left.len().min(start + POINTS);
            let (tile, rest) = left.split_at_mut(end);
            let tile = &tile[start..];
            let (tile_codes, rest_codes) = codes.split_at_mut(end);
            table.fill(&tile_codes[start..]);
            let mut alive = Set::NONE;
            for (local, codes) in tile_codes[start..].iter().enumerate() {
                // what was found dominated is dominated by a point that is alive
                if !is_dominated(points, tile, &table, &alive, tile[local], codes) {
                    alive.insert(local);
                    front.push(tile[local]);
                }
            }
            let mut kept = 0;
            for at in 0..rest.len() {
                let (q, codes) = (rest[at], rest_codes[at]);
                (rest[kept], rest_codes[kept]) = (q, codes);
                kept += usize::from(!is_dominated(points, tile, &table, &alive, q, &codes));
            }
            left.truncate(end + kept);
            codes.truncate(end + kept);
            start = end;
        }
        front
    }
}

/// Whether one of the points of a tile that are alive dominates q, another point.
#[inline(always)]
fn is_dominated<const M: usize>(
    points: &Buckets<M>,
    tile: &[u32],
    table: &Table<M>,
    alive: &Set,
    q: u32,
    codes: &[u8; M],
) -> bool {
    let candidates = table.meet(alive, codes);
    if candidates.is_empty() {
        return false;
    }
    candidates.last(|local| points.is_as_good(tile[local] as usize, q as usize)).is_some()
}

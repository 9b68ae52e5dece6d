//! The volume of a union of boxes [0, v], by slices from the last coordinate down.
//!
//! | symbol  | meaning                                                                           |
//! |---------|-----------------------------------------------------------------------------------|
//! | v       | reference point − loss, all coordinates positive: the corner of a point's box     |
//! | gain    | volume of v's box outside the boxes of a set                                      |
//!
//! With the points in descending order of the last coordinate the volume in m dimensions is Σᵢ vᵢₘ · gain(vᵢ) in m − 1,
//! against the points before i; and gain(v) = Π v − the volume of the set clipped to v (L. While, L. Bradstreet &
//! L. Barone, IEEE TEVC 16, 2012, sections III and IV). Three dimensions take one sweep with a staircase, O(n log n)
//! (C. M. Fonseca, L. Paquete & M. López-Ibáñez, CEC 2006), and four one such sweep for each point, O(n²) as in
//! A. P. Guerreiro & C. M. Fonseca, IEEE TEVC 22, 2018. Clipped, all points at least as deep as v have one depth: what
//! they cover is one volume in m − 1 dimensions, and only the others are added one by one. Few boxes are added and
//! subtracted by what they have in common.

use std::cmp::Ordering;

use super::few::{FEW, covered_by_few};
use super::hypersolid::Hypersolid;
use super::linked::{self, Linked};
use super::scratch::Scratch;
use super::solid::{self, Solid};
use super::stairs::Stairs;

/// Above so many boxes of four dimensions, comparing them in blocks beats following links.
const MOST_LINKED: usize = 400;
/// The same for boxes of five dimensions: those of three that each of them is clipped to are fewer.
const MOST_LINKED_CLIPPED: usize = 128;

/// The volume of the union of the boxes of `rows`, row-major with positive coordinates.
pub fn volume(rows: &[f64], columns: usize) -> f64 {
    match columns {
        1 => rows.iter().copied().fold(0.0, f64::max),
        2 => area(rows),
        3 => volume3(rows),
        4 if rows.len() <= 4 * MOST_LINKED => linked::volume4(rows),
        _ => {
            let mut order: Vec<&[f64]> = rows.chunks_exact(columns).collect();
            order.sort_unstable_by(|a, b| b[columns - 1].total_cmp(&a[columns - 1]));
            if columns == 4 {
                return solid::volume4(&order);
            }
            let mut union = union(order.len(), columns - 1);
            order.into_iter().map(|row| row[columns - 1] * union.insert(&row[..columns - 1])).sum()
        }
    }
}

/// The volume of the box of `corner` outside the union of the boxes of `rows`.
pub fn gain(corner: &[f64], rows: &[f64]) -> f64 {
    let columns = corner.len();
    let whole: f64 = corner.iter().product();
    let mut clipped = Vec::new();
    for row in rows.chunks_exact(columns) {
        if row.iter().zip(corner).all(|(a, b)| a >= b) {
            return 0.0;
        }
        keep_largest(&mut clipped, row.iter().zip(corner).map(|(&a, &b)| least(a, b)), columns);
    }
    (whole - volume(&clipped, columns)).max(0.0)
}

/// For each row the volume of its box outside those of the others, of which none is inside another but equal ones. Four
/// columns or more.
pub fn gains(rows: &[&[f64]], columns: usize) -> Vec<f64> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_unstable_by(|&i, &j| rows[i].partial_cmp(rows[j]).unwrap_or(Ordering::Equal));
    let mut union = union(rows.len(), columns);
    for row in rows {
        union.place(row);
    }
    let mut gains = vec![0.0; rows.len()];
    for equal in order.chunk_by(|&i, &j| rows[i] == rows[j]) {
        if let &[i] = equal {
            gains[i] = union.exclusive(rows[i]);
        }
    }
    gains
}

/// Appends a row to a set of which no row is inside another, unless it is inside one; drops those inside it.
fn keep_largest(set: &mut Vec<f64>, row: impl Iterator<Item = f64>, columns: usize) {
    let start = set.len();
    set.extend(row);
    let (old, new) = set.split_at(start);
    if old.chunks_exact(columns).any(|other| covers(other, new)) {
        return set.truncate(start);
    }
    let mut kept = 0;
    for at in (0..=start).step_by(columns) {
        if at == start || !covers(&set[start..], &set[at..at + columns]) {
            if kept != at {
                set.copy_within(at..at + columns, kept);
            }
            kept += columns;
        }
    }
    set.truncate(kept);
}

fn area(rows: &[f64]) -> f64 {
    let mut order: Vec<(f64, f64)> = rows.chunks_exact(2).map(|row| (row[0], row[1])).collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let (mut area, mut height) = (0.0, 0.0);
    for (x, y) in order {
        if y > height {
            area += x * (y - height);
            height = y;
        }
    }
    area
}

fn volume3(rows: &[f64]) -> f64 {
    let mut order: Vec<[f64; 3]> = rows.chunks_exact(3).map(|row| [row[0], row[1], row[2]]).collect();
    order.sort_unstable_by(|a, b| b[2].total_cmp(&a[2]));
    let mut stairs = Stairs::default();
    order.into_iter().map(|[x, y, z]| stairs.insert(x, y) * z).sum()
}

/// A union of boxes [0, v] in four dimensions or more.
pub trait Union {
    /// Adds a box that is not inside one of the others and drops those inside it.
    fn place(&mut self, corner: &[f64]);

    /// Adds a box and returns the volume that it added.
    fn insert(&mut self, corner: &[f64]) -> f64;

    /// The volume of one of the boxes outside the others.
    fn exclusive(&mut self, corner: &[f64]) -> f64;
}

/// A union that is filled again and again.
pub trait Refill {
    fn clear(&mut self);

    /// Adds a box and returns the volume that it added.
    fn insert(&mut self, corner: &[f64]) -> f64;

    /// Replaces the union by that of other boxes and returns its volume.
    fn fill(&mut self, rows: &[f64]) -> f64;
}

/// Room for so many boxes.
fn union(most: usize, columns: usize) -> Box<dyn Union> {
    match columns {
        4 if most <= MOST_LINKED_CLIPPED => Box::new(Hypersolid::<Linked>::default()),
        4 => Box::new(Hypersolid::<Solid>::default()),
        _ => Box::new(Slices::new(columns)),
    }
}

/// A union in five dimensions or more.
struct Slices {
    columns: usize,
    /// Corners, none inside another, the last coordinate descending.
    set: Vec<f64>,
    /// Room for a union of one dimension less.
    below: Box<dyn Refill>,
    clipped: Vec<f64>,
    /// A corner beyond all others.
    space: Vec<f64>,
}

impl Slices {
    fn new(columns: usize) -> Self {
        let room = || Vec::with_capacity(16 * columns); // so that few boxes do not make it grow
        let below: Box<dyn Refill> =
            if columns == 5 { Box::new(Scratch::default()) } else { Box::new(Self::new(columns - 1)) };
        Self { columns, set: room(), below, clipped: room(), space: vec![f64::INFINITY; columns] }
    }

    fn is_inside(&self, corner: &[f64]) -> bool {
        self.set.chunks_exact(self.columns).any(|other| covers(other, corner))
    }

    /// The volume of the union, without the box itself, clipped to a box that is inside no other.
    fn clip(&mut self, corner: &[f64]) -> f64 {
        let last = self.columns - 1;
        let (floor, depth) = (&corner[..last], corner[last]);
        let rows = self.set.chunks_exact(self.columns);
        let high = rows.clone().take_while(|row| row[last] >= depth);
        let low = rows.skip(high.clone().count());
        self.clipped.clear();
        for row in high.filter(|row| !covers(row, corner)) {
            self.clipped.extend(row.iter().zip(floor).map(|(&a, &b)| least(a, b)));
        }
        let mut volume = depth * self.below.fill(&self.clipped);
        for row in low {
            self.clipped.clear();
            self.clipped.extend(row.iter().zip(floor).map(|(&a, &b)| least(a, b)));
            volume += row[last] * self.below.insert(&self.clipped);
            if self.clipped == floor {
                break; // nothing of the box is left below
            }
        }
        volume
    }

    /// The same for few boxes: those of the first ones and what the last adds to them.
    fn clip_few(&mut self, corner: &[f64]) -> f64 {
        let mut others = self.set.chunks_exact(self.columns).filter(|other| *other != corner);
        let few = std::array::from_fn(|_| others.next());
        let volume = covered_by_few(corner, few);
        let Some(last) = others.next() else { return volume };
        self.clipped.clear();
        self.clipped.extend(last.iter().zip(corner).map(|(&a, &b)| least(a, b)));
        volume + self.clipped.iter().product::<f64>() - covered_by_few(&self.clipped, few)
    }
}

impl Union for Slices {
    fn place(&mut self, corner: &[f64]) {
        let (columns, last) = (self.columns, self.columns - 1);
        let before = self.set.chunks_exact(columns).take_while(|other| other[last] > corner[last]).count() * columns;
        let mut kept = before;
        for at in (before..self.set.len()).step_by(columns) {
            if !covers(corner, &self.set[at..at + columns]) {
                if kept != at {
                    self.set.copy_within(at..at + columns, kept);
                }
                kept += columns;
            }
        }
        self.set.truncate(kept);
        self.set.extend_from_slice(corner);
        self.set[before..].rotate_right(columns);
    }

    fn insert(&mut self, corner: &[f64]) -> f64 {
        if self.is_inside(corner) {
            return 0.0;
        }
        let gain = self.exclusive(corner);
        self.place(corner);
        gain
    }

    fn exclusive(&mut self, corner: &[f64]) -> f64 {
        let are_few = self.set.len() <= (FEW + 1) * self.columns;
        let covered = if are_few { self.clip_few(corner) } else { self.clip(corner) };
        (corner.iter().product::<f64>() - covered).max(0.0)
    }
}

impl Refill for Slices {
    fn clear(&mut self) {
        self.set.clear();
    }

    fn insert(&mut self, corner: &[f64]) -> f64 {
        Union::insert(self, corner)
    }

    fn fill(&mut self, rows: &[f64]) -> f64 {
        self.clear();
        for row in rows.chunks_exact(self.columns) {
            if !self.is_inside(row) {
                self.place(row);
            }
        }
        if self.set.len() <= FEW * self.columns {
            let mut boxes = self.set.chunks_exact(self.columns);
            return covered_by_few(&self.space, std::array::from_fn(|_| boxes.next()));
        }
        self.below.clear();
        let last = self.columns - 1;
        self.set.chunks_exact(self.columns).map(|row| row[last] * self.below.insert(&row[..last])).sum()
    }
}

fn covers(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a >= b)
}

/// The smaller one, without the care for NaN that `f64::min` takes.
#[inline]
pub fn least(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::uniform;

    /// Inclusion and exclusion: the definition, for a few boxes.
    fn by_definition(rows: &[f64], m: usize) -> f64 {
        let rows: Vec<&[f64]> = rows.chunks_exact(m).collect();
        let common = |set: u32, k: usize| {
            let members = rows.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1);
            members.map(|(_, row)| row[k]).fold(f64::INFINITY, f64::min)
        };
        (1..1u32 << rows.len())
            .map(|set| {
                let sign = if set.count_ones() % 2 == 1 { 1.0 } else { -1.0 };
                sign * (0..m).map(|k| common(set, k)).product::<f64>()
            })
            .sum()
    }

    #[test]
    fn the_definition_holds() {
        for m in 1..=8 {
            for n in [0, 1, 2, 5, 9] {
                for levels in [3.0, 1e9] {
                    let trials: Vec<u64> = (0..n as u64).collect();
                    let purposes: Vec<u64> = (0..m as u64).collect();
                    let mut rows = uniform(7, &trials, &purposes, 0).unwrap();
                    for x in &mut rows {
                        *x = (*x * levels).ceil() / levels;
                    }
                    let expected = by_definition(&rows, m);
                    assert!((volume(&rows, m) - expected).abs() < 1e-12, "n = {n}, m = {m}, {levels} levels");
                    let Some((corner, others)) = rows.split_at_checked(m).filter(|_| n > 0) else { continue };
                    let left = expected - by_definition(others, m);
                    assert!((gain(corner, others) - left).abs() < 1e-12, "n = {n}, m = {m}, {levels} levels");
                    if m > 3 {
                        let rows: Vec<&[f64]> = rows.chunks_exact(m).collect();
                        assert!((gains(&rows, m)[0] - left).abs() < 1e-12, "n = {n}, m = {m}, {levels} levels");
                    }
                }
            }
        }
    }
}

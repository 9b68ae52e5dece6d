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
//! A. P. Guerreiro & C. M. Fonseca, IEEE TEVC 22, 2018.

use super::stairs::Stairs;

/// The volume of the union of the boxes of `rows`, row-major with positive coordinates.
pub fn volume(rows: &[f64], columns: usize) -> f64 {
    match columns {
        1 => rows.iter().copied().fold(0.0, f64::max),
        2 => area(rows),
        3 => volume3(rows),
        _ => {
            let mut order: Vec<&[f64]> = rows.chunks_exact(columns).collect();
            order.sort_unstable_by(|a, b| b[columns - 1].total_cmp(&a[columns - 1]));
            Slices::new(columns).volume(&order.concat())
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

/// For each row the volume of its box outside those of the others, by limits to it. Four columns or more.
pub fn gains(rows: &[&[f64]], columns: usize) -> Vec<f64> {
    let last = columns - 1;
    let mut order: Vec<(&[f64], usize)> = rows.iter().copied().zip(0..).collect();
    order.sort_unstable_by(|a, b| b.0[last].total_cmp(&a.0[last]));
    let sorted: Vec<f64> = order.iter().flat_map(|(row, _)| *row).copied().collect();
    let mut slices = Slices::new(columns);
    let mut gains = vec![0.0; rows.len()];
    for (place, &(row, i)) in order.iter().enumerate() {
        let (before, after) = (&sorted[..place * columns], &sorted[(place + 1) * columns..]);
        let whole: f64 = row.iter().product();
        gains[i] = (whole - slices.clipped(before, after, row)).max(0.0);
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

/// Room for one recursion: a set of points for each dimension from m − 1 down to 3.
struct Slices {
    columns: usize,
    below: Option<Box<Slices>>,
    /// Points of `columns` − 1 coordinates, none inside another, in descending order of the last one.
    set: Vec<f64>,
    row: Vec<f64>,
    solid: Solid,
}

impl Slices {
    fn new(columns: usize) -> Self {
        let below = (columns > 4).then(|| Box::new(Self::new(columns - 1)));
        Self { columns, below, set: Vec::new(), row: Vec::new(), solid: Solid::default() }
    }

    /// The volume of a set in descending order of the last coordinate.
    fn volume(&mut self, rows: &[f64]) -> f64 {
        self.clear();
        let last = self.columns - 1;
        let mut volume = 0.0;
        for row in rows.chunks_exact(self.columns) {
            self.row.clear();
            self.row.extend_from_slice(&row[..last]);
            volume += row[last] * self.insert();
        }
        volume
    }

    /// The volume of a set clipped to a corner: of rows at least as deep as it, and then the others, deepest first.
    fn clipped(&mut self, high: &[f64], low: &[f64], corner: &[f64]) -> f64 {
        self.clear();
        let (columns, last) = (self.columns, self.columns - 1);
        // clipped, the first ones have one depth and may come in any order: near the corner are those that cover most
        let order = high.chunks_exact(columns).rev().chain(low.chunks_exact(columns));
        let mut volume = 0.0;
        if let (None, &[x, y, z, w]) = (&self.below, corner) {
            for row in order {
                let clipped = [least(row[0], x), least(row[1], y), least(row[2], z)];
                volume += least(row[3], w) * self.solid.insert(clipped);
                if clipped == [x, y, z] {
                    break; // nothing of the corner's box is left below
                }
            }
            return volume;
        }
        for row in order {
            self.row.clear();
            self.row.extend(row[..last].iter().zip(corner).map(|(&a, &b)| least(a, b)));
            volume += least(row[last], corner[last]) * self.insert();
            if self.row == corner[..last] {
                break;
            }
        }
        volume
    }

    fn clear(&mut self) {
        self.set.clear();
        self.solid.clear();
    }

    /// Adds `self.row` to the set of one dimension less and returns what its box added there.
    fn insert(&mut self) -> f64 {
        let Some(below) = &mut self.below else {
            return self.solid.insert([self.row[0], self.row[1], self.row[2]]);
        };
        let columns = self.columns - 1;
        if self.set.chunks_exact(columns).any(|other| covers(other, &self.row)) {
            return 0.0;
        }
        let whole: f64 = self.row.iter().product();
        let depth = self.row[columns - 1];
        let deep = self.set.chunks_exact(columns).take_while(|other| other[columns - 1] >= depth).count();
        let (high, low) = self.set.split_at(deep * columns);
        let gain = whole - below.clipped(high, low, &self.row);
        self.place(columns);
        gain.max(0.0)
    }

    /// Puts `self.row` at its place in the set and drops the rows inside it.
    fn place(&mut self, columns: usize) {
        let depth = self.row[columns - 1];
        let before = self.set.chunks_exact(columns).take_while(|other| other[columns - 1] > depth).count() * columns;
        let mut kept = before;
        for at in (before..self.set.len()).step_by(columns) {
            if !covers(&self.row, &self.set[at..at + columns]) {
                if kept != at {
                    self.set.copy_within(at..at + columns, kept);
                }
                kept += columns;
            }
        }
        self.set.truncate(kept);
        self.set.extend_from_slice(&self.row);
        self.set[before..].rotate_right(columns);
    }
}

/// A union of three-dimensional boxes.
#[derive(Default)]
struct Solid {
    /// None inside another, z descending.
    corners: Vec<[f64; 3]>,
    /// The corner that the last box in vain was inside: the next one may be, too.
    recent: [f64; 3],
    stairs: Stairs,
    inner: Vec<(f64, f64)>,
}

impl Solid {
    fn clear(&mut self) {
        self.corners.clear();
        self.recent = [0.0; 3];
    }

    /// Adds the box of a corner and returns the volume that it added.
    fn insert(&mut self, corner: [f64; 3]) -> f64 {
        let [x, y, z] = corner;
        if x <= self.recent[0] && y <= self.recent[1] && z <= self.recent[2] {
            return 0.0;
        }
        let at = self.corners.partition_point(|other| other[2] >= z);
        let Some(gain) = self.gain(corner, at) else { return 0.0 };
        let equal_z = self.corners[..at].iter().rev().take_while(|other| other[2] == z).count();
        let at = at - equal_z;
        let inside = |other: &[f64; 3]| other[0] <= x && other[1] <= y;
        if let Some(first) = self.corners[at..].iter().position(inside) {
            let first = at + first;
            let mut kept = first + 1;
            for i in first + 1..self.corners.len() {
                if !inside(&self.corners[i]) {
                    self.corners[kept] = self.corners[i];
                    kept += 1;
                }
            }
            self.corners.truncate(kept);
            self.corners.copy_within(at..first, at + 1);
            self.corners[at] = corner;
        } else {
            self.corners.insert(at, corner);
        }
        gain
    }

    /// The volume of a box outside the union, None for a box inside one of the others; `at` of those are as high.
    ///
    /// From its top down, the part of its floor plan that is not yet covered times the depth to the next that covers it.
    fn gain(&mut self, [x, y, z]: [f64; 3], at: usize) -> Option<f64> {
        self.stairs.clear();
        self.inner.clear();
        let (mut full_x, mut full_y) = (0.0, 0.0); // covered are [0, full_x] × [0, y] and [0, x] × [0, full_y]
        let (high, low) = self.corners.split_at(at);
        // clipped, the first ones have one height and may come in any order: the nearest cover most
        for &other in high.iter().rev() {
            if other[0] <= full_x || other[1] <= full_y {
                continue;
            }
            match (other[0] >= x, other[1] >= y) {
                (true, true) => {
                    self.recent = other;
                    return None;
                }
                (true, false) => full_y = other[1],
                (false, true) => full_x = other[0],
                (false, false) => self.inner.push((other[0], other[1])),
            }
        }
        let mut open = (x - full_x) * (y - full_y);
        self.stairs.start((x, full_y), (full_x, y));
        for &(inner_x, inner_y) in &self.inner {
            if inner_x > full_x && inner_y > full_y {
                open -= self.stairs.insert(inner_x, inner_y);
            }
        }
        let (mut top, mut gain) = (z, 0.0);
        for &[other_x, other_y, other_z] in low {
            if other_x <= full_x || other_y <= full_y {
                continue;
            }
            let covered = match (other_x >= x, other_y >= y) {
                (true, true) => return Some(gain + open.max(0.0) * (top - other_z)),
                (true, false) => {
                    full_y = other_y;
                    self.stairs.insert(x, other_y)
                }
                (false, true) => {
                    full_x = other_x;
                    self.stairs.insert(other_x, y)
                }
                (false, false) => self.stairs.insert(other_x, other_y),
            };
            if covered > 0.0 {
                gain += open.max(0.0) * (top - other_z);
                open -= covered;
                top = other_z;
            }
        }
        Some(gain + open.max(0.0) * top)
    }
}

fn covers(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a >= b)
}

/// The smaller one, without the care for NaN that `f64::min` takes.
fn least(a: f64, b: f64) -> f64 {
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

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

    /// The volume of a set in descending order of the last coordinate, clipped to a corner.
    fn clipped(&mut self, rows: &[f64], corner: &[f64]) -> f64 {
        self.clear();
        let (columns, last) = (self.columns, self.columns - 1);
        let deep = rows.chunks_exact(columns).take_while(|row| row[last] >= corner[last]).count() * columns;
        // clipped, the first ones have one depth and may come in any order: near the corner are those that cover most
        let order = rows[..deep].chunks_exact(columns).rev().chain(rows[deep..].chunks_exact(columns));
        let mut volume = 0.0;
        for row in order {
            self.row.clear();
            self.row.extend(row[..last].iter().zip(corner).map(|(&a, &b)| least(a, b)));
            volume += least(row[last], corner[last]) * self.insert();
            if self.row == corner[..last] {
                break; // nothing of the corner's box is left below
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
        let gain = whole - below.clipped(&self.set, &self.row);
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
    stairs: Stairs,
}

impl Solid {
    fn clear(&mut self) {
        self.corners.clear();
    }

    /// Adds the box of a corner and returns the volume that it added.
    fn insert(&mut self, corner: [f64; 3]) -> f64 {
        let [x, y, z] = corner;
        let at = self.corners.partition_point(|other| other[2] >= z);
        let Some(gain) = self.gain(corner, at) else { return 0.0 };
        let inside = |other: &[f64; 3]| other[0] <= x && other[1] <= y;
        let equal_z = self.corners[..at].iter().rev().take_while(|other| other[2] == z).count();
        let at = at - equal_z;
        if let Some(first) = self.corners[at..].iter().position(inside) {
            let mut kept = at + first;
            for i in kept + 1..self.corners.len() {
                if !inside(&self.corners[i]) {
                    self.corners[kept] = self.corners[i];
                    kept += 1;
                }
            }
            self.corners.truncate(kept);
        }
        self.corners.insert(at, corner);
        gain
    }

    /// The volume of a box outside the union, None for a box inside one of the others; `at` of those are as high.
    ///
    /// From its top down, the part of its floor plan that is not yet covered times the depth to the next that covers it.
    fn gain(&mut self, [x, y, z]: [f64; 3], at: usize) -> Option<f64> {
        self.stairs.clear();
        let mut open = x * y;
        let (mut full_x, mut full_y) = (0.0, 0.0); // covered are [0, full_x] × [0, y] and [0, x] × [0, full_y]
        let (high, low) = self.corners.split_at(at);
        // clipped, the first ones have one height and may come in any order: the nearest cover most
        for &[other_x, other_y, _] in high.iter().rev() {
            if other_x <= full_x || other_y <= full_y {
                continue;
            }
            if other_x >= x {
                if other_y >= y {
                    return None;
                }
                full_y = other_y;
            } else if other_y >= y {
                full_x = other_x;
            }
            open -= self.stairs.insert(least(other_x, x), least(other_y, y));
        }
        let (mut top, mut gain) = (z, 0.0);
        for &[other_x, other_y, other_z] in low {
            if other_x <= full_x || other_y <= full_y {
                continue;
            }
            if other_x >= x {
                if other_y >= y {
                    return Some(gain + open.max(0.0) * (top - other_z));
                }
                full_y = other_y;
            } else if other_y >= y {
                full_x = other_x;
            }
            let covered = self.stairs.insert(least(other_x, x), least(other_y, y));
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

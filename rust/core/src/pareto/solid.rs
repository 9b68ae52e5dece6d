//! A union of three-dimensional boxes [0, v].

use super::hypersolid::Body;
use super::stairs::Stairs;
use super::volume::least;

/// Corners that are looked through together, without a branch for each: it would be taken at random.
const BLOCK: usize = 64;

pub struct Solid {
    /// None inside another, z descending.
    corners: Vec<[f64; 3]>,
    stairs: Stairs,
    /// Those of a block of corners that say how far a box is open.
    near: [[f64; 3]; BLOCK],
}

impl Default for Solid {
    fn default() -> Self {
        Self { corners: Vec::new(), stairs: Stairs::default(), near: [[0.0; 3]; BLOCK] }
    }
}

impl Solid {
    /// The volume of a box outside the union, None for a box inside one of the others; `at` of those are as high.
    ///
    /// From its top down, the part of its floor plan that is not yet covered times the depth to the next that covers it.
    fn gain(&mut self, [x, y, z]: [f64; 3], at: usize) -> Option<f64> {
        let (mut full_x, mut full_y) = self.full(x, y, at)?;
        let mut open = (x - full_x) * (y - full_y);
        self.stairs.start((x, full_y), (full_x, y));
        for from in (0..at).step_by(BLOCK) {
            let kept = self.collect(from, at.min(from + BLOCK), full_x, full_y);
            for &[inner_x, inner_y, _] in &self.near[..kept] {
                open -= self.stairs.insert(inner_x, inner_y);
            }
        }
        let (mut top, mut gain) = (z, 0.0);
        for from in (at..self.corners.len()).step_by(BLOCK) {
            let kept = self.collect(from, self.corners.len().min(from + BLOCK), full_x, full_y);
            for &[other_x, other_y, other_z] in &self.near[..kept] {
                let (wide, high) = (other_x >= x, other_y >= y);
                if wide & high {
                    return Some(gain + open.max(0.0) * (top - other_z));
                }
                full_x = if high && other_x > full_x { other_x } else { full_x };
                full_y = if wide && other_y > full_y { other_y } else { full_y };
                let covered = self.stairs.insert(least(other_x, x), least(other_y, y));
                if covered > 0.0 {
                    gain += open.max(0.0) * (top - other_z);
                    open -= covered;
                    top = other_z;
                }
            }
        }
        Some(gain + open.max(0.0) * top)
    }

    /// The part of the floor plan of a box that is covered along its sides at its top: (a, b) for [0, a] × [0, y] and
    /// [0, x] × [0, b]; None if all of it is.
    #[inline(always)]
    fn full(&self, x: f64, y: f64, at: usize) -> Option<(f64, f64)> {
        let (mut full_x, mut full_y, mut covered) = (0.0, 0.0, false);
        for &[other_x, other_y, _] in &self.corners[..at] {
            let (wide, high) = (other_x >= x, other_y >= y);
            covered |= wide & high;
            let (candidate_x, candidate_y) = (if high { other_x } else { 0.0 }, if wide { other_y } else { 0.0 });
            full_x = if candidate_x > full_x { candidate_x } else { full_x };
            full_y = if candidate_y > full_y { candidate_y } else { full_y };
        }
        (!covered).then_some((full_x, full_y))
    }

    /// Puts the corners from one up to another into `near` that are beyond both, and says how many they are.
    #[inline(always)]
    #[allow(clippy::needless_bitwise_bool)] // a branch would be taken at random
    fn collect(&mut self, from: usize, to: usize, full_x: f64, full_y: f64) -> usize {
        let near = &mut self.near;
        let mut kept = 0;
        for &[x, y, z] in &self.corners[from..to] {
            near[kept % BLOCK] = [x, y, z];
            kept += usize::from((x > full_x) & (y > full_y));
        }
        kept
    }
}

impl Body for Solid {
    #[inline(always)]
    fn fill(&mut self, corners: &[[f64; 3]]) -> f64 {
        self.corners.clear();
        self.stairs.clear();
        let mut volume = 0.0;
        for &[x, y, z] in corners {
            let area = self.stairs.insert(x, y);
            if area > 0.0 {
                volume += area * z;
                self.corners.push([x, y, z]);
            }
        }
        volume
    }

    #[inline]
    fn insert(&mut self, corner: [f64; 3]) -> f64 {
        let [x, y, z] = corner;
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
}

/// The volume of four-dimensional boxes, the last coordinate descending.
pub fn volume4(rows: &[&[f64]]) -> f64 {
    let mut solid = Solid::default();
    rows.iter().map(|row| row[3] * solid.insert([row[0], row[1], row[2]])).sum()
}

//! The volume of few boxes [0, v] of three and four dimensions.
//!
//! From the largest w down each box adds w times what it adds to the union of the boxes before it in three dimensions.
//! The corners of that union are in descending order of z. From the top down they build a staircase in (x, y), and each
//! keeps the two steps between which it comes in: `wide`, with the largest y of those at least as wide, and `high`, with
//! the largest x of those that are higher and narrower. So the staircase is built again in O(1) for each corner, without
//! a search, and a box costs O(n) (A. P. Guerreiro & C. M. Fonseca, IEEE TEVC 22, 2018, section III).

use super::hypersolid::Body;

/// The step before all others, with an infinite x and y = 0.
const FIRST: u32 = 0;
/// The step behind all others, with x = 0 and an infinite y.
const LAST: u32 = 1;

#[derive(Clone, Copy)]
struct Corner {
    x: f64,
    y: f64,
    z: f64,
    wide: Step,
    high: Step,
}

/// A corner on the staircase: y for one that is wide, x for one that is high.
#[derive(Clone, Copy)]
struct Step {
    edge: f64,
    id: u32,
}

/// A union of three-dimensional boxes.
pub struct Linked {
    /// Every corner so far, behind the two ends.
    corners: Vec<Corner>,
    /// Those not inside another, z descending; of the same z some may be.
    order: Vec<u32>,
    /// What follows each corner on the staircase: x descends, y ascends.
    next: Vec<u32>,
}

impl Linked {
    fn new(most: usize) -> Self {
        let (wide, high) = (Step { edge: 0.0, id: FIRST }, Step { edge: 0.0, id: LAST });
        let (mut corners, mut next) = (Vec::with_capacity(most + 2), Vec::with_capacity(most + 2));
        corners.push(Corner { x: f64::INFINITY, y: 0.0, z: 0.0, wide, high });
        corners.push(Corner { x: 0.0, y: f64::INFINITY, z: 0.0, wide, high });
        next.extend([LAST, LAST]);
        Self { corners, order: Vec::with_capacity(most), next }
    }

    /// The steps of the staircase between which (x, y) comes.
    #[inline(always)]
    fn between(&self, x: f64, y: f64) -> (u32, u32) {
        let (mut wide, mut high) = (FIRST, self.next[FIRST as usize]);
        while self.corners[high as usize].x >= x {
            (wide, high) = (high, self.next[high as usize]);
        }
        while self.corners[high as usize].y < y {
            high = self.next[high as usize];
        }
        (wide, high)
    }

    fn add(&mut self, x: f64, y: f64, z: f64, wide: u32, high: u32) -> u32 {
        let id = self.corners.len() as u32;
        let wide = Step { edge: self.corners[wide as usize].y, id: wide };
        let high = Step { edge: self.corners[high as usize].x, id: high };
        self.corners.push(Corner { x, y, z, wide, high });
        self.next.push(LAST);
        id
    }

    /// Builds the staircase of the first corners and returns the steps between which (x, y) comes, None if it is covered.
    #[inline(always)]
    #[allow(clippy::needless_bitwise_bool)] // a branch would be taken at random
    fn build(&mut self, at: usize, x: f64, y: f64) -> Option<(u32, u32)> {
        self.next[FIRST as usize] = LAST;
        for &id in &self.order[..at] {
            let corner = &self.corners[id as usize];
            self.next[corner.wide.id as usize] = id;
            self.next[id as usize] = corner.high.id;
            if (corner.x >= x) & (corner.y >= y) {
                return None;
            }
        }
        Some(self.between(x, y))
    }

    /// The volume of a new box outside the union; it becomes a step for the corners below it, from `at` on, and those
    /// inside it are dropped.
    ///
    /// From its top down, the part of its floor plan that is not yet covered times the depth to the next that covers it.
    #[inline(always)]
    fn sink(&mut self, at: usize, id: u32) -> f64 {
        let Corner { x, y, z, mut wide, mut high } = self.corners[id as usize];
        let mut open = self.area(wide.id, (x, wide.edge), y, high.edge);
        let (mut top, mut gain, mut kept, mut is_covered) = (z, 0.0, at, false);
        for i in at..self.order.len() {
            let other_id = self.order[i];
            let other = self.corners[other_id as usize];
            let (is_wide, is_high) = (other.x >= x, other.y >= y);
            if !is_covered {
                let covered = match (is_wide, is_high) {
                    (true, true) => {
                        is_covered = true;
                        open.max(0.0)
                    }
                    (true, false) if other.y > wide.edge => {
                        let covered = self.area(wide.id, (x, wide.edge), other.y, other.high.edge);
                        wide = Step { edge: other.y, id: other_id };
                        covered
                    }
                    (false, true) if other.x > high.edge => {
                        let covered = self.area(other.wide.id, (other.x, other.wide.edge), y, high.edge);
                        high = Step { edge: other.x, id: other_id };
                        covered
                    }
                    (false, false) => self.area(other.wide.id, (other.x, other.wide.edge), other.y, other.high.edge),
                    _ => 0.0,
                };
                if covered > 0.0 {
                    gain += open.max(0.0) * (top - other.z);
                    open -= covered;
                    top = other.z;
                }
                self.next[other.wide.id as usize] = other_id;
                self.next[other_id as usize] = other.high.id;
            }
            if other.x > x || other.y > y {
                self.narrow(other_id, id, x, y);
                self.order[kept] = other_id;
                kept += 1;
            }
        }
        self.order.truncate(kept);
        if is_covered { gain } else { gain + open.max(0.0) * top }
    }

    /// A corner that is not inside (x, y) has that above it now.
    #[inline(always)]
    fn narrow(&mut self, other: u32, id: u32, x: f64, y: f64) {
        let Corner { x: other_x, y: other_y, wide, high, .. } = self.corners[other as usize];
        if x >= other_x {
            if y > wide.edge || y == wide.edge && x >= self.corners[wide.id as usize].x {
                self.corners[other as usize].wide = Step { edge: y, id };
            }
        } else if y >= other_y && (x > high.edge || x == high.edge && y >= self.corners[high.id as usize].y) {
            self.corners[other as usize].high = Step { edge: x, id };
        }
    }

    /// The area under `top` above the staircase, from `right` down to `left`; (right, floor) is behind the step `before`.
    #[inline(always)]
    fn area(&self, before: u32, (mut right, mut floor): (f64, f64), top: f64, left: f64) -> f64 {
        let mut area = 0.0;
        let mut step = self.next[before as usize];
        loop {
            let corner = &self.corners[step as usize];
            if corner.x <= left || corner.y >= top {
                return area + (right - left) * (top - floor);
            }
            area += (right - corner.x) * (top - floor);
            (right, floor) = (corner.x, corner.y);
            step = self.next[step as usize];
        }
    }
}

impl Default for Linked {
    fn default() -> Self {
        Self::new(16) // so that few boxes do not make it grow
    }
}

impl Body for Linked {
    #[inline(always)]
    fn fill(&mut self, corners: &[[f64; 3]]) -> f64 {
        self.corners.truncate(2);
        self.next.truncate(2);
        self.order.clear();
        self.next[FIRST as usize] = LAST;
        let mut volume = 0.0;
        for &[x, y, z] in corners {
            let (wide, high) = self.between(x, y);
            let floor = self.corners[wide as usize].y;
            if floor >= y {
                continue;
            }
            volume += z * self.area(wide, (x, floor), y, self.corners[high as usize].x);
            let id = self.add(x, y, z, wide, high);
            (self.next[wide as usize], self.next[id as usize]) = (id, high);
            self.order.push(id);
        }
        volume
    }

    #[inline]
    fn insert(&mut self, [x, y, z]: [f64; 3]) -> f64 {
        let at = self.order.partition_point(|&id| self.corners[id as usize].z >= z);
        let Some((wide, high)) = self.build(at, x, y) else { return 0.0 };
        let id = self.add(x, y, z, wide, high);
        let gain = self.sink(at, id);
        self.order.insert(at, id);
        gain
    }
}

/// The volume of boxes, row-major. Cost: O(n²).
pub fn volume4(rows: &[f64]) -> f64 {
    let mut order: Vec<[f64; 4]> = rows.chunks_exact(4).map(|row| std::array::from_fn(|k| row[k])).collect();
    order.sort_unstable_by(|a, b| b[3].total_cmp(&a[3]));
    let mut union = Linked::new(order.len());
    order.into_iter().map(|[x, y, z, w]| w * union.insert([x, y, z])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::uniform;

    /// The cells of the grid through all coordinates that are inside a box: the definition.
    fn by_cells(rows: &[[f64; 4]]) -> f64 {
        let edges: [Vec<f64>; 4] = std::array::from_fn(|k| {
            let mut edges: Vec<f64> = rows.iter().map(|row| row[k]).chain([0.0]).collect();
            edges.sort_unstable_by(f64::total_cmp);
            edges.dedup();
            edges
        });
        cells(&rows.iter().collect::<Vec<_>>(), &edges, 0)
    }

    /// What the rows that are inside in the coordinates before k fill of the others.
    fn cells(rows: &[&[f64; 4]], edges: &[Vec<f64>; 4], k: usize) -> f64 {
        if rows.is_empty() || k == 4 {
            return f64::from(u8::from(!rows.is_empty()));
        }
        let slices = edges[k].windows(2).map(|pair| {
            let inside: Vec<&[f64; 4]> = rows.iter().copied().filter(|row| row[k] >= pair[1]).collect();
            (pair[1] - pair[0]) * cells(&inside, edges, k + 1)
        });
        slices.sum()
    }

    #[test]
    fn hand_worked_volumes() {
        assert_eq!(volume4(&[]), 0.0);
        assert_eq!(volume4(&[1.0, 2.0, 3.0, 4.0]), 24.0);
        assert_eq!(volume4(&[1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0]), 24.0);
        assert_eq!(volume4(&[1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 2.0, 1.0]), 3.0);
        // 4 boxes of volume 2 around the unit cube that they have in common
        let corners = [2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 2.0];
        assert_eq!(volume4(&corners), 5.0);
    }

    /// Free points, fronts, and levels so few that most coordinates, and some points, are equal.
    #[test]
    fn the_definition_holds() {
        for (n, levels, on_front) in
            [(6, 2.0, false), (12, 3.0, false), (14, 1e9, false), (14, 1e9, true), (40, 4.0, true)]
        {
            for seed in 0..40 {
                let random = uniform(seed, &(0..n).collect::<Vec<u64>>(), &[0, 1, 2, 3], 0).unwrap();
                let rows = random.chunks_exact(4).map(|row| {
                    let scale = if on_front { 1.0 / row.iter().sum::<f64>() } else { 1.0 };
                    std::array::from_fn(|k| (row[k] * scale * levels).ceil().max(1.0) / levels)
                });
                let rows: Vec<[f64; 4]> = rows.collect();
                let (found, expected) = (volume4(&rows.concat()), by_cells(&rows));
                assert!((found - expected).abs() < 1e-12, "n = {n}, {levels} levels, seed {seed}: {found} {expected}");
            }
        }
    }

    /// Both sides of the size from which on blocks are used instead.
    #[test]
    fn blocks_agree() {
        for (n, levels) in [(300, 1e9), (300, 7.0)] {
            let random = uniform(1, &(0..n).collect::<Vec<u64>>(), &[0, 1, 2, 3], 0).unwrap();
            let length = |row: &[f64]| row.iter().map(|x| x * x).sum::<f64>().sqrt();
            let scaled = random.chunks_exact(4).flat_map(|row| row.iter().map(move |x| x / length(row)));
            let rows: Vec<f64> = scaled.map(|x| (x * levels).ceil() / levels).collect();
            let mut order: Vec<&[f64]> = rows.chunks_exact(4).collect();
            order.sort_unstable_by(|a, b| b[3].total_cmp(&a[3]));
            assert!((volume4(&rows) - super::super::solid::volume4(&order)).abs() < 1e-12);
        }
    }
}

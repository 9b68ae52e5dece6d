//! A union of four-dimensional boxes [0, v].

use super::solid::Solid;
use super::volume::{Union, least};

type Corner = [f64; 4];

#[derive(Default)]
pub struct Hypersolid {
    /// Corners, none inside another, the last coordinate descending.
    by_w: Vec<Corner>,
    /// The same ones, the third coordinate descending.
    by_z: Vec<Corner>,
    solid: Solid,
    clipped: Vec<[f64; 3]>,
}

impl Hypersolid {
    fn is_inside(&self, corner: &Corner) -> bool {
        // from w up first: none of the others is as deep
        self.by_w.iter().take_while(|other| other[3] >= corner[3]).any(|other| covers(other, corner))
    }

    fn add(&mut self, corner: Corner) {
        put(&mut self.by_w, corner, 3);
        put(&mut self.by_z, corner, 2);
    }

    /// The volume of the union, without the box itself, clipped to a box that is inside no other.
    fn clip(&mut self, [x, y, z, w]: Corner) -> f64 {
        // from w up all clipped boxes have one depth: their volume is that of a solid
        self.clipped.resize(self.clipped.len().max(self.by_z.len()), [0.0; 3]);
        let mut kept = 0;
        for other in &self.by_z {
            let is_above = (other[3] >= w) & !covers(other, &[x, y, z, w]);
            self.clipped[kept] = [least(other[0], x), least(other[1], y), least(other[2], z)];
            kept += usize::from(is_above); // no branch: it would be taken at random
        }
        let mut volume = w * self.solid.fill(&self.clipped[..kept]);
        let from = self.by_w.partition_point(|other| other[3] >= w);
        for other in &self.by_w[from..] {
            let clipped = [least(other[0], x), least(other[1], y), least(other[2], z)];
            volume += other[3] * self.solid.insert(clipped);
            if clipped == [x, y, z] {
                break; // nothing of the box is left below
            }
        }
        volume
    }
}

impl Union for Hypersolid {
    fn clear(&mut self) {
        self.by_w.clear();
        self.by_z.clear();
    }

    fn place(&mut self, corner: &[f64]) {
        self.add(four(corner));
    }

    fn insert(&mut self, corner: &[f64]) -> f64 {
        let corner = four(corner);
        if self.is_inside(&corner) {
            return 0.0;
        }
        let gain = self.exclusive(&corner);
        self.add(corner);
        gain
    }

    fn exclusive(&mut self, corner: &[f64]) -> f64 {
        (corner.iter().product::<f64>() - self.clip(four(corner))).max(0.0)
    }

    fn fill(&mut self, rows: &[f64]) -> f64 {
        self.clear();
        for row in rows.chunks_exact(4) {
            let corner = four(row);
            if !self.is_inside(&corner) {
                self.add(corner);
            }
        }
        self.solid.clear();
        self.by_w.iter().map(|&[x, y, z, w]| w * self.solid.insert([x, y, z])).sum()
    }
}

/// Inserts a corner, coordinate k descending, and drops those inside it.
fn put(corners: &mut Vec<Corner>, corner: Corner, k: usize) {
    let at = corners.partition_point(|other| other[k] > corner[k]);
    let Some(first) = corners[at..].iter().position(|other| covers(&corner, other)) else {
        return corners.insert(at, corner);
    };
    let first = at + first;
    let mut kept = first + 1;
    for i in first + 1..corners.len() {
        if !covers(&corner, &corners[i]) {
            corners[kept] = corners[i];
            kept += 1;
        }
    }
    corners.truncate(kept);
    corners.copy_within(at..first, at + 1);
    corners[at] = corner;
}

#[inline]
#[allow(clippy::needless_bitwise_bool)] // one wide comparison instead of branches
fn covers(a: &Corner, b: &Corner) -> bool {
    (a[0] >= b[0]) & (a[1] >= b[1]) & (a[2] >= b[2]) & (a[3] >= b[3])
}

fn four(row: &[f64]) -> Corner {
    std::array::from_fn(|k| row[k])
}

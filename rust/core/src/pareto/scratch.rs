//! A union of four-dimensional boxes that is filled anew for each box of five dimensions: few boxes, so that whatever
//! would have to be kept up to date costs more than it saves.
//!
//! The last coordinate keeps the boxes in order. Which of the other three is swept is chosen for each box: the one in
//! which most others are at least as deep, so that few have to be added one by one.

use super::hypersolid::{Body, Corner, covers, four, put};
use super::linked::Linked;
use super::volume::{Refill, least};

#[derive(Default)]
pub struct Scratch {
    /// Corners, none inside another, the last coordinate descending.
    corners: Vec<Corner>,
    body: Linked,
    /// Room for the boxes clipped to one: those at least as deep as it, and the others with their depth behind them.
    deep: Vec<[f64; 3]>,
    shallow: Vec<Corner>,
}

impl Scratch {
    /// How many corners are at least as deep, for each coordinate but the last; None for one inside another.
    #[inline]
    #[allow(clippy::needless_bitwise_bool)] // no branch: it would be taken at random
    fn depths(&self, corner: &Corner) -> Option<[u32; 3]> {
        let (mut deep, mut is_inside) = ([0; 3], false);
        for other in &self.corners {
            let is_deep: [bool; 4] = std::array::from_fn(|k| other[k] >= corner[k]);
            for k in 0..3 {
                deep[k] += u32::from(is_deep[k]);
            }
            is_inside |= is_deep[0] & is_deep[1] & is_deep[2] & is_deep[3];
        }
        (!is_inside).then_some(deep)
    }

    /// The volume of the union clipped to a box that is inside no other, with coordinate K swept.
    fn clip<const K: usize>(&mut self, corner: &Corner) -> f64 {
        let turn = |corner: &Corner| [corner[(K + 1) % 3], corner[(K + 2) % 3], corner[3], corner[K]];
        let [x, y, z, w] = turn(corner);
        let room = self.deep.len().max(self.corners.len());
        self.deep.resize(room, [0.0; 3]);
        self.shallow.resize(room, [0.0; 4]);
        let (mut deep, mut shallow) = (0, 0);
        for [other_x, other_y, other_z, depth] in self.corners.iter().map(turn) {
            let clipped = [least(other_x, x), least(other_y, y), least(other_z, z)];
            self.deep[deep] = clipped;
            self.shallow[shallow] = [clipped[0], clipped[1], clipped[2], depth];
            deep += usize::from(depth >= w); // no branch: it would be taken at random
            shallow += usize::from(depth < w);
        }
        // the deep ones, clipped, have one depth: their volume is that of a solid
        let mut volume = w * self.body.fill(&self.deep[..deep]);
        let shallow = &mut self.shallow[..shallow];
        shallow.sort_unstable_by(|a, b| b[3].total_cmp(&a[3]));
        for &[clipped_x, clipped_y, clipped_z, depth] in &*shallow {
            let clipped = [clipped_x, clipped_y, clipped_z];
            volume += depth * self.body.insert(clipped);
            if clipped == [x, y, z] {
                break; // nothing of the box is left below
            }
        }
        volume
    }
}

impl Refill for Scratch {
    fn clear(&mut self) {
        self.corners.clear();
    }

    fn insert(&mut self, corner: &[f64]) -> f64 {
        let corner = four(corner);
        let Some([a, b, c]) = self.depths(&corner) else { return 0.0 };
        let covered = match (a > b && a > c, b > c) {
            (true, _) => self.clip::<0>(&corner),
            (false, true) => self.clip::<1>(&corner),
            (false, false) => self.clip::<2>(&corner),
        };
        put(&mut self.corners, corner);
        (corner.iter().product::<f64>() - covered).max(0.0)
    }

    fn fill(&mut self, rows: &[f64]) -> f64 {
        self.clear();
        for row in rows.chunks_exact(4) {
            let corner = four(row);
            if !self.corners.iter().take_while(|other| other[3] >= corner[3]).any(|other| covers(other, &corner)) {
                put(&mut self.corners, corner);
            }
        }
        self.body.fill(&[]);
        self.corners.iter().map(|&[x, y, z, w]| w * self.body.insert([x, y, z])).sum()
    }
}

//! A union of four-dimensional boxes [0, v].
//!
//! The coordinates are four alike: which of them is swept is chosen for each box anew, the one in which most others are
//! at least as deep, so that few have to be added one by one.

use super::volume::{Union, least};

pub type Corner = [f64; 4];

/// A union of three-dimensional boxes.
pub trait Body: Default {
    /// Replaces the union by that of other boxes, z descending, and returns its volume.
    fn fill(&mut self, corners: &[[f64; 3]]) -> f64;

    /// Adds the box of a corner and returns the volume that it added.
    fn insert(&mut self, corner: [f64; 3]) -> f64;
}

#[derive(Default)]
pub struct Hypersolid<B: Body> {
    /// For each k the corners, none inside another, turned so that coordinate k is the last one, which descends.
    turned: [Vec<Corner>; 4],
    body: B,
    clipped: Vec<[f64; 3]>,
}

impl<B: Body> Hypersolid<B> {
    /// For each coordinate how many corners are at least as deep.
    fn depths(&self, corner: &Corner) -> [usize; 4] {
        std::array::from_fn(|k| self.turned[k].partition_point(|other| other[3] >= corner[k]))
    }

    fn is_inside(&self, corner: &Corner, depths: &[usize; 4]) -> bool {
        let k = (1..4).fold(0, |best, k| if depths[k] < depths[best] { k } else { best });
        let corner = turn(corner, k);
        self.turned[k][..depths[k]].iter().any(|other| covers(other, &corner))
    }

    /// The volume of the union, without the box itself, clipped to a box that is inside no other.
    fn clip(&mut self, corner: &Corner, depths: &[usize; 4]) -> f64 {
        let swept = (1..4).fold(0, |best, k| if depths[k] > depths[best] { k } else { best });
        let [x, y, z, w] = turn(corner, swept);
        // from w up all clipped boxes have one depth: their volume is that of a solid
        let by_z = &self.turned[(swept + 3) % 4];
        self.clipped.resize(self.clipped.len().max(by_z.len()), [0.0; 3]);
        let mut kept = 0;
        for other in by_z {
            let is_above = (other[0] >= w) & !covers(other, &[w, x, y, z]);
            self.clipped[kept] = [least(other[1], x), least(other[2], y), least(other[3], z)];
            kept += usize::from(is_above); // no branch: it would be taken at random
        }
        let mut volume = w * self.body.fill(&self.clipped[..kept]);
        for other in &self.turned[swept][depths[swept]..] {
            let clipped = [least(other[0], x), least(other[1], y), least(other[2], z)];
            volume += other[3] * self.body.insert(clipped);
            if clipped == [x, y, z] {
                break; // nothing of the box is left below
            }
        }
        volume
    }
}

impl<B: Body> Union for Hypersolid<B> {
    fn place(&mut self, corner: &[f64]) {
        for (k, corners) in self.turned.iter_mut().enumerate() {
            put(corners, turn(&four(corner), k));
        }
    }

    fn insert(&mut self, corner: &[f64]) -> f64 {
        let depths = self.depths(&four(corner));
        if self.is_inside(&four(corner), &depths) {
            return 0.0;
        }
        let covered = self.clip(&four(corner), &depths);
        self.place(corner);
        (corner.iter().product::<f64>() - covered).max(0.0)
    }

    fn exclusive(&mut self, corner: &[f64]) -> f64 {
        let depths = self.depths(&four(corner));
        (corner.iter().product::<f64>() - self.clip(&four(corner), &depths)).max(0.0)
    }
}

/// Inserts a corner that is not inside another, the last coordinate descending, and drops those inside it.
pub fn put(corners: &mut Vec<Corner>, corner: Corner) {
    let at = corners.partition_point(|other| other[3] > corner[3]);
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
pub fn covers(a: &Corner, b: &Corner) -> bool {
    (a[0] >= b[0]) & (a[1] >= b[1]) & (a[2] >= b[2]) & (a[3] >= b[3])
}

/// The coordinates behind k first, then those before it, k itself last.
#[inline]
fn turn(corner: &Corner, k: usize) -> Corner {
    std::array::from_fn(|j| corner[(k + 1 + j) % 4])
}

#[inline]
pub fn four(row: &[f64]) -> Corner {
    std::array::from_fn(|k| row[k])
}

#[cfg(test)]
mod tests {
    use super::super::linked::Linked;
    use super::super::scratch::Scratch;
    use super::super::solid::Solid;
    use super::super::volume::{Refill, volume};
    use super::*;
    use crate::sampling::uniform;

    /// Free corners, some of them inside others, and levels so few that most coordinates, and some corners, are equal.
    fn corners(n: u64, levels: f64, seed: u64) -> Vec<f64> {
        let random = uniform(seed, &(0..n).collect::<Vec<u64>>(), &[0, 1, 2, 3], 0).unwrap();
        let length = |row: &[f64]| row.iter().map(|x| x * x).sum::<f64>().sqrt();
        let scaled = random.chunks_exact(4).flat_map(|row| row.iter().map(move |x| x / length(row)));
        scaled.map(|x| (x * levels).ceil().max(1.0) / levels).collect()
    }

    /// What each box adds to those before it.
    fn gains(rows: &[f64]) -> Vec<f64> {
        let volumes: Vec<f64> = (0..=rows.len() / 4).map(|i| volume(&rows[..4 * i], 4)).collect();
        volumes.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    fn check(found: impl Iterator<Item = f64>, expected: &[f64], what: &str) {
        for (i, (found, expected)) in found.zip(expected).enumerate() {
            assert!((found - expected).abs() < 1e-12, "{what}, box {i}: {found}, not {expected}");
        }
    }

    #[test]
    fn every_union_adds_what_the_volumes_say() {
        for (n, levels, seed) in [(12, 2.0, 1), (40, 4.0, 2), (40, 1e9, 3), (150, 6.0, 4), (150, 1e9, 5)] {
            let rows = corners(n, levels, seed);
            let (linked, solid) = (&mut Hypersolid::<Linked>::default(), &mut Hypersolid::<Solid>::default());
            let (scratch, expected) = (&mut Scratch::default(), gains(&rows));
            let what = format!("{n} boxes, {levels} levels");
            for _ in 0..2 {
                check(rows.chunks_exact(4).map(|row| scratch.insert(row)), &expected, &what);
                assert!((scratch.fill(&rows) - volume(&rows, 4)).abs() < 1e-12, "{what}");
                assert!(rows.chunks_exact(4).all(|row| scratch.insert(row) == 0.0), "{what}");
                scratch.clear();
            }
            check(rows.chunks_exact(4).map(|row| linked.insert(row)), &expected, &what);
            check(rows.chunks_exact(4).map(|row| solid.insert(row)), &expected, &what);
            let kept: Vec<f64> = linked.turned[3].concat();
            for (i, row) in kept.chunks_exact(4).enumerate() {
                let others = [&kept[..4 * i], &kept[4 * i + 4..]].concat();
                let alone = volume(&kept, 4) - volume(&others, 4);
                check([linked.exclusive(row), solid.exclusive(row)].into_iter(), &[alone; 2], &what);
            }
        }
    }
}

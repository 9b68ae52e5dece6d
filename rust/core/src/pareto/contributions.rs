//! The volume that only one point dominates.
//!
//! In three dimensions one sweep from the largest v₃ down (M. T. M. Emmerich & C. M. Fonseca, EMO 2011, section 4). At
//! each height a corner of the staircase owns the part of the plane that no other point covers: the rectangle up to its
//! two neighbours without the corners it replaced, cut into strips. A new corner takes strips from its neighbours at
//! their ends only, so that all cuts together cost O(n) beside the search, O(n log n).

use super::hypervolume::Boxes;
use super::is_nondominated;
use super::order::lexicographic;
use super::volume::gains;
use crate::error::Result;

/// hypervolume(S) − hypervolume(S without the point) for each row, with S the non-dominated rows.
///
/// 0 for dominated rows, which take no part, for rows that another one equals and for those not below the reference.
///
/// # Errors
/// [`crate::Error::Length`] when `losses` is not a whole number of rows, [`crate::Error::OutOfRange`] for a coordinate
/// −∞ below the reference.
pub fn hypervolume_contributions(losses: &[f64], reference: &[f64]) -> Result<Vec<f64>> {
    let m = reference.len();
    let boxes = Boxes::new(losses, reference)?.finite()?;
    let found = match m {
        1 => planar(&boxes.corners.iter().map(|&x| [x, 1.0]).collect::<Vec<_>>()),
        2 => planar(boxes.corners.as_chunks().0),
        3 => spatial(boxes.corners.as_chunks().0),
        _ => by_limits(&boxes.corners, m)?,
    };
    let mut contributions = vec![0.0; losses.len() / m];
    for (i, contribution) in boxes.index.into_iter().zip(found) {
        contributions[i] = contribution;
    }
    Ok(contributions)
}

/// Two coordinates: the rectangle between the neighbours on the front.
fn planar(rows: &[[f64; 2]]) -> Vec<f64> {
    let turned: Vec<f64> = rows.iter().flat_map(|[x, y]| [-x, -y]).collect();
    let order = lexicographic::<2>(&turned);
    let mut contributions = vec![0.0; rows.len()];
    let mut front: Vec<(f64, f64, Option<usize>)> = Vec::with_capacity(rows.len() + 2);
    front.push((f64::INFINITY, 0.0, None));
    for equal in order.chunk_by(|&i, &j| rows[i as usize] == rows[j as usize]) {
        let [x, y] = rows[equal[0] as usize];
        if y > front[front.len() - 1].1 {
            front.push((x, y, (equal.len() == 1).then_some(equal[0] as usize)));
        }
    }
    front.push((0.0, 0.0, None));
    for triple in front.windows(3) {
        if let (x, y, Some(i)) = triple[1] {
            contributions[i] = (x - triple[2].0) * (y - triple[0].1);
        }
    }
    contributions
}

/// A corner of the staircase: its strips are `first` … `end` − 1 of the arena.
struct Corner {
    x: f64,
    y: f64,
    row: usize,
    first: usize,
    end: usize,
}

/// From `right` down to the next strip's `right` or the next corner's x, up to y = `floor` from below.
struct Strip {
    right: f64,
    left: f64,
    floor: f64,
    /// The height from which this strip has been exclusive.
    since: f64,
}

struct Sweep {
    /// x descends and y ascends, both strictly.
    stairs: Vec<Corner>,
    strips: Vec<Strip>,
    contributions: Vec<f64>,
}

fn spatial(rows: &[[f64; 3]]) -> Vec<f64> {
    let turned: Vec<f64> = rows.iter().flat_map(|[x, y, z]| [-z, -x, -y]).collect();
    let order = lexicographic::<3>(&turned);
    let mut sweep = Sweep {
        stairs: Vec::with_capacity(64),
        strips: Vec::with_capacity(2 * rows.len()),
        contributions: vec![0.0; rows.len()],
    };
    let mut repeated = Vec::new();
    for equal in order.chunk_by(|&i, &j| rows[i as usize] == rows[j as usize]) {
        let row = equal[0] as usize;
        sweep.insert(rows[row], row);
        if equal.len() > 1 {
            repeated.push(row);
        }
    }
    for at in 0..sweep.stairs.len() {
        let (row, volume) = (sweep.stairs[at].row, sweep.left(&sweep.stairs[at], 0.0));
        sweep.contributions[row] += volume;
    }
    for row in repeated {
        sweep.contributions[row] = 0.0;
    }
    sweep.contributions
}

impl Sweep {
    fn insert(&mut self, [x, y, z]: [f64; 3], row: usize) {
        let from = self.stairs.partition_point(|corner| corner.x > x);
        let below = if from > 0 { self.stairs[from - 1].y } else { 0.0 };
        if below >= y || self.stairs.get(from).is_some_and(|corner| corner.x == x && corner.y >= y) {
            return;
        }
        let to = from + self.stairs[from..].iter().take_while(|corner| corner.y <= y).count();
        if from > 0 {
            self.cut_left(from - 1, x, z);
        }
        if to < self.stairs.len() {
            self.cut_low(to, y, z);
        }
        let first = self.strips.len();
        let (mut right, mut floor) = (x, below);
        for at in from..to {
            let (left, top) = (self.stairs[at].x, self.stairs[at].y);
            if right > left {
                self.strips.push(Strip { right, left, floor, since: z });
            }
            (right, floor) = (left, top);
        }
        let left = self.stairs.get(to).map_or(0.0, |corner| corner.x);
        self.strips.push(Strip { right, left, floor, since: z });
        let corner = Corner { x, y, row, first, end: self.strips.len() };
        for at in from..to {
            let (row, volume) = (self.stairs[at].row, self.left(&self.stairs[at], z));
            self.contributions[row] += volume;
        }
        if from == to {
            self.stairs.insert(from, corner);
        } else {
            self.stairs[from] = corner;
            self.stairs.drain(from + 1..to);
        }
    }

    /// The corner with larger x and smaller y loses what is left of x.
    fn cut_left(&mut self, at: usize, x: f64, z: f64) {
        let corner = &mut self.stairs[at];
        while corner.end > corner.first {
            let strip = &mut self.strips[corner.end - 1];
            if strip.left >= x {
                break;
            }
            self.contributions[corner.row] += (strip.right - strip.left) * (corner.y - strip.floor) * (strip.since - z);
            strip.since = z;
            if strip.right > x {
                strip.left = x;
                break;
            }
            corner.end -= 1;
        }
    }

    /// The corner with smaller x and larger y loses what is below y.
    fn cut_low(&mut self, at: usize, y: f64, z: f64) {
        let corner = &mut self.stairs[at];
        let right = corner.x;
        let mut left = right;
        while corner.first < corner.end && self.strips[corner.first].floor < y {
            let strip = &self.strips[corner.first];
            self.contributions[corner.row] += (strip.right - strip.left) * (corner.y - strip.floor) * (strip.since - z);
            left = strip.left;
            corner.first += 1;
        }
        if left < right {
            corner.first -= 1;
            self.strips[corner.first] = Strip { right, left, floor: y, since: z };
        }
    }

    /// What a corner's strips have between their heights and z.
    fn left(&self, corner: &Corner, z: f64) -> f64 {
        let strips = &self.strips[corner.first..corner.end];
        strips.iter().map(|strip| (strip.right - strip.left) * (corner.y - strip.floor) * (strip.since - z)).sum()
    }
}

/// Any number of coordinates: each point's box without the others clipped to it.
fn by_limits(corners: &[f64], m: usize) -> Result<Vec<f64>> {
    let losses: Vec<f64> = corners.iter().map(|x| -x).collect();
    let front = is_nondominated(&losses, m)?;
    let rows: Vec<&[f64]> =
        corners.chunks_exact(m).zip(&front).filter(|(_, kept)| **kept).map(|(row, _)| row).collect();
    let mut contributions = gains(&rows, m).into_iter();
    Ok(front.iter().map(|&kept| if kept { contributions.next().unwrap_or(0.0) } else { 0.0 }).collect())
}

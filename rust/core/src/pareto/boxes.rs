//! What no point dominates, as disjoint boxes.
//!
//! | symbol  | meaning                                                                                     |
//! |---------|---------------------------------------------------------------------------------------------|
//! | u       | local upper bound: a corner below which nothing is dominated, and that none other contains  |
//! | zᵏ(u)   | the point that gives u its coordinate k; at first the reference point                       |
//!
//! The points come in ascending order of their last objective. At each height the part of the other m − 1 objectives
//! that nothing dominates is the union over u of the boxes ∏ⱼ [max over k > j of zᵏⱼ(u), uⱼ), which are disjoint
//! (R. Lacour, K. Klamroth & C. M. Fonseca, Comput. Oper. Res. 79, 2017, section 3); a point replaces the u above it
//! (K. Klamroth, R. Lacour & D. Vanderpooten, EJOR 245, 2015, algorithm 2). A box of m objectives is one of those from
//! the height at which its u appears to that at which it goes. Equal coordinates count as different, in order of their
//! points: boxes that this makes empty are dropped. m = 2 gives at most n + 1 boxes, m = 3 at most 2 n + 1.

use crate::error::{Error, Result};

/// Corners of boxes, row-major with one column for each objective.
pub struct Decomposition {
    /// −∞ where a box has no end.
    pub lower: Vec<f64>,
    pub upper: Vec<f64>,
}

/// Disjoint boxes [lower, upper) that fill what is below `reference` and not dominated by a row of `losses`.
///
/// # Errors
/// [`Error::Length`] when `losses` is not a whole number of rows.
pub fn box_decomposition(losses: &[f64], reference: &[f64]) -> Result<Decomposition> {
    let m = reference.len();
    if m == 0 || losses.len() % m != 0 {
        return Err(Error::Length { argument: "losses", expected: m, got: losses.len() });
    }
    let below = |row: &&[f64]| row.iter().zip(reference).all(|(x, r)| x < r);
    let mut rows: Vec<&[f64]> = losses.chunks_exact(m).filter(below).collect();
    rows.sort_by(|a, b| a[m - 1].total_cmp(&b[m - 1]));
    let mut sweep = Sweep::new(&rows, reference);
    for i in 0..rows.len() {
        sweep.insert(i);
    }
    for bound in std::mem::take(&mut sweep.bounds) {
        sweep.close(&bound, reference[m - 1]);
    }
    Ok(sweep.found)
}

/// Places instead of coordinates: distinct in each objective, 0 for −∞, i + 1 for the i-th point's, n + 1 for the
/// reference's.
struct Sweep<'a> {
    /// (n, m − 1): the place of each point.
    places: Vec<u32>,
    /// The value at each place, one list for each of m − 1 objectives.
    values: Vec<Vec<f64>>,
    rows: &'a [&'a [f64]],
    bounds: Vec<Bound>,
    found: Decomposition,
}

struct Bound {
    /// (m − 1, m − 1): row k is zᵏ, so that u is the diagonal.
    points: Vec<u32>,
    since: f64,
}

impl<'a> Sweep<'a> {
    fn new(rows: &'a [&'a [f64]], reference: &[f64]) -> Self {
        let (n, d) = (rows.len(), reference.len() - 1);
        let mut places = vec![0; n * d];
        let mut values = Vec::with_capacity(d);
        for k in 0..d {
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by(|&a, &b| rows[a][k].total_cmp(&rows[b][k]));
            for (place, &i) in order.iter().enumerate() {
                places[i * d + k] = place as u32 + 1;
            }
            let ends = std::iter::once(f64::NEG_INFINITY).chain(order.iter().map(|&i| rows[i][k]));
            values.push(ends.chain([reference[k]]).collect());
        }
        let points = (0..d * d).map(|at| if at % (d + 1) == 0 { n as u32 + 1 } else { 0 }).collect();
        let bounds = vec![Bound { points, since: f64::NEG_INFINITY }];
        Self { places, values, rows, bounds, found: Decomposition { lower: Vec::new(), upper: Vec::new() } }
    }

    fn insert(&mut self, i: usize) {
        let d = self.values.len();
        let height = self.rows[i][d];
        let point = self.places[i * d..(i + 1) * d].to_vec();
        let above = |bound: &Bound| (0..d).all(|k| point[k] < bound.points[k * (d + 1)]);
        let (gone, kept): (Vec<Bound>, Vec<Bound>) = std::mem::take(&mut self.bounds).into_iter().partition(above);
        self.bounds = kept;
        for bound in gone {
            self.close(&bound, height);
            for j in 0..d {
                let is_largest = (0..d).all(|k| k == j || point[j] > bound.points[k * d + j]);
                if is_largest {
                    let mut points = bound.points.clone();
                    points[j * d..(j + 1) * d].copy_from_slice(&point);
                    self.bounds.push(Bound { points, since: height });
                }
            }
        }
    }

    /// Adds the box of a bound that goes at a height, unless it is empty.
    fn close(&mut self, bound: &Bound, height: f64) {
        let d = self.values.len();
        let start = self.found.lower.len();
        for (j, values) in self.values.iter().enumerate() {
            let low = (j + 1..d).map(|k| bound.points[k * d + j]).max().unwrap_or(0);
            self.found.lower.push(values[low as usize]);
            self.found.upper.push(values[bound.points[j * (d + 1)] as usize]);
        }
        self.found.lower.push(bound.since);
        self.found.upper.push(height);
        let sides = self.found.lower[start..].iter().zip(&self.found.upper[start..]);
        if !sides.into_iter().all(|(low, high)| low < high) {
            self.found.lower.truncate(start);
            self.found.upper.truncate(start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::hypervolume;
    use super::*;
    use crate::sampling::uniform;

    /// Every point of a lattice is in one box, or in none if it is dominated or not below the reference.
    #[test]
    fn boxes_are_disjoint_and_fill_what_is_not_dominated() {
        for m in 1..=5usize {
            for n in [0, 1, 2, 7, 30] {
                for levels in [3.0, 7.0] {
                    let (trials, purposes): (Vec<u64>, Vec<u64>) = ((0..n).collect(), (0..m as u64).collect());
                    let mut losses = uniform(3, &trials, &purposes, 0).unwrap();
                    for x in &mut losses {
                        *x = (*x * levels).floor();
                    }
                    let found = box_decomposition(&losses, &vec![levels - 1.0; m]).unwrap();
                    let probes = uniform(4, &(0..300).collect::<Vec<_>>(), &purposes, 0).unwrap();
                    for probe in probes.chunks_exact(m) {
                        let y: Vec<f64> = probe.iter().map(|x| (x * levels * 2.0).floor() / 2.0).collect();
                        let boxes = found.lower.chunks_exact(m).zip(found.upper.chunks_exact(m));
                        let holds = |(l, u): &(&[f64], &[f64])| (0..m).all(|k| l[k] <= y[k] && y[k] < u[k]);
                        let dominated = losses.chunks_exact(m).any(|p| (0..m).all(|k| p[k] <= y[k]));
                        let expected = usize::from(!dominated && y.iter().all(|&x| x < levels - 1.0));
                        assert_eq!(boxes.filter(holds).count(), expected, "n = {n}, m = {m}, {levels} levels");
                    }
                }
            }
        }
    }

    #[test]
    fn there_are_few_boxes_and_their_volumes_add_up() {
        for (m, most) in [(1, 1), (2, 201), (3, 401), (4, 200 * 200)] {
            let (trials, purposes): (Vec<u64>, Vec<u64>) = ((0..200).collect(), (0..m as u64).collect());
            let losses = uniform(5, &trials, &purposes, 0).unwrap();
            let reference = vec![1.0; m];
            let found = box_decomposition(&losses, &reference).unwrap();
            assert!(found.lower.len() / m <= most);
            let boxes = found.lower.chunks_exact(m).zip(found.upper.chunks_exact(m));
            let volume: f64 = boxes.map(|(l, u)| (0..m).map(|k| u[k] - l[k].max(0.0)).product::<f64>()).sum();
            assert!((1.0 - volume - hypervolume(&losses, &reference).unwrap()).abs() < 1e-12);
        }
    }
}

//! What no point dominates, cut into disjoint boxes.
//!
//! | symbol | meaning                                                                                        | shape |
//! |--------|------------------------------------------------------------------------------------------------|-------|
//! | u      | a local upper bound: a largest corner below which no point lies                                | (m,)  |
//! | zⁱ     | the point that bounds u in objective i, zⁱᵢ = uᵢ; at first the reference's own, −∞ elsewhere   | (m,)  |
//!
//! A point p below u replaces it by those of (u₁ … pⱼ … uₘ) with pⱼ > zⁱⱼ for all i ≠ j, and is their zʲ (K. Klamroth,
//! R. Lacour & D. Vanderpooten, Eur. J. Oper. Res. 245, 767, 2015). The boxes with lower corners lⱼ = max zⁱⱼ over
//! i < j, l₁ = −∞, fill the region without overlap (R. Lacour, K. Klamroth & C. M. Fonseca, Comput. Oper. Res. 79, 347,
//! 2017): one box for each bound, 2 n + 1 of them for m = 3. All that wants values to differ, so it is done on ranks, ties
//! in the order of rows; boxes that are flat in the values are left out.

use super::is_nondominated;
use crate::error::{Error, Result};

/// Lower and upper corners (k × m each) of disjoint boxes that make up the points below `reference` that no row of
/// `losses` weakly dominates; lower ones are −∞ where a box is open.
///
/// O(n k m²) with k = O(n^⌊m/2⌋).
///
/// # Errors
/// [`Error::Length`] when `losses` is not a whole number of rows, [`Error::OutOfRange`] for 2³¹ rows or more.
pub fn box_decomposition(losses: &[f64], reference: &[f64]) -> Result<(Vec<f64>, Vec<f64>)> {
    let m = reference.len();
    if m == 0 || !losses.len().is_multiple_of(m) {
        return Err(Error::Length { argument: "losses", expected: m, got: losses.len() });
    }
    let below = |row: &&[f64]| row.iter().zip(reference).all(|(x, limit)| x < limit);
    let inside: Vec<f64> = losses.chunks_exact(m).filter(below).flatten().copied().collect();
    let kept = is_nondominated(&inside, m)?;
    let mut front: Vec<&[f64]> =
        inside.chunks_exact(m).zip(kept).filter(|(_, kept)| *kept).map(|(row, _)| row).collect();
    front.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal)); // no NaN is non-dominated
    front.dedup();
    let (values, ranks) = ranked(&front, reference);
    let mut bounds = Bounds::new(m, values[0].len() - 1);
    for point in ranks.chunks_exact(m) {
        bounds.insert(point);
    }
    Ok(bounds.boxes(&values))
}

/// For each objective −∞, the values in ascending order and the reference; and each row's places in these.
fn ranked(front: &[&[f64]], reference: &[f64]) -> (Vec<Vec<f64>>, Vec<usize>) {
    let (n, m) = (front.len(), reference.len());
    let (mut values, mut ranks) = (Vec::with_capacity(m), vec![0; n * m]);
    for (j, &limit) in reference.iter().enumerate() {
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| front[a][j].total_cmp(&(front[b][j])).then(a.cmp(&b)));
        for (place, &i) in order.iter().enumerate() {
            ranks[i * m + j] = place + 1;
        }
        let column = order.iter().map(|&i| front[i][j]);
        values.push(std::iter::once(f64::NEG_INFINITY).chain(column).chain(std::iter::once(limit)).collect());
    }
    (values, ranks)
}

/// Local upper bounds.
struct Bounds {
    m: usize,
    /// (k, m)
    upper: Vec<usize>,
    /// (k, m, m): coordinate j of point i of bound k
    defining: Vec<usize>,
}

impl Bounds {
    /// The reference, of rank `limit`, alone.
    fn new(m: usize, limit: usize) -> Self {
        let defining = (0..m * m).map(|at| if at % (m + 1) == 0 { limit } else { 0 }).collect();
        Self { m, upper: vec![limit; m], defining }
    }

    fn insert(&mut self, point: &[usize]) {
        let m = self.m;
        let (mut kept, mut defining) = (Vec::with_capacity(self.upper.len()), Vec::with_capacity(self.defining.len()));
        let (mut new, mut new_defining) = (Vec::new(), Vec::new());
        for (u, z) in self.upper.chunks_exact(m).zip(self.defining.chunks_exact(m * m)) {
            if point.iter().zip(u).any(|(p, u)| p >= u) {
                kept.extend_from_slice(u);
                defining.extend_from_slice(z);
                continue;
            }
            for (j, &p) in point.iter().enumerate() {
                if (0..m).all(|i| i == j || p > z[i * m + j]) {
                    let (at, start) = (new.len(), new_defining.len());
                    new.extend_from_slice(u);
                    new[at + j] = p;
                    new_defining.extend_from_slice(z);
                    new_defining[start + j * m..][..m].copy_from_slice(point);
                }
            }
        }
        kept.append(&mut new);
        defining.append(&mut new_defining);
        (self.upper, self.defining) = (kept, defining);
    }

    fn boxes(&self, values: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
        let m = self.m;
        let (mut lower, mut upper) = (Vec::with_capacity(self.upper.len()), Vec::with_capacity(self.upper.len()));
        for (u, z) in self.upper.chunks_exact(m).zip(self.defining.chunks_exact(m * m)) {
            let low = |j: usize| values[j][(0..j).map(|i| z[i * m + j]).max().unwrap_or(0)];
            if (0..m).all(|j| low(j) < values[j][u[j]]) {
                lower.extend((0..m).map(low));
                upper.extend((0..m).map(|j| values[j][u[j]]));
            }
        }
        (lower, upper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pareto::hypervolume, sampling::uniform};

    const OPEN: f64 = f64::NEG_INFINITY;

    #[test]
    fn strips_of_two_objectives() {
        let (lower, upper) = box_decomposition(&[1.0, 2.0, 2.0, 1.0, 2.0, 2.0, 9.0, 0.0], &[4.0, 4.0]).unwrap();
        assert_eq!(lower.len(), 6);
        assert_eq!(volume(&lower, &upper, 2, 0.0), 16.0 - 8.0);
    }

    /// Of the boxes, cut off at `floor`.
    fn volume(lower: &[f64], upper: &[f64], m: usize, floor: f64) -> f64 {
        let sides =
            |(low, high): (&[f64], &[f64])| low.iter().zip(high).map(|(l, u)| u - l.max(floor)).product::<f64>();
        lower.chunks_exact(m).zip(upper.chunks_exact(m)).map(sides).sum()
    }

    /// With what is dominated they fill everything, whether values are tied or not; and no two of them meet.
    #[test]
    fn boxes_fill_what_is_not_dominated_without_overlap() {
        for m in 1..=5 {
            for (n, step) in [(0, 0.0), (1, 0.0), (7, 0.0), (30, 0.0), (30, 0.125)] {
                let trials: Vec<u64> = (0..n).collect();
                let purposes: Vec<u64> = (0..m as u64).collect();
                let mut points = uniform(5, &trials, &purposes, 0).unwrap();
                if step > 0.0 {
                    points = points.iter().map(|x| (x / step).round() * step).collect();
                }
                let reference = vec![0.9; m];
                let (lower, upper) = box_decomposition(&points, &reference).unwrap();
                let whole = volume(&lower, &upper, m, -0.1) + hypervolume(&points, &reference).unwrap();
                assert!((whole - 1.0).abs() < 1e-12, "m = {m}, n = {n}: {whole}");
                let boxes: Vec<_> = lower.chunks_exact(m).zip(upper.chunks_exact(m)).collect();
                for (i, a) in boxes.iter().enumerate() {
                    for b in &boxes[..i] {
                        assert!((0..m).any(|j| a.0[j].max(b.0[j]) >= a.1[j].min(b.1[j])));
                    }
                }
            }
        }
    }

    #[test]
    fn a_point_of_minus_infinity_leaves_nothing_behind_it() {
        let (lower, upper) = box_decomposition(&[OPEN, 0.0], &[1.0, 1.0]).unwrap();
        assert_eq!((lower, upper), (vec![OPEN, OPEN], vec![1.0, 0.0]));
        assert!(box_decomposition(&[0.0; 3], &[1.0, 1.0]).is_err());
    }
}

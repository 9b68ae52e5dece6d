//! k points with a large hypervolume together.
//!
//! | symbol   | meaning                                                                                    |
//! |----------|--------------------------------------------------------------------------------------------|
//! | x, y     | sides of a point's box in two dimensions; along the front x descends and y ascends         |
//! | F(j, i)  | the largest area of j points of which i has the largest y                                  |
//!
//! In two dimensions F(j, i) = xᵢ yᵢ + max over l < i of F(j − 1, l) − yₗ xᵢ: the highest of the lines in xᵢ with the
//! slopes −yₗ. Slopes and queries descend, so that each layer is one pass over the upper hull of its lines
//! (K. Bringmann, T. Friedrich & P. Klitzke, GECCO 2014, section 3).

use super::hypervolume::Boxes;
use super::is_nondominated;
use super::volume::gain;
use crate::error::{Error, Result};

/// The rows of k points with a large hypervolume together.
///
/// The largest for up to two objectives, O(n log n + k (f − k)) in time and 4 k (f − k) bytes for f points on the front.
/// Beyond, each the one of the front that adds most to those before it, of equal ones the first: at least 1 − 1/e of
/// the largest (G. L. Nemhauser, L. A. Wolsey & M. L. Fisher, 1978). When no point adds anything more, the first others follow.
///
/// # Errors
/// [`Error::Length`] when `losses` is not a whole number of rows, [`Error::OutOfRange`] when they are fewer than k or
/// one that adds something has a coordinate −∞.
pub fn hypervolume_subset(losses: &[f64], reference: &[f64], k: usize) -> Result<Vec<i64>> {
    let m = reference.len();
    let boxes = Boxes::new(losses, reference)?.finite()?;
    let n = losses.len() / m;
    if k > n {
        return Err(Error::OutOfRange { argument: "k", expected: format!("at most {n} points"), got: k as u64 });
    }
    let mut chosen = if m == 2 { planar(&boxes, k) } else { greedy(&boxes, m, k)? };
    let mut taken = vec![false; n];
    for &i in &chosen {
        taken[i] = true;
    }
    chosen.extend((0..n).filter(|&i| !taken[i]).take(k - chosen.len()));
    Ok(chosen.into_iter().map(|i| i64::try_from(i).unwrap_or(i64::MAX)).collect())
}

/// At most k rows, each the one that adds most, and all of them something.
///
/// A gain can only shrink as points are chosen, so that most need not be computed again (M. Minoux, 1978).
fn greedy(boxes: &Boxes, m: usize, k: usize) -> Result<Vec<usize>> {
    let corner = |i: usize| &boxes.corners[i * m..(i + 1) * m];
    let losses: Vec<f64> = boxes.corners.iter().map(|x| -x).collect();
    let front = is_nondominated(&losses, m)?; // a dominated point never adds more than what dominates it
    let mut left: Vec<usize> = (0..front.len()).filter(|&i| front[i]).collect();
    let mut bounds: Vec<f64> = (0..front.len()).map(|i| corner(i).iter().product()).collect();
    let mut fresh = vec![0; front.len()]; // how many were chosen when the bound was computed
    let (mut chosen, mut chosen_corners) = (Vec::with_capacity(k), Vec::new());
    while chosen.len() < k {
        let best =
            left.iter().copied().enumerate().max_by(|a, b| bounds[a.1].total_cmp(&bounds[b.1]).then(b.1.cmp(&a.1)));
        let Some((at, i)) = best.filter(|&(_, i)| bounds[i] > 0.0) else { break };
        if fresh[i] == chosen.len() {
            chosen.push(boxes.index[i]);
            chosen_corners.extend_from_slice(corner(i));
            left.swap_remove(at);
        } else {
            bounds[i] = gain(corner(i), &chosen_corners).min(bounds[i]);
            fresh[i] = chosen.len();
        }
    }
    Ok(chosen)
}

/// At most k rows of the front in the plane, from the largest x on.
fn planar(boxes: &Boxes, k: usize) -> Vec<usize> {
    let mut order: Vec<(f64, f64, usize)> =
        boxes.corners.chunks_exact(2).zip(&boxes.index).map(|(side, &i)| (side[0], side[1], i)).collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
    let (widest, mut highest) = (order.first().map_or(1.0, |first| first.0), 0.0);
    order.retain(|&(_, y, _)| {
        let kept = y > highest;
        highest = if kept { y } else { highest };
        kept
    });
    if k >= order.len() || k == 0 {
        return order.iter().take(k).map(|point| point.2).collect();
    }
    // at most 1, so that no product overflows
    let stairs: Vec<(f64, f64)> = order.iter().map(|&(x, y, _)| (x / widest, y / highest)).collect();
    largest(&stairs, k).into_iter().map(|i| order[i].2).collect()
}

/// The k of more than k corners with the largest area together, ascending.
fn largest(stairs: &[(f64, f64)], k: usize) -> Vec<usize> {
    let width = stairs.len() - k + 1; // the j-th chosen is one of as many, from j on: k − j follow
    let mut areas: Vec<f64> = stairs[..width].iter().map(|(x, y)| x * y).collect();
    let mut before: Vec<u32> = Vec::with_capacity((k - 1) * width);
    let mut hull: Vec<usize> = Vec::with_capacity(width);
    for j in 1..k {
        let slope = |l: usize| stairs[j - 1 + l].1;
        let at = |l: usize, x: f64| areas[l] - slope(l) * x;
        let (mut next, mut front) = (Vec::with_capacity(width), 0);
        hull.clear();
        for (i, &(x, y)) in stairs[j..j + width].iter().enumerate() {
            while let [.., a, b] = hull[front..] {
                // b is nowhere above both: where it meets a is not before where the new line does
                if (areas[b] - areas[a]) * (slope(i) - slope(a)) > (areas[i] - areas[a]) * (slope(b) - slope(a)) {
                    break;
                }
                hull.pop();
            }
            hull.push(i);
            while front + 1 < hull.len() && at(hull[front + 1], x) >= at(hull[front], x) {
                front += 1;
            }
            next.push(x * y + at(hull[front], x));
            before.push(hull[front] as u32);
        }
        areas = next;
    }
    let mut last = (0..width).fold(0, |best, i| if areas[i] > areas[best] { i } else { best });
    let mut chosen = vec![k - 1 + last];
    for j in (1..k).rev() {
        last = before[(j - 1) * width + last] as usize;
        chosen.push(j - 1 + last);
    }
    chosen.reverse();
    chosen
}

#[cfg(test)]
mod tests {
    use super::super::hypervolume;
    use super::*;
    use crate::sampling::uniform;

    /// Every set of k of the first rows, as bits.
    fn best(losses: &[f64], k: usize) -> f64 {
        let subsets = (0..1u32 << (losses.len() / 2)).filter(|set| set.count_ones() as usize == k);
        let volumes = subsets.map(|set| {
            let members = losses.chunks_exact(2).enumerate().filter(|(i, _)| set >> i & 1 == 1);
            hypervolume(&members.flat_map(|(_, row)| row).copied().collect::<Vec<_>>(), &[1.0, 1.0]).unwrap()
        });
        volumes.fold(0.0, f64::max)
    }

    #[test]
    fn no_other_set_in_the_plane_is_larger() {
        for seed in 0..40 {
            let mut losses = uniform(seed, &(0..11).collect::<Vec<_>>(), &[0, 1], 0).unwrap();
            for row in losses.chunks_exact_mut(2).skip(if seed % 2 == 0 { 2 } else { 20 }) {
                row[1] = 1.0 - row[0].powi(1 + (seed % 5) as i32); // mostly a front
            }
            for k in 0..=11 {
                let chosen = hypervolume_subset(&losses, &[1.0, 1.0], k).unwrap();
                let members: Vec<f64> = chosen.iter().flat_map(|&i| &losses[2 * i as usize..][..2]).copied().collect();
                let found = hypervolume(&members, &[1.0, 1.0]).unwrap();
                assert!((found - best(&losses, k)).abs() < 1e-14, "seed {seed}, k = {k}");
            }
        }
    }
}

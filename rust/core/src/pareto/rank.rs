//! The front that each point is on.

use super::order::{key, lexicographic};
use super::staircase::Staircase;
use super::{layers, shape, tiers};
use crate::error::Result;

/// The rank of a point that holds a NaN.
pub const NO_RANK: i64 = -1;
/// With more points than these the divisions of `layers.rs` are faster than all pairs, as many at a time as they are.
const MANY: usize = 1 << 20;

/// The rank of each row: 0 on the front, r + 1 on the front of what is left without ranks 0 … r, −1 for a row with a NaN.
///
/// It is the length of the longest chain of points that dominate one another down to the row. Cost: O(n log n) for
/// m ≤ 2, O(n log² n) for m = 3, O(n logᵐ⁻¹ n) above.
///
/// # Errors
/// [`Error::Length`] when `losses` is not a whole number of rows; [`Error::OutOfRange`] for 2³¹ rows or more.
pub fn nondominated_rank(losses: &[f64], objectives: usize) -> Result<Vec<i64>> {
    let n = shape::numbered(losses, objectives)?;
    let ordinary: Vec<usize> = losses
        .chunks_exact(objectives)
        .enumerate()
        .filter(|(_, row)| !row.iter().any(|x| x.is_nan()))
        .map(|(i, _)| i)
        .collect();
    if ordinary.len() == n {
        return Ok(ranks_of(losses, objectives));
    }
    let rows: Vec<f64> =
        ordinary.iter().flat_map(|&i| &losses[i * objectives..(i + 1) * objectives]).copied().collect();
    let mut ranks = vec![NO_RANK; n];
    for (i, rank) in ordinary.into_iter().zip(ranks_of(&rows, objectives)) {
        ranks[i] = rank;
    }
    Ok(ranks)
}

/// The rank of each row; none holds a NaN.
fn ranks_of(rows: &[f64], objectives: usize) -> Vec<i64> {
    match objectives {
        1 => sweep(rows, Levels::default()),
        2 => sweep(rows, Heights::default()),
        3 => sweep(rows, Staircases::default()),
        _ if rows.len() / objectives <= MANY => tiers::ranks(rows, objectives),
        _ => layers::ranks_of_fronts(rows, objectives),
    }
}

/// What the points visited so far, in lexicographic order, say of the next one.
trait Fronts<const M: usize> {
    /// The rank of a distinct point, which then counts for the next ones.
    fn rank(&mut self, point: [u64; M]) -> usize;
}

/// Visits the distinct points in lexicographic order: equal ones share a rank, and only earlier ones can dominate.
fn sweep<const M: usize>(rows: &[f64], mut fronts: impl Fronts<M>) -> Vec<i64> {
    let mut ranks = vec![0; rows.len() / M];
    let mut last = (None, 0);
    for i in lexicographic::<M>(rows) {
        let point = std::array::from_fn(|k| key(rows[i as usize * M + k]));
        if last.0 != Some(point) {
            last = (Some(point), i64::from(fronts.rank(point) as u32)); // fewer than 2³¹ points
        }
        ranks[i as usize] = last.1;
    }
    ranks
}

/// One objective: each value is a front.
#[derive(Default)]
struct Levels(usize);

impl Fronts<1> for Levels {
    fn rank(&mut self, _: [u64; 1]) -> usize {
        self.0 += 1;
        self.0 - 1
    }
}

/// Two objectives: the least y of each front, ascending (patience sorting).
#[derive(Default)]
struct Heights(Vec<u64>);

impl Fronts<2> for Heights {
    fn rank(&mut self, [_, y]: [u64; 2]) -> usize {
        let rank = self.0.partition_point(|&least| least <= y);
        if rank == self.0.len() {
            self.0.push(y);
        } else {
            self.0[rank] = y;
        }
        rank
    }
}

/// Three objectives: the (y, z) front of each front, y ascending and z descending. What front r dominates, front r − 1
/// dominates too, so that the first front that does not is found by bisection.
#[derive(Default)]
struct Staircases(Vec<Staircase>);

impl Fronts<3> for Staircases {
    fn rank(&mut self, [_, y, z]: [u64; 3]) -> usize {
        let rank = self.0.partition_point(|stairs| stairs.covers(y, z));
        if rank == self.0.len() {
            self.0.push(Staircase::default());
        }
        self.0[rank].insert(y, z);
        rank
    }
}

#[cfg(test)]
mod tests {
    use super::super::{dominates, is_nondominated};
    use super::*;
    use crate::sampling::uniform;

    /// Peels off one front after the other.
    fn by_definition(losses: &[f64], m: usize) -> Vec<i64> {
        let rows: Vec<&[f64]> = losses.chunks_exact(m).collect();
        let mut ranks = vec![NO_RANK; rows.len()];
        let mut left: Vec<usize> = (0..rows.len()).filter(|&i| !rows[i].iter().any(|x| x.is_nan())).collect();
        for rank in 0.. {
            if left.is_empty() {
                break;
            }
            let front: Vec<usize> =
                left.iter().copied().filter(|&q| !left.iter().any(|&p| dominates(rows[p], rows[q]))).collect();
            for &i in &front {
                ranks[i] = rank;
            }
            left.retain(|i| !front.contains(i));
        }
        ranks
    }

    #[test]
    fn the_definition_holds() {
        for m in 1..=7 {
            for n in [0, 1, 2, 3, 17, 130, 400] {
                for levels in [2.0, 4.0, 20.0, 1e9] {
                    let trials: Vec<u64> = (0..n as u64).collect();
                    let purposes: Vec<u64> = (0..m as u64).collect();
                    let mut losses = uniform(5, &trials, &purposes, 0).unwrap();
                    for x in &mut losses {
                        *x = (*x * levels).floor();
                    }
                    for k in (0..losses.len()).step_by(53) {
                        losses[k] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0][k % 5];
                    }
                    let ranks = nondominated_rank(&losses, m).unwrap();
                    assert_eq!(ranks, by_definition(&losses, m), "n = {n}, m = {m}, {levels} levels");
                }
            }
        }
    }

    #[test]
    fn many_points_have_the_front_that_the_mask_says() {
        for m in [3, 4, 5, 8] {
            let trials: Vec<u64> = (0..5000).collect();
            let purposes: Vec<u64> = (0..m as u64).collect();
            let losses = uniform(6, &trials, &purposes, 0).unwrap();
            let ranks = nondominated_rank(&losses, m).unwrap();
            for rank in 0..=ranks.iter().copied().max().unwrap() {
                let rows = losses.chunks_exact(m).zip(&ranks).filter(|(_, r)| **r >= rank);
                let (left, of_left): (Vec<&[f64]>, Vec<i64>) = rows.unzip();
                let mask = is_nondominated(&left.concat(), m).unwrap();
                assert_eq!(mask, of_left.iter().map(|&r| r == rank).collect::<Vec<_>>(), "m = {m}, rank {rank}");
            }
        }
    }
}

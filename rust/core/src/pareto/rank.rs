//! The front that each point is on.

use super::layers;
use super::order::key;
use crate::error::{Error, Result};

/// The rank of a point that holds a NaN.
pub const NO_RANK: i64 = -1;

/// The rank of each row: 0 on the front, r + 1 on the front of what is left without ranks 0 … r, −1 for a row with a NaN.
///
/// It is the length of the longest chain of points that dominate one another down to the row. Cost: O(n log n) for
/// m ≤ 2, O(n log² n) for m = 3, O(n logᵐ⁻¹ n) above.
///
/// # Errors
/// [`Error::Length`] when `losses` is not a whole number of rows; [`Error::OutOfRange`] for 2³¹ rows or more.
pub fn nondominated_rank(losses: &[f64], objectives: usize) -> Result<Vec<i64>> {
    if objectives == 0 || losses.len() % objectives != 0 {
        return Err(Error::Length { argument: "losses", expected: objectives, got: losses.len() });
    }
    let n = losses.len() / objectives;
    if i32::try_from(n).is_err() {
        let expected = "fewer than 2**31 points".to_owned();
        return Err(Error::OutOfRange { argument: "losses", expected, got: n as u64 });
    }
    let ordinary: Vec<usize> = losses
        .chunks_exact(objectives)
        .enumerate()
        .filter(|(_, row)| !row.iter().any(|x| x.is_nan()))
        .map(|(i, _)| i)
        .collect();
    let mut ranks = vec![NO_RANK; n];
    let mut fill = |found: &mut dyn Iterator<Item = (usize, i64)>| found.for_each(|(i, rank)| ranks[i] = rank);
    match objectives {
        1 => fill(&mut sweep(losses, &ordinary, Levels::default())),
        2 => fill(&mut sweep(losses, &ordinary, Heights::default())),
        3 => fill(&mut sweep(losses, &ordinary, Staircases::default())),
        _ => {
            let rows: Vec<f64> =
                ordinary.iter().flat_map(|&i| &losses[i * objectives..(i + 1) * objectives]).copied().collect();
            let found = layers::ranks_of_fronts(&rows, objectives);
            fill(&mut ordinary.iter().copied().zip(found));
        }
    }
    Ok(ranks)
}

/// What the points visited so far, in lexicographic order, say of the next one.
trait Fronts<const M: usize> {
    /// The rank of a distinct point, which then counts for the next ones.
    fn rank(&mut self, point: [u64; M]) -> usize;
}

/// Visits the distinct points in lexicographic order: equal ones share a rank, and only earlier ones can dominate.
fn sweep<const M: usize>(
    losses: &[f64],
    rows: &[usize],
    mut fronts: impl Fronts<M>,
) -> impl Iterator<Item = (usize, i64)> {
    let point = |i: usize| std::array::from_fn(|k| key(losses[i * M + k]));
    let mut order: Vec<([u64; M], u32)> = rows.iter().map(|&i| (point(i), i as u32)).collect();
    order.sort_unstable();
    let mut previous = None;
    let mut rank = 0;
    order.into_iter().map(move |(point, i)| {
        if previous.replace(point) != Some(point) {
            rank = i64::from(fronts.rank(point) as u32); // fewer than 2³¹ points
        }
        (i as usize, rank)
    })
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
struct Staircases(Vec<Vec<(u64, u64)>>);

impl Fronts<3> for Staircases {
    fn rank(&mut self, [_, y, z]: [u64; 3]) -> usize {
        let rank = self.0.partition_point(|stairs| {
            let after = stairs.partition_point(|corner| corner.0 <= y);
            after > 0 && stairs[after - 1].1 <= z
        });
        if rank == self.0.len() {
            self.0.push(vec![(y, z)]);
            return rank;
        }
        let stairs = &mut self.0[rank];
        let from = stairs.partition_point(|corner| corner.0 < y);
        let to = from + stairs[from..].iter().take_while(|corner| corner.1 >= z).count();
        if from == to {
            stairs.insert(from, (y, z));
        } else {
            stairs[from] = (y, z);
            stairs.drain(from + 1..to);
        }
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

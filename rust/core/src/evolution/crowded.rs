//! Survival by rank, then by distance to neighbours.

use super::order::fronts;
use crate::error::Result;
use crate::pareto::crowding_distance;

/// The `count` rows that survive, best first (Deb, Pratap, Agarwal & Meyarivan, IEEE TEVC 6, 2002, section III).
///
/// Fronts of constrained dominance one after the other, on each the points with the larger crowding distance first, of
/// equal ones the later row: with it a population that finds nothing better still moves on. With the rows come their
/// crowding distances, each on the whole of its front.
///
/// # Errors
/// [`crate::Error::Length`] where shapes do not fit; [`crate::Error::OutOfRange`] for fewer than `count` points.
pub fn crowded_survivors(
    losses: &[f64],
    objectives: usize,
    violations: &[f64],
    count: usize,
) -> Result<(Vec<i64>, Vec<f64>)> {
    let (mut survivors, mut lonely) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for front in fronts(losses, objectives, violations, count)? {
        let values: Vec<f64> =
            front.rows.iter().flat_map(|&i| &losses[i * objectives..(i + 1) * objectives]).copied().collect();
        let distances = crowding_distance(&values, objectives)?;
        let mut order: Vec<(f64, usize)> = distances.into_iter().zip(front.rows).collect();
        order.sort_unstable_by(|p, q| q.0.total_cmp(&p.0).then(q.1.cmp(&p.1)));
        order.truncate(count - survivors.len());
        lonely.extend(order.iter().map(|p| p.0));
        survivors.extend(order.iter().map(|p| p.1.cast_signed() as i64));
    }
    Ok((survivors, lonely))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_front_first_then_the_loneliest() {
        let losses = [0.0, 4.0, 1.0, 3.0, 1.1, 2.9, 3.0, 1.0, 4.0, 0.0, 5.0, 5.0];
        let (survivors, distances) = crowded_survivors(&losses, 2, &[0.0; 6], 6).unwrap();
        assert_eq!(survivors, [4, 0, 3, 2, 1, 5]);
        assert_eq!(distances[..2], [f64::INFINITY; 2]);
        assert!((distances[2] - (2.9 / 4.0 + 2.9 / 4.0)).abs() < 1e-15);
        assert_eq!(crowded_survivors(&losses, 2, &[0.0; 6], 3).unwrap().0, [4, 0, 3]);
        assert_eq!(crowded_survivors(&losses, 2, &[9.0, 1.0, 1.0, 1.0, 1.0, 0.0], 2).unwrap().0, [5, 4]);
    }

    #[test]
    fn one_objective_is_sorted_and_ties_go_to_the_later() {
        assert_eq!(crowded_survivors(&[2.0, 1.0, 3.0, 1.0], 1, &[0.0; 4], 4).unwrap().0, [3, 1, 0, 2]);
    }
}

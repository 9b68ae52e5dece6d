//! The fronts of constrained dominance.

use crate::error::{Error, Result};
use crate::pareto::nondominated_rank;

/// Points that do not dominate each other, and the violation that all of them have.
pub struct Front {
    pub rows: Vec<usize>,
    pub violation: f64,
}

/// Fronts, best first and rows ascending, until `count` points are in them; points with a NaN are the last one.
///
/// # Errors
/// [`Error::Length`] where shapes do not fit; [`Error::OutOfRange`] when there are fewer than `count` points.
pub fn fronts(losses: &[f64], objectives: usize, violations: &[f64], count: usize) -> Result<Vec<Front>> {
    let n = violations.len();
    if objectives == 0 || losses.len() != n * objectives {
        return Err(Error::Length { argument: "losses", expected: n * objectives, got: losses.len() });
    }
    if count > n {
        return Err(Error::OutOfRange {
            argument: "count",
            expected: format!("at most {n} points"),
            got: count as u64,
        });
    }
    let row = |i: usize| &losses[i * objectives..(i + 1) * objectives];
    let amount = |i: usize| if violations[i].is_nan() { f64::INFINITY } else { violations[i] };
    let (nameless, mut ordered): (Vec<usize>, Vec<usize>) =
        (0..n).partition(|&i| row(i).iter().any(|loss| loss.is_nan()));
    ordered.sort_by(|&i, &j| amount(i).total_cmp(&amount(j)));
    let mut found = Vec::new();
    let mut points = 0;
    for group in ordered.chunk_by(|&i, &j| amount(i) == amount(j)) {
        let values: Vec<f64> = group.iter().flat_map(|&i| row(i)).copied().collect();
        let mut ranked: Vec<(i64, usize)> =
            nondominated_rank(&values, objectives)?.into_iter().zip(group.iter().copied()).collect();
        ranked.sort_unstable();
        for front in ranked.chunk_by(|p, q| p.0 == q.0) {
            if points >= count {
                return Ok(found);
            }
            found.push(Front { rows: front.iter().map(|p| p.1).collect(), violation: amount(group[0]) });
            points += front.len();
        }
    }
    if points < count {
        found.push(Front { rows: nameless, violation: f64::INFINITY });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(losses: &[f64], violations: &[f64], count: usize) -> Vec<Vec<usize>> {
        fronts(losses, 2, violations, count).unwrap().into_iter().map(|front| front.rows).collect()
    }

    #[test]
    fn violations_come_before_losses_and_nan_last() {
        let losses = [3.0, 3.0, 0.0, 0.0, f64::NAN, 0.0, 1.0, 4.0, 4.0, 1.0, 0.0, 0.0];
        let violations = [0.0, 2.0, 0.0, 0.0, 0.0, f64::NAN];
        assert_eq!(rows(&losses, &violations, 6), [vec![0, 3, 4], vec![1], vec![5], vec![2]]);
        assert_eq!(rows(&losses, &violations, 3), [vec![0, 3, 4]]);
        assert_eq!(rows(&[0.0, 0.0, 2.0, 2.0, 1.0, 1.0], &[0.0; 3], 2), [vec![0], vec![2]]);
        assert!(rows(&losses, &violations, 0).is_empty());
    }

    #[test]
    fn shapes_are_checked() {
        assert!(fronts(&[1.0], 2, &[0.0], 1).is_err());
        assert!(fronts(&[1.0], 1, &[0.0], 2).is_err());
        assert!(fronts(&[], 0, &[], 0).is_err());
    }
}

//! Constrained dominance (K. Deb, A. Pratap, S. Agarwal & T. Meyarivan, IEEE TEVC 6, 2002, section VI).
//!
//! A feasible point (violation 0) dominates every other; of two that are not feasible the one with the smaller violation
//! does, whatever their objectives; equal violations above 0 do not. A NaN violation is a NaN like any other.

use super::{is_nondominated, nondominated_rank, shape};
use crate::error::Result;

/// [`is_nondominated`] by constrained dominance, with one violation a row.
///
/// # Errors
/// As [`is_nondominated`], and [`Error::Length`] when there is not one violation for each row.
pub fn is_nondominated_constrained(losses: &[f64], objectives: usize, violations: &[f64]) -> Result<Vec<bool>> {
    let parts = Parts::new(losses, objectives, violations)?;
    let mut mask = vec![false; violations.len()];
    if parts.feasible.is_empty() {
        let least = parts.others.first().map(|&i| violations[i]);
        for &i in parts.others.iter().take_while(|&&i| Some(violations[i]) == least) {
            mask[i] = true;
        }
    } else {
        let front = is_nondominated(&parts.feasible_rows(losses, objectives), objectives)?;
        parts.feasible.iter().zip(front).for_each(|(&i, kept)| mask[i] = kept);
    }
    Ok(mask)
}

/// [`nondominated_rank`] by constrained dominance: the feasible fronts, then one front for each violation, ascending.
///
/// # Errors
/// As [`nondominated_rank`], and [`Error::Length`] when there is not one violation for each row.
pub fn nondominated_rank_constrained(losses: &[f64], objectives: usize, violations: &[f64]) -> Result<Vec<i64>> {
    let parts = Parts::new(losses, objectives, violations)?;
    let mut ranks = vec![-1; violations.len()];
    let found = nondominated_rank(&parts.feasible_rows(losses, objectives), objectives)?;
    let mut rank = found.iter().copied().max().unwrap_or(-1);
    parts.feasible.iter().zip(found).for_each(|(&i, rank)| ranks[i] = rank);
    for group in parts.others.chunk_by(|&a, &b| violations[a] == violations[b]) {
        rank += 1;
        for &i in group {
            ranks[i] = rank;
        }
    }
    Ok(ranks)
}

/// The rows without a NaN.
struct Parts {
    /// In their order.
    feasible: Vec<usize>,
    /// By violation.
    others: Vec<usize>,
}

impl Parts {
    fn new(losses: &[f64], objectives: usize, violations: &[f64]) -> Result<Self> {
        let n = shape::violated(losses, objectives, violations)?;
        let ordinary = |i: &usize| {
            !violations[*i].is_nan() && !losses[i * objectives..(i + 1) * objectives].iter().any(|x| x.is_nan())
        };
        let (feasible, mut others): (Vec<usize>, Vec<usize>) =
            (0..n).filter(ordinary).partition(|&i| violations[i] <= 0.0);
        others.sort_by(|&a, &b| violations[a].total_cmp(&violations[b]));
        Ok(Self { feasible, others })
    }

    fn feasible_rows(&self, losses: &[f64], objectives: usize) -> Vec<f64> {
        self.feasible.iter().flat_map(|&i| &losses[i * objectives..(i + 1) * objectives]).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feasible_points_come_first_and_then_the_least_violation() {
        let losses = [5.0, 5.0, 4.0, 6.0, 0.0, 0.0, 9.0, 9.0, 0.0, f64::NAN, 6.0, 6.0];
        let violations = [0.0, 0.0, 2.0, 1.0, 0.0, -0.0];
        assert_eq!(nondominated_rank_constrained(&losses, 2, &violations).unwrap(), [0, 0, 3, 2, -1, 1]);
        let mask = is_nondominated_constrained(&losses, 2, &violations).unwrap();
        assert_eq!(mask, [true, true, false, false, false, false]);
    }

    #[test]
    fn without_a_feasible_point_the_least_violation_is_the_front() {
        let mask = is_nondominated_constrained(&[1.0, 2.0, 3.0, 4.0], 1, &[2.0, 1.0, f64::NAN, 1.0]).unwrap();
        assert_eq!(mask, [false, true, false, true]);
        assert!(is_nondominated_constrained(&[1.0, 2.0], 1, &[0.0]).is_err());
    }
}

//! The mask of the non-dominated points.

use super::{divide, shape, sieve, sweep, tiles};
use crate::error::Result;

/// With more points than these and few objectives dividing them is faster than all pairs, as many at a time as they are.
const MANY: usize = 1 << 19;

/// Whether each of the n rows of `losses` (row-major, `objectives` columns) is non-dominated.
///
/// # Errors
/// [`Error::Length`] when `losses` is not a whole number of rows; [`Error::OutOfRange`] for 2³¹ rows or more.
pub fn is_nondominated(losses: &[f64], objectives: usize) -> Result<Vec<bool>> {
    let n = shape::numbered(losses, objectives)?;
    if objectives == 1 {
        let least = losses.iter().copied().fold(f64::INFINITY, f64::min); // min passes over NaN
        return Ok(losses.iter().map(|&x| x == least).collect());
    }
    let candidates = sieve::candidates(losses, objectives);
    let front = match objectives {
        2 => sweep::front2(&candidates.rows),
        3 => sweep::front3(&candidates.rows),
        4 | 5 if candidates.index.len() > MANY => divide::front(&candidates.rows, objectives),
        _ => tiles::front(&candidates.rows, objectives),
    };
    let mut mask = vec![false; n];
    for i in front {
        mask[candidates.index[i]] = true;
    }
    Ok(mask)
}

#[cfg(test)]
mod tests {
    use super::super::dominates;
    use super::*;
    use crate::sampling::uniform;

    /// The definition.
    fn by_definition(losses: &[f64], m: usize) -> Vec<bool> {
        let has_nan = |row: &[f64]| row.iter().any(|x| x.is_nan());
        let rows = losses.chunks_exact(m);
        rows.clone().map(|q| !has_nan(q) && !rows.clone().any(|p| dominates(p, q))).collect()
    }

    /// Uniform points; on a coarse grid they tie and repeat, on a shell they are nearly all on the front.
    fn points(n: usize, m: usize, seed: u64, shape: &str) -> Vec<f64> {
        let trials: Vec<u64> = (0..n as u64).collect();
        let purposes: Vec<u64> = (0..m as u64).collect();
        let mut points = uniform(seed, &trials, &purposes, 0).unwrap();
        match shape {
            "grid" => points.iter_mut().for_each(|x| *x = (*x * 4.0).floor()),
            "fine grid" => points.iter_mut().for_each(|x| *x = (*x * 40.0).floor()),
            "shell" => points.chunks_exact_mut(m).for_each(|row| {
                let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
                for x in row {
                    *x /= norm;
                }
            }),
            _ => {}
        }
        points
    }

    #[test]
    fn the_definition_holds_for_every_shape() {
        for m in 1..=7 {
            for n in [0, 1, 2, 3, 17, 130, 700] {
                for shape in ["uniform", "grid", "fine grid", "shell"] {
                    let losses = points(n, m, 1, shape);
                    let mask = is_nondominated(&losses, m).unwrap();
                    assert_eq!(mask, by_definition(&losses, m), "n = {n}, m = {m}, {shape}");
                }
            }
        }
    }

    #[test]
    fn large_fronts_take_every_branch() {
        for m in [2, 3, 4, 5, 8] {
            for shape in ["shell", "fine grid", "uniform"] {
                let mut losses = points(3000, m, 2, shape);
                for k in (0..losses.len()).step_by(97) {
                    losses[k] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0][k % 5];
                }
                let mask = is_nondominated(&losses, m).unwrap();
                assert_eq!(mask, by_definition(&losses, m), "m = {m}, {shape}");
            }
        }
    }

    #[test]
    fn constant_columns_change_nothing() {
        let losses = points(900, 4, 3, "shell");
        let wider: Vec<f64> = losses.chunks_exact(4).flat_map(|row| [row[0], row[1], 7.0, row[2], row[3]]).collect();
        assert_eq!(is_nondominated(&wider, 5).unwrap(), is_nondominated(&losses, 4).unwrap());
        assert!(is_nondominated(&vec![2.0; 3000], 5).unwrap().into_iter().all(|kept| kept));
    }

    #[test]
    fn rows_must_be_whole() {
        assert!(is_nondominated(&[1.0, 2.0, 3.0], 2).is_err());
        assert!(is_nondominated(&[1.0], 0).is_err());
        assert_eq!(is_nondominated(&[], 3).unwrap(), [false; 0]);
    }
}

//! Rungs and brackets in whole numbers: no logarithm, so that 243 = 3⁵ is five halvings and not four.

use crate::error::{Error, Result};

/// The resources at which trials are compared: r, rη, rη², … below R, and R (L. Li et al., `MLSys` 2020, section 3).
///
/// # Errors
/// [`Error::OutOfRange`] unless 1 ≤ r ≤ R and η ≥ 2.
pub fn levels(min_resource: u64, max_resource: u64, reduction_factor: u64) -> Result<Vec<u64>> {
    check(min_resource, max_resource, reduction_factor)?;
    let mut found = Vec::new();
    let mut next = Some(min_resource);
    while let Some(level) = next.filter(|&level| level < max_resource) {
        found.push(level);
        next = level.checked_mul(reduction_factor);
    }
    found.push(max_resource);
    Ok(found)
}

/// Sizes nᵢ and resources rᵢ of the rungs of each bracket, s = `s_max` … 0 (L. Li et al., JMLR 18(185), 2018, Algorithm 1).
///
/// `s_max` is the largest s with rηˢ ≤ R; n = ⌈(`s_max` + 1) ηˢ / (s + 1)⌉; nᵢ = ⌊n η⁻ⁱ⌋; rᵢ = ⌊R η^(i−s)⌋.
///
/// # Errors
/// [`Error::OutOfRange`] unless 1 ≤ r ≤ R and η ≥ 2.
pub fn brackets(min_resource: u64, max_resource: u64, reduction_factor: u64) -> Result<Vec<(Vec<u64>, Vec<u64>)>> {
    check(min_resource, max_resource, reduction_factor)?;
    let mut powers = vec![1_u64];
    let mut most = max_resource / min_resource;
    while most >= reduction_factor {
        most /= reduction_factor;
        powers.push(powers[powers.len() - 1] * reduction_factor); // at most R / r
    }
    let count = powers.len() as u64;
    let bracket = |s: usize| {
        // ⌈count ηˢ / (s + 1)⌉, wide enough for any R
        let start = (u128::from(count) * u128::from(powers[s])).div_ceil(s as u128 + 1) as u64;
        (0..=s).map(|i| (start / powers[i], max_resource / powers[s - i])).unzip()
    };
    Ok((0..powers.len()).rev().map(bracket).collect())
}

fn check(min_resource: u64, max_resource: u64, reduction_factor: u64) -> Result<()> {
    let refused = |argument, expected: String, got| Err(Error::OutOfRange { argument, expected, got });
    if reduction_factor < 2 {
        return refused("reduction_factor", "a whole number from 2 upwards".to_owned(), reduction_factor);
    }
    if min_resource < 1 {
        return refused("min_resource", "a whole number from 1 upwards".to_owned(), min_resource);
    }
    if max_resource < min_resource {
        return refused("max_resource", format!("at least min_resource = {min_resource}"), max_resource);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_exact() {
        assert_eq!(levels(1, 243, 3).unwrap(), [1, 3, 9, 27, 81, 243]);
        assert_eq!(levels(2, 100, 4).unwrap(), [2, 8, 32, 100]);
        assert_eq!(levels(7, 7, 2).unwrap(), [7]);
        assert_eq!(levels(1, u64::MAX, 2).unwrap().len(), 65);
        assert_eq!(brackets(1, 243, 3).unwrap().len(), 6);
        assert_eq!(brackets(1, u64::MAX, 2).unwrap().len(), 64);
    }

    #[test]
    fn the_table_of_the_paper() {
        let table = brackets(1, 81, 3).unwrap();
        assert_eq!(table[0], (vec![81, 27, 9, 3, 1], vec![1, 3, 9, 27, 81]));
        assert_eq!(table[1], (vec![34, 11, 3, 1], vec![3, 9, 27, 81]));
        assert_eq!(table[2], (vec![15, 5, 1], vec![9, 27, 81]));
        assert_eq!(table[3], (vec![8, 2], vec![27, 81]));
        assert_eq!(table[4], (vec![5], vec![81]));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(levels(1, 9, 1).is_err() && levels(0, 9, 3).is_err() && brackets(10, 9, 3).is_err());
    }
}

//! Halton points, plain or with independent random permutations of the digits.
//!
//! | symbol | meaning                                                              |
//! |--------|----------------------------------------------------------------------|
//! | b      | base of coordinate j: the j-th prime                                 |
//! | dₖ     | digit k of the index i in base b, i = Σ dₖ bᵏ                         |
//! | K      | number of digits: the smallest K with bᴷ ≥ 2⁵³                        |
//! | πⱼₖ    | permutation of 0 … b − 1 (the identity without a seed)                |
//! | x      | coordinate: Σ πⱼₖ(dₖ) b⁻ᵏ⁻¹ over k < K                                |
//!
//! A. B. Owen, "A randomized Halton algorithm in R", arXiv:1706.02808 (2017). πⱼₖ(d) is the rank of the d-th of b draws
//! from the stream of (seed, trial j, purpose "halton", attempt k): every digit of every coordinate has its own, and the
//! leading zeros of the index are permuted as well.

use super::{ULP, primes::primes, sobol::check, streams::stream};
use crate::{error::Result, matrix::allocate};

/// `purpose("halton")`: which stream of the seed the permutations come from.
const PURPOSE: u64 = 0x3f9f_620e_57fc_eb1c;

/// Up to so many points the rank of a digit is counted rather than looked up.
const FEW: usize = 8;

/// Row-major (count, dimension): the points `first` … `first` + `count` − 1, in [0, 1).
///
/// # Errors
/// [`crate::Error::OutOfRange`] for more than 1,111 dimensions or an index of 2⁵³ or more;
/// [`crate::Error::TooLarge`] when the points do not fit into memory.
pub fn halton(first: u64, count: usize, dimension: usize, seed: Option<u64>) -> Result<Vec<f64>> {
    check(first, count, dimension)?;
    let mut points = allocate(count, dimension)?;
    points.resize(count * dimension, 0.0);
    let mut column = allocate(count, 1)?;
    for (j, base) in primes(dimension).into_iter().enumerate() {
        column.clear();
        column.resize(count, 0.0);
        for (k, place) in places(base).into_iter().enumerate().rev() {
            let permutation = seed.map(|seed| Permutation::new(seed, j, k, base, count)).transpose()?;
            for (x, d) in column.iter_mut().zip(digits(first, place, base)) {
                let d = permutation.as_ref().map_or(d, |permutation| permutation.of(d as usize));
                // Horner's rule from the last digit on; a carry up to 1.0 is rounding and not a value
                *x = ((*x + d as f64) / base as f64).min(1.0 - ULP);
            }
        }
        for (row, &x) in points.chunks_exact_mut(dimension).zip(&column) {
            row[j] = x;
        }
    }
    Ok(points)
}

/// The digits with place value bᵏ of the indices from `first` on: each is repeated bᵏ times.
fn digits(first: u64, place: u64, base: u64) -> impl Iterator<Item = u64> {
    let mut digit = first / place % base;
    let mut left = place - first % place;
    std::iter::from_fn(move || {
        let current = digit;
        left -= 1;
        if left == 0 {
            left = place;
            digit = if digit + 1 == base { 0 } else { digit + 1 };
        }
        Some(current)
    })
}

/// b⁰ … bᴷ⁻¹: all powers below 2⁵³.
fn places(base: u64) -> Vec<u64> {
    std::iter::successors(Some(1_u64), |place| place.checked_mul(base)).take_while(|place| *place < 1 << 53).collect()
}

/// πⱼₖ: maps a digit to the rank of its draw.
struct Permutation {
    draws: Vec<f64>,
    /// All ranks at once, when so many points are asked for that sorting pays.
    ranks: Option<Vec<u64>>,
}

impl Permutation {
    fn new(seed: u64, j: usize, k: usize, base: u64, count: usize) -> Result<Self> {
        let draws = stream(seed, j as u64, PURPOSE, base as usize, k as u64)?;
        let ranks = (count > FEW).then(|| ranks(&draws));
        Ok(Self { draws, ranks })
    }

    fn of(&self, d: usize) -> u64 {
        self.ranks.as_ref().map_or_else(|| rank(&self.draws, d), |ranks| ranks[d])
    }
}

/// How many draws come before the d-th one; of equal draws the earlier one does.
fn rank(draws: &[f64], d: usize) -> u64 {
    let (before, after) = draws.split_at(d);
    let ties = before.iter().filter(|&&u| u <= draws[d]).count();
    (ties + after.iter().filter(|&&u| u < draws[d]).count()) as u64
}

/// [`rank`] of every digit.
fn ranks(draws: &[f64]) -> Vec<u64> {
    let mut order: Vec<usize> = (0..draws.len()).collect();
    order.sort_by(|&a, &b| draws[a].total_cmp(&draws[b]));
    let mut ranks = vec![0; draws.len()];
    for (rank, d) in (0..).zip(order) {
        ranks[d] = rank;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radical_inverses_by_hand() {
        // i = 0 … 4 mirrored in base 2 and base 3
        let points = halton(0, 5, 2, None).unwrap();
        let expected = [[0.0, 0.0], [0.5, 1.0 / 3.0], [0.25, 2.0 / 3.0], [0.75, 1.0 / 9.0], [0.125, 4.0 / 9.0]];
        for (point, expected) in points.iter().zip(expected.concat()) {
            assert!((point - expected).abs() < 1e-15);
        }
    }

    #[test]
    fn every_coordinate_stratifies_aligned_blocks_of_its_base() {
        for seed in [None, Some(2)] {
            for (j, base) in primes(6).into_iter().enumerate() {
                let points = halton(3 * base, base as usize, 6, seed).unwrap();
                let mut cells: Vec<_> =
                    points.chunks_exact(6).map(|row| (row[j] * base as f64 + 1e-9) as u64).collect();
                cells.sort_unstable();
                assert!(cells.into_iter().eq(0..base), "base {base}, seed {seed:?}");
            }
        }
    }

    #[test]
    fn any_part_is_the_same_part_of_the_whole() {
        let whole = halton(0, 30, 4, Some(9)).unwrap();
        for first in 0..30 {
            assert_eq!(halton(first as u64, 30 - first, 4, Some(9)).unwrap(), whole[4 * first..]);
        }
    }

    #[test]
    fn digits_are_those_of_the_index() {
        for (base, place) in [(2, 1), (2, 8), (3, 9), (7, 1), (7, 49)] {
            for first in [0, 5, 48, 1000] {
                let expected = (first..first + 200).map(|index| index / place % base);
                assert!(digits(first, place, base).take(200).eq(expected));
            }
        }
    }

    #[test]
    fn counted_and_sorted_ranks_are_the_same() {
        let draws = [0.5, 0.25, 0.5, 0.75, 0.0, 0.25];
        assert_eq!(ranks(&draws), [3, 1, 4, 5, 0, 2]);
        assert!((0..6).map(|d| rank(&draws, d)).eq(ranks(&draws)));
    }

    #[test]
    fn digits_reach_the_last_bit() {
        for base in primes(1000) {
            let last = *places(base).last().unwrap();
            assert!(last < 1 << 53 && u128::from(last) * u128::from(base) >= 1 << 53);
        }
    }
}

//! Sobol' points in Gray-code order, plain or with Owen's nested uniform scrambling.
//!
//! | symbol | meaning                                               | range          |
//! |--------|-------------------------------------------------------|----------------|
//! | i      | index of a point, `first` … `first` + `count` − 1     | 0 … 2⁵³ − 1    |
//! | g(i)   | i ⊕ ⌊i/2⌋, the Gray code of i                         | 0 … 2⁵³ − 1    |
//! | vₖ     | direction number of bit k of g(i), a 53-bit fraction  | 0 … 2⁵³ − 1    |
//! | x      | coordinate as an integer: ⊕ of vₖ over the bits of g  | 0 … 2⁵³ − 1    |
//!
//! Neighbouring Gray codes differ in one bit, so a point costs one exclusive or per coordinate (Antonov & Saleev 1979);
//! and g maps every aligned block of 2ᵐ indices onto an aligned block, so that each such block is a (t, m, s)-net.
//! Primitive polynomials and initial numbers: Joe & Kuo 2008, see `joe_kuo_6.md`.

use super::{ULP, owen};
use crate::{
    error::{Error, Result},
    matrix::allocate,
};

/// Largest number of coordinates: one for van der Corput, one for each primitive polynomial of degree 13 or less.
pub const MAX_DIMENSION: usize = 1 + TABLE.len() / RECORD;

const BITS: usize = 53;
const MAX_DEGREE: usize = 13;
const RECORD: usize = 2 * (1 + MAX_DEGREE);
static TABLE: &[u8] = include_bytes!("joe_kuo_6.bin");

/// Row-major (count, dimension): the points `first` … `first` + `count` − 1, in [0, 1).
///
/// Without a seed point 0 is the origin; with one every point is uniform on the grid of 2⁻⁵³.
///
/// # Errors
/// [`Error::OutOfRange`] for a dimension above [`MAX_DIMENSION`] or an index of 2⁵³ or more;
/// [`Error::TooLarge`] when the points do not fit into memory.
pub fn sobol(first: u64, count: usize, dimension: usize, seed: Option<u64>) -> Result<Vec<f64>> {
    check(first, count, dimension)?;
    let mut points = allocate(count, dimension)?;
    points.resize(count * dimension, 0.0);
    for j in 0..dimension {
        let key = seed.map(|seed| owen::key(seed, j));
        let coordinates = Column::starting_at(first, j);
        for (row, x) in points.chunks_exact_mut(dimension).zip(coordinates) {
            row[j] = key.map_or(x, |key| owen::scrambled(x, key)) as f64 * ULP;
        }
    }
    Ok(points)
}

/// The limits that all low-discrepancy points share.
pub(super) fn check(first: u64, count: usize, dimension: usize) -> Result<()> {
    if dimension > MAX_DIMENSION {
        let expected = format!("at most {MAX_DIMENSION} dimensions");
        return Err(Error::OutOfRange { argument: "dimension", expected, got: dimension as u64 });
    }
    let end = first.saturating_add(count as u64);
    if end > 1 << BITS {
        let expected = format!("points below index 2**{BITS}");
        return Err(Error::OutOfRange { argument: "first + count", expected, got: end });
    }
    Ok(())
}

/// The j-th coordinates of successive points, as 53-bit integers.
struct Column {
    directions: [u64; BITS],
    index: u64,
    x: u64,
}

impl Column {
    fn starting_at(first: u64, j: usize) -> Self {
        let directions = directions(j);
        let gray = first ^ (first >> 1);
        let x = (0..BITS).filter(|k| gray >> k & 1 == 1).fold(0, |x, k| x ^ directions[k]);
        Self { directions, index: first, x }
    }
}

impl Iterator for Column {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let x = self.x;
        self.index += 1;
        // g(i) differs from g(i − 1) in the lowest set bit of i; bit 53 would follow the very last index
        self.x ^= self.directions.get(self.index.trailing_zeros() as usize).unwrap_or(&0);
        Some(x)
    }
}

/// v₀ … v₅₂ of coordinate j; vₖ = mₖ₊₁ 2⁵²⁻ᵏ with the recurrence of Joe & Kuo, equation (2), written for vₖ.
fn directions(j: usize) -> [u64; BITS] {
    let mut v: [u64; BITS] = std::array::from_fn(|k| 1 << (BITS - 1 - k));
    let Some(row) = j.checked_sub(1) else {
        return v; // van der Corput
    };
    let number = |k: usize| {
        let at = row * RECORD + 2 * k;
        u64::from(u16::from_le_bytes([TABLE[at], TABLE[at + 1]]))
    };
    let polynomial = number(0);
    let degree = polynomial.ilog2() as usize;
    for (k, v) in v[..degree].iter_mut().enumerate() {
        *v *= number(1 + k);
    }
    for k in degree..BITS {
        v[k] = v[k - degree] ^ (v[k - degree] >> degree);
        for lag in 1..degree {
            v[k] ^= v[k - lag] * (polynomial >> (degree - lag) & 1);
        }
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_points_are_the_published_ones() {
        let points = sobol(0, 8, 2, None).unwrap();
        let expected = [
            [0.0, 0.0],
            [0.5, 0.5],
            [0.75, 0.25],
            [0.25, 0.75],
            [0.375, 0.375],
            [0.875, 0.875],
            [0.625, 0.125],
            [0.125, 0.625],
        ];
        assert_eq!(points, expected.concat());
    }

    /// The points of the twin, so that no release scrambles otherwise.
    #[test]
    fn scrambled_points_stay_what_they_are() {
        let grid: Vec<u64> = sobol(5, 2, 2, Some(6)).unwrap().into_iter().map(|x| (x / ULP) as u64).collect();
        let expected = [0x000d_df94_0d91_48ad, 0x0018_8bf5_f989_82bb, 0x0007_034c_0a2c_595a, 0x0003_39cc_679d_a5ac];
        assert_eq!(grid, expected);
    }

    #[test]
    fn every_direction_number_is_odd_at_its_own_bit() {
        for j in 0..MAX_DIMENSION {
            for (k, v) in directions(j).into_iter().enumerate() {
                assert_eq!(v >> (BITS - 1 - k) & 1, 1, "dimension {j}, bit {k}");
                assert_eq!(v & ((1 << (BITS - 1 - k)) - 1), 0, "dimension {j}, bit {k}");
            }
        }
    }

    #[test]
    fn every_dimension_stratifies_every_aligned_block() {
        for seed in [None, Some(5)] {
            let points = sobol(64, 32, MAX_DIMENSION, seed).unwrap();
            for j in 0..MAX_DIMENSION {
                let mut cells: Vec<_> = (0..32).map(|i| (points[i * MAX_DIMENSION + j] * 32.0) as usize).collect();
                cells.sort_unstable();
                assert!(cells.into_iter().eq(0..32), "dimension {j}, seed {seed:?}");
            }
        }
    }

    #[test]
    fn any_part_is_the_same_part_of_the_whole() {
        let whole = sobol(0, 40, 3, Some(9)).unwrap();
        for first in 0..40 {
            assert_eq!(sobol(first as u64, 40 - first, 3, Some(9)).unwrap(), whole[3 * first..]);
        }
    }

    #[test]
    fn the_last_point_is_there_and_the_next_is_not() {
        let last = (1 << BITS) - 1;
        // g(2⁵³ − 1) = 2⁵², so only the last direction number is left
        assert_eq!(sobol(last, 1, 1, None).unwrap(), [ULP]);
        assert!(sobol(last, 2, 1, None).is_err());
        assert!(sobol(u64::MAX, 1, 1, None).is_err());
    }

    #[test]
    fn too_many_dimensions_are_refused() {
        assert_eq!(sobol(0, 1, MAX_DIMENSION, None).unwrap().len(), MAX_DIMENSION);
        let message = sobol(0, 1, MAX_DIMENSION + 1, None).unwrap_err().to_string();
        assert_eq!(message, "dimension: expected at most 1111 dimensions, got 1112");
        assert_eq!(sobol(3, 4, 0, None).unwrap(), [0.0; 0]);
    }
}

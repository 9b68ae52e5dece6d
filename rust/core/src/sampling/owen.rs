//! Owen's nested uniform scrambling of 53-bit fractions by a keyed hash, without a stored tree.
//!
//! Bit ℓ (0 = the highest) is flipped by a coin of the node reached by the bits above it (A. B. Owen, "Randomly permuted
//! (t,m,s)-nets and (t,s)-sequences", 1995). The coin is a hash of (key, node), so that any point can be had alone. A node
//! is numbered as in a heap: 2ˡ + the ℓ bits above.
//!
//! The node below bit 31 gives all 21 remaining coins at once. That is Owen's distribution exactly for any set of
//! points that differ in their first 32 bits, as the first 2³² Sobol' points do in every coordinate.

use super::streams::block;

/// `purpose("sobol")`: which stream of the seed the keys of the coordinates come from.
const PURPOSE: u64 = 0x7936_3f7d_156b_4a9f;
const BITS: u32 = 53;
const NESTED: u32 = 32;
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The key of coordinate j.
#[must_use]
pub fn key(seed: u64, j: usize) -> u64 {
    block(seed, j as u64, PURPOSE, 0, 1)[0]
}

/// `x` with every bit flipped by the coin of its node.
#[inline]
#[must_use]
pub fn scrambled(x: u64, key: u64) -> u64 {
    let rest = BITS - NESTED;
    let node = |level: u32| 1 << level | x >> (BITS - level);
    let nested = (0..NESTED).fold(0, |flips, level| flips << 1 | coins(key, node(level)) >> 63);
    x ^ (nested << rest | coins(key, node(NESTED)) >> (64 - rest))
}

/// 64 coins of a node: the `SplitMix64` sequence that starts at the key, at position `node` (Steele, Lea & Flood 2014).
#[inline]
fn coins(key: u64, node: u64) -> u64 {
    let mut z = key.wrapping_add(node.wrapping_mul(GOLDEN));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_splitmix64() {
        // the first outputs for the seed 1234567, as published with the generator's test vectors
        assert_eq!(coins(1_234_567, 1), 6_457_827_717_110_365_317);
        assert_eq!(coins(1_234_567, 2), 3_203_168_211_198_807_973);
    }

    #[test]
    fn common_leading_bits_stay_common_and_the_first_difference_stays() {
        let key = key(3, 1);
        let x = 0x000B_5A5A_1234_5678;
        for bit in 0..BITS {
            let (a, b) = (scrambled(x, key), scrambled(x ^ (1 << bit), key));
            assert_eq!((a ^ b) >> bit, 1, "bit {bit}");
        }
    }

    #[test]
    fn scrambling_permutes_the_cells_of_every_level() {
        let key = key(11, 0);
        for level in 0..10 {
            let mut cells: Vec<_> =
                (0..1_u64 << level).map(|cell| scrambled(cell << (BITS - level), key) >> (BITS - level)).collect();
            cells.sort_unstable();
            assert!(cells.into_iter().eq(0..1 << level));
        }
    }
}

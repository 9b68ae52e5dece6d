//! Counter-based streams: draw k of (seed, trial, purpose, attempt) without any state.
//!
//! | symbol    | meaning                                             | range        |
//! |-----------|-----------------------------------------------------|--------------|
//! | `seed`    | the study's seed, first word of the key             | 0 … 2⁶⁴ − 1  |
//! | `purpose` | what the number is for, second word of the key      | 0 … 2⁶⁴ − 1  |
//! | `trial`   | number of the trial, second word of the counter     | 0 … 2⁶⁴ − 1  |
//! | `attempt` | how often it was drawn before, third word           | 0 … 2⁶⁴ − 1  |
//! | `block`   | first word of the counter; the first block is 1     | 1, 2, …      |
//!
//! The first block is 1 because `NumPy`'s Philox increments its counter before it generates: a stream here is
//! `numpy.random.Philox(counter=[0, trial, attempt, 0], key=[seed, purpose])`, word for word.

use super::{ULP, philox::philox4x64};
use crate::{error::Result, matrix::allocate};

/// Row-major (n, d): element (i, j) is the first draw of (seed, trialᵢ, purposeⱼ, attempt), in [0, 1).
///
/// # Errors
/// [`crate::Error::TooLarge`] when n × d numbers do not fit into memory.
pub fn uniform(seed: u64, trials: &[u64], purposes: &[u64], attempt: u64) -> Result<Vec<f64>> {
    let mut draws = allocate(trials.len(), purposes.len())?;
    for &trial in trials {
        draws.extend(purposes.iter().map(|&purpose| unit(block(seed, trial, purpose, attempt, 1)[0])));
    }
    Ok(draws)
}

/// The first `count` draws of (seed, trial, purpose, attempt), in [0, 1).
///
/// # Errors
/// [`crate::Error::TooLarge`] when `count` numbers do not fit into memory.
pub fn stream(seed: u64, trial: u64, purpose: u64, count: usize, attempt: u64) -> Result<Vec<f64>> {
    let mut draws = allocate(count, 1)?;
    draws.resize(count, 0.0);
    fill(seed, trial, purpose, attempt, &mut draws);
    Ok(draws)
}

/// The first draws of (seed, trial, purpose, attempt) in place of what `draws` holds.
pub fn fill(seed: u64, trial: u64, purpose: u64, attempt: u64, draws: &mut [f64]) {
    for (part, number) in draws.chunks_mut(4).zip(1..) {
        let words = block(seed, trial, purpose, attempt, number);
        part.iter_mut().zip(words).for_each(|(draw, word)| *draw = unit(word));
    }
}

/// Four words of the stream of (seed, trial, purpose, attempt).
#[inline]
pub(super) fn block(seed: u64, trial: u64, purpose: u64, attempt: u64, number: u64) -> [u64; 4] {
    philox4x64([number, trial, attempt, 0], [seed, purpose])
}

/// The top 53 bits as a multiple of 2⁻⁵³.
#[inline]
fn unit(word: u64) -> f64 {
    (word >> 11) as f64 * ULP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_depends_on_its_own_trial_and_purpose_only() {
        let all = uniform(7, &[0, 1, 5], &[11, 12], 0).unwrap();
        for (i, trial) in [0, 1, 5].into_iter().enumerate() {
            for (j, purpose) in [11, 12].into_iter().enumerate() {
                assert_eq!(uniform(7, &[trial], &[purpose], 0).unwrap(), [all[2 * i + j]]);
            }
        }
    }

    #[test]
    fn a_stream_starts_with_the_draw_of_uniform_and_its_prefix_never_changes() {
        let long = stream(3, 9, 4, 11, 2).unwrap();
        assert_eq!(uniform(3, &[9], &[4], 2).unwrap(), long[..1]);
        for count in 0..11 {
            assert_eq!(stream(3, 9, 4, count, 2).unwrap(), long[..count]);
        }
    }

    /// `numpy.random.Generator(numpy.random.Philox(counter=[0, 2, 4, 0], key=[1, 3])).random(6) * 2**53`
    #[test]
    fn the_words_are_those_of_numpy() {
        let grid: Vec<u64> = stream(1, 2, 3, 6, 4).unwrap().into_iter().map(|draw| (draw / ULP) as u64).collect();
        let expected = [
            0x0013_3912_b1b3_8961,
            0x001f_2973_3444_3e7e,
            0x001e_78c9_cd61_0a0a,
            0x0012_cb09_f094_7f28,
            0x0013_4c3a_f4d1_7cac,
            0x0005_29e0_a5a9_3fb0,
        ];
        assert_eq!(grid, expected);
    }

    #[test]
    fn every_word_of_key_and_counter_matters() {
        let base = stream(1, 2, 3, 4, 0).unwrap();
        for other in [stream(2, 2, 3, 4, 0), stream(1, 3, 3, 4, 0), stream(1, 2, 4, 4, 0), stream(1, 2, 3, 4, 1)] {
            assert_ne!(base, other.unwrap());
        }
    }

    #[test]
    fn the_unit_interval_is_closed_below_and_open_above() {
        assert!(unit(0) == 0.0);
        assert!(unit(u64::MAX) == 1.0 - ULP);
    }
}

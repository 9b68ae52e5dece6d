//! Children of chosen parents.

use super::gene::{crossed, mutated};
use crate::error::{Error, Result};
use crate::sampling::stream;

/// How children come to differ from their parents.
#[derive(Debug, Clone, Copy)]
pub struct Variation {
    /// Parents drawn at random, the best of which is chosen; once for each of a child's two.
    pub tournament: usize,
    /// The probability that a child has two parents; half of its genes are crossed then.
    pub crossover: f64,
    /// The larger, the closer to its parents a crossed gene stays.
    pub crossover_index: f64,
    /// The probability of each gene to mutate.
    pub mutation: f64,
    /// The larger, the smaller a mutation.
    pub mutation_index: f64,
}

/// Which draws: those of child k are the stream of (seed, trialₖ, purpose, attempt).
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    pub seed: u64,
    pub purpose: u64,
    pub attempt: u64,
}

/// Draws of a child beside those of its tournaments and its genes: is there a crossover, which gene must mutate, how.
const OWN: usize = 3;
/// Draws of a gene: is it crossed, how far, to which side, does it mutate, how.
const PER_GENE: usize = 5;

/// Row-major (k, d): a child for each of `trials`, a function of its trial and the parents alone.
///
/// A child that is no different from its first parent has one gene mutated, drawn from those that can be.
///
/// # Errors
/// [`Error::Length`] where shapes do not fit; [`Error::OutOfRange`] without parents, genes or a tournament.
pub fn offspring(
    parents: &[f64],
    standing: &[f64],
    cells: &[i64],
    trials: &[u64],
    variation: &Variation,
    draws: &Stream,
) -> Result<Vec<f64>> {
    let (n, d) = (standing.len(), cells.len());
    for (argument, count) in [("parents", n), ("cells", d), ("tournament", variation.tournament)] {
        if count == 0 {
            return Err(Error::OutOfRange { argument, expected: "at least 1".to_owned(), got: 0 });
        }
    }
    if parents.len() != n * d {
        return Err(Error::Length { argument: "parents", expected: n * d, got: parents.len() });
    }
    let count = 2 * variation.tournament + OWN + PER_GENE * d;
    let mut children = Vec::with_capacity(trials.len() * d);
    for &trial in trials {
        let draws = stream(draws.seed, trial, draws.purpose, count, draws.attempt)?;
        let (picks, rest) = draws.split_at(2 * variation.tournament);
        let (own, genes) = rest.split_at(OWN);
        let [a, b] = [0, 1].map(|side| {
            let winner = winner(standing, &picks[side * variation.tournament..(side + 1) * variation.tournament]);
            &parents[winner * d..(winner + 1) * d]
        });
        let start = children.len();
        let crossing = own[0] < variation.crossover;
        for (j, draw) in genes.chunks_exact(PER_GENE).enumerate() {
            let partner = if crossing && (draw[0] < 0.5 || a[j].is_nan()) { b[j] } else { f64::NAN };
            let value = crossed(a[j], partner, cells[j], draw[1], draw[2], variation.crossover_index);
            children.push(if draw[3] < variation.mutation && !value.is_nan() {
                mutated(value, cells[j], draw[4], variation.mutation_index)
            } else {
                value
            });
        }
        differ(&mut children[start..], a, cells, own[1], own[2], variation.mutation_index);
    }
    Ok(children)
}

/// The best of the parents that the draws stand for, of equal ones the one drawn first.
fn winner(standing: &[f64], draws: &[f64]) -> usize {
    let worth = |i: usize| if standing[i].is_nan() { f64::INFINITY } else { standing[i] };
    let place = |draw: f64| ((draw * standing.len() as f64) as usize).min(standing.len() - 1);
    let first = place(draws[0]);
    draws[1..].iter().map(|&draw| place(draw)).fold(first, |best, i| if worth(i) < worth(best) { i } else { best })
}

/// Mutates one gene of a child that equals its parent.
fn differ(child: &mut [f64], parent: &[f64], cells: &[i64], which: f64, how: f64, index: f64) {
    if child.iter().zip(parent).any(|(x, y)| x != y && !(x.is_nan() && y.is_nan())) {
        return;
    }
    let able = |j: &usize| !child[*j].is_nan() && cells[*j].abs() != 1;
    let genes: Vec<usize> = (0..cells.len()).filter(able).collect();
    if !genes.is_empty() {
        let j = genes[((which * genes.len() as f64) as usize).min(genes.len() - 1)];
        child[j] = mutated(child[j], cells[j], how, index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Variation =
        Variation { tournament: 2, crossover: 0.9, crossover_index: 15.0, mutation: 0.2, mutation_index: 20.0 };
    const KEY: Stream = Stream { seed: 1, purpose: 2, attempt: 0 };

    #[test]
    fn a_child_depends_on_its_own_trial_only() {
        let parents = [0.1, 0.25, 0.5, 0.75, 0.9, 0.25];
        let cells = [0, -2];
        let all = offspring(&parents, &[0.0, 1.0, 2.0], &cells, &[4, 7, 9], &PLAIN, &KEY).unwrap();
        let one = offspring(&parents, &[0.0, 1.0, 2.0], &cells, &[7], &PLAIN, &KEY).unwrap();
        assert_eq!(all[2..4], one);
    }

    #[test]
    fn no_child_is_a_copy() {
        let still = Variation { crossover: 0.0, mutation: 0.0, ..PLAIN };
        let trials: Vec<u64> = (0..50).collect();
        let children = offspring(&[0.5, 0.25, 0.5], &[0.0], &[0, 2, 1], &trials, &still, &KEY).unwrap();
        for child in children.chunks(3) {
            assert!((child[0] == 0.5) != (child[1] == 0.25), "one gene of two has changed");
            assert!(child[2] == 0.5);
        }
    }

    #[test]
    fn the_better_win_tournaments() {
        let standing = [3.0, 1.0, f64::NAN, 1.0];
        assert_eq!(winner(&standing, &[0.0, 0.3]), 1);
        assert_eq!(winner(&standing, &[0.99, 0.3]), 3);
        assert_eq!(winner(&standing, &[0.6, 0.0]), 0);
        assert_eq!(winner(&standing, &[0.6]), 2);
    }

    #[test]
    fn shapes_are_checked() {
        assert!(offspring(&[], &[], &[0], &[1], &PLAIN, &KEY).is_err());
        assert!(offspring(&[0.5], &[0.0], &[], &[1], &PLAIN, &KEY).is_err());
        assert!(offspring(&[0.5], &[0.0], &[0, 0], &[1], &PLAIN, &KEY).is_err());
        assert!(offspring(&[0.5], &[0.0], &[0], &[1], &Variation { tournament: 0, ..PLAIN }, &KEY).is_err());
    }
}

//! Children of chosen parents.

use super::gene::{crossed, mutated};
use crate::error::{Error, Result};
use crate::sampling::stream;

/// How children come to differ from their parents.
#[derive(Debug, Clone, Copy)]
pub struct Variation {
    /// Parents whose turn it is, the best of which is chosen; once for each of a child's two.
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

/// Who wins a tournament.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Of each parent, less is better; NaN loses to all others.
    pub worth: &'a [f64],
    /// Row-major (n, n): parent i beats parent j whatever their worth.
    pub beats: Option<&'a [bool]>,
}

impl Standing<'_> {
    /// Whether `other` wins against `best`, which had its turn before.
    fn prefers(&self, other: usize, best: usize) -> bool {
        let n = self.worth.len();
        let worth = |i: usize| if self.worth[i].is_nan() { f64::INFINITY } else { self.worth[i] };
        match self.beats {
            Some(beats) if beats[other * n + best] => true,
            Some(beats) if beats[best * n + other] => false,
            _ => worth(other) < worth(best),
        }
    }
}

/// Which draws: a child's own ones are the stream of (seed, trial, purpose, attempt). What it shares with its sibling, and
/// the turns of the parents, have the two purposes that follow.
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    pub seed: u64,
    pub purpose: u64,
    pub attempt: u64,
}

/// Draws that siblings share beside those of the genes: is there a crossover.
const SHARED: usize = 1;
/// Draws of a gene that siblings share: is it crossed, how far apart are they, on which side is the elder.
const SHARED_GENE: usize = 3;
/// Draws of a child beside those of its genes: which gene must mutate, how.
const OWN: usize = 2;
/// Draws of a gene of one child: does it mutate, how.
const OWN_GENE: usize = 2;

/// Row-major (k, d): a child for each of `trials`, a function of its trial and the parents alone.
///
/// Trials 2p and 2p + 1 are siblings: their parents are the same, and of every pair that a crossover makes each has one.
/// A child that is no different from its first parent has one gene mutated, drawn from those that can be.
///
/// # Errors
/// [`Error::Length`] where shapes do not fit; [`Error::OutOfRange`] without parents, genes or a tournament.
pub fn offspring(
    parents: &[f64],
    standing: &Standing<'_>,
    cells: &[i64],
    trials: &[u64],
    variation: &Variation,
    draws: &Stream,
) -> Result<Vec<f64>> {
    let (n, d) = (standing.worth.len(), cells.len());
    for (argument, count) in [("parents", n), ("cells", d), ("tournament", variation.tournament)] {
        if count == 0 {
            return Err(Error::OutOfRange { argument, expected: "at least 1".to_owned(), got: 0 });
        }
    }
    if parents.len() != n * d {
        return Err(Error::Length { argument: "parents", expected: n * d, got: parents.len() });
    }
    if standing.beats.is_some_and(|beats| beats.len() != n * n) {
        return Err(Error::Length { argument: "beats", expected: n * n, got: standing.beats.map_or(0, <[bool]>::len) });
    }
    let mut turns = Turns::new(n, draws);
    let mut couple: Option<(u64, Couple)> = None;
    let mut children = Vec::with_capacity(trials.len() * d);
    for &trial in trials {
        if couple.as_ref().is_none_or(|(pair, _)| *pair != trial / 2) {
            couple = Some((trial / 2, Couple::new(trial / 2, standing, d, variation, &mut turns)?));
        }
        let Some((_, shared)) = &couple else { break };
        let [a, b] = shared.parents.map(|i| &parents[i * d..(i + 1) * d]);
        let (first, second) = if trial % 2 == 0 { (a, b) } else { (b, a) };
        let own = stream(draws.seed, trial, draws.purpose, OWN + OWN_GENE * d, draws.attempt)?;
        let start = children.len();
        for j in 0..d {
            let value = shared.gene(j, first[j], second[j], cells[j], variation);
            let [mutates, how] = [own[OWN + OWN_GENE * j], own[OWN + OWN_GENE * j + 1]];
            children.push(if mutates < variation.mutation && !value.is_nan() {
                mutated(value, cells[j], how, variation.mutation_index)
            } else {
                value
            });
        }
        differ(&mut children[start..], first, cells, own[0], own[1], variation.mutation_index);
    }
    Ok(children)
}

/// Two parents, and what the two children have in common.
struct Couple {
    parents: [usize; 2],
    draws: Vec<f64>,
}

impl Couple {
    fn new(pair: u64, standing: &Standing<'_>, d: usize, variation: &Variation, turns: &mut Turns<'_>) -> Result<Self> {
        let key = turns.draws;
        let draws = stream(key.seed, pair, key.purpose.wrapping_add(1), SHARED + SHARED_GENE * d, key.attempt)?;
        let mut parents = [0, 0];
        for (side, parent) in parents.iter_mut().enumerate() {
            let first = u128::from(pair) * 2 * variation.tournament as u128 + (side * variation.tournament) as u128;
            *parent = turns.winner(first, variation.tournament, standing)?;
        }
        Ok(Self { parents, draws })
    }

    /// Gene j of the child whose parents have `first` and `second`.
    fn gene(&self, j: usize, first: f64, second: f64, cells: i64, variation: &Variation) -> f64 {
        let draw = &self.draws[SHARED + SHARED_GENE * j..];
        let crossing = self.draws[0] < variation.crossover && (draw[0] < 0.5 || first.is_nan());
        let partner = if crossing { second } else { f64::NAN };
        crossed(first, partner, cells, draw[1], draw[2], variation.crossover_index)
    }
}

/// The parents take part in tournaments by turns: all of them once, in random order, before anyone does again.
struct Turns<'a> {
    n: usize,
    draws: &'a Stream,
    round: Option<u64>,
    order: Vec<usize>,
}

impl<'a> Turns<'a> {
    fn new(n: usize, draws: &'a Stream) -> Self {
        Self { n, draws, round: None, order: (0..n).collect() }
    }

    /// The best of the `count` parents whose turns begin at `first`, of equal ones the one whose turn is first.
    fn winner(&mut self, first: u128, count: usize, standing: &Standing<'_>) -> Result<usize> {
        let mut best = self.at(first)?;
        for turn in 1..count {
            let other = self.at(first + turn as u128)?;
            if standing.prefers(other, best) {
                best = other;
            }
        }
        Ok(best)
    }

    fn at(&mut self, turn: u128) -> Result<usize> {
        let (round, place) = ((turn / self.n as u128) as u64, (turn % self.n as u128) as usize);
        if self.round != Some(round) {
            let Stream { seed, purpose, attempt } = *self.draws;
            let draws = stream(seed, round, purpose.wrapping_add(2), self.n, attempt)?;
            self.order.sort_unstable_by(|&i, &j| draws[i].total_cmp(&draws[j]).then(i.cmp(&j)));
            self.round = Some(round);
        }
        Ok(self.order[place])
    }
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

    fn by(worth: &[f64]) -> Standing<'_> {
        Standing { worth, beats: None }
    }

    const PLAIN: Variation =
        Variation { tournament: 2, crossover: 0.9, crossover_index: 15.0, mutation: 0.2, mutation_index: 20.0 };
    const KEY: Stream = Stream { seed: 1, purpose: 2, attempt: 0 };

    #[test]
    fn a_child_depends_on_its_own_trial_only() {
        let parents = [0.1, 0.25, 0.5, 0.75, 0.9, 0.25];
        let cells = [0, -2];
        let all = offspring(&parents, &by(&[0.0, 1.0, 2.0]), &cells, &[4, 7, 9], &PLAIN, &KEY).unwrap();
        let one = offspring(&parents, &by(&[0.0, 1.0, 2.0]), &cells, &[7], &PLAIN, &KEY).unwrap();
        assert_eq!(all[2..4], one);
    }

    #[test]
    fn no_child_is_a_copy() {
        let still = Variation { crossover: 0.0, mutation: 0.0, ..PLAIN };
        let trials: Vec<u64> = (0..50).collect();
        let children = offspring(&[0.5, 0.25, 0.5], &by(&[0.0]), &[0, 2, 1], &trials, &still, &KEY).unwrap();
        for child in children.chunks(3) {
            assert!((child[0] == 0.5) != (child[1] == 0.25), "one gene of two has changed");
            assert!(child[2] == 0.5);
        }
    }

    #[test]
    fn everybody_has_a_turn_before_anybody_has_another() {
        let mut turns = Turns::new(7, &KEY);
        for round in 0..5_u128 {
            let mut seen: Vec<usize> = (0..7).map(|place| turns.at(7 * round + place).unwrap()).collect();
            seen.sort_unstable();
            assert_eq!(seen, [0, 1, 2, 3, 4, 5, 6]);
        }
        let (once, later) = (turns.at(3).unwrap(), turns.at(u128::MAX).unwrap());
        assert_eq!((turns.at(3).unwrap(), Turns::new(7, &KEY).at(u128::MAX).unwrap()), (once, later));
    }

    #[test]
    fn the_better_win_tournaments_and_of_equals_the_first() {
        let mut turns = Turns::new(4, &KEY);
        let contenders: Vec<usize> = (0..4).map(|turn| turns.at(turn).unwrap()).collect();
        let mut standing = [f64::NAN; 4];
        assert_eq!(turns.winner(0, 4, &by(&standing)).unwrap(), contenders[0]);
        standing[contenders[2]] = 1.0;
        standing[contenders[3]] = 1.0;
        assert_eq!(turns.winner(0, 4, &by(&standing)).unwrap(), contenders[2]);
        assert_eq!(turns.winner(0, 2, &by(&standing)).unwrap(), contenders[0]);
    }

    #[test]
    fn who_beats_another_wins_whatever_their_worth() {
        let mut turns = Turns::new(2, &KEY);
        let first = turns.at(0).unwrap();
        let mut beats = [false; 4];
        let none = Standing { worth: &[1.0, 1.0], beats: Some(&[false; 4]) };
        assert_eq!(turns.winner(0, 2, &none).unwrap(), first);
        beats[(1 - first) * 2 + first] = true;
        let one = Standing { worth: &[1.0, 1.0], beats: Some(&beats) };
        assert_eq!(turns.winner(0, 2, &one).unwrap(), 1 - first);
        let few = Standing { worth: &[1.0, 1.0], beats: Some(&[true]) };
        assert!(offspring(&[0.5, 0.5], &few, &[0], &[1], &PLAIN, &KEY).is_err());
    }

    #[test]
    fn siblings_are_the_two_children_of_each_crossover() {
        let always = Variation { tournament: 1, crossover: 1.0, mutation: 0.0, ..PLAIN };
        let parents = [0.4, 0.6, 0.125, 0.6, 0.4, 0.625];
        let trials: Vec<u64> = (0..200).collect();
        let children = offspring(&parents, &by(&[0.0, 0.0]), &[0, 0, -4], &trials, &always, &KEY).unwrap();
        let mut crossed = 0;
        for pair in children.chunks_exact(6) {
            let (elder, younger) = pair.split_at(3);
            if elder.iter().zip(younger).all(|(x, y)| (x + y - 1.0).abs() < 1e-12 || x + y == 0.75) {
                crossed += 1; // about their parents' middle, and of two categories each has one
            } else {
                let copied = |child: &[f64], parent: &[f64]| child.iter().zip(parent).filter(|(x, y)| x == y).count();
                assert!(copied(elder, &parents[..3]) == 2 || copied(elder, &parents[3..]) == 2);
            }
        }
        assert!(crossed > 70, "all but those that would be copies");
    }

    #[test]
    fn shapes_are_checked() {
        assert!(offspring(&[], &by(&[]), &[0], &[1], &PLAIN, &KEY).is_err());
        assert!(offspring(&[0.5], &by(&[0.0]), &[], &[1], &PLAIN, &KEY).is_err());
        assert!(offspring(&[0.5], &by(&[0.0]), &[0, 0], &[1], &PLAIN, &KEY).is_err());
        assert!(offspring(&[0.5], &by(&[0.0]), &[0], &[1], &Variation { tournament: 0, ..PLAIN }, &KEY).is_err());
    }
}

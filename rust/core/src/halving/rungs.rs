//! The rungs of asynchronous successive halving (L. Li et al., "A system for massively parallel hyperparameter tuning",
//! `MLSys` 2020).

use std::collections::HashMap;

use super::key::{Key, key};
use super::ranking::Ranking;
use crate::error::{Error, Result};

/// What a report meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Entry {
    /// The trial stays where it is: no rung was reached, or one that it has already, or the report is NaN.
    Nowhere = 0,
    /// It entered a rung as one of the best n / η there (of n, itself included; at least one).
    Ahead = 1,
    /// It entered a rung and is not among those.
    Behind = 2,
}

/// Where a trial stands: its highest rung, and what it had there.
#[derive(Debug, Clone, Copy)]
struct Standing {
    rung: usize,
    loss: f64,
    violation: f64,
}

/// Rungs at ascending resources. A trial enters the highest rung whose level its step reaches, with the first report
/// that does; rungs it skips it never enters. A report costs O(log n) for n trials on a rung, and the
/// moving of a part of them that does not depend on n (see [`Ranking`]).
#[derive(Debug, Clone)]
pub struct Rungs {
    levels: Vec<u64>,
    factor: usize,
    rankings: Vec<Ranking>,
    standings: HashMap<u64, Standing>,
    ceiling: Ceiling,
}

impl Rungs {
    /// Empty rungs. With a `tolerance` the highest rung in use grows with the record (see [`Rungs::ceiling`]).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless `levels` are ascending from 1 upwards and not empty, `reduction_factor` ≥ 2 and
    /// `tolerance` ≥ 0.
    pub fn new(levels: &[u64], reduction_factor: u64, tolerance: Option<f64>) -> Result<Self> {
        let refused = |argument, expected, got| Err(Error::Name { argument, expected, got });
        if levels.first().is_none_or(|&first| first < 1) || !levels.is_sorted_by(|a, b| a < b) {
            return refused("levels", "ascending whole numbers from 1 upwards", format!("{levels:?}"));
        }
        if reduction_factor < 2 {
            return refused("reduction_factor", "a whole number from 2 upwards", reduction_factor.to_string());
        }
        if let Some(tolerance) = tolerance.filter(|t| t.is_nan() || *t < 0.0) {
            return refused("tolerance", "a number from 0 upwards", tolerance.to_string());
        }
        Ok(Self {
            factor: usize::try_from(reduction_factor).unwrap_or(usize::MAX),
            rankings: vec![Ranking::default(); levels.len()],
            standings: HashMap::new(),
            ceiling: Ceiling::new(levels.len() - 1, tolerance),
            levels: levels.to_vec(),
        })
    }

    /// Take in a report.
    pub fn enter(&mut self, trial: u64, step: u64, loss: f64, violation: f64) -> Entry {
        let reached = self.levels.partition_point(|&level| level <= step);
        let Some(rung) = reached.checked_sub(1) else { return Entry::Nowhere };
        let known = self.standings.get_mut(&trial);
        if known.as_ref().is_some_and(|standing| standing.rung >= rung) {
            return Entry::Nowhere;
        }
        let Some(rank) = self.rankings[rung].insert(trial, loss, violation) else { return Entry::Nowhere };
        let now = Standing { rung, loss, violation };
        if let Some(standing) = known {
            let before = std::mem::replace(standing, now);
            self.rankings[before.rung].close(trial, before.loss, before.violation);
            self.ceiling.compare(trial, before, now);
        } else {
            self.standings.insert(trial, now);
        }
        if rank < (self.rankings[rung].len() / self.factor).max(1) { Entry::Ahead } else { Entry::Behind }
    }

    /// Up to `limit` trials that may be promoted: among the best n / η of their rung, which is their highest. From the
    /// highest rung below the ceiling downwards, the best first.
    #[must_use]
    pub fn promotable(&self, limit: usize) -> Vec<u64> {
        let mut found = Vec::new();
        for ranking in self.rankings[..self.ceiling.rung].iter().rev() {
            let room = ranking.len() / self.factor;
            let open = (0..).map_while(|skip| ranking.open(skip)).take_while(|&(_, rank)| rank < room);
            found.extend(open.map(|(trial, _)| trial).take(limit - found.len()));
            if found.len() == limit {
                break;
            }
        }
        found
    }

    /// The trial has ended: it keeps its place on its rung and is never promotable again.
    pub fn settle(&mut self, trial: u64) {
        if let Some(standing) = self.standings.get(&trial) {
            self.rankings[standing.rung].close(trial, standing.loss, standing.violation);
        }
    }

    /// The highest rung a trial has entered.
    #[must_use]
    pub fn rung(&self, trial: u64) -> Option<usize> {
        self.standings.get(&trial).map(|standing| standing.rung)
    }

    /// How many trials entered each rung.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        self.rankings.iter().map(Ranking::len).collect()
    }

    /// The best `count` trials that entered a rung, in order; none for a rung that is not there.
    #[must_use]
    pub fn best(&self, rung: usize, count: usize) -> Vec<u64> {
        self.rankings.get(rung).map_or_else(Vec::new, |ranking| ranking.first(count))
    }

    /// The highest rung that trials are promoted to.
    ///
    /// Without a tolerance that is the last one. With it, it is rung 1 at first, and one more each time two trials of the
    /// highest rung stand there in another order than on the rung below, where they were more than the tolerance apart
    /// (after O. Bohdal et al., PASHA, ICLR 2023, who compare soft ranks position by position).
    #[must_use]
    pub fn ceiling(&self) -> usize {
        self.ceiling.rung
    }
}

/// The growing ceiling: places of the trials of the highest rung, below and there.
#[derive(Debug, Clone)]
struct Ceiling {
    rung: usize,
    last: usize,
    tolerance: Option<f64>,
    moves: Vec<(Standing, Standing, [Key; 2])>,
}

impl Ceiling {
    fn new(last: usize, tolerance: Option<f64>) -> Self {
        let rung = if tolerance.is_some() { last.min(1) } else { last };
        Self { rung, last, tolerance, moves: Vec::new() }
    }

    /// A trial moved up: does it disagree with one that did before? O(n) for n trials on the highest rung.
    fn compare(&mut self, trial: u64, before: Standing, now: Standing) {
        let Some(tolerance) = self.tolerance else { return };
        if now.rung != self.rung || before.rung + 1 != now.rung || self.rung == self.last {
            return;
        }
        let keys = [before, now].map(|at| key(at.violation, at.loss, trial).unwrap_or_default());
        let apart = |a: Standing, b: Standing| a.violation != b.violation || (a.loss - b.loss).abs() > tolerance;
        let swapped = |(there, _, theirs): &(Standing, Standing, [Key; 2])| {
            (theirs[0] < keys[0]) != (theirs[1] < keys[1]) && apart(*there, before)
        };
        if self.moves.iter().any(swapped) {
            self.rung += 1;
            self.moves.clear();
        } else {
            self.moves.push((before, now, keys));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rungs() -> Rungs {
        Rungs::new(&[1, 3, 9], 3, None).unwrap()
    }

    #[test]
    fn one_of_three_goes_on() {
        let mut rungs = rungs();
        let entries: Vec<_> = [0.5, 0.6, 0.4, 0.3].iter().zip(0..).map(|(&l, t)| rungs.enter(t, 1, l, 0.0)).collect();
        assert_eq!(entries, [Entry::Ahead, Entry::Behind, Entry::Ahead, Entry::Ahead]);
        assert_eq!(rungs.promotable(9), [3]);
        rungs.settle(3);
        assert_eq!(rungs.promotable(9), [0; 0]);
    }

    #[test]
    fn a_rung_is_entered_once_and_skipped_rungs_never() {
        let mut rungs = rungs();
        assert_eq!(rungs.enter(0, 4, 1.0, 0.0), Entry::Ahead);
        assert_eq!(rungs.enter(0, 5, 0.5, 0.0), Entry::Nowhere);
        assert_eq!(rungs.enter(0, 2, 0.5, 0.0), Entry::Nowhere);
        assert_eq!(rungs.enter(1, 0, 0.5, 0.0), Entry::Nowhere);
        assert_eq!(rungs.enter(1, 1, f64::NAN, 0.0), Entry::Nowhere);
        assert_eq!(rungs.sizes(), [0, 1, 0]);
        assert_eq!((rungs.rung(0), rungs.rung(1)), (Some(1), None));
    }

    #[test]
    fn promotion_takes_the_highest_rung_first() {
        let mut rungs = rungs();
        for trial in 0..9 {
            rungs.enter(trial, 1, trial as f64, 0.0);
        }
        assert_eq!(rungs.promotable(2), [0, 1]);
        (0..3).for_each(|trial| _ = rungs.enter(trial, 3, -(trial as f64), 0.0));
        assert_eq!(rungs.promotable(9), [2]);
        rungs.enter(9, 1, -1.0, 1.0);
        assert_eq!(rungs.best(0, 3), [0, 1, 2]);
    }

    #[test]
    fn the_ceiling_grows_when_ranks_disagree() {
        let mut rungs = Rungs::new(&[1, 3, 9], 2, Some(0.1)).unwrap();
        for (trial, loss) in [(0, 0.5), (1, 0.55), (2, 0.9)] {
            rungs.enter(trial, 1, loss, 0.0);
        }
        rungs.enter(0, 3, 0.5, 0.0);
        rungs.enter(1, 3, 0.4, 0.0); // within the tolerance below
        assert_eq!(rungs.ceiling(), 1);
        assert_eq!(rungs.promotable(9), [0; 0]);
        rungs.enter(2, 3, 0.1, 0.0);
        assert_eq!(rungs.ceiling(), 2);
        assert_eq!(rungs.promotable(9), [2]);
    }
}

//! The two densities of a record that grows, and the points where their ratio is large.

use super::{
    group::Group,
    mixture::{Mixture, same_length},
};
use crate::{
    error::{Error, Result},
    sampling::stream,
};

/// Densities of the good trials and of all others, in groups of coordinates that know nothing of each other.
///
/// It depends on where its trials are and which of them are good alone, to the last bit, not on how that came to be.
#[derive(Debug, Clone)]
pub struct Estimator {
    dimension: usize,
    groups: Vec<Group>,
    good: Vec<u64>, // ascending
}

/// What makes points (rows, size) of the coordinates of a group: by draws, fallback, weights.
type Making = fn(&mut Group, &[f64], &[f64], Option<&[f64]>) -> Result<Vec<f64>>;

impl Estimator {
    /// Without any trials. `cells` and `least` are of each coordinate, see the room; `groups` has each coordinate once.
    /// All good trials weigh the same, of the others the newest `fresh` ones the most, see [`Mixture::new`].
    ///
    /// # Errors
    /// As many `least` as `cells`, one at least, and each coordinate in one group.
    pub fn new(cells: &[i64], least: &[f64], groups: &[Vec<usize>], prior_weight: f64, fresh: usize) -> Result<Self> {
        let dimension = cells.len();
        if dimension == 0 {
            return Err(Error::Length { argument: "cells", expected: 1, got: 0 });
        }
        same_length("least", least.len(), dimension)?;
        let mut grouped: Vec<usize> = groups.concat();
        grouped.sort_unstable();
        if !grouped.iter().copied().eq(0..dimension) {
            let expected = format!("each of {dimension} coordinates once");
            return Err(Error::OutOfRange { argument: "groups", expected, got: grouped.len() as u64 });
        }
        let made = |columns: &Vec<usize>| {
            let cells: Vec<i64> = columns.iter().map(|&j| cells[j]).collect();
            let least: Vec<f64> = columns.iter().map(|&j| least[j]).collect();
            let good = Mixture::new(&cells, &least, prior_weight, usize::MAX)?;
            Ok(Group::new(columns, good, Mixture::new(&cells, &least, prior_weight, fresh)?))
        };
        Ok(Self { dimension, groups: groups.iter().map(made).collect::<Result<_>>()?, good: Vec::new() })
    }

    /// How many coordinates there are.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The good trials, ascending, whether they have been placed or not.
    #[must_use]
    pub fn good(&self) -> &[u64] {
        &self.good
    }

    /// The trials of the two densities of a group, each ascending.
    ///
    /// # Errors
    /// There is no such group.
    pub fn members(&self, group: usize) -> Result<[&[u64]; 2]> {
        let expected = || format!("one of {} groups", self.groups.len());
        let found = self.groups.get(group).map(Group::members);
        found.ok_or_else(|| Error::OutOfRange { argument: "group", expected: expected(), got: group as u64 })
    }

    /// The trials `good`, and no others, are the good ones from now on.
    ///
    /// # Errors
    /// None that its callers could cause.
    pub fn split(&mut self, good: &[u64]) -> Result<()> {
        let mut now = good.to_vec();
        now.sort_unstable();
        now.dedup();
        let (joining, leaving) = (without(&now, &self.good), without(&self.good, &now));
        self.good = now;
        self.groups.iter_mut().try_for_each(|group| group.exchange(&joining, &leaving))
    }

    /// The `trials` (k,), each once, are at `rows` (k, d) now, NaN where one has no such coordinate.
    ///
    /// # Errors
    /// There must be d numbers a trial.
    pub fn place(&mut self, trials: &[u64], rows: &[f64]) -> Result<()> {
        let d = self.dimension;
        same_length("rows", rows.len(), trials.len() * d)?;
        self.groups.iter_mut().try_for_each(|group| group.place(&self.good, trials, rows, d))
    }

    /// Trials that are not good are not there any more.
    pub fn forget(&mut self, trials: &[u64]) {
        self.groups.iter_mut().for_each(|group| group.forget(trials));
    }

    /// Points drawn from the density of the good trials, (m, d).
    ///
    /// Of `draws`, (m (2 d + groups),) in [0, 1), the first (m, d) are the fallback of [`Mixture::sample`], unless there is
    /// another one, drawn from the priors; then come its draws (m, 1 + size) for each group. `weights` are of the good
    /// trials, ascending.
    ///
    /// # Errors
    /// Lengths that do not fit.
    pub fn sample(&mut self, draws: &[f64], fallback: Option<&[f64]>, weights: Option<&[f64]>) -> Result<Vec<f64>> {
        let count = self.count(draws)?;
        self.made(Group::sample, count, draws, fallback, weights)
    }

    /// As [`Self::sample`], but in each group the most probable among the good trials against the others come first.
    ///
    /// # Errors
    /// Lengths that do not fit.
    pub fn candidates(&mut self, draws: &[f64], fallback: Option<&[f64]>, weights: Option<&[f64]>) -> Result<Vec<f64>> {
        let count = self.count(draws)?;
        self.made(Group::candidates, count, draws, fallback, weights)
    }

    /// The first, (d,), of `count` [`Self::candidates`] by the stream of (seed, trial, purpose), for less.
    ///
    /// # Errors
    /// As there, and no candidates at all.
    pub fn candidate(
        &mut self,
        [seed, trial, purpose]: [u64; 3],
        count: usize,
        weights: Option<&[f64]>,
    ) -> Result<Vec<f64>> {
        if count == 0 {
            return Err(Error::OutOfRange { argument: "count", expected: "at least 1".into(), got: 0 });
        }
        let draws = stream(seed, trial, purpose, count.saturating_mul(self.each()), 0)?;
        self.made(Group::candidate, 1, &draws, None, weights)
    }

    /// `points` (m, d), in each group the most probable among the good trials against the others first.
    ///
    /// `log_prior` (m, d) is log π of each coordinate; it counts `belief` times more.
    ///
    /// # Errors
    /// Lengths that do not fit.
    pub fn ranked(
        &mut self,
        points: &[f64],
        log_prior: Option<&[f64]>,
        belief: f64,
        weights: Option<&[f64]>,
    ) -> Result<Vec<f64>> {
        let d = self.dimension;
        same_length("points", points.len(), points.len() / d * d)?;
        same_length("log_prior", log_prior.map_or(points.len(), <[f64]>::len), points.len())?;
        let mut ranked = points.to_vec();
        for group in &mut self.groups {
            let (own, size) = (group.gathered(points, d), group.size());
            let log_prior = log_prior.map(|logs| group.gathered(logs, d));
            let weights = group.weights(&self.good, weights)?;
            let order = group.order(&own, log_prior.as_deref(), belief, weights.as_deref())?;
            let own: Vec<f64> = order.iter().flat_map(|&i| &own[i * size..(i + 1) * size]).copied().collect();
            group.scatter(&own, &mut ranked, d);
        }
        Ok(ranked)
    }

    /// How many draws a point takes.
    fn each(&self) -> usize {
        2 * self.dimension + self.groups.len()
    }

    /// For how many points the draws are.
    fn count(&self, draws: &[f64]) -> Result<usize> {
        let count = draws.len() / self.each();
        same_length("draws", draws.len(), count * self.each())?;
        Ok(count)
    }

    /// Points (rows, d) that each group makes of its draws.
    fn made(
        &mut self,
        make: Making,
        rows: usize,
        draws: &[f64],
        fallback: Option<&[f64]>,
        weights: Option<&[f64]>,
    ) -> Result<Vec<f64>> {
        let (count, d) = (self.count(draws)?, self.dimension);
        let (uniform, mut draws) = draws.split_at(count * d);
        let fallback = fallback.unwrap_or(uniform);
        same_length("fallback", fallback.len(), count * d)?;
        let mut points = vec![f64::NAN; rows * d];
        for group in &mut self.groups {
            let own;
            (own, draws) = draws.split_at(count * (1 + group.size()));
            let weights = group.weights(&self.good, weights)?;
            let made = make(group, own, &group.gathered(fallback, d), weights.as_deref())?;
            group.scatter(&made, &mut points, d);
        }
        Ok(points)
    }
}

/// What is in `some` and not in `those`, both ascending.
fn without(some: &[u64], those: &[u64]) -> Vec<u64> {
    some.iter().copied().filter(|trial| those.binary_search(trial).is_err()).collect()
}

//! The mixture: components by the numbers of their trials.

use super::{
    column::Column,
    density::{Density, descending},
    sum::LANES,
};
use crate::error::{Error, Result};

/// From so many trials on, and an eighth of the components, it is quicker to make the columns anew.
const MANY: usize = 32;

/// A Parzen density whose components are the observations of some trials. It depends on who is in it alone, to the last
/// bit, not on how they came.
#[derive(Debug, Clone)]
pub struct Mixture {
    prior_weight: f64,
    fresh: usize,
    trials: Vec<u64>, // ascending
    columns: Vec<Column>,
}

impl Mixture {
    /// An empty mixture over coordinates of `cells` and `least`, see the room. The newest `fresh` components weigh 1, older
    /// ones of n in even steps down to 1 / n.
    ///
    /// # Errors
    /// As many `least` as `cells` are needed, one at least.
    pub fn new(cells: &[i64], least: &[f64], prior_weight: f64, fresh: usize) -> Result<Self> {
        if cells.is_empty() {
            return Err(Error::Length { argument: "cells", expected: 1, got: 0 });
        }
        same_length("least", least.len(), cells.len())?;
        let columns = cells.iter().zip(least).map(|(&cells, &least)| Column::new(cells, least)).collect();
        Ok(Self { prior_weight, fresh, trials: Vec::new(), columns })
    }

    /// The trials of the components, ascending.
    #[must_use]
    pub fn trials(&self) -> &[u64] {
        &self.trials
    }

    /// How many coordinates it has.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.columns.len()
    }

    /// Components at `rows` (k, d) for `trials` (k,); one that is there already is replaced.
    ///
    /// # Errors
    /// There must be d numbers a trial.
    pub fn insert(&mut self, trials: &[u64], rows: &[f64]) -> Result<()> {
        let d = self.dimension();
        same_length("rows", rows.len(), trials.len() * d)?;
        if trials.len() > MANY + self.trials.len() / 8 {
            self.merge(trials, rows);
            return Ok(());
        }
        for (&trial, row) in trials.iter().zip(rows.chunks_exact(d)) {
            self.remove(&[trial]);
            let place = self.trials.partition_point(|&other| other < trial);
            self.trials.insert(place, trial);
            for (column, &x) in self.columns.iter_mut().zip(row) {
                column.insert(place, trial, x + 0.0); // -0 is 0
            }
        }
        Ok(())
    }

    /// The components of `trials` leave; those that are not there are none.
    pub fn remove(&mut self, trials: &[u64]) {
        if trials.len() > MANY + self.trials.len() / 8 {
            self.keep_without(trials);
            return;
        }
        for &trial in trials {
            if let Ok(place) = self.trials.binary_search(&trial) {
                self.trials.remove(place);
                self.columns.iter_mut().for_each(|column| column.remove(place, trial));
            }
        }
    }

    /// Where the component of `trial` is, if there is one.
    pub(super) fn row(&self, trial: u64) -> Option<Vec<f64>> {
        let place = self.trials.binary_search(&trial).ok()?;
        Some(self.columns.iter().map(|column| column.at[place]).collect())
    }

    /// Whether there is a component of `trial` at `row`.
    pub(super) fn has(&self, trial: u64, row: impl Iterator<Item = f64>) -> bool {
        let Ok(place) = self.trials.binary_search(&trial) else { return false };
        self.columns.iter().zip(row).all(|(column, x)| same(column.at[place], x))
    }

    /// As [`Self::remove`] for many: everything is sorted once.
    fn keep_without(&mut self, trials: &[u64]) {
        let mut leaving = trials.to_vec();
        leaving.sort_unstable();
        let stays = |place: &usize| leaving.binary_search(&self.trials[*place]).is_err();
        let places: Vec<usize> = (0..self.trials.len()).filter(stays).collect();
        self.trials = places.iter().map(|&place| self.trials[place]).collect();
        for column in &mut self.columns {
            let at = places.iter().map(|&place| column.at[place]).collect();
            column.fill(&self.trials, at);
        }
    }

    /// As [`Self::insert`] for many: everything is sorted once.
    fn merge(&mut self, trials: &[u64], rows: &[f64]) {
        let d = self.dimension();
        let mut places: Vec<(u64, usize)> = trials.iter().copied().zip(0..).collect();
        let old = self.trials.iter().enumerate().map(|(place, &trial)| (trial, usize::MAX - place));
        places.extend(old);
        // of one trial the last of the new rows comes first, then an old one
        places.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(newest(b.1, trials.len()).cmp(&newest(a.1, trials.len()))));
        places.dedup_by_key(|&mut (trial, _)| trial);
        self.trials = places.iter().map(|&(trial, _)| trial).collect();
        for (j, column) in self.columns.iter_mut().enumerate() {
            let at = |place: usize| {
                if place < trials.len() { rows[place * d + j] + 0.0 } else { column.at[usize::MAX - place] }
            };
            let all = places.iter().map(|&(_, place)| at(place)).collect();
            column.fill(&self.trials, all);
        }
    }

    /// Logarithms of the density at `points` (m, d), NaN where a point has no such coordinate.
    ///
    /// `log_prior` (m, d) is log π of each coordinate, all 0 if there is none; `weights` (n,) replace those by age.
    ///
    /// # Errors
    /// Lengths that do not fit.
    pub fn log_density(
        &mut self,
        points: &[f64],
        log_prior: Option<&[f64]>,
        weights: Option<&[f64]>,
    ) -> Result<Vec<f64>> {
        let d = self.dimension();
        let count = points.len() / d;
        same_length("points", points.len(), count * d)?;
        same_length("log_prior", log_prior.map_or(points.len(), <[f64]>::len), points.len())?;
        self.settle();
        let mut found = Vec::with_capacity(count);
        let mut first = 0;
        while first < count {
            let last = if log_prior.is_some() { first + 1 } else { self.alike(points, first) };
            let rows = first * d..last * d;
            let log_prior = log_prior.map(|logs| &logs[rows.clone()]);
            found.extend(self.density(&points[rows.clone()], log_prior, weights)?.logs());
            first = last;
        }
        Ok(found)
    }

    /// Points drawn from the mixture, (m, d): by `draws` (m, 1 + d) from [0, 1), the first of which chooses the component,
    /// and `fallback` (m, d), drawn from the priors and rounded to the cells, where the component has no coordinate of its own.
    ///
    /// # Errors
    /// Lengths that do not fit.
    pub fn sample(&mut self, draws: &[f64], fallback: &[f64], weights: Option<&[f64]>) -> Result<Vec<f64>> {
        let d = self.dimension();
        let count = draws.len() / (d + 1);
        same_length("draws", draws.len(), count * (d + 1))?;
        same_length("fallback", fallback.len(), count * d)?;
        let mut summed = self.weights(weights)?;
        summed.truncate(self.trials.len());
        self.settle();
        let total = summed.iter_mut().fold(0.0, |total, weight| {
            *weight += total;
            *weight
        });
        let mut points = fallback.to_vec();
        for (row, point) in draws.chunks_exact(d + 1).zip(points.chunks_exact_mut(d)) {
            let chosen = row[0] * (total + self.prior_weight);
            let place = summed.partition_point(|&sum| sum <= chosen);
            for ((column, x), &p) in self.columns.iter().zip(point).zip(&row[1..]) {
                *x = column.rounded(*x);
                if place < summed.len() {
                    *x = column.draw(place, p, *x);
                }
            }
        }
        Ok(points)
    }

    /// Points drawn as by [`Self::sample`], (m, d): those first that are the most probable here against `others`, of equals
    /// the earlier drawn.
    ///
    /// # Errors
    /// Lengths that do not fit, and `others` over another number of coordinates.
    pub fn candidates(
        &mut self,
        others: &mut Self,
        draws: &[f64],
        fallback: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<Vec<f64>> {
        let d = self.dimension();
        same_length("others", others.dimension(), d)?;
        let points = self.sample(draws, fallback, weights)?;
        let mut ratio = self.log_density(&points, None, weights)?;
        let other = others.log_density(&points, None, None)?;
        ratio.iter_mut().zip(&other).for_each(|(ratio, other)| *ratio -= other);
        let order = descending(&ratio);
        Ok(order.iter().flat_map(|&i| &points[i * d..(i + 1) * d]).copied().collect())
    }

    /// The first of the [`Self::candidates`], (d,), without asking all components of `others` about all of them.
    ///
    /// # Errors
    /// As there, and no draws at all.
    pub fn candidate(
        &mut self,
        others: &mut Self,
        draws: &[f64],
        fallback: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<Vec<f64>> {
        let d = self.dimension();
        same_length("others", others.dimension(), d)?;
        let points = self.sample(draws, fallback, weights)?;
        if points.is_empty() {
            return Err(Error::Length { argument: "draws", expected: d + 1, got: 0 });
        }
        if self.alike(&points, 0) * d < points.len() {
            return Ok(self.candidates(others, draws, fallback, weights)?[..d].to_vec());
        }
        let own = self.log_density(&points, None, weights)?;
        others.settle();
        let best = others.density(&points, None, None)?.exceeded_most(&own);
        Ok(points[best * d..(best + 1) * d].to_vec())
    }

    /// Kernels as their neighbours have them be.
    fn settle(&mut self) {
        self.columns.iter_mut().for_each(|column| column.settle(&self.trials));
    }

    /// The density of the settled columns at `points` that look alike, with the prior alone.
    fn density(&self, points: &[f64], log_prior: Option<&[f64]>, weights: Option<&[f64]>) -> Result<Density<'_>> {
        Ok(Density::new(&self.columns, points, log_prior, self.weights(weights)?, self.prior_weight))
    }

    /// Where the points that look like point `first` to the components end.
    fn alike(&self, points: &[f64], first: usize) -> usize {
        let d = self.dimension();
        let row = |i: usize| &points[i * d..(i + 1) * d];
        let count = points.len() / d;
        let alike = |i: usize| row(i).iter().zip(row(first)).all(|(a, b)| a.is_nan() == b.is_nan());
        (first + 1..count).find(|&i| !alike(i)).unwrap_or(count)
    }

    /// The weights of all components, padded with 0.
    fn weights(&self, given: Option<&[f64]>) -> Result<Vec<f64>> {
        let n = self.trials.len();
        let mut weights = vec![0.0; n.next_multiple_of(LANES)];
        if let Some(given) = given {
            same_length("weights", given.len(), n)?;
            weights[..n].copy_from_slice(given);
            return Ok(weights);
        }
        weights[..n].fill(1.0);
        let old = n.saturating_sub(self.fresh);
        let (lowest, steps) = (1.0 / n as f64, (old.max(2) - 1) as f64);
        for (i, weight) in weights[..old].iter_mut().enumerate() {
            *weight = lowest + (1.0 - lowest) * (i as f64 / steps);
        }
        Ok(weights)
    }
}

fn newest(place: usize, count: usize) -> usize {
    if place < count { place + 1 } else { 0 }
}

/// Whether two coordinates are the same, or neither is there.
fn same(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

pub(super) fn same_length(argument: &'static str, got: usize, expected: usize) -> Result<()> {
    if got == expected { Ok(()) } else { Err(Error::Length { argument, expected, got }) }
}

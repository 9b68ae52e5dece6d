//! Coordinates that are modelled together: the density of the good trials there, and that of all others.

use super::{
    density::descending,
    mixture::{Mixture, same_length},
};
use crate::error::Result;

/// Every trial that has any of the coordinates is in one of the two densities.
#[derive(Debug, Clone)]
pub struct Group {
    columns: Vec<usize>, // which of all coordinates they are
    good: Mixture,
    others: Mixture,
}

impl Group {
    pub fn new(columns: &[usize], good: Mixture, others: Mixture) -> Self {
        Self { columns: columns.to_vec(), good, others }
    }

    /// How many coordinates there are.
    pub fn size(&self) -> usize {
        self.columns.len()
    }

    /// The trials of the two densities, each ascending.
    pub fn members(&self) -> [&[u64]; 2] {
        [self.good.trials(), self.others.trials()]
    }

    /// Trials are at `rows` (k, d), those of `good` (ascending) in its density, the rest in that of the others.
    pub fn place(&mut self, good: &[u64], trials: &[u64], rows: &[f64], d: usize) -> Result<()> {
        for (density, is_good) in [(&mut self.good, true), (&mut self.others, false)] {
            let (mut numbers, mut places) = (Vec::new(), Vec::new());
            for (&trial, row) in trials.iter().zip(rows.chunks_exact(d)) {
                if good.binary_search(&trial).is_ok() != is_good {
                    continue;
                }
                let place = self.columns.iter().map(|&j| row[j] + 0.0); // -0 is 0
                if place.clone().all(f64::is_nan) {
                    density.remove(&[trial]);
                } else if !density.has(trial, place.clone()) {
                    numbers.push(trial);
                    places.extend(place);
                }
            }
            density.insert(&numbers, &places)?;
        }
        Ok(())
    }

    /// Trials `joining` the good ones and `leaving` them, as far as they are here.
    pub fn exchange(&mut self, joining: &[u64], leaving: &[u64]) -> Result<()> {
        transfer(&mut self.others, &mut self.good, joining)?;
        transfer(&mut self.good, &mut self.others, leaving)
    }

    /// Trials that are not good leave.
    pub fn forget(&mut self, trials: &[u64]) {
        self.others.remove(trials);
    }

    /// The weights of the good trials that are here, of those of all `good` ones.
    pub fn weights(&self, good: &[u64], weights: Option<&[f64]>) -> Result<Option<Vec<f64>>> {
        let Some(weights) = weights else { return Ok(None) };
        same_length("weights", weights.len(), good.len())?;
        let here = |trial: &u64| self.good.trials().binary_search(trial).is_ok();
        Ok(Some(good.iter().zip(weights).filter(|(trial, _)| here(trial)).map(|(_, &weight)| weight).collect()))
    }

    /// See [`Mixture::sample`].
    pub fn sample(&mut self, draws: &[f64], fallback: &[f64], weights: Option<&[f64]>) -> Result<Vec<f64>> {
        self.good.sample(draws, fallback, weights)
    }

    /// See [`Mixture::candidates`].
    pub fn candidates(&mut self, draws: &[f64], fallback: &[f64], weights: Option<&[f64]>) -> Result<Vec<f64>> {
        self.good.candidates(&mut self.others, draws, fallback, weights)
    }

    /// See [`Mixture::candidate`].
    pub fn candidate(&mut self, draws: &[f64], fallback: &[f64], weights: Option<&[f64]>) -> Result<Vec<f64>> {
        self.good.candidate(&mut self.others, draws, fallback, weights)
    }

    /// The order of `points` (m, size), the most probable among the good ones first; `belief` is how often their prior
    /// counts once more.
    pub fn order(
        &mut self,
        points: &[f64],
        log_prior: Option<&[f64]>,
        belief: f64,
        weights: Option<&[f64]>,
    ) -> Result<Vec<usize>> {
        let mut ratio = self.good.log_density(points, log_prior, weights)?;
        let others = self.others.log_density(points, log_prior, None)?;
        ratio.iter_mut().zip(&others).for_each(|(ratio, other)| *ratio -= other);
        if let Some(logs) = log_prior {
            let sums = logs.chunks_exact(self.size()).map(|row| row.iter().sum::<f64>());
            ratio.iter_mut().zip(sums).for_each(|(ratio, sum)| *ratio += belief * sum);
        }
        Ok(descending(&ratio))
    }

    /// The coordinates of the group, (m, size), of `points` (m, d).
    pub fn gathered(&self, points: &[f64], d: usize) -> Vec<f64> {
        if self.size() == d {
            return points.to_vec();
        }
        points.chunks_exact(d).flat_map(|row| self.columns.iter().map(|&j| row[j])).collect()
    }

    /// The inverse of [`Self::gathered`]: `own` (m, size) into `points` (m, d).
    pub fn scatter(&self, own: &[f64], points: &mut [f64], d: usize) {
        for (row, own) in points.chunks_exact_mut(d).zip(own.chunks_exact(self.size())) {
            self.columns.iter().zip(own).for_each(|(&j, &x)| row[j] = x);
        }
    }
}

/// Takes `trials` from one density to another, as far as they are there.
fn transfer(from: &mut Mixture, to: &mut Mixture, trials: &[u64]) -> Result<()> {
    let there: Vec<u64> = trials.iter().copied().filter(|&trial| from.row(trial).is_some()).collect();
    let rows: Vec<f64> = there.iter().filter_map(|&trial| from.row(trial)).flatten().collect();
    from.remove(&there);
    to.insert(&there, &rows)
}

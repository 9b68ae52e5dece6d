//! The density at points, as far as its components have been asked.

use std::ops::Range;

use super::{
    column::Column,
    sum::{Components, LANES, Logs, Place, SOME, Sum, TILE},
};

const DOUBT: f64 = 1e-9; // what rounding may do to a logarithm, with room to spare

/// The density at points that have the same coordinates, tile by tile of its components: it grows with each.
pub struct Density<'a> {
    components: Components<'a>,
    places: Vec<Place>,
    sums: Vec<Sum>,
    logs: Box<Logs>, // room for the kernels of a tile
    log_total: f64,
}

impl<'a> Density<'a> {
    /// At `points` (m, d), with the prior alone; `log_prior` (m, d) with one point only. `weights` are padded, and come
    /// to `total` with that of the prior.
    pub fn new(
        columns: &'a [Column],
        points: &[f64],
        log_prior: Option<&[f64]>,
        weights: Vec<f64>,
        prior_weight: f64,
    ) -> Self {
        let d = columns.len();
        let log_prior = |i: usize| if points[i].is_nan() { 0.0 } else { log_prior.map_or(0.0, |logs| logs[i]) };
        let there: Vec<usize> = (0..d).filter(|&j| !points[j].is_nan()).collect();
        let mut places = Vec::with_capacity(points.len() / d * there.len());
        for first in (0..points.len()).step_by(d) {
            places.extend(there.iter().map(|&j| place(&columns[j], points[first + j], log_prior(first + j))));
        }
        let prior = Sum::new((0..points.len().min(d)).map(log_prior).sum(), prior_weight); // one point, or no priors
        let sums = vec![prior; points.len() / d];
        let mut base = vec![0.0; weights.len()];
        base[columns[0].at.len()..].fill(f64::NEG_INFINITY);
        for &j in &there {
            base.iter_mut().zip(&columns[j].peak).for_each(|(sum, peak)| *sum += peak);
            if log_prior(j) != 0.0 {
                let lacking = columns[j].inverse.iter().map(|&inverse| if inverse == 0.0 { log_prior(j) } else { 0.0 });
                base.iter_mut().zip(lacking).for_each(|(sum, log)| *sum += log);
            }
        }
        let log_total = (total(&weights) + prior_weight).ln();
        let components = Components { columns: there.iter().map(|&j| &columns[j]).collect(), base, weights };
        Self { components, places, sums, logs: Box::new([[0.0; TILE]; SOME]), log_total }
    }

    /// Its logarithms, (m,), with all components.
    pub fn logs(mut self) -> Vec<f64> {
        let all: Vec<usize> = (0..self.sums.len()).collect();
        self.components.tiles().for_each(|tile| self.add(tile, &all));
        all.iter().map(|&i| self.log(i)).collect()
    }

    /// The point whose logarithm in `own` (m,) exceeds the one here by the most, of equals the first; there is one at least.
    ///
    /// A point is left alone as soon as what its density has come to says that it cannot be that one: more components
    /// only add to it.
    pub fn exceeded_most(mut self, own: &[f64]) -> usize {
        let mut points: Vec<usize> = (0..own.len()).collect();
        let mut tiles = self.components.tiles();
        if let Some(newest) = tiles.next() {
            self.add(newest, &points);
        }
        let tiles: Vec<Range<usize>> = tiles.collect();
        let excesses =
            |density: &Self, points: &[usize]| -> Vec<f64> { points.iter().map(|&i| density.excess(own, i)).collect() };
        let most = excesses(&self, &points);
        points.sort_by(|&a, &b| most[b].total_cmp(&most[a]));
        let mut others = points.split_off(points.len().min(SOME));
        for tile in &tiles {
            self.add(tile.clone(), &points);
        }
        let best = points.iter().map(|&i| self.excess(own, i)).fold(f64::NEG_INFINITY, f64::max);
        for tile in tiles {
            others.retain(|&i| self.excess(own, i) >= best - DOUBT);
            self.add(tile, &others);
        }
        points.extend(others);
        points.sort_unstable();
        let most = excesses(&self, &points);
        let first = |best: (usize, f64), next: (usize, f64)| if next.1 > best.1 { next } else { best };
        points.into_iter().zip(most).reduce(first).map_or(0, |(point, _)| point)
    }

    fn excess(&self, own: &[f64], i: usize) -> f64 {
        last_if_nan(own[i] - self.log(i))
    }

    fn log(&self, i: usize) -> f64 {
        self.sums[i].log() - self.log_total
    }

    fn add(&mut self, tile: Range<usize>, some: &[usize]) {
        self.components.add(tile, &self.places, some, &mut self.sums, &mut self.logs);
    }
}

/// The places of `values`, the largest first, of equals the earlier, NaN last.
pub fn descending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| last_if_nan(values[b]).total_cmp(&last_if_nan(values[a])));
    order
}

/// NaN as what is less than all numbers, and one zero.
fn last_if_nan(x: f64) -> f64 {
    if x.is_nan() { f64::NEG_INFINITY } else { x + 0.0 }
}

fn place(column: &Column, x: f64, log_prior: f64) -> Place {
    if column.categories() == 0.0 {
        return Place::Number(x);
    }
    let other = column.smoothing().ln() + log_prior;
    let same = ((1.0 - column.smoothing()) * column.categories() + other.exp()).ln();
    Place::Category { value: x, same, other }
}

/// Sum of the weights, lane by lane.
fn total(weights: &[f64]) -> f64 {
    let mut parts = [0.0; LANES];
    for block in weights.as_chunks::<LANES>().0 {
        parts.iter_mut().zip(block).for_each(|(part, weight)| *part += weight);
    }
    parts.iter().sum()
}

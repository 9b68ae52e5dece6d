//! What a forest predicts when all but one or two coordinates are averaged out: exactly, over the boxes of the leaves.
//!
//! The average is over independent coordinates: each is absent with a probability of its own, else uniform.
//! F. Hutter, H. Hoos & K. Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML 2014.

use super::boxes::{Side, leaves};
use super::node::category;
use super::predict::Forest;
use crate::error::{Error, Result};

impl Forest {
    /// The mean over trees, and its standard deviation from tree to tree, at values (q,) of one coordinate; NaN: absent.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a coordinate that is not there, [`Error::Length`] for another number of probabilities.
    pub fn marginal(&self, feature: usize, points: &[f64], absent: &[f64]) -> Result<(Vec<f64>, Vec<f64>)> {
        self.check(&[feature], absent)?;
        let count = self.categories()[feature];
        let mut order: Vec<usize> = (0..points.len()).filter(|&i| !points[i].is_nan()).collect();
        order.sort_by(|&a, &b| points[a].total_cmp(&points[b]));
        let sorted: Vec<f64> = order.iter().map(|&i| points[i]).collect();
        let slots = if count == 0 { sorted.len() } else { count as usize };
        let [mut sums, mut squares, mut values] = [0, 1, 2].map(|_| vec![0.0; points.len()]);
        for tree in self.trees() {
            let mut steps = vec![0.0; slots + 1];
            let mut lacking = 0.0;
            leaves(tree, self.categories(), absent, |leaf, region| {
                let share = tree.mean[leaf] * region.apart_from(&[feature]);
                let side = &region.sides[feature];
                lacking += if side.absent { share } else { 0.0 };
                if count == 0 {
                    add_between(&mut steps, &sorted, side, share);
                } else {
                    for i in members(side, slots) {
                        steps[i] += share;
                    }
                }
            });
            if count == 0 {
                accumulate(&mut steps);
            }
            for (k, &i) in order.iter().enumerate() {
                values[i] = if count == 0 { steps[k] } else { steps[category(points[i], count)] };
            }
            for (i, &point) in points.iter().enumerate() {
                let value = if point.is_nan() { lacking } else { values[i] };
                sums[i] += value;
                squares[i] += value * value;
            }
        }
        let trees = self.trees().len() as f64;
        let mean: Vec<f64> = sums.iter().map(|sum| sum / trees).collect();
        let spread = squares.iter().zip(&mean).map(|(square, mean)| (square / trees - mean * mean).max(0.0).sqrt());
        let spread = spread.collect();
        Ok((mean, spread))
    }

    /// Row-major means over cells of two coordinates and over trees: `cells` equal parts of a number, each value of a
    /// category, and at last where the coordinate is absent; with the numbers of rows and columns.
    ///
    /// # Errors
    /// As [`Forest::marginal`]; [`Error::OutOfRange`] without cells or for twice the same coordinate.
    pub fn marginal_pair(&self, pair: [usize; 2], cells: usize, absent: &[f64]) -> Result<(Vec<f64>, usize, usize)> {
        self.check(&pair, absent)?;
        if cells == 0 || pair[0] == pair[1] {
            let (argument, got) = if cells == 0 { ("cells", 0) } else { ("features", pair[1] as u64) };
            return Err(Error::OutOfRange { argument, expected: "cells, and two coordinates".to_owned(), got });
        }
        let sizes = pair.map(|j| if self.categories()[j] == 0 { cells } else { self.categories()[j] as usize });
        // a row and a column beyond the last one take what ends at 1, one more each what is absent
        let [rows, columns] = sizes.map(|size| size + 3);
        let mut steps = vec![0.0; rows * columns];
        for tree in self.trees() {
            leaves(tree, self.categories(), absent, |leaf, region| {
                let share = tree.mean[leaf] * region.apart_from(&pair);
                let [a, b] = [0, 1].map(|k| edges(&region.sides[pair[k]], self.categories()[pair[k]], sizes[k]));
                for &(i, x) in &a {
                    for &(j, y) in &b {
                        steps[i * columns + j] += share * x * y;
                    }
                }
            });
        }
        for row in steps.chunks_exact_mut(columns) {
            accumulate(&mut row[..columns - 1]);
        }
        for i in 1..rows - 1 {
            for j in 0..columns {
                steps[i * columns + j] += steps[(i - 1) * columns + j];
            }
        }
        let trees = self.trees().len() as f64;
        let kept = |size: usize| (0..size).chain([size + 2]);
        let means = kept(sizes[0]).flat_map(|i| kept(sizes[1]).map(move |j| i * columns + j));
        Ok((means.map(|place| steps[place] / trees).collect(), sizes[0] + 1, sizes[1] + 1))
    }

    fn check(&self, features: &[usize], absent: &[f64]) -> Result<()> {
        let d = self.categories().len();
        if let Some(&j) = features.iter().find(|&&j| j >= d) {
            return Err(Error::OutOfRange { argument: "feature", expected: format!("below {d}"), got: j as u64 });
        }
        if absent.len() != d {
            return Err(Error::Length { argument: "absent", expected: d, got: absent.len() });
        }
        Ok(())
    }
}

/// Adds `share` from the first of the sorted points within the side on, and takes it off behind the last.
fn add_between(steps: &mut [f64], sorted: &[f64], side: &Side, share: f64) {
    let beyond = |edge: f64| sorted.partition_point(|&x| x <= edge);
    let (first, last) = (beyond(side.low), beyond(side.high));
    if first < last {
        steps[first] += share;
        steps[last] -= share;
    }
}

fn accumulate(steps: &mut [f64]) {
    for i in 1..steps.len() {
        steps[i] += steps[i - 1];
    }
}

/// The categories of a side.
fn members(side: &Side, count: usize) -> impl Iterator<Item = usize> {
    (0..count).filter(|i| side.mask[i / 64] >> (i % 64) & 1 == 1)
}

/// How the share of each cell that a side covers changes from cell to cell, and what it has of the absent ones.
fn edges(side: &Side, categories: i64, size: usize) -> Vec<(usize, f64)> {
    let mut edges = Vec::new();
    if categories == 0 {
        for (edge, sign) in [(side.low.max(0.0), 1.0), (side.high.max(0.0), -1.0)] {
            let place = edge * size as f64;
            let cell = (place as usize).min(size);
            let within = place - cell as f64;
            edges.extend([(cell, sign * (1.0 - within)), (cell + 1, sign * within)]);
        }
    } else {
        edges.extend(members(side, size).flat_map(|i| [(i, 1.0), (i + 1, -1.0)]));
    }
    if side.absent {
        edges.push((size + 2, 1.0));
    }
    edges
}

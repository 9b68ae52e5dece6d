//! What a forest says of points.

use super::grow::{Growth, grow};
use super::tree::Tree;
use crate::error::{Error, Result};

/// Points × trees below which threads cost more than they bring.
const WORTH_A_THREAD: usize = 20_000;

/// Points that go through a tree together.
const BLOCK: usize = 128;

/// Trees over the same coordinates.
#[derive(Debug, Clone)]
pub struct Forest {
    trees: Vec<Tree>,
    categories: Vec<i64>,
}

impl Forest {
    /// See [`grow`].
    ///
    /// # Errors
    /// Those of [`grow`].
    pub fn grown(x: &[f64], y: &[f64], categories: &[i64], growth: &Growth, threads: usize) -> Result<Self> {
        let trees = grow(x, y, categories, growth, threads)?;
        Ok(Self { trees, categories: categories.to_vec() })
    }

    /// All trees.
    #[must_use]
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// One of them.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where there is no such tree.
    pub fn tree(&self, number: usize) -> Result<&Tree> {
        let expected = || format!("a number below {}", self.trees.len());
        let missing = || Error::OutOfRange { argument: "tree", expected: expected(), got: number as u64 };
        self.trees.get(number).ok_or_else(missing)
    }

    /// Of each coordinate, see the room.
    #[must_use]
    pub fn categories(&self) -> &[i64] {
        &self.categories
    }

    /// Mean and variance at row-major points (q, d): the law of total variance over the leaves that a point falls into.
    ///
    /// # Errors
    /// [`Error::Length`] where the points have another number of coordinates.
    pub fn predict(&self, points: &[f64], threads: usize) -> Result<(Vec<f64>, Vec<f64>)> {
        let d = self.categories.len();
        let q = points.len() / d;
        if points.len() != q * d {
            return Err(Error::Length { argument: "points", expected: q * d, got: points.len() });
        }
        let (mut mean, mut variance) = (vec![0.0; q], vec![0.0; q]);
        let threads = if q * self.trees.len() < WORTH_A_THREAD { 1 } else { threads.max(1) };
        let share = q.div_ceil(threads).max(1);
        if share >= q {
            self.fill(points, &mut mean, &mut variance);
            return Ok((mean, variance));
        }
        std::thread::scope(|scope| {
            let parts = mean.chunks_mut(share).zip(variance.chunks_mut(share));
            for (part, (mean, variance)) in points.chunks(share * d).zip(parts) {
                scope.spawn(move || self.fill(part, mean, variance));
            }
        });
        Ok((mean, variance))
    }

    /// Tree by tree over some points at a time, so that a tree's nodes stay at hand.
    fn fill(&self, points: &[f64], mean: &mut [f64], variance: &mut [f64]) {
        let (d, count) = (self.categories.len(), self.trees.len() as f64);
        let mut means = vec![0.0; BLOCK * self.trees.len()];
        let blocks = mean.chunks_mut(BLOCK).zip(variance.chunks_mut(BLOCK));
        for (block, (mean, variance)) in points.chunks(BLOCK * d).zip(blocks) {
            mean.fill(0.0);
            variance.fill(0.0);
            for (tree, row) in self.trees.iter().zip(means.chunks_exact_mut(BLOCK)) {
                for (i, point) in block.chunks_exact(d).enumerate() {
                    let leaf = tree.leaf(point, &self.categories);
                    row[i] = tree.mean[leaf];
                    mean[i] += tree.mean[leaf];
                    variance[i] += tree.variance[leaf];
                }
            }
            for i in 0..mean.len() {
                mean[i] /= count;
                let apart = means.iter().skip(i).step_by(BLOCK).map(|value| (value - mean[i]) * (value - mean[i]));
                variance[i] = variance[i] / count + apart.sum::<f64>() / count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Grouping, Thresholds};
    use super::*;

    const PLAIN: Growth = Growth {
        seed: 1,
        purpose: 2,
        first: 0,
        trees: 4,
        bootstrap: false,
        features: 9,
        min_leaf: 1,
        min_split: 2,
        depth: 99,
        thresholds: Thresholds::Middle,
        grouping: Grouping::Subset,
    };

    #[test]
    fn a_step_is_found_where_it_is() {
        let forest = Forest::grown(&[0.1, 0.2, 0.6, 0.8], &[1.0, 1.0, 3.0, 3.0], &[0], &PLAIN, 1).unwrap();
        let tree = &forest.trees()[0];
        assert_eq!(tree.feature, [0, -1, -1]);
        assert!((tree.threshold[0] - 0.4).abs() < 1e-15);
        assert_eq!(forest.predict(&[0.39, 0.41], 1).unwrap(), (vec![1.0, 3.0], vec![0.0, 0.0]));
    }

    #[test]
    fn categories_are_parted_by_their_means_and_the_missing_are_one_more() {
        let x = [0.125, 0.375, 0.625, 0.875, f64::NAN];
        let forest = Forest::grown(&x, &[5.0, 0.0, 5.0, 0.0, 5.0], &[4], &PLAIN, 1).unwrap();
        let tree = &forest.trees()[0];
        assert_eq!((tree.len(), tree.mask(0), tree.missing_left[0]), (3, &[0b1010][..], false));
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let x = crate::sampling::stream(3, 0, 0, 600, 0).unwrap();
        let y: Vec<f64> = x.chunks(3).map(|row| row[0] * row[1] + row[2]).collect();
        let growth = Growth { bootstrap: true, features: 2, trees: 11, thresholds: Thresholds::Uniform, ..PLAIN };
        let one = Forest::grown(&x, &y, &[0, 0, 3], &growth, 1).unwrap();
        let many = Forest::grown(&x, &y, &[0, 0, 3], &growth, 4).unwrap();
        assert_eq!(one.trees().len(), 11);
        for (a, b) in one.trees().iter().zip(many.trees()) {
            assert_eq!((&a.feature, &a.mean, &a.right), (&b.feature, &b.mean, &b.right));
        }
        let points = crate::sampling::stream(4, 0, 0, 9_000, 0).unwrap();
        assert_eq!(one.predict(&points, 1).unwrap(), many.predict(&points, 3).unwrap());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(Forest::grown(&[], &[], &[0], &PLAIN, 1).is_err());
        assert!(Forest::grown(&[0.5], &[1.0], &[0, 0], &PLAIN, 1).is_err());
        assert!(Forest::grown(&[0.5], &[1.0], &[0], &Growth { trees: 0, ..PLAIN }, 1).is_err());
    }
}

//! What a forest says of points.

use super::grow::{Growth, grow};
use super::said::Said;
use super::tree::Tree;
use super::walk::{Differences, Trail, coded};
use crate::error::{Error, Result};
use std::ops::Range;
use std::panic::resume_unwind;

/// Points × trees below which threads cost more than they bring.
const WORTH_A_THREAD: usize = 100_000;

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
        let q = self.rows("points", points)?;
        let d = self.categories.len();
        Ok(self.in_parts(q, 1, threads, |rows, said| self.fill(&points[rows.start * d..rows.end * d], said)))
    }

    /// The same as [`Forest::predict`] at row-major points (s m, d) of which m follow each other for each of `bases`
    /// (s, d), quicker the fewer coordinates they differ in from their base.
    ///
    /// # Errors
    /// [`Error::Length`] where shapes do not fit.
    pub fn predict_near(&self, bases: &[f64], points: &[f64], threads: usize) -> Result<(Vec<f64>, Vec<f64>)> {
        let (s, q) = (self.rows("bases", bases)?, self.rows("points", points)?);
        let each = q / s.max(1);
        if each * s != q {
            let expected = each * s * self.categories.len();
            return Err(Error::Length { argument: "points", expected, got: points.len() });
        }
        if q == 0 {
            return Ok((vec![], vec![]));
        }
        let d = self.categories.len();
        Ok(self.in_parts(q, each, threads, |rows, said| {
            let bases = &bases[rows.start / each * d..rows.end / each * d];
            self.fill_near(bases, &points[rows.start * d..rows.end * d], each, said);
        }))
    }

    /// How many rows of d numbers there are.
    fn rows(&self, argument: &'static str, values: &[f64]) -> Result<usize> {
        let d = self.categories.len();
        let rows = values.len() / d;
        if values.len() == rows * d {
            return Ok(rows);
        }
        Err(Error::Length { argument, expected: rows * d, got: values.len() })
    }

    /// Mean and variance of q points, `fill` doing a range of them that ends between `unit` of them.
    fn in_parts(
        &self,
        q: usize,
        unit: usize,
        threads: usize,
        fill: impl Fn(Range<usize>, &mut Said) + Sync,
    ) -> (Vec<f64>, Vec<f64>) {
        let threads = if q * self.trees.len() < WORTH_A_THREAD { 1 } else { threads.max(1) };
        let share = q.div_ceil(unit).div_ceil(threads).max(1) * unit;
        let done = |start: usize| {
            let rows = start..q.min(start + share);
            let mut said = Said::nothing(rows.len());
            fill(rows, &mut said);
            said.of_all(self.trees.len())
        };
        if share >= q {
            return done(0);
        }
        std::thread::scope(|scope| {
            let parts: Vec<_> = (0..q).step_by(share).map(|start| scope.spawn(move || done(start))).collect();
            let parts = parts.into_iter().map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)));
            let (means, variances): (Vec<_>, Vec<_>) = parts.unzip();
            (means.concat(), variances.concat())
        })
    }

    fn fill(&self, points: &[f64], said: &mut Said) {
        let codes = coded(points, &self.categories);
        let from: Vec<(u32, u32)> = (0..said.mean.len() as u32).map(|row| (row, 0)).collect();
        let mut leaves = vec![0; from.len()];
        for tree in &self.trees {
            tree.walk.ends(&codes, self.categories.len(), &from, &mut leaves);
            said.hear(tree, &leaves);
        }
    }

    /// A point follows its base until a node asks for a coordinate in which they differ.
    fn fill_near(&self, bases: &[f64], points: &[f64], each: usize, said: &mut Said) {
        let d = self.categories.len();
        let (bases, codes) = (coded(bases, &self.categories), coded(points, &self.categories));
        let differences = Differences::of(&codes, &bases, each, d);
        let mut from = vec![(0, 0); said.mean.len()];
        let mut leaves = vec![0; said.mean.len()];
        let mut trail = Trail::new(d);
        for tree in &self.trees {
            let mut parted = 0;
            for (base, start) in bases.chunks_exact(d).zip((0..).step_by(each)) {
                tree.walk.trace(base, &mut trail);
                for row in start..start + each {
                    let mut node = trail.leaf;
                    for &j in differences.of_row(row) {
                        node = node.min(trail.parting(j as usize, codes[row * d + j as usize]));
                    }
                    leaves[row] = node;
                    from[parted] = (row as u32, node);
                    parted += usize::from(node != trail.leaf);
                }
            }
            tree.walk.ends(&codes, d, &from[..parted], &mut leaves);
            said.hear(tree, &leaves);
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
    fn points_near_others_are_told_the_same() {
        let categories = [0, 3, 0, 70, 0];
        let (n, d) = (300, categories.len());
        let mut x = crate::sampling::stream(3, 0, 0, n * d, 0).unwrap();
        x.iter_mut().step_by(7).for_each(|x| *x = f64::NAN);
        let y = crate::sampling::stream(5, 0, 0, n, 0).unwrap();
        let growth = Growth { features: 3, trees: 9, thresholds: Thresholds::Random, ..PLAIN };
        let forest = Forest::grown(&x, &y, &categories, &growth, 1).unwrap();
        let (bases, each) = (&x[..20 * d], 2 * d);
        let mut points: Vec<f64> = bases.chunks(d).flat_map(|base| base.repeat(each)).collect();
        let draws = crate::sampling::stream(6, 0, 0, points.len(), 0).unwrap();
        for (row, point) in points.chunks_mut(d).enumerate() {
            point[row % d] = if row % 11 == 0 { f64::NAN } else { draws[row] };
            point[row % 3] = draws[row + 1];
        }
        let expected = forest.predict(&points, 1).unwrap();
        for threads in [1, 3] {
            assert_eq!(forest.predict_near(bases, &points, threads).unwrap(), expected);
        }
        assert_eq!(forest.predict_near(&[], &[], 1).unwrap(), (vec![], vec![]));
        assert!(forest.predict_near(bases, &points[d..], 1).is_err());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(Forest::grown(&[], &[], &[0], &PLAIN, 1).is_err());
        assert!(Forest::grown(&[0.5], &[1.0], &[0, 0], &PLAIN, 1).is_err());
        assert!(Forest::grown(&[0.5], &[1.0], &[0], &Growth { trees: 0, ..PLAIN }, 1).is_err());
    }
}

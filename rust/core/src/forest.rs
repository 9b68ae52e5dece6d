//! Regression forests over the unit cube with numbers, categories and coordinates that may be missing.
//!
//! | symbol       | meaning                                                                             | shape, range  |
//! |--------------|-------------------------------------------------------------------------------------|---------------|
//! | `x`          | points, row-major; NaN where a coordinate does not exist                            | (n, d)        |
//! | `y`          | outputs, finite                                                                     | (n,)          |
//! | `categories` | of each coordinate: 0 numeric, g ≥ 2 unordered values at (i + ½) / g                | (d,)          |
//! | w            | how often a row was drawn by the bootstrap; 1 without                               | (n,)          |
//! | W, c         | Σ w of the rows of a node; y minus their mean                                       |               |
//! | gain         | S² W / (Wₗ Wᵣ), S = Σ w c of the left side: what a split takes off the sum of squares |              |
//!
//! A node is split where the gain is largest among the coordinates it looks at, and the first of equal ones is taken. Rows that
//! lack a coordinate go as one to the side that gains more, or make a side of their own; those of a category that the
//! node never saw, or that lack a coordinate none of its rows lacked, go to the heavier side.
//!
//! All draws of node k of tree t are the stream of (seed, t, purpose, k), k counting nodes in the order of [`Tree`], so that
//! trees can be grown in any order and by any number of threads: the same bits come out.
//!
//! L. Breiman, Machine Learning 45 (2001); variances: F. Hutter, L. Xu, H. Hoos & K. Leyton-Brown, Artificial
//! Intelligence 206 (2014), section 4.3.2.

mod boxes;
mod grow;
mod marginal;
mod names;
mod node;
mod predict;
mod said;
mod scan;
mod split;
mod table;
mod tree;
mod walk;

pub use grow::{Growth, grow};
pub use predict::Forest;
pub use split::{Grouping, Thresholds};
pub use tree::Tree;

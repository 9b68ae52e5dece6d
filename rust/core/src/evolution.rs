//! Evolution: who survives, and what the survivors' offspring look like.
//!
//! | symbol      | meaning                                                                     | shape, range     |
//! |-------------|-----------------------------------------------------------------------------|------------------|
//! | `parents`   | genes, row-major, in the unit cube; NaN where a parent has no such gene     | (n, d)           |
//! | `standing`  | of each parent, less is better                                              | (n,)             |
//! | `cells`     | of each gene: 0 continuous, g an ordered and −g an unordered set of values  | (d,)             |
//! | `losses`    | objectives, less is better                                                  | (n, m)           |
//! | `violations`| of constraints, 0 where all are kept; NaN counts as infinite                | (n,), ≥ 0        |
//!
//! The g values of a gene stand at (i + ½) / g; with |g| = 1 there is nothing to vary.
//!
//! **Constrained dominance** (Deb et al., IEEE TEVC 6, 2002, section VI): the smaller violation wins, and the losses speak
//! where violations are equal. A point with a NaN among its losses comes after all others.

mod adaptation;
mod crowded;
mod gene;
mod hyperplane;
mod niched;
mod offspring;
mod order;
mod steps;

pub use adaptation::{Distribution, adapted};
pub use crowded::crowded_survivors;
pub use niched::niched_survivors;
pub use offspring::{Standing, Stream, Variation, offspring};
pub use steps::steps;

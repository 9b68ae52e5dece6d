//! Dominance and what follows from it.
//!
//! **The rule, stated once.** All objectives are minimised. p dominates q when pₖ ≤ qₖ for all k and pₖ < qₖ for one.
//! Equal points do not dominate each other: all of them are kept. A point with a NaN has no place in the order: it
//! dominates nothing and is never non-dominated: its rank is −1, its volume and its crowding distance are 0. ±∞ are
//! ordinary values, −0 = +0.

mod boxes;
mod buckets;
mod constrained;
mod contributions;
mod crowding;
mod divide;
mod few;
mod hypersolid;
mod hypervolume;
mod indicators;
mod layers;
mod linked;
mod nondominated;
mod order;
mod places;
mod rank;
mod scratch;
pub(crate) mod shape;
mod sieve;
mod solid;
mod staircase;
mod stairs;
mod subset;
mod sweep;
mod table;
mod tiers;
mod tiles;
mod volume;

pub use boxes::{Decomposition, box_decomposition};
pub use constrained::{is_nondominated_constrained, nondominated_rank_constrained};
pub use contributions::hypervolume_contributions;
pub use crowding::crowding_distance;
pub use hypervolume::hypervolume;
pub use indicators::{epsilon_indicator, igd_plus};
pub use nondominated::is_nondominated;
pub use rank::nondominated_rank;
pub use subset::hypervolume_subset;

/// The rule, for two rows of equal length.
fn dominates(p: &[f64], q: &[f64]) -> bool {
    p.iter().zip(q).all(|(a, b)| a <= b) && p != q
}

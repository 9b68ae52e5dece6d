//! Dominance and what follows from it.
//!
//! **The rule, stated once.** All objectives are minimised. p dominates q when pₖ ≤ qₖ for all k and pₖ < qₖ for one.
//! Equal points do not dominate each other: all of them are kept. A point with a NaN has no place in the order: it
//! dominates nothing and is never non-dominated. ±∞ are ordinary values, −0 = +0.

mod divide;
mod nondominated;
mod order;
mod sieve;
mod sweep;

pub use nondominated::is_nondominated;

/// The rule, for two rows of equal length.
fn dominates(p: &[f64], q: &[f64]) -> bool {
    p.iter().zip(q).all(|(a, b)| a <= b) && p != q
}

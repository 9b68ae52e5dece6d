//! Who goes on training: rungs, brackets, and the order of trials on them.
//!
//! | symbol | meaning                                                                                      |
//! |--------|----------------------------------------------------------------------------------------------|
//! | r, R   | smallest and largest resource of a trial (epochs, folds, parts of the data), whole numbers   |
//! | η      | reduction factor, a whole number from 2 upwards: one trial of η goes on                      |
//! | s      | halvings of a bracket: it has s + 1 rungs                                                    |
//!
//! **The order, stated once.** Less is better. Trials are ordered by (violation, loss, number): one that keeps the
//! constraints (violation 0) comes before one that does not, and of equals the lower number comes first. −0 = +0, ±∞ are
//! ordinary values. A NaN has no place in the order: such a report enters no rung and no ranking.

mod brackets;
mod counts;
mod key;
mod leaders;
mod ranking;
mod rungs;

pub use brackets::{brackets, levels};
pub use leaders::{epsilon_net, leaders};
pub use ranking::Ranking;
pub use rungs::{Entry, Rungs};

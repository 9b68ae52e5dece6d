//! The maximum of an acquisition over a mixed box.
//!
//! | symbol       | meaning                                                                     | shape     |
//! |--------------|-----------------------------------------------------------------------------|-----------|
//! | point        | coordinates in [0, 1]; NaN: inactive, stays NaN                             | (d,)      |
//! | kinds        | 0 numeric, 1 categorical                                                    | (d,)      |
//! | levels       | 0 continuous; 1 held; g ≥ 2: the values (i + 0.5) / g, i = 0 … g − 1        | (d,)      |
//! | lower, upper | bounds of the numeric coordinates, 0 ≤ lower ≤ upper ≤ 1                    | (d,)      |
//! | value        | the acquisition, larger is better                                           |           |
//!
//! A climb alternates quasi-Newton ascents in the continuous coordinates ([`ascent`]) with sweeps over the others
//! ([`levels`]) until neither improves. Many climbs go on in step: each says which points it wants to know next, and the
//! model answers for all of them at once ([`Surrogate`]), so that the factor is read once for eight points. Nothing a
//! climb sees depends on its neighbours, nor on the number of threads: the same bits come out for any.

mod ascent;
mod climb;
mod climber;
mod evaluate;
mod fantasies;
mod front;
mod levels;
mod memory;
mod objective;
mod process;
mod process_lanes;
mod surrogate;
mod sweep;

pub use climb::{Settings, climb};
pub use evaluate::evaluate;
pub use fantasies::Fantasies;
pub use front::Front;
pub use levels::Mixed;
pub use objective::{Evaluation, Objective, Prior, Scored, Term};
pub use process::{Factorised, Process};
pub use surrogate::{Prediction, Surrogate};

//! The sum over all components at several points: where the time goes.
//!
//! Components are taken in tiles. Within one, the logarithms of all kernels come first, then the exponentials of those that
//! count: with the largest logarithm so far as the unit, a component below exp(−64) of it is less than half an ulp of the
//! sum for any number of components that fits into memory, and is left out.

use super::column::Column;
use crate::lanes::{Kernel, dispatch, exponential, multiply_add};

pub const LANES: usize = 8;
const TILE: usize = 32; // blocks of `LANES` components: what they need stays in the nearest cache
const FAR: f64 = 64.0;
const PAIR: usize = 2; // points at a time, so that a component is loaded for both

type Block = [f64; LANES];

/// What one coordinate of a point is to the kernels: a number, or the logarithms of what a category adds.
#[derive(Clone, Copy)]
pub enum Place {
    /// Inactive: no kernel has a say.
    Nowhere,
    Number(f64),
    Category {
        value: f64,
        same: f64,
        other: f64,
    },
}

/// A sum as the logarithm of its unit and its multiple.
#[derive(Clone, Copy)]
pub struct Sum {
    pub unit: f64,
    pub multiple: f64,
}

impl Sum {
    pub const NOTHING: Self = Self { unit: f64::NEG_INFINITY, multiple: 0.0 };

    /// With `weight` exp(`log`) more.
    pub fn plus(self, log: f64, weight: f64) -> Self {
        if weight == 0.0 || log == f64::NEG_INFINITY {
            return self;
        }
        let unit = self.unit.max(log);
        let old = if self.multiple > 0.0 { self.multiple * (self.unit - unit).exp() } else { 0.0 };
        Self { unit, multiple: old + weight * (log - unit).exp() }
    }

    pub fn log(self) -> f64 {
        self.unit + self.multiple.ln()
    }
}

/// Sums over the components at the points `places` (m, d), whose kernels begin with the logarithms `base` (n,).
///
/// `base` and `weights` are padded with −∞ and 0 to a multiple of [`LANES`].
pub fn sums(columns: &[Column], base: &[f64], weights: &[f64], places: &[Place]) -> Vec<Sum> {
    dispatch(Components { columns, base, weights, places })
}

struct Components<'a> {
    columns: &'a [Column],
    base: &'a [f64],
    weights: &'a [f64],
    places: &'a [Place],
}

impl Kernel for Components<'_> {
    type Output = Vec<Sum>;

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) -> Vec<Sum> {
        let (d, blocks) = (self.columns.len(), self.base.len() / LANES);
        let count = self.places.len() / d;
        let mut found = vec![Sum::NOTHING; count];
        for first in (0..blocks).step_by(TILE) {
            let last = (first + TILE).min(blocks);
            for start in (0..count).step_by(PAIR) {
                let mut logs = [[[f64::NEG_INFINITY; LANES]; TILE]; PAIR];
                let points: [&[Place]; PAIR] = std::array::from_fn(|k| {
                    let point = (start + k).min(count - 1);
                    &self.places[point * d..(point + 1) * d]
                });
                for block in first..last {
                    let values = self.block::<FUSED>(block, points);
                    for k in 0..PAIR {
                        logs[k][block - first] = values[k];
                    }
                }
                for k in 0..PAIR.min(count - start) {
                    let weights = &self.weights[first * LANES..last * LANES];
                    found[start + k] = added::<FUSED>(found[start + k], &logs[k][..last - first], weights);
                }
            }
        }
        found
    }
}

impl Components<'_> {
    /// Logarithms of one block of kernels at each of the points.
    #[inline(always)]
    fn block<const FUSED: bool>(&self, block: usize, points: [&[Place]; PAIR]) -> [Block; PAIR] {
        let base = load(self.base, block);
        let mut logs = [base; PAIR];
        for (j, column) in self.columns.iter().enumerate() {
            let (inverse, shift) = (load(&column.inverse, block), load(&column.shift, block));
            for k in 0..PAIR {
                match points[k][j] {
                    Place::Nowhere => {}
                    Place::Number(x) => {
                        for lane in 0..LANES {
                            let z = multiply_add::<FUSED>(x, inverse[lane], -shift[lane]);
                            logs[k][lane] = multiply_add::<FUSED>(-0.5 * z, z, logs[k][lane]);
                        }
                    }
                    Place::Category { value, same, other } => {
                        for lane in 0..LANES {
                            let log = if shift[lane] == value { same } else { other };
                            logs[k][lane] = multiply_add::<FUSED>(inverse[lane], log, logs[k][lane]);
                        }
                    }
                }
            }
        }
        logs
    }
}

/// `sum` with the components of one tile.
#[inline(always)]
fn added<const FUSED: bool>(sum: Sum, logs: &[Block], weights: &[f64]) -> Sum {
    let mut highest = [f64::NEG_INFINITY; LANES];
    for block in logs {
        for lane in 0..LANES {
            highest[lane] = if block[lane] > highest[lane] { block[lane] } else { highest[lane] };
        }
    }
    let unit = highest.iter().fold(sum.unit, |unit, &log| unit.max(log));
    if unit == f64::NEG_INFINITY {
        return sum;
    }
    let mut parts = [0.0; LANES];
    for (block, weights) in logs.iter().zip(weights.chunks_exact(LANES)) {
        let nearest = block.iter().fold(f64::NEG_INFINITY, |nearest, &log| if log > nearest { log } else { nearest });
        if nearest > unit - FAR {
            for lane in 0..LANES {
                let kernel = exponential::<FUSED>(block[lane] - unit);
                parts[lane] = multiply_add::<FUSED>(weights[lane], kernel, parts[lane]);
            }
        }
    }
    let old = if sum.multiple > 0.0 { sum.multiple * (sum.unit - unit).exp() } else { 0.0 };
    Sum { unit, multiple: old + parts.iter().sum::<f64>() }
}

/// One block of a column; beyond its end 0.
#[inline(always)]
fn load(column: &[f64], block: usize) -> Block {
    let rest = &column[(block * LANES).min(column.len())..];
    rest.first_chunk().copied().unwrap_or_else(|| std::array::from_fn(|lane| rest.get(lane).copied().unwrap_or(0.0)))
}

//! How far a set of points is from a reference set.
//!
//! A row of either set with a NaN counts for nothing; the distance from an empty set is ∞.

use super::shape;
use crate::error::Result;

/// The mean over the reference set of the distance to the nearest point, where only being worse counts
/// (H. Ishibuchi, H. Masuda, Y. Tanigaki & Y. Nojima, EMO 2015, eq. 15): mean over z of min over a of ‖max(a − z, 0)‖.
///
/// # Errors
/// [`Error::Length`] when a set is not a whole number of rows.
pub fn igd_plus(losses: &[f64], reference: &[f64], objectives: usize) -> Result<f64> {
    let (losses, reference) =
        (Columns::new("losses", losses, objectives)?, ordinary("reference", reference, objectives)?);
    let sum: f64 = reference
        .chunks_exact(objectives)
        .map(|z| {
            losses.least(z, |total, a, z| {
                let worse = a - z;
                let worse = if worse > 0.0 { worse } else { 0.0 };
                total + worse * worse
            })
        })
        .map(f64::sqrt)
        .sum();
    Ok(sum / (reference.len() / objectives) as f64)
}

/// The least ε by which all points must improve to be nowhere worse than the reference set (E. Zitzler, L. Thiele,
/// M. Laumanns, C. M. Fonseca & V. Grunert da Fonseca, IEEE TEVC 7, 2003, section III-B): max over z of min over a of
/// maxₖ (aₖ − zₖ), or of maxₖ (aₖ / zₖ) when `multiplicative`.
///
/// # Errors
/// [`Error::Length`] when a set is not a whole number of rows.
pub fn epsilon_indicator(losses: &[f64], reference: &[f64], objectives: usize, multiplicative: bool) -> Result<f64> {
    let (losses, reference) =
        (Columns::new("losses", losses, objectives)?, ordinary("reference", reference, objectives)?);
    let farthest = |most: fn(f64, f64, f64) -> f64, start: f64| {
        let rows = reference.chunks_exact(objectives);
        rows.map(|z| losses.least_from(start, z, most)).fold(f64::NEG_INFINITY, f64::max)
    };
    Ok(if multiplicative {
        farthest(|most, a, z| greater(most, a / z), 0.0)
    } else {
        farthest(|most, a, z| greater(most, a - z), f64::NEG_INFINITY)
    })
}

fn greater(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

const LANES: usize = 8;

/// Points in blocks of LANES, objective by objective; the last block is filled up with its last point.
struct Columns {
    blocks: Vec<[f64; LANES]>,
    objectives: usize,
}

impl Columns {
    fn new(argument: &'static str, losses: &[f64], objectives: usize) -> Result<Self> {
        let losses = ordinary(argument, losses, objectives)?;
        let mut blocks = Vec::with_capacity(losses.len() / LANES + objectives);
        for block in losses.chunks(LANES * objectives) {
            let last = block.len() / objectives - 1;
            for k in 0..objectives {
                blocks.push(std::array::from_fn(|lane| block[lane.min(last) * objectives + k]));
            }
        }
        Ok(Self { blocks, objectives })
    }

    fn least(&self, z: &[f64], step: impl Fn(f64, f64, f64) -> f64) -> f64 {
        self.least_from(0.0, z, step)
    }

    /// The least over the points of `step(… step(start, a₁, z₁) …, aₘ, zₘ)`.
    fn least_from(&self, start: f64, z: &[f64], step: impl Fn(f64, f64, f64) -> f64) -> f64 {
        let mut least = [f64::INFINITY; LANES];
        for block in self.blocks.chunks_exact(self.objectives) {
            let mut totals = [start; LANES];
            for (column, &z) in block.iter().zip(z) {
                for lane in 0..LANES {
                    totals[lane] = step(totals[lane], column[lane], z);
                }
            }
            for lane in 0..LANES {
                least[lane] = if totals[lane] < least[lane] { totals[lane] } else { least[lane] };
            }
        }
        least.into_iter().fold(f64::INFINITY, f64::min)
    }
}

/// The rows without a NaN.
fn ordinary(argument: &'static str, rows: &[f64], objectives: usize) -> Result<Vec<f64>> {
    shape::rows(argument, rows, objectives)?;
    let rows = rows.chunks_exact(objectives).filter(|row| !row.iter().any(|x| x.is_nan()));
    Ok(rows.flatten().copied().collect())
}

//! The crowding distance of points on one front.

use super::{order::key, shape};
use crate::error::Result;

/// The crowding distance of each row (K. Deb, A. Pratap, S. Agarwal & T. Meyarivan, IEEE TEVC 6, 2002, section III-B).
///
/// In each objective, (next − previous) / (largest − smallest), summed; ∞ for the first and the last. Equal values are
/// neighbours in the order of their rows. An objective in which all are equal says nothing; of two rows or one each is
/// ∞. A row with a NaN has distance 0 and is nobody's neighbour; an infinite value is at an end, and the scale is that
/// of the finite ones. Cost: O(m n log n).
///
/// # Errors
/// [`Error::Length`] when `losses` is not a whole number of rows.
pub fn crowding_distance(losses: &[f64], objectives: usize) -> Result<Vec<f64>> {
    let n = shape::rows("losses", losses, objectives)?;
    let has_nan = |i: &usize| losses[i * objectives..(i + 1) * objectives].iter().any(|x| x.is_nan());
    let rows: Vec<usize> = (0..n).filter(|i| !has_nan(i)).collect();
    let mut distances = vec![0.0; n];
    if rows.len() <= 2 {
        for i in rows {
            distances[i] = f64::INFINITY;
        }
        return Ok(distances);
    }
    let mut order: Vec<(u64, usize)> = Vec::with_capacity(rows.len());
    for k in 0..objectives {
        let value = |i: usize| losses[i * objectives + k];
        order.clear();
        order.extend(rows.iter().map(|&i| (key(value(i)), i)));
        order.sort_unstable();
        let (first, last) = (order[0], order[order.len() - 1]);
        if first.0 == last.0 {
            continue;
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for x in rows.iter().map(|&i| value(i)).filter(|x| x.is_finite()) {
            (low, high) = (low.min(x), high.max(x));
        }
        distances[first.1] = f64::INFINITY;
        distances[last.1] = f64::INFINITY;
        for triple in order.windows(3) {
            let (previous, next) = (value(triple[0].1), value(triple[2].1));
            distances[triple[1].1] += share(previous, next, low, high);
        }
    }
    Ok(distances)
}

/// (next − previous) / (high − low), in halves where the range would overflow; ∞ beside an infinite value.
fn share(previous: f64, next: f64, low: f64, high: f64) -> f64 {
    if previous == next {
        0.0
    } else if previous.is_infinite() || next.is_infinite() {
        f64::INFINITY
    } else if (high - low).is_finite() {
        (next - previous) / (high - low)
    } else {
        (next / 2.0 - previous / 2.0) / (high / 2.0 - low / 2.0)
    }
}

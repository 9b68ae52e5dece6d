//! The best few of trials with several objectives (R. Schmucker et al., "Multi-objective asynchronous successive halving",
//! arXiv 2106.12639, 2021): front by front, and within the front that does not fit as a whole, spread out.

use super::key::key;
use crate::error::Result;
use crate::pareto::{nondominated_rank, shape};

/// The best `count` rows, ascending; fewer where rows hold a NaN, which are never among them.
///
/// Rows that keep the constraints come first, front by front; of the first front that does not fit as a whole, those
/// that [`epsilon_net`] takes first. The others follow by (violation, row). Cost: that of the fronts, and O(kfm) for k
/// rows taken out of a front of f.
///
/// # Errors
/// [`Error::Length`] when `losses` is not a whole number of rows, or `violations` has not one for each.
pub fn leaders(losses: &[f64], objectives: usize, violations: &[f64], count: usize) -> Result<Vec<i64>> {
    let n = shape::violated(losses, objectives, violations)?;
    let row = |i: usize| &losses[i * objectives..(i + 1) * objectives];
    let valid = |i: &usize| !violations[*i].is_nan() && !row(*i).iter().any(|x| x.is_nan());
    let kept = |i: &usize| violations[*i] <= 0.0;
    let gathered = |rows: &[usize]| rows.iter().flat_map(|&i| row(i)).copied().collect::<Vec<_>>();

    let feasible: Vec<usize> = (0..n).filter(valid).filter(kept).collect();
    let fronts = nondominated_rank(&gathered(&feasible), objectives)?;
    let mut order: Vec<usize> = (0..feasible.len()).collect();
    order.sort_by_key(|&i| fronts[i]);
    let mut chosen = Vec::new();
    for front in order.chunk_by(|&a, &b| fronts[a] == fronts[b]) {
        let rows: Vec<usize> = front.iter().map(|&i| feasible[i]).collect();
        let room = count - chosen.len();
        if rows.len() <= room {
            chosen.extend(rows);
        } else {
            chosen.extend(net(&gathered(&rows), objectives, room).into_iter().map(|i| rows[i]));
        }
    }
    let mut others: Vec<usize> = (0..n).filter(|i| valid(i) && !kept(i)).collect();
    others.sort_by_key(|&i| key(violations[i], 0.0, i as u64));
    chosen.extend(others.into_iter().take(count - chosen.len()));
    chosen.sort_unstable();
    Ok(numbered(chosen))
}

/// The first `count` rows of the order in which each next row is the one furthest from all that were taken.
///
/// The first is the best in the first objective. Distances are Euclidean in objectives scaled to \[0, 1\] by their smallest
/// and largest finite value (−∞ is 0, +∞ is 1; an objective that does not vary counts nothing); of equals the lower row
/// comes first. Rows with a NaN are never taken. Cost: O(count · n · m).
///
/// # Errors
/// [`Error::Length`] when `losses` is not a whole number of rows.
pub fn epsilon_net(losses: &[f64], objectives: usize, count: usize) -> Result<Vec<i64>> {
    shape::rows("losses", losses, objectives)?;
    Ok(numbered(net(losses, objectives, count)))
}

fn numbered(rows: Vec<usize>) -> Vec<i64> {
    rows.into_iter().map(|i| i64::try_from(i).unwrap_or(i64::MAX)).collect()
}

fn net(losses: &[f64], objectives: usize, count: usize) -> Vec<usize> {
    let usable = |row: &[f64]| !row.iter().any(|x| x.is_nan());
    let mut left: Vec<usize> =
        losses.chunks_exact(objectives).enumerate().filter(|(_, row)| usable(row)).map(|(i, _)| i).collect();
    let scaled = scaled(losses, objectives, &left);
    let point = |i: usize| &scaled[i * objectives..(i + 1) * objectives];
    let mut nearest = vec![f64::INFINITY; losses.len() / objectives];
    let mut taken = Vec::new();
    while taken.len() < count && !left.is_empty() {
        let place = if taken.is_empty() {
            first_by(&left, |a, b| losses[a * objectives] < losses[b * objectives])
        } else {
            first_by(&left, |a, b| nearest[a] > nearest[b])
        };
        let next = left.remove(place);
        taken.push(next);
        for &i in &left {
            let distance = point(i).iter().zip(point(next)).map(|(a, b)| (a - b) * (a - b)).sum();
            nearest[i] = f64::min(nearest[i], distance);
        }
    }
    taken
}

/// Place of the first row that no later one comes before.
fn first_by(rows: &[usize], before: impl Fn(usize, usize) -> bool) -> usize {
    (1..rows.len()).fold(0, |best, i| if before(rows[i], rows[best]) { i } else { best })
}

fn scaled(losses: &[f64], objectives: usize, rows: &[usize]) -> Vec<f64> {
    let mut scaled = vec![0.0; losses.len()];
    for k in 0..objectives {
        let halves = || rows.iter().map(|&i| losses[i * objectives + k] * 0.5).filter(|x| x.is_finite()); // no overflow
        let (low, high) = (halves().fold(f64::INFINITY, f64::min), halves().fold(f64::NEG_INFINITY, f64::max));
        for &i in rows {
            let x = losses[i * objectives + k] * 0.5;
            scaled[i * objectives + k] = match x {
                f64::INFINITY => 1.0,
                _ if x == f64::NEG_INFINITY || high <= low => 0.0,
                _ => (x - low) / (high - low),
            };
        }
    }
    scaled
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: [f64; 10] = [0.0, 1.0, 0.1, 0.9, 0.5, 0.5, 0.9, 0.1, 1.0, 0.0];

    #[test]
    fn a_net_spreads() {
        assert_eq!(epsilon_net(&LINE, 2, 9).unwrap(), [0, 4, 2, 1, 3]);
        assert_eq!(epsilon_net(&[1.0, 1.0, f64::NAN, 1.0], 1, 9).unwrap(), [0, 1, 3]);
    }

    #[test]
    fn fronts_then_violations() {
        let losses = [1.0, 1.0, 0.0, 2.0, 2.0, 2.0, 0.0, 0.0];
        assert_eq!(leaders(&losses, 2, &[0.0; 4], 2).unwrap(), [1, 3]);
        assert_eq!(leaders(&losses, 2, &[0.0, 0.0, 0.0, 1.0], 3).unwrap(), [0, 1, 2]);
        assert_eq!(leaders(&losses, 2, &[0.0, 9.0, 2.0, 1.0], 2).unwrap(), [0, 3]);
        assert_eq!(leaders(&losses, 2, &[f64::NAN; 4], 2).unwrap(), [0_i64; 0]);
    }
}

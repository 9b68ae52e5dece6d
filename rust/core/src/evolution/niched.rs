//! Survival by rank, then along reference directions.
//!
//! | symbol       | meaning                                                                  | shape  |
//! |--------------|--------------------------------------------------------------------------|--------|
//! | `directions` | of unit length, from the ideal point                                     | (r, m) |
//! | `ideal`      | the smallest value of each objective that was ever seen                  | (m,)   |
//! | `draws`      | in [0, 1): one for each direction, then one for each point; they settle ties | (r + n,) |

use super::hyperplane::intercepts;
use super::order::{Front, fronts};
use crate::error::{Error, Result};

/// Of an objective's range: what is nearer to the ideal counts as zero when extreme points are looked for.
const NEAR: f64 = 1e-3;
/// What the achievement function counts the other objectives for.
const WEIGHT: f64 = 1e6;
/// Of an objective's range: an intercept below is no scale.
const NARROW: f64 = 1e-6;

/// The `count` rows that survive (Deb & Jain, IEEE TEVC 18, 2014, section IV), better fronts first.
///
/// Of the front that has to be split, points join the direction they are nearest to, and directions with the fewest
/// points so far choose: their nearest point if they have none, any if they have. A front of points that violate a
/// constraint is split by row. Points that are not finite come last.
///
/// # Errors
/// [`Error::Length`] where shapes do not fit; [`Error::OutOfRange`] for fewer than `count` points.
pub fn niched_survivors(
    losses: &[f64],
    violations: &[f64],
    directions: &[f64],
    ideal: &[f64],
    draws: &[f64],
    count: usize,
) -> Result<Vec<i64>> {
    let (m, n) = (ideal.len(), violations.len());
    if m == 0 || directions.len() % m != 0 || directions.is_empty() {
        return Err(Error::Length { argument: "directions", expected: m, got: directions.len() });
    }
    if draws.len() != directions.len() / m + n {
        return Err(Error::Length { argument: "draws", expected: directions.len() / m + n, got: draws.len() });
    }
    let finite: Vec<f64> = losses.iter().map(|&loss| if loss.is_finite() { loss } else { f64::NAN }).collect();
    let fronts = fronts(&finite, m, violations, count)?;
    let Some((last, whole)) = fronts.split_last() else { return Ok(Vec::new()) };
    let mut survivors: Vec<usize> = whole.iter().flat_map(|front| &front.rows).copied().collect();
    let room = count - survivors.len();
    if room < last.rows.len() && last.violation == 0.0 {
        let scene = Scene::new(losses, m, &fronts, ideal);
        let (near, distance) = scene.associated(directions);
        let niches = Niches { near: &near, distance: &distance, draws };
        let chosen = niches.chosen(survivors.len(), &last.rows, directions.len() / m, room);
        survivors.extend(chosen);
    } else {
        survivors.extend(&last.rows[..room]);
    }
    Ok(survivors.into_iter().map(|i| i.cast_signed() as i64).collect())
}

/// The points of all fronts, front by front, as distances from the ideal in units of each objective's scale.
struct Scene {
    points: Vec<f64>,
    m: usize,
}

impl Scene {
    fn new(losses: &[f64], m: usize, fronts: &[Front], ideal: &[f64]) -> Self {
        let rows = fronts.iter().flat_map(|front| &front.rows);
        let mut points: Vec<f64> = rows.flat_map(|&i| &losses[i * m..(i + 1) * m]).copied().collect();
        for k in 0..m {
            let low = points.iter().skip(k).step_by(m).fold(ideal[k], |low, &x| low.min(x));
            points.iter_mut().skip(k).step_by(m).for_each(|x| *x -= low);
        }
        let best = fronts[0].rows.len() * m;
        let scale = scales(&points, &points[..best], m);
        for point in points.chunks_exact_mut(m) {
            point.iter_mut().zip(&scale).for_each(|(x, s)| *x /= s);
        }
        Self { points, m }
    }

    /// Of each point, the nearest direction and the square of the distance to it.
    fn associated(&self, directions: &[f64]) -> (Vec<usize>, Vec<f64>) {
        let nearest = |point: &[f64]| {
            let mut best = (0, f64::INFINITY);
            for (j, direction) in directions.chunks_exact(self.m).enumerate() {
                let along = point.iter().zip(direction).fold(0.0, |sum, (x, w)| sum + x * w);
                let apart = point.iter().zip(direction).fold(0.0, |sum, (x, w)| {
                    let gap = x - along * w;
                    sum + gap * gap
                });
                if apart < best.1 {
                    best = (j, apart);
                }
            }
            best
        };
        self.points.chunks_exact(self.m).map(nearest).unzip()
    }
}

/// The scale of each objective: where the plane through the extreme points of the `front` meets its axis, at most the
/// range of all `points`; without such a plane the range of the front, and where that is nothing, of all.
fn scales(points: &[f64], front: &[f64], m: usize) -> Vec<f64> {
    let largest = |rows: &[f64], k: usize| rows.iter().skip(k).step_by(m).fold(0.0_f64, |high, &x| high.max(x));
    let ranges: Vec<f64> = (0..m).map(|k| largest(points, k)).collect();
    let extremes: Vec<f64> = (0..m).flat_map(|k| extreme(front, &ranges, k)).copied().collect();
    let plane = intercepts(&extremes, m)
        .filter(|found| found.iter().zip(&ranges).all(|(scale, range)| *scale > NARROW * range));
    let found: Vec<f64> = plane.unwrap_or_else(|| (0..m).map(|k| largest(front, k)).collect());
    let sound = |(scale, range): (f64, &f64)| match range {
        _ if *range == 0.0 => 1.0,
        _ if scale > NARROW * range => scale.min(*range),
        _ => *range,
    };
    found.into_iter().zip(&ranges).map(sound).collect()
}

/// The point of the `front` that is best in all objectives but `axis`.
fn extreme<'a>(front: &'a [f64], ranges: &[f64], axis: usize) -> &'a [f64] {
    let m = ranges.len();
    let achievement = |point: &[f64]| {
        let term = |k: usize| {
            let x = if point[k] < NEAR * ranges[k] { 0.0 } else { point[k] };
            if k == axis { x } else { WEIGHT * x }
        };
        (0..m).map(term).fold(0.0_f64, f64::max)
    };
    let mut best = (&front[..m], achievement(&front[..m]));
    for point in front.chunks_exact(m).skip(1) {
        let value = achievement(point);
        if value < best.1 {
            best = (point, value);
        }
    }
    best.0
}

/// Who is near which direction; places count the points of all fronts.
struct Niches<'a> {
    near: &'a [usize],
    distance: &'a [f64],
    draws: &'a [f64],
}

impl Niches<'_> {
    /// `room` of the `rows`, whose places begin at `taken`.
    fn chosen(&self, taken: usize, rows: &[usize], r: usize, room: usize) -> Vec<usize> {
        let mut crowd = vec![0_usize; r];
        self.near[..taken].iter().for_each(|&j| crowd[j] += 1);
        let mut left: Vec<Vec<usize>> = vec![Vec::new(); r];
        (0..rows.len()).for_each(|place| left[self.near[taken + place]].push(place));
        let mut chosen = Vec::with_capacity(room);
        let order = |j: usize, crowd: &[usize]| (crowd[j], self.draws[j].to_bits(), j);
        while chosen.len() < room {
            let open = (0..r).filter(|&j| !left[j].is_empty());
            let Some(j) = open.min_by_key(|&j| order(j, &crowd)) else { break };
            let worth = |place: usize| {
                if crowd[j] == 0 { self.distance[taken + place] } else { self.draws[r + rows[place]] }
            };
            let least = |best: usize, i: usize| if worth(left[j][i]) < worth(left[j][best]) { i } else { best };
            let pick = (1..left[j].len()).fold(0, least);
            chosen.push(rows[left[j].remove(pick)]);
            crowd[j] += 1;
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIRECTIONS: [f64; 6] = [1.0, 0.0, 0.6, 0.8, 0.0, 1.0];

    fn survivors(losses: &[f64], violations: &[f64], count: usize) -> Vec<i64> {
        let draws = vec![0.5; 3 + violations.len()];
        niched_survivors(losses, violations, &DIRECTIONS, &[0.0, 0.0], &draws, count).unwrap()
    }

    #[test]
    fn every_direction_gets_its_nearest_point_first() {
        let losses = [1.0, 0.0, 0.98, 0.02, 0.45, 0.55, 0.3, 0.7, 0.0, 1.0, 2.0, 2.0];
        let mut found = survivors(&losses, &[0.0; 6], 3);
        found.sort_unstable();
        assert_eq!(found, [0, 2, 4]);
        assert_eq!(survivors(&losses, &[0.0; 6], 5).len(), 5);
        assert_eq!(survivors(&losses, &[0.0; 6], 6)[5], 5);
    }

    #[test]
    fn what_keeps_the_constraints_comes_first_and_infinity_last() {
        let losses = [f64::INFINITY, 0.0, 1.0, 1.0, 3.0, 3.0, 0.5, 2.0];
        assert_eq!(survivors(&losses, &[0.0, 1.0, 0.0, 2.0], 3), [2, 1, 3]);
        assert_eq!(survivors(&losses, &[0.0, 1.0, 0.0, 2.0], 4), [2, 1, 3, 0]);
    }

    #[test]
    fn an_objective_that_does_not_vary_does_no_harm() {
        assert_eq!(survivors(&[1.0, 5.0, 1.0, 5.0, 1.0, 5.0], &[0.0; 3], 2).len(), 2);
        assert!(survivors(&[], &[], 0).is_empty());
    }
}

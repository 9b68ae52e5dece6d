//! The mixed box and the moves in its coordinates with levels.

use crate::error::{Error, Result};

/// What each coordinate may be; see the table of the room.
#[derive(Debug, Clone, Copy)]
pub struct Mixed<'a> {
    pub kinds: &'a [u8],
    pub levels: &'a [usize],
    /// The least and the largest value of each numeric coordinate; a level counts as inside when its cell meets them.
    pub lower: &'a [f64],
    pub upper: &'a [f64],
}

impl Mixed<'_> {
    /// # Errors
    /// [`Error::Length`] when there is not one kind, one number of levels and one pair of bounds for each of `d` coordinates.
    pub fn check(&self, d: usize) -> Result<()> {
        for (argument, got) in [
            ("kinds", self.kinds.len()),
            ("levels", self.levels.len()),
            ("lower", self.lower.len()),
            ("upper", self.upper.len()),
        ] {
            if got != d {
                return Err(Error::Length { argument, expected: d, got });
            }
        }
        Ok(())
    }

    /// Brings a point into the box and onto its levels; held and inactive coordinates stay as they are.
    pub fn settle(&self, point: &mut [f64]) {
        for (j, x) in point.iter_mut().enumerate().filter(|(j, x)| self.levels[*j] != 1 && !x.is_nan()) {
            *x = match self.levels[j] {
                0 => within(*x, self.lower[j], self.upper[j]),
                levels => {
                    let (first, last) = self.reach(j);
                    coordinate(level(*x, levels).max(first).min(last), levels)
                }
            }
        }
    }

    /// The first and the last level of coordinate j.
    fn reach(&self, j: usize) -> (usize, usize) {
        let levels = self.levels[j];
        if self.kinds[j] == 1 { (0, levels - 1) } else { (level(self.lower[j], levels), level(self.upper[j], levels)) }
    }

    /// Appends to `moves` the point with coordinate j at each other level that one move reaches.
    ///
    /// Categorical: every other level. Numeric: 1, 2, 4, 8 … levels away, down before up.
    pub fn neighbours(&self, point: &[f64], j: usize, moves: &mut Vec<f64>) {
        let levels = self.levels[j];
        let here = level(point[j], levels);
        let mut add = |target: usize| {
            let start = moves.len();
            moves.extend_from_slice(point);
            moves[start + j] = coordinate(target, levels);
        };
        if self.kinds[j] == 1 {
            (0..levels).filter(|&target| target != here).for_each(add);
            return;
        }
        let (first, last) = self.reach(j);
        let mut jump = 1;
        while jump < levels {
            if let Some(target) = here.checked_sub(jump).filter(|&target| target >= first) {
                add(target);
            }
            if here + jump <= last {
                add(here + jump);
            }
            jump *= 2;
        }
    }
}

/// `x`, which is not NaN, brought between the bounds.
pub fn within(x: f64, lower: f64, upper: f64) -> f64 {
    x.max(lower).min(upper)
}

fn level(x: f64, levels: usize) -> usize {
    ((x * levels as f64) as usize).min(levels - 1)
}

fn coordinate(level: usize, levels: usize) -> f64 {
    (level as f64 + 0.5) / levels as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moves(kind: u8, levels: usize, x: f64) -> Vec<f64> {
        let mut moves = Vec::new();
        Mixed { kinds: &[0, kind], levels: &[0, levels], lower: &[0.0; 2], upper: &[1.0; 2] }.neighbours(
            &[0.3, x],
            1,
            &mut moves,
        );
        assert!(moves.chunks_exact(2).all(|point| point[0] == 0.3));
        moves.chunks_exact(2).map(|point| point[1]).collect()
    }

    #[test]
    fn a_category_moves_to_every_other() {
        assert_eq!(moves(1, 4, 0.375), [0.125, 0.625, 0.875]);
    }

    #[test]
    fn a_number_moves_by_powers_of_two() {
        assert_eq!(moves(0, 10, 0.35), [0.25, 0.45, 0.15, 0.55, 0.75]);
        assert_eq!(moves(0, 2, 0.75), [0.25]);
        assert_eq!(moves(0, 3, 0.5 / 3.0), [0.5, 2.5 / 3.0]);
    }

    #[test]
    fn points_settle_in_the_box_on_their_levels() {
        let mut point = [1.5, -0.5, 0.3, 1.0, 0.7, f64::NAN, f64::NAN];
        Mixed { kinds: &[0; 7], levels: &[0, 0, 5, 5, 1, 0, 5], lower: &[0.0; 7], upper: &[1.0; 7] }.settle(&mut point);
        assert_eq!(point[..5], [1.0, 0.0, 0.3, 0.9, 0.7]);
        assert!(point[5].is_nan() && point[6].is_nan());
    }

    #[test]
    fn bounds_hold_numbers_but_neither_categories_nor_what_is_held() {
        let mixed = Mixed { kinds: &[0, 0, 1, 0], levels: &[0, 10, 4, 1], lower: &[0.4; 4], upper: &[0.63; 4] };
        let mut point = [0.9, 0.1, 0.9, 0.9];
        mixed.settle(&mut point);
        assert_eq!(point, [0.63, 0.45, 0.875, 0.9]);
        let mut moves = Vec::new();
        mixed.neighbours(&point, 1, &mut moves);
        assert_eq!(moves.chunks_exact(4).map(|point| point[1]).collect::<Vec<_>>(), [0.55, 0.65]);
    }
}

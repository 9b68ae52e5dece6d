//! One pass over the coordinates with levels: each in turn goes to the best place one move away, if that is better.

use super::levels::Mixed;

pub struct Sweep {
    next: usize,
    /// Whether any coordinate moved.
    pub moved: bool,
}

impl Sweep {
    /// A sweep that has not begun.
    pub fn new() -> Self {
        Self { next: 0, moved: false }
    }

    /// Appends the neighbours in the coordinate whose turn it is, among those `stepped`; false when all had theirs.
    pub fn wanted(&self, mixed: &Mixed, stepped: &[usize], point: &[f64], moves: &mut Vec<f64>) -> bool {
        let Some(&j) = stepped.get(self.next) else {
            return false;
        };
        mixed.neighbours(point, j, moves);
        true
    }

    /// Takes the values at the `moves`; a move counts when it gains more than `tolerance` max(1, |value|).
    pub fn tell(&mut self, moves: &[f64], values: &[f64], tolerance: f64, point: &mut [f64], value: &mut f64) {
        self.next += 1;
        let least = *value + tolerance * value.abs().max(1.0);
        let best =
            moves.chunks_exact(point.len()).zip(values).fold(None, |best: Option<(&[f64], f64)>, (at, &there)| {
                // of equal ones the first
                if there > best.map_or(least, |(_, value)| value) { Some((at, there)) } else { best }
            });
        if let Some((at, there)) = best {
            point.copy_from_slice(at);
            *value = there;
            self.moved = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_best_moves_that_gain_enough() {
        let (mut point, mut value) = ([0.5], 1.0);
        let mut sweep = Sweep::new();
        sweep.tell(&[0.1, 0.2, 0.3], &[1.05, f64::NAN, 0.0], 0.1, &mut point, &mut value);
        assert!((point, value, sweep.moved) == ([0.5], 1.0, false));
        sweep.tell(&[0.1, 0.2, 0.3], &[1.5, 2.0, 2.0], 0.1, &mut point, &mut value);
        assert!((point, value, sweep.moved) == ([0.2], 2.0, true));
    }
}

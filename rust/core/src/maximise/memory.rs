//! Curvature remembered from the last steps of an ascent.

use std::collections::VecDeque;

/// Steps that are remembered.
const DEPTH: usize = 8;

/// The limited memory of a quasi-Newton method: pairs of a step and the change of the gradient along it.
#[derive(Debug, Default, Clone)]
pub struct Memory {
    pairs: VecDeque<(Vec<f64>, Vec<f64>)>,
}

impl Memory {
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub fn clear(&mut self) {
        self.pairs.clear();
    }

    /// Remembers a step along which the function curved upwards; returns whether it did.
    pub fn push(&mut self, step: Vec<f64>, change: Vec<f64>) -> bool {
        let curvature = dot(&step, &change);
        // not even by rounding may the approximate Hessian lose its positive definiteness
        if curvature <= 1e-10 * dot(&step, &step).sqrt() * dot(&change, &change).sqrt() {
            return false;
        }
        if self.pairs.len() == DEPTH {
            self.pairs.pop_front();
        }
        self.pairs.push_back((step, change));
        true
    }

    /// −H gradient in the coordinates that are `free`, 0 in the others (Nocedal & Wright 2006, algorithm 7.4).
    ///
    /// All products run over the free coordinates: the Hessian of the function on the face of the box one is on.
    pub fn direction(&self, gradient: &[f64], free: &[bool]) -> Vec<f64> {
        let masked = |a: &[f64], b: &[f64]| -> f64 {
            a.iter().zip(b).zip(free).filter(|(_, free)| **free).map(|((a, b), _)| a * b).sum()
        };
        let mut direction: Vec<f64> = gradient.iter().zip(free).map(|(g, &free)| if free { -g } else { 0.0 }).collect();
        let usable: Vec<(&[f64], &[f64], f64)> = self
            .pairs
            .iter()
            .map(|(step, change)| (step.as_slice(), change.as_slice(), masked(step, change)))
            .filter(|(step, change, curvature)| {
                *curvature > 1e-10 * (masked(step, step) * masked(change, change)).sqrt()
            })
            .collect();
        let mut weights = Vec::with_capacity(usable.len());
        for (step, change, curvature) in usable.iter().rev() {
            let weight = masked(step, &direction) / curvature;
            add(&mut direction, -weight, change, free);
            weights.push(weight);
        }
        if let Some((_, change, curvature)) = usable.last() {
            let scale = curvature / masked(change, change);
            for x in &mut direction {
                *x *= scale;
            }
        }
        for ((step, change, curvature), weight) in usable.iter().zip(weights.into_iter().rev()) {
            let correction = weight - masked(change, &direction) / curvature;
            add(&mut direction, correction, step, free);
        }
        direction
    }
}

fn add(to: &mut [f64], factor: f64, what: &[f64], free: &[bool]) {
    for ((to, what), _) in to.iter_mut().zip(what).zip(free).filter(|(_, free)| **free) {
        *to += factor * what;
    }
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a quadratic with Hessian diag(1, 4) two pairs make the direction Newton's.
    #[test]
    fn two_steps_tell_the_curvature_of_a_parabola() {
        let mut memory = Memory::default();
        assert!(memory.push(vec![1.0, 0.0], vec![1.0, 0.0]));
        assert!(memory.push(vec![0.0, 1.0], vec![0.0, 4.0]));
        assert_eq!(memory.direction(&[2.0, 8.0], &[true, true]), [-2.0, -2.0]);
        assert_eq!(memory.direction(&[2.0, 8.0], &[false, true]), [0.0, -2.0]);
    }

    #[test]
    fn downward_curvature_is_not_remembered() {
        let mut memory = Memory::default();
        assert!(!memory.push(vec![1.0], vec![-1.0]));
        assert!(!memory.push(vec![0.0], vec![0.0]));
        assert!(memory.is_empty());
        assert_eq!(memory.direction(&[3.0], &[true]), [-3.0]);
    }
}

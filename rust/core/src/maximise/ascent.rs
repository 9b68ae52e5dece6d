//! A bounded quasi-Newton ascent that is asked for points and told what is there, one at a time.
//!
//! Inside it descends: f = −value. Coordinates at a bound with the gradient pointing outwards are held; in the others the
//! direction is the limited-memory one; the step is bent into the box and shortened until f falls by Armijo's condition
//! (Bertsekas, SIAM J. Control Optim. 20, 1982: a projected search with an active set).

use super::{
    levels::within,
    memory::{Memory, dot},
};

const ARMIJO: f64 = 1e-4;
/// Length of a first step, in the largest coordinate; nothing is known of the curvature yet.
const FIRST_STEP: f64 = 0.1;
/// Steps shorter than this in every coordinate change nothing that matters.
const LEAST_STEP: f64 = 1e-10;

/// One ascent over a box of k coordinates.
pub struct Ascent {
    x: Vec<f64>,
    loss: f64,
    gradient: Vec<f64>,
    trial: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    direction: Vec<f64>,
    step: f64,
    slope: f64,
    reach: f64,
    memory: Memory,
    tolerance: f64,
    remaining: usize,
    stalled: bool,
    finished: bool,
}

impl Ascent {
    /// From `x` in `bounds`, where the value and its gradient are known. Ends after `iterations` steps, or when the projected
    /// gradient, or the gain of two steps one after the other, is below `tolerance` times max(1, |value|).
    pub fn new(
        x: Vec<f64>,
        (lower, upper): (Vec<f64>, Vec<f64>),
        value: f64,
        gradient: &[f64],
        iterations: usize,
        tolerance: f64,
    ) -> Self {
        let k = x.len();
        let mut ascent = Self {
            x,
            loss: -value,
            gradient: gradient.iter().map(|g| -g).collect(),
            trial: vec![0.0; k],
            lower,
            upper,
            direction: vec![0.0; k],
            step: 1.0,
            slope: 0.0,
            reach: FIRST_STEP,
            memory: Memory::default(),
            tolerance,
            remaining: iterations,
            stalled: false,
            finished: false,
        };
        ascent.search();
        ascent
    }

    /// The point to look at next; none when the ascent is over.
    pub fn wanted(&self) -> Option<&[f64]> {
        (!self.finished).then_some(&self.trial)
    }

    /// The best point so far, and its value.
    pub fn reached(&self) -> (&[f64], f64) {
        (&self.x, -self.loss)
    }

    /// Takes the value and the gradient at the point that was wanted.
    pub fn tell(&mut self, value: f64, gradient: &[f64]) {
        let loss = -value;
        let promised: f64 = self.gradient.iter().zip(&self.trial).zip(&self.x).map(|((g, t), x)| g * (t - x)).sum();
        if loss <= self.loss + ARMIJO * promised && loss < self.loss {
            self.accept(loss, gradient);
        } else {
            self.shorten(loss);
        }
    }

    fn accept(&mut self, loss: f64, gradient: &[f64]) {
        let step: Vec<f64> = self.trial.iter().zip(&self.x).map(|(t, x)| t - x).collect();
        let change: Vec<f64> = gradient.iter().zip(&self.gradient).map(|(new, old)| -new - old).collect();
        if !self.memory.push(step, change) {
            self.reach = (2.0 * self.reach).min(1.0); // the value curves upwards: go further
        }
        let gain = self.loss - loss;
        let small = gain <= self.tolerance * self.unit();
        let over = small && self.stalled;
        self.stalled = small;
        self.x.copy_from_slice(&self.trial);
        self.gradient.iter_mut().zip(gradient).for_each(|(ours, new)| *ours = -new);
        self.loss = loss;
        self.remaining -= 1;
        if over { self.finished = true } else { self.search() }
    }

    fn shorten(&mut self, loss: f64) {
        let (bend, at_zero) = (loss - self.loss - self.slope * self.step, -self.slope * self.step);
        let parabola = if bend.is_finite() && bend > 0.0 { 0.5 * at_zero / bend } else { 0.0 };
        self.step *= parabola.clamp(0.1, 0.5);
        let longest = self.direction.iter().fold(0.0_f64, |most, d| most.max(d.abs()));
        if self.step * longest >= LEAST_STEP {
            self.bend_into_the_box();
        } else if self.memory.is_empty() {
            self.finished = true;
        } else {
            self.memory.clear(); // once more along the gradient alone
            self.search();
        }
    }

    /// Sets out for the next point, or ends.
    fn search(&mut self) {
        let free: Vec<bool> = self.gradient.iter().enumerate().map(|(i, g)| self.is_free(i, -g)).collect();
        let steepest = self.gradient.iter().zip(&free).filter(|(_, free)| **free).map(|(g, _)| g.abs());
        let steepest = steepest.fold(0.0, f64::max);
        let known = self.gradient.iter().all(|g| g.is_finite());
        if self.remaining == 0 || !known || steepest <= self.tolerance * self.unit() {
            self.finished = true;
            return;
        }
        self.direction = self.inward(&free);
        self.slope = dot(&self.direction, &self.gradient);
        if self.slope.is_nan() || self.slope >= 0.0 {
            self.memory.clear();
            self.direction = self.inward(&free);
            self.slope = dot(&self.direction, &self.gradient);
        }
        if self.memory.is_empty() {
            let scale = self.reach / steepest;
            self.direction.iter_mut().for_each(|d| *d *= scale);
            self.slope *= scale;
        }
        self.step = 1.0;
        self.bend_into_the_box();
    }

    fn inward(&self, free: &[bool]) -> Vec<f64> {
        let mut direction = self.memory.direction(&self.gradient, free);
        for (i, d) in direction.iter_mut().enumerate().filter(|(i, d)| !self.is_free(*i, **d)) {
            debug_assert!(self.x[i] == self.lower[i] || self.x[i] == self.upper[i]);
            *d = 0.0;
        }
        direction
    }

    /// Whether a move of coordinate i along d stays in the box for a while.
    fn is_free(&self, i: usize, d: f64) -> bool {
        !(self.x[i] <= self.lower[i] && d < 0.0 || self.x[i] >= self.upper[i] && d > 0.0)
    }

    fn bend_into_the_box(&mut self) {
        for (i, trial) in self.trial.iter_mut().enumerate() {
            *trial = within(self.x[i] + self.step * self.direction[i], self.lower[i], self.upper[i]);
        }
        self.finished |= self.trial == self.x;
    }

    fn unit(&self) -> f64 {
        self.loss.abs().max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Climbs; returns the point, the value and the number of evaluations, and checks every point asked for.
    fn climbed(x: &[f64], function: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> (Vec<f64>, f64, usize) {
        climbed_in((vec![0.0; x.len()], vec![1.0; x.len()]), x, function)
    }

    fn climbed_in(
        bounds: (Vec<f64>, Vec<f64>),
        x: &[f64],
        function: impl Fn(&[f64]) -> (f64, Vec<f64>),
    ) -> (Vec<f64>, f64, usize) {
        let (value, gradient) = function(x);
        let (lower, upper) = bounds.clone();
        let mut ascent = Ascent::new(x.to_vec(), bounds, value, &gradient, 200, 1e-8);
        let mut evaluations = 1;
        while let Some(point) = ascent.wanted().map(<[f64]>::to_vec) {
            assert!(point.iter().enumerate().all(|(i, x)| (lower[i]..=upper[i]).contains(x)), "{point:?}");
            let (value, gradient) = function(&point);
            ascent.tell(value, &gradient);
            evaluations += 1;
            assert!(evaluations < 1000);
        }
        assert!(ascent.reached().1 >= value);
        (ascent.reached().0.to_vec(), ascent.reached().1, evaluations)
    }

    /// −Σ w (x − c)², whose maximum in the box is c clipped.
    fn parabola(weights: &'static [f64], centre: &'static [f64]) -> impl Fn(&[f64]) -> (f64, Vec<f64>) {
        move |x| {
            let terms = || x.iter().zip(weights).zip(centre);
            let value = terms().map(|((x, w), c)| -w * (x - c) * (x - c)).sum();
            (value, terms().map(|((x, w), c)| -2.0 * w * (x - c)).collect())
        }
    }

    #[test]
    fn a_parabola_inside_and_outside_the_box() {
        for start in [[0.5, 0.5, 0.5], [0.0, 1.0, 0.0], [0.9, 0.1, 1.0]] {
            let (x, _, evaluations) = climbed(&start, parabola(&[1.0, 30.0, 900.0], &[0.2, 0.7, 0.4]));
            assert!(x.iter().zip([0.2, 0.7, 0.4]).all(|(x, c)| (x - c).abs() < 1e-4), "{x:?}");
            assert!(evaluations < 40, "{evaluations}");
            let (x, ..) = climbed(&start, parabola(&[1.0, 30.0, 900.0], &[-0.2, 1.7, 0.4]));
            assert!(x[0] == 0.0 && x[1] == 1.0 && (x[2] - 0.4).abs() < 1e-4, "{x:?}");
        }
    }

    #[test]
    fn the_maximum_of_a_parabola_in_a_smaller_box() {
        let bounds = (vec![0.3, 0.1, 0.5], vec![0.9, 0.6, 0.5]);
        let (x, ..) = climbed_in(bounds, &[0.5, 0.5, 0.5], parabola(&[1.0, 30.0, 900.0], &[0.2, 0.4, 0.9]));
        assert!(x[0] == 0.3 && (x[1] - 0.4).abs() < 1e-4 && x[2] == 0.5, "{x:?}");
    }

    #[test]
    fn a_curved_valley() {
        let rosenbrock = |x: &[f64]| {
            let (a, b) = (4.0 * x[0] - 2.0, 4.0 * x[1] - 2.0);
            let (p, q) = (1.0 - a, b - a * a);
            (-(p * p + 100.0 * q * q), vec![4.0 * (2.0 * p + 400.0 * a * q), -800.0 * q])
        };
        let (x, value, evaluations) = climbed(&[0.2, 0.8], rosenbrock);
        assert!(value > -1e-6, "{x:?} {value}");
        assert!(evaluations < 150, "{evaluations}");
    }

    #[test]
    fn flat_and_broken_functions_end_at_once() {
        assert_eq!(climbed(&[0.5], |_| (1.0, vec![0.0])), (vec![0.5], 1.0, 1));
        let (value, gradient) = (0.0, [f64::NAN]);
        let cube = || (vec![0.0], vec![1.0]);
        assert!(Ascent::new(vec![0.5], cube(), value, &gradient, 10, 1e-6).wanted().is_none());
        assert!(Ascent::new(vec![0.5], cube(), 0.0, &[1.0], 0, 1e-6).wanted().is_none());
    }

    /// A gradient that lies: the climb gives up where it is.
    #[test]
    fn a_wrong_gradient_does_no_harm() {
        let (x, value, _) = climbed(&[0.5, 0.5], |x| (-(x[0] + x[1]), vec![1.0, 1.0]));
        assert_eq!((x, value), (vec![0.5, 0.5], -1.0));
    }
}

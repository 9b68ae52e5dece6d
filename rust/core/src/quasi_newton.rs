//! Descent within bounds, by a quasi-Newton method.
//!
//! Projected BFGS (D. P. Bertsekas, SIAM J. Control Optim. 20, 221, 1982; J. Nocedal & S. J. Wright, "Numerical
//! Optimization", 2006, equations 6.8 and 6.17): coordinates that sit at a bound and would leave the box are held, the
//! inverse Hessian's part that belongs to the others gives the direction, and the step is halved along its projection
//! onto the box until the value falls enough. Everything is kept in a [`Workspace`], nothing is allocated on the way.

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// At most so many steps.
    pub iterations: usize,
    /// The largest component of the projected gradient at which a point counts as a minimum.
    pub tolerance: f64,
}

/// What came of a descent; the point is in the caller's `x`.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    pub value: f64,
    pub iterations: usize,
    pub evaluations: usize,
}

/// The memory of a descent, for points of one length.
#[derive(Debug, Clone)]
pub struct Workspace {
    scales: Option<Vec<f64>>,
    inverse: Vec<f64>,
    gradient: Vec<f64>,
    trial: Vec<f64>,
    trial_gradient: Vec<f64>,
    direction: Vec<f64>,
    step: Vec<f64>,
    change: Vec<f64>,
    product: Vec<f64>,
}

impl Workspace {
    #[must_use]
    pub fn new(dimension: usize) -> Self {
        let vector = || vec![0.0; dimension];
        Self {
            scales: None,
            inverse: vec![0.0; dimension * dimension],
            gradient: vector(),
            trial: vector(),
            trial_gradient: vector(),
            direction: vector(),
            step: vector(),
            change: vector(),
            product: vector(),
        }
    }

    /// The same, where the inverse Hessian's diagonal is known roughly: no scale has to be found by the first step.
    #[must_use]
    pub fn with_scales(scales: Vec<f64>) -> Self {
        let dimension = scales.len();
        Self { scales: Some(scales), ..Self::new(dimension) }
    }
}

/// Armijo's constant, the least share of the predicted decrease that a step must bring.
const SUFFICIENT: f64 = 1e-4;
const HALVINGS: usize = 30;
/// The longest first step in any coordinate: nothing is known of the scale yet.
const FIRST_STEP: f64 = 1.0;
/// The longest of the others: a model of the surface here says little of what is far away.
const LONGEST_STEP: f64 = 2.0;

/// Descends from `x`, which is first moved into the box `lower` ≤ x ≤ `upper`, and leaves the best point in `x`.
///
/// `objective` returns the value and writes the gradient; an infinite or NaN value is a point to stay away from. A
/// coordinate whose bounds are equal stays where it is.
pub fn minimise(
    x: &mut [f64],
    lower: &[f64],
    upper: &[f64],
    settings: &Settings,
    workspace: &mut Workspace,
    mut objective: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Outcome {
    for i in 0..x.len() {
        x[i] = x[i].max(lower[i]).min(upper[i]);
    }
    let w = workspace;
    let mut outcome = Outcome { value: objective(x, &mut w.gradient), iterations: 0, evaluations: 1 };
    let mut fresh = true; // nothing has been learnt of the inverse Hessian
    reset(w);
    while outcome.iterations < settings.iterations && outcome.value.is_finite() {
        if projected(x, &w.gradient, lower, upper) <= settings.tolerance {
            break;
        }
        let longest = aim(x, lower, upper, w);
        let limit = if fresh { FIRST_STEP } else { LONGEST_STEP };
        let first = (limit / longest.max(f64::MIN_POSITIVE)).min(1.0);
        outcome.iterations += 1;
        match search(x, lower, upper, first, outcome.value, w, &mut objective) {
            (Some(value), evaluations) => {
                outcome.evaluations += evaluations;
                let stalled = outcome.value - value <= f64::EPSILON * value.abs().max(outcome.value.abs());
                outcome.value = value;
                fresh = accept(x, w, fresh);
                if stalled {
                    break;
                }
            }
            (None, evaluations) => {
                outcome.evaluations += evaluations;
                if fresh {
                    break;
                }
                reset(w);
                fresh = true;
            }
        }
    }
    outcome
}

fn reset(w: &mut Workspace) {
    w.inverse.fill(0.0);
    let diagonal = w.inverse.iter_mut().step_by(w.gradient.len() + 1);
    match &w.scales {
        Some(scales) => diagonal.zip(scales).for_each(|(h, scale)| *h = *scale),
        None => diagonal.for_each(|h| *h = 1.0),
    }
}

/// Whether coordinate i sits at a bound and descent would leave the box.
fn is_held(i: usize, x: &[f64], gradient: &[f64], lower: &[f64], upper: &[f64]) -> bool {
    (x[i] <= lower[i] && gradient[i] >= 0.0) || (x[i] >= upper[i] && gradient[i] <= 0.0)
}

/// The largest component of x - P(x - gradient).
fn projected(x: &[f64], gradient: &[f64], lower: &[f64], upper: &[f64]) -> f64 {
    let moved = |i: usize| (x[i] - (x[i] - gradient[i]).max(lower[i]).min(upper[i])).abs();
    (0..x.len()).map(moved).fold(0.0, f64::max)
}

/// Writes the direction -H g over the free coordinates, or -g where that does not descend; its largest component.
fn aim(x: &[f64], lower: &[f64], upper: &[f64], w: &mut Workspace) -> f64 {
    let dimension = x.len();
    for i in 0..dimension {
        let held = is_held(i, x, &w.gradient, lower, upper);
        w.change[i] = if held { 0.0 } else { w.gradient[i] };
    }
    let mut slope = 0.0;
    for i in 0..dimension {
        let row = &w.inverse[i * dimension..][..dimension];
        let component: f64 = row.iter().zip(&w.change).map(|(h, g)| h * g).sum();
        w.direction[i] = if is_held(i, x, &w.gradient, lower, upper) { 0.0 } else { -component };
        slope += w.direction[i] * w.change[i];
    }
    if slope >= 0.0 || slope.is_nan() {
        w.direction.iter_mut().zip(&w.change).for_each(|(p, g)| *p = -g);
    }
    w.direction.iter().fold(0.0, |longest: f64, p| longest.max(p.abs()))
}

/// The first step length, from `length` down, that decreases the value enough; the point is left in `w.trial`.
fn search(
    x: &[f64],
    lower: &[f64],
    upper: &[f64],
    mut length: f64,
    value: f64,
    w: &mut Workspace,
    objective: &mut impl FnMut(&[f64], &mut [f64]) -> f64,
) -> (Option<f64>, usize) {
    for evaluation in 1..=HALVINGS {
        let mut slope = 0.0;
        for i in 0..x.len() {
            w.trial[i] = (x[i] + length * w.direction[i]).max(lower[i]).min(upper[i]);
            slope += w.gradient[i] * (w.trial[i] - x[i]);
        }
        let found = objective(&w.trial, &mut w.trial_gradient);
        if found.is_finite() && found <= value + SUFFICIENT * slope.min(0.0) {
            return (Some(found), evaluation);
        }
        // the minimum of the parabola through value, slope and found, between a tenth and a half of the step
        let parabola = -slope / (2.0 * (found - value - slope));
        length *= if parabola.is_finite() { parabola.clamp(0.1, 0.5) } else { 0.1 };
    }
    (None, HALVINGS)
}

/// Moves to `w.trial` and learns from the change of the gradient; whether nothing has been learnt yet.
fn accept(x: &mut [f64], w: &mut Workspace, fresh: bool) -> bool {
    let dimension = x.len();
    for i in 0..dimension {
        w.step[i] = w.trial[i] - x[i];
        w.change[i] = w.trial_gradient[i] - w.gradient[i];
    }
    x.copy_from_slice(&w.trial);
    w.gradient.copy_from_slice(&w.trial_gradient);
    let curvature = dot(&w.step, &w.change);
    let square = dot(&w.change, &w.change);
    if curvature <= f64::EPSILON * square.sqrt() * dot(&w.step, &w.step).sqrt() || !curvature.is_finite() {
        return fresh; // not convex here: nothing is learnt
    }
    if fresh && w.scales.is_none() {
        w.inverse.iter_mut().for_each(|h| *h *= curvature / square); // equation 6.20
    }
    for i in 0..dimension {
        w.product[i] = dot(&w.inverse[i * dimension..][..dimension], &w.change);
    }
    // H + (1 + y'Hy / s'y) s s' / s'y - (Hy s' + s y'H) / s'y
    let stretch = (1.0 + dot(&w.change, &w.product) / curvature) / curvature;
    for i in 0..dimension {
        let (a, b) = (stretch * w.step[i] - w.product[i] / curvature, w.step[i] / curvature);
        let row = &mut w.inverse[i * dimension..][..dimension];
        for (h, (s, p)) in row.iter_mut().zip(w.step.iter().zip(&w.product)) {
            *h += a * s - b * p;
        }
    }
    false
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings { iterations: 200, tolerance: 1e-8 };

    fn rosenbrock(x: &[f64], gradient: &mut [f64]) -> f64 {
        let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
        gradient[0] = -2.0 * a - 400.0 * x[0] * b;
        gradient[1] = 200.0 * b;
        a * a + 100.0 * b * b
    }

    #[test]
    fn the_banana_is_found_without_and_within_bounds() {
        let mut x = [-1.2, 1.0];
        let outcome = minimise(&mut x, &[-9.0; 2], &[9.0; 2], &SETTINGS, &mut Workspace::new(2), rosenbrock);
        assert!((x[0] - 1.0).abs() < 1e-6 && (x[1] - 1.0).abs() < 1e-6, "{x:?}");
        assert!(outcome.evaluations < 80, "{outcome:?}");
        let mut x = [-1.2, 1.0];
        minimise(&mut x, &[-9.0; 2], &[0.5, 9.0], &SETTINGS, &mut Workspace::new(2), rosenbrock);
        assert!((x[0] - 0.5).abs() < 1e-12 && (x[1] - 0.25).abs() < 1e-6, "{x:?}");
    }

    #[test]
    fn a_corner_is_reached_and_left() {
        let bowl = |x: &[f64], gradient: &mut [f64]| {
            gradient.iter_mut().zip(x).for_each(|(g, x)| *g = 2.0 * (x - 2.0));
            x.iter().map(|x| (x - 2.0) * (x - 2.0)).sum()
        };
        let mut x = [0.0, 0.7, 0.3];
        let outcome = minimise(&mut x, &[0.0, 0.0, 0.3], &[1.0, 3.0, 0.3], &SETTINGS, &mut Workspace::new(3), bowl);
        assert_eq!(x, [1.0, 2.0, 0.3]);
        assert!((outcome.value - 1.0 - 1.7 * 1.7).abs() < 1e-12);
    }

    #[test]
    fn infinite_values_are_walked_around() {
        let wall = |x: &[f64], gradient: &mut [f64]| {
            gradient[0] = 1.0 - 1.0 / x[0];
            if x[0] <= 0.0 { f64::INFINITY } else { x[0] - x[0].ln() }
        };
        let mut x = [8.0];
        minimise(&mut x, &[-50.0], &[50.0], &SETTINGS, &mut Workspace::new(1), wall);
        assert!((x[0] - 1.0).abs() < 1e-6, "{x:?}");
    }
}

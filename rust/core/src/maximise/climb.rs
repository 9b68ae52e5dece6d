//! Climbs from many starts.

use super::{
    climber::{Climber, Wanted},
    levels::Mixed,
    objective::{Evaluation, Objective},
};
use crate::error::{Error, Result};

/// When a climb ends.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Steps of one ascent, and rounds of ascent and sweep.
    pub iterations: usize,
    /// Gain, and gradient, that no longer count, in units of max(1, |value|).
    pub tolerance: f64,
    pub threads: usize,
}

/// Starts that are worth a thread of their own: as many as the model answers for at once.
const TOGETHER: usize = 8;

/// A local maximum above each row of `starts` (s × d): the points (s × d) and their values (s,).
///
/// The starts are first brought into the box and onto their levels; from there no value ever falls.
///
/// # Errors
/// [`Error::Length`] when `starts`, kinds, levels or bounds do not fit the model.
pub fn climb(objective: &Objective, mixed: Mixed, starts: &[f64], settings: Settings) -> Result<(Vec<f64>, Vec<f64>)> {
    let d = objective.dimension;
    mixed.check(d)?;
    if d == 0 || !starts.len().is_multiple_of(d) {
        return Err(Error::Length { argument: "starts", expected: d, got: starts.len() });
    }
    let mut climbers: Vec<Climber> = starts.chunks_exact(d).map(|s| Climber::new(s, &mixed, settings)).collect();
    let s = climbers.len();
    let most = if objective.is_costly() { s.div_ceil(TOGETHER).max(1) } else { 1 };
    let threads = settings.threads.clamp(1, most);
    std::thread::scope(|scope| {
        let mut groups = climbers.chunks_mut(s.div_ceil(threads).max(1));
        let first = groups.next();
        for group in groups {
            scope.spawn(|| together(objective, mixed, group, settings));
        }
        if let Some(group) = first {
            together(objective, mixed, group, settings);
        }
    });
    let points = climbers.iter().flat_map(|climber| climber.point.iter().copied()).collect();
    Ok((points, climbers.iter().map(|climber| climber.value).collect()))
}

/// Points that several climbers ask for at once.
#[derive(Default)]
struct Questions {
    points: Vec<f64>,
    /// Who asked for how many.
    askers: Vec<(usize, usize)>,
    answers: Evaluation,
}

/// Takes all climbers to their ends, one step of each at a time.
fn together(objective: &Objective, mixed: Mixed, climbers: &mut [Climber], settings: Settings) {
    let d = objective.dimension;
    let (mut values, mut gradients, mut own) = (Questions::default(), Questions::default(), Vec::new());
    loop {
        for questions in [&mut values, &mut gradients] {
            questions.points.clear();
            questions.askers.clear();
        }
        for (i, climber) in climbers.iter().enumerate() {
            own.clear();
            let questions = match climber.ask(&mixed, &mut own) {
                Wanted::Nothing => continue,
                Wanted::Values => &mut values,
                Wanted::Gradient => &mut gradients,
            };
            questions.points.extend_from_slice(&own);
            questions.askers.push((i, own.len() / d));
        }
        if values.askers.is_empty() && gradients.askers.is_empty() {
            return;
        }
        for (questions, gradient) in [(&mut values, false), (&mut gradients, true)] {
            objective.evaluate(&questions.points, gradient, &mut questions.answers);
            let mut from = 0;
            for &(i, count) in &questions.askers {
                let (rows, cells) = (from..from + count, from * d..(from + count) * d);
                let slope = if gradient { &questions.answers.gradients[cells.clone()] } else { &[][..] };
                climbers[i].tell(&mixed, settings, &questions.points[cells], &questions.answers.values[rows], slope);
                from += count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        acquisition::Acquisition,
        maximise::{Prediction, Prior, Scored, Surrogate, Term, evaluate},
        sampling::uniform,
    };

    /// A model that is certain of a function with several minima: Σ w (q − c)² + 0.02 cos 20 q, NaNs left out.
    struct Waves(Vec<f64>);

    impl Surrogate for Waves {
        fn dimension(&self) -> usize {
            self.0.len()
        }

        fn is_costly(&self) -> bool {
            true
        }

        fn predict(&self, points: &[f64], _gradient: bool, prediction: &mut Prediction) {
            let d = self.0.len();
            prediction.resize(points.len() / d, d);
            for (i, point) in points.chunks_exact(d).enumerate() {
                (prediction.mean[i], prediction.variance[i]) = (0.0, 1.0);
                for (j, (&q, c)) in point.iter().zip(&self.0).enumerate() {
                    let known = if q.is_nan() { 0.0 } else { 1.0 };
                    let q = if q.is_nan() { 0.0 } else { q };
                    prediction.mean[i] += known * ((q - c) * (q - c) + 0.02 * (20.0 * q).cos());
                    prediction.d_mean[i * d + j] = known * (2.0 * (q - c) - 0.4 * (20.0 * q).sin());
                    prediction.d_variance[i * d + j] = 0.0;
                }
            }
        }
    }

    const LOWER: [f64; 6] = [0.0; 6];
    const UPPER: [f64; 6] = [1.0; 6];

    /// The lower, the better.
    impl Term for Waves {
        fn is_costly(&self) -> bool {
            true
        }

        fn add(&self, points: &[f64], gradient: bool, sums: &mut Evaluation) {
            let acquisition = Acquisition::LowerConfidenceBound { kappa: 0.0 };
            Scored { model: self, acquisition }.add(points, gradient, sums);
        }
    }

    const SETTINGS: Settings = Settings { iterations: 50, tolerance: 1e-9, threads: 1 };

    fn starts(s: usize, d: usize) -> Vec<f64> {
        let (trials, purposes): (Vec<u64>, Vec<u64>) = ((0..s as u64).collect(), (0..d as u64).collect());
        uniform(5, &trials, &purposes, 0).unwrap()
    }

    fn objective(model: &Waves) -> Objective<'_> {
        Objective { dimension: model.0.len(), terms: vec![model] }
    }

    /// All combinations of levels.
    fn grid(levels: &[usize]) -> Vec<f64> {
        let mut rows: Vec<Vec<f64>> = vec![Vec::new()];
        for &g in levels {
            rows = (0..g)
                .flat_map(|i| rows.iter().map(move |row| [&row[..], &[(i as f64 + 0.5) / g as f64]].concat()))
                .collect();
        }
        rows.concat()
    }

    #[test]
    fn the_best_climb_reaches_the_best_of_all_combinations() {
        for levels in [&[3, 4, 5][..], &[16, 2, 9], &[7], &[2, 2, 2, 2], &[40, 3]] {
            for kind in [0, 1] {
                let d = levels.len();
                let model = Waves((0..d).map(|j| 0.2 + 0.3 * j as f64).collect());
                let objective = objective(&model);
                let mixed = Mixed { kinds: &vec![kind; d], levels, lower: &LOWER[..d], upper: &UPPER[..d] };
                let all = evaluate(&objective, &grid(levels), 1).unwrap();
                let best = all.into_iter().fold(f64::NEG_INFINITY, f64::max);
                let (_, values) = climb(&objective, mixed, &starts(5, d), SETTINGS).unwrap();
                let reached = values.into_iter().fold(f64::NEG_INFINITY, f64::max);
                assert!((reached - best).abs() < 1e-9, "{levels:?}, kind {kind}: {reached} of {best}");
            }
        }
    }

    #[test]
    fn a_climb_stays_in_the_box_rises_and_holds_what_is_held() {
        let model = Waves(vec![-0.3, 0.4, 1.4, 0.6, 0.1, 0.5]);
        let objective = objective(&model);
        let mixed = Mixed { kinds: &[0, 0, 0, 1, 0, 0], levels: &[0, 0, 5, 3, 1, 0], lower: &LOWER, upper: &UPPER };
        let mut starts = starts(20, 6);
        for row in starts.chunks_exact_mut(6).step_by(3) {
            row[1] = f64::NAN;
            row[2] = f64::NAN;
        }
        let mut settled = starts.clone();
        settled.chunks_exact_mut(6).for_each(|point| mixed.settle(point));
        let before = evaluate(&objective, &settled, 1).unwrap();
        let (points, values) = climb(&objective, mixed, &starts, SETTINGS).unwrap();
        for (i, (point, start)) in points.chunks_exact(6).zip(starts.chunks_exact(6)).enumerate() {
            assert!(values[i] >= before[i]);
            assert_eq!(values[i], evaluate(&objective, point, 1).unwrap()[0]);
            assert!(point.iter().zip(start).all(|(p, s)| p.is_nan() == s.is_nan()));
            assert!(point.iter().all(|p| p.is_nan() || (0.0..=1.0).contains(p)));
            assert_eq!(point[4], start[4]);
            assert!(point[2].is_nan() || (point[2] * 5.0).fract() == 0.5);
            assert!([0.5 / 3.0, 0.5, 2.5 / 3.0].contains(&point[3]));
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let model = Waves(vec![0.3, 0.4, 0.9]);
        let mixed = Mixed { kinds: &[0, 0, 1], levels: &[0, 0, 6], lower: &LOWER[..3], upper: &UPPER[..3] };
        let starts = starts(40, 3);
        let one = climb(&objective(&model), mixed, &starts, SETTINGS).unwrap();
        for threads in [2, 3, 4, 100] {
            assert_eq!(climb(&objective(&model), mixed, &starts, Settings { threads, ..SETTINGS }).unwrap(), one);
            assert_eq!(
                evaluate(&objective(&model), &[&starts[..]; 9].concat(), threads),
                evaluate(&objective(&model), &[&starts[..]; 9].concat(), 1)
            );
        }
    }

    /// Constraints and a prior move the maximum; the sum has the gradient of what they add.
    #[test]
    fn what_is_added_counts_and_has_its_gradient() {
        let (model, constraint, other) = (Waves(vec![0.5, 0.5]), Waves(vec![0.1, 0.9]), Waves(vec![0.7, 0.2]));
        let holds = |model, best| Scored { model, acquisition: Acquisition::LogProbabilityOfImprovement { best } };
        let promise = Scored { model: &model, acquisition: Acquisition::LogExpectedImprovement { best: -1.0 } };
        let (one, two) = (holds(&constraint, 0.05), holds(&other, 0.4));
        let prior = Prior { centre: &[0.9, 0.9], precision: &[3.0, 0.0] };
        let whole = Objective { dimension: 2, terms: vec![&promise, &one, &two, &prior] };
        let (mut here, mut there) = (Evaluation::default(), Evaluation::default());
        for point in starts(10, 2).chunks_exact(2) {
            whole.evaluate(point, true, &mut here);
            for j in 0..2 {
                let mut pair = [point, point].concat();
                pair[j] += 1e-6;
                pair[2 + j] -= 1e-6;
                whole.evaluate(&pair, false, &mut there);
                assert!(((there.values[0] - there.values[1]) / 2e-6 - here.gradients[j]).abs() < 1e-6);
            }
            let mut expected = -1.5 * (point[0] - 0.9) * (point[0] - 0.9);
            for term in [&promise, &one, &two] {
                Objective { dimension: 2, terms: vec![term] }.evaluate(point, false, &mut there);
                expected += there.values[0];
            }
            assert!((here.values[0] - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let model = Waves(vec![0.3, 0.4]);
        let mixed = Mixed { kinds: &[0, 0], levels: &[0, 0], lower: &LOWER[..2], upper: &UPPER[..2] };
        assert!(climb(&objective(&model), mixed, &[0.5], SETTINGS).is_err());
        assert!(climb(&objective(&model), Mixed { levels: &[0], ..mixed }, &[0.5; 2], SETTINGS).is_err());
        assert!(climb(&objective(&model), Mixed { kinds: &[0; 3], ..mixed }, &[0.5; 2], SETTINGS).is_err());
        assert!(climb(&objective(&model), Mixed { lower: &[0.0], ..mixed }, &[0.5; 2], SETTINGS).is_err());
        assert!(climb(&objective(&model), Mixed { upper: &[], ..mixed }, &[0.5; 2], SETTINGS).is_err());
        assert!(evaluate(&objective(&model), &[0.5], 1).is_err());
        assert_eq!(climb(&objective(&model), mixed, &[], SETTINGS), Ok((vec![], vec![])));
    }
}

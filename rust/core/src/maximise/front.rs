//! log EHVI of several models as a term.

use super::{
    objective::{Evaluation, Term},
    surrogate::Surrogate,
};
use crate::{
    acquisition::{Improvement, Region},
    error::{Error, Result},
};

/// The logarithm of the hypervolume by which a point is expected to push the front, a model for each objective.
pub struct Front<'a> {
    models: Vec<&'a dyn Surrogate>,
    region: &'a Region,
}

impl<'a> Front<'a> {
    /// # Errors
    /// [`Error::Length`] when there is not one model for each objective, all of the same coordinates.
    pub fn new(models: Vec<&'a dyn Surrogate>, region: &'a Region) -> Result<Self> {
        if models.len() != region.objectives() {
            return Err(Error::Length { argument: "processes", expected: region.objectives(), got: models.len() });
        }
        let d = models.first().map_or(0, |model| model.dimension());
        match models.iter().find(|model| model.dimension() != d) {
            Some(other) => Err(Error::Length { argument: "x", expected: d, got: other.dimension() }),
            None => Ok(Self { models, region }),
        }
    }
}

impl Term for Front<'_> {
    fn is_costly(&self) -> bool {
        self.region.is_costly() || self.models.iter().any(|model| model.is_costly())
    }

    fn add(&self, points: &[f64], gradient: bool, sums: &mut Evaluation) {
        let (count, m) = (sums.values.len(), self.models.len());
        let d = points.len() / count.max(1);
        let (mut means, mut stds) = (vec![0.0; count * m], vec![0.0; count * m]);
        let mut slopes = Vec::new(); // of means and variances, model by model
        for (j, model) in self.models.iter().enumerate() {
            model.predict(points, gradient, &mut sums.prediction);
            for i in 0..count {
                means[i * m + j] = sums.prediction.mean[i];
                stds[i * m + j] = sums.prediction.variance[i].sqrt();
            }
            if gradient {
                slopes.push((sums.prediction.d_mean.clone(), sums.prediction.d_variance.clone()));
            }
        }
        let mut improvement = Improvement::default();
        for (i, value) in sums.values.iter_mut().enumerate() {
            let std = &stds[i * m..(i + 1) * m];
            self.region.at(&means[i * m..(i + 1) * m], std, gradient, &mut improvement);
            *value += improvement.value;
            for (j, (d_means, d_variances)) in slopes.iter().enumerate() {
                let d_mean = improvement.d_mean[j];
                let d_variance = improvement.d_std[j] / (2.0 * std[j]); // dσ = dσ² / 2σ
                let span = i * d..(i + 1) * d;
                let slopes = d_means[span.clone()].iter().zip(&d_variances[span.clone()]);
                for (gradient, (by_mean, by_variance)) in sums.gradients[span].iter_mut().zip(slopes) {
                    *gradient += d_mean * by_mean + d_variance * by_variance;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maximise::{Mixed, Objective, Prediction, Settings, climb, evaluate};

    /// Mean Σ (q − c)², and a variance that grows along the first coordinate.
    struct Bowl([f64; 2]);

    impl Surrogate for Bowl {
        fn dimension(&self) -> usize {
            2
        }

        fn is_costly(&self) -> bool {
            false
        }

        fn predict(&self, points: &[f64], _gradient: bool, prediction: &mut Prediction) {
            prediction.resize(points.len() / 2, 2);
            for (i, q) in points.chunks_exact(2).enumerate() {
                let away = [q[0] - self.0[0], q[1] - self.0[1]];
                prediction.mean[i] = away[0] * away[0] + away[1] * away[1];
                prediction.variance[i] = 0.01 + 0.02 * q[0];
                prediction.d_mean[2 * i..][..2].copy_from_slice(&away.map(|away| 2.0 * away));
                prediction.d_variance[2 * i..][..2].copy_from_slice(&[0.02, 0.0]);
            }
        }
    }

    const OPEN: f64 = f64::NEG_INFINITY;

    fn with(check: impl Fn(&Objective)) {
        let (one, two) = (Bowl([0.2, 0.5]), Bowl([0.8, 0.5]));
        let region = Region::new(&[OPEN, OPEN, 0.1, OPEN], &[0.1, 0.5, 0.5, 0.1], 2).unwrap();
        let front = Front::new(vec![&one, &two], &region).unwrap();
        check(&Objective { dimension: 2, terms: vec![&front] });
    }

    #[test]
    fn a_climb_ends_where_both_bowls_promise_most() {
        with(|objective| {
            let mixed = Mixed { kinds: &[0, 0], levels: &[0, 0], lower: &[0.0; 2], upper: &[1.0; 2] };
            let starts = [0.1, 0.1, 0.5, 0.9, 1.0, 0.0];
            let settings = Settings { iterations: 50, tolerance: 1e-9, threads: 1 };
            let (points, values) = climb(objective, mixed, &starts, settings).unwrap();
            for (point, value) in points.chunks_exact(2).zip(values) {
                assert!((point[1] - 0.5).abs() < 1e-4, "{point:?}");
                for step in [[1e-3, 0.0], [-1e-3, 0.0], [0.0, 1e-3], [0.0, -1e-3]] {
                    let beside = [(point[0] + step[0]).clamp(0.0, 1.0), point[1] + step[1]];
                    assert!(evaluate(objective, &beside, 1).unwrap()[0] <= value);
                }
            }
        });
    }

    #[test]
    fn the_gradient_is_that_of_central_differences() {
        with(|objective| {
            let mut here = Evaluation::default();
            for point in [[0.3, 0.4], [0.9, 0.9], [0.0, 0.1]] {
                objective.evaluate(&point, true, &mut here);
                for j in 0..2 {
                    let mut pair = [point, point].concat();
                    pair[j] += 1e-6;
                    pair[2 + j] -= 1e-6;
                    let values = evaluate(objective, &pair, 1).unwrap();
                    assert!(((values[0] - values[1]) / 2e-6 - here.gradients[j]).abs() < 1e-6);
                }
            }
        });
    }

    #[test]
    fn there_is_one_model_for_each_objective() {
        let (one, region) = (Bowl([0.2, 0.5]), Region::new(&[OPEN; 2], &[0.1; 2], 2).unwrap());
        assert!(Front::new(vec![&one], &region).is_err());
    }
}

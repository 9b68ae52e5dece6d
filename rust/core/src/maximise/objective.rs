//! The acquisition of a model's prediction, with what else counts, and its gradient.

use super::surrogate::{Prediction, Surrogate};
use crate::acquisition::{Acquisition, Score, log_probability_of_improvement};

/// −½ Σ precision (q − centre)² over the coordinates that are not NaN: the logarithm of a normal prior.
#[derive(Clone, Copy)]
pub struct Prior<'a> {
    /// (d,)
    pub centre: &'a [f64],
    /// (d,); 0 where there is no prior, as for every categorical coordinate
    pub precision: &'a [f64],
}

/// What is maximised: the acquisition, plus log P(constraint ≤ threshold) of every constraint, plus a log-prior.
pub struct Objective<'a> {
    pub model: &'a dyn Surrogate,
    pub acquisition: Acquisition,
    /// The models of the constraints, and the value that each must not exceed.
    pub feasibility: &'a [(&'a dyn Surrogate, f64)],
    pub prior: Option<Prior<'a>>,
}

/// Values and gradients at several points, and the memory they took.
#[derive(Default)]
pub struct Evaluation {
    /// (m,)
    pub values: Vec<f64>,
    /// (m, d), or without meaning when no gradient was asked for
    pub gradients: Vec<f64>,
    prediction: Prediction,
}

impl Objective<'_> {
    /// Writes the values at the rows of `points`, and the gradients if asked for.
    pub fn evaluate(&self, points: &[f64], gradient: bool, evaluation: &mut Evaluation) {
        let d = self.model.dimension();
        let m = points.len() / d.max(1);
        evaluation.values.clear();
        evaluation.values.resize(m, 0.0);
        evaluation.gradients.clear();
        evaluation.gradients.resize(if gradient { m * d } else { 0 }, 0.0);
        self.add(self.model, points, gradient, evaluation, |mean, std| match self.acquisition {
            Acquisition::LowerConfidenceBound { .. } => negated(self.acquisition.at(mean, std)),
            _ => self.acquisition.at(mean, std),
        });
        for &(model, threshold) in self.feasibility {
            self.add(model, points, gradient, evaluation, |mean, std| {
                log_probability_of_improvement(mean, std, threshold)
            });
        }
        if let Some(prior) = self.prior {
            prior.add(points, gradient, evaluation);
        }
    }

    fn add(
        &self,
        model: &dyn Surrogate,
        points: &[f64],
        gradient: bool,
        evaluation: &mut Evaluation,
        score: impl Fn(f64, f64) -> Score,
    ) {
        let Evaluation { values, gradients, prediction } = evaluation;
        let d = self.model.dimension();
        model.predict(points, gradient, prediction);
        for (i, value) in values.iter_mut().enumerate() {
            let std = prediction.variance[i].sqrt();
            let score = score(prediction.mean[i], std);
            *value += score.value;
            if gradient {
                let d_variance = score.d_std / (2.0 * std); // dσ = dσ² / 2σ
                let span = i * d..(i + 1) * d;
                let slopes = prediction.d_mean[span.clone()].iter().zip(&prediction.d_variance[span.clone()]);
                for (gradient, (by_mean, by_variance)) in gradients[span].iter_mut().zip(slopes) {
                    *gradient += score.d_mean * by_mean + d_variance * by_variance;
                }
            }
        }
    }
}

impl Prior<'_> {
    fn add(&self, points: &[f64], gradient: bool, evaluation: &mut Evaluation) {
        let d = self.centre.len();
        for (i, point) in points.chunks_exact(d).enumerate() {
            for (j, &q) in point.iter().enumerate().filter(|(j, q)| self.precision[*j] > 0.0 && !q.is_nan()) {
                let away = q - self.centre[j];
                evaluation.values[i] -= 0.5 * self.precision[j] * away * away;
                if gradient {
                    evaluation.gradients[i * d + j] -= self.precision[j] * away;
                }
            }
        }
    }
}

fn negated(score: Score) -> Score {
    Score { value: -score.value, d_mean: -score.d_mean, d_std: -score.d_std }
}

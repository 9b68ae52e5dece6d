//! What is maximised: a sum of terms, with its gradient.

use super::surrogate::{Prediction, Surrogate};
use crate::acquisition::{Acquisition, Score};

/// The sum of `terms` over points of `dimension` coordinates.
pub struct Objective<'a> {
    pub dimension: usize,
    pub terms: Vec<&'a dyn Term>,
}

/// A summand: how much a point promises, the logarithm of the probability that a constraint holds, a log-prior.
///
/// What is added at a point must not depend on the other points of the call, down to the last bit.
pub trait Term: Sync {
    /// Whether some dozens of points take longer than to start a thread.
    fn is_costly(&self) -> bool;

    /// Adds the values at the rows of `points` to `sums`, and the gradients if asked for.
    fn add(&self, points: &[f64], gradient: bool, sums: &mut Evaluation);
}

/// Values and gradients at several points, and the memory they took.
#[derive(Default)]
pub struct Evaluation {
    /// (m,)
    pub values: Vec<f64>,
    /// (m, d), or without meaning when no gradient was asked for
    pub gradients: Vec<f64>,
    pub(super) prediction: Prediction,
}

impl Objective<'_> {
    /// Writes the values at the rows of `points`, and the gradients if asked for.
    pub fn evaluate(&self, points: &[f64], gradient: bool, evaluation: &mut Evaluation) {
        let m = points.len() / self.dimension.max(1);
        evaluation.values.clear();
        evaluation.values.resize(m, 0.0);
        evaluation.gradients.clear();
        evaluation.gradients.resize(if gradient { m * self.dimension } else { 0 }, 0.0);
        for term in &self.terms {
            term.add(points, gradient, evaluation);
        }
    }

    /// Whether some dozens of points take longer than to start a thread.
    #[must_use]
    pub fn is_costly(&self) -> bool {
        self.terms.iter().any(|term| term.is_costly())
    }
}

/// An acquisition of one model's prediction, so turned that more is better.
#[derive(Clone, Copy)]
pub struct Scored<'a> {
    pub model: &'a dyn Surrogate,
    pub acquisition: Acquisition,
}

impl Term for Scored<'_> {
    fn is_costly(&self) -> bool {
        self.model.is_costly()
    }

    fn add(&self, points: &[f64], gradient: bool, sums: &mut Evaluation) {
        let Evaluation { values, gradients, prediction } = sums;
        let d = self.model.dimension();
        self.model.predict(points, gradient, prediction);
        for (i, value) in values.iter_mut().enumerate() {
            let std = prediction.variance[i].sqrt();
            let score = self.score(prediction.mean[i], std);
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

impl Scored<'_> {
    fn score(&self, mean: f64, std: f64) -> Score {
        let score = self.acquisition.at(mean, std);
        match self.acquisition {
            Acquisition::LowerConfidenceBound { .. } => {
                Score { value: -score.value, d_mean: -score.d_mean, d_std: -score.d_std }
            }
            _ => score,
        }
    }
}

/// −½ Σ precision (q − centre)² over the coordinates that are not NaN: the logarithm of a normal prior.
#[derive(Clone, Copy)]
pub struct Prior<'a> {
    /// (d,)
    pub centre: &'a [f64],
    /// (d,); 0 where there is no prior, as for every categorical coordinate
    pub precision: &'a [f64],
}

impl Term for Prior<'_> {
    fn is_costly(&self) -> bool {
        false
    }

    fn add(&self, points: &[f64], gradient: bool, sums: &mut Evaluation) {
        let d = self.centre.len();
        for (i, point) in points.chunks_exact(d).enumerate() {
            for (j, &q) in point.iter().enumerate().filter(|(j, q)| self.precision[*j] > 0.0 && !q.is_nan()) {
                let away = q - self.centre[j];
                sums.values[i] -= 0.5 * self.precision[j] * away * away;
                if gradient {
                    sums.gradients[i * d + j] -= self.precision[j] * away;
                }
            }
        }
    }
}

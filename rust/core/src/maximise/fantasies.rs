//! The expected improvement averaged over several processes that differ in their outputs alone.
//!
//! | symbol  | meaning                                                                          | shape |
//! |---------|----------------------------------------------------------------------------------|-------|
//! | αₛ      | weights of process s                                                             | s × n |
//! | mₛ, σ   | its mean, and the deviation, which is that of all                                | s     |
//! | bestₛ   | what is to be improved on if process s is the true one                           | s     |
//! | eₛ, wₛ  | its expected improvement, and eₛ / Σ e                                           | s     |
//!
//! value = log (Σ e / S), and its derivatives are Σ wₛ ∂ log eₛ. With outputs drawn from the posterior of a noisy
//! record this is noisy expected improvement (Letham et al., Bayesian Analysis 14, 2019, equation 7). One solve gives σ
//! for all processes.

use super::{
    objective::{Evaluation, Term},
    surrogate::Surrogate,
};
use crate::{
    acquisition::{Score, log_expected_improvement},
    error::{Error, Result},
    gp::{Functions, Terms},
};

/// Processes that differ in their outputs alone.
pub struct Fantasies<'a> {
    spread: &'a dyn Surrogate,
    means: Functions<'a>,
    bests: &'a [f64],
}

impl<'a> Fantasies<'a> {
    /// `spread` knows the deviation, `means` the mean of each process, `bests` what each is to be improved on.
    ///
    /// # Errors
    /// [`Error::Length`] when there is not one of `bests` for each function.
    pub fn new(spread: &'a dyn Surrogate, means: Functions<'a>, bests: &'a [f64]) -> Result<Self> {
        if means.count() != bests.len() || bests.is_empty() {
            return Err(Error::Length { argument: "best", expected: means.count().max(1), got: bests.len() });
        }
        Ok(Self { spread, means, bests })
    }
}

impl Term for Fantasies<'_> {
    fn is_costly(&self) -> bool {
        self.spread.is_costly()
    }

    fn add(&self, points: &[f64], gradient: bool, sums: &mut Evaluation) {
        let Evaluation { values, gradients, prediction } = sums;
        let d = self.spread.dimension();
        self.spread.predict(points, gradient, prediction);
        let (mut terms, mut means) = (Terms::default(), vec![0.0; self.bests.len()]);
        for (i, (value, q)) in values.iter_mut().zip(points.chunks_exact(d)).enumerate() {
            let std = prediction.variance[i].sqrt();
            self.means.values(q, &mut terms, &mut means);
            let (score, by_means) = self.averaged(&means, std);
            *value += score.value;
            if gradient {
                let span = i * d..(i + 1) * d;
                let (slope, d_variance) = (&mut gradients[span.clone()], score.d_std / (2.0 * std));
                slope.iter_mut().zip(&prediction.d_variance[span]).for_each(|(g, by)| *g += d_variance * by);
                self.means.add_slope(q, &mut terms, &by_means, slope);
            }
        }
    }
}

impl Fantasies<'_> {
    /// The logarithm of the mean, and its derivative in each of the means.
    fn averaged(&self, means: &[f64], std: f64) -> (Score, Vec<f64>) {
        let scores: Vec<Score> =
            means.iter().zip(self.bests).map(|(&mean, &best)| log_expected_improvement(mean, std, best)).collect();
        let most = scores.iter().fold(f64::NEG_INFINITY, |most, score| most.max(score.value));
        let total: f64 = scores.iter().map(|score| (score.value - most).exp()).sum();
        let mut average = Score { value: most + (total / scores.len() as f64).ln(), d_mean: 0.0, d_std: 0.0 };
        let mut by_means = Vec::with_capacity(scores.len());
        for score in &scores {
            let weight = (score.value - most).exp() / total;
            by_means.push(weight * score.d_mean);
            average.d_mean += weight * score.d_mean;
            average.d_std += weight * score.d_std;
        }
        (average, by_means)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        acquisition::Acquisition,
        gp::{Family, factorise},
        maximise::{Factorised, Objective, Process, Scored},
        sampling::uniform,
    };

    const THETA: [f64; 4] = [-0.7, -0.4, 0.1, -9.0];
    const N: usize = 7;

    fn points(n: usize, seed: u64) -> Vec<f64> {
        let trials: Vec<u64> = (0..n as u64).collect();
        uniform(seed, &trials, &[0, 1], 0).unwrap()
    }

    /// The three processes with outputs sin(i + s), each on its own and together.
    fn with_processes(check: impl Fn(&Objective, [Objective; 3])) {
        let (x, family) = (points(N, 1), Family::Matern52);
        let outputs = |s: usize| -> Vec<f64> { (0..N).map(|i| ((i + s) as f64).sin()).collect() };
        let bests = [-1.2, -0.9, -1.0];
        let solved = [0, 1, 2].map(|s| factorise(&x, &outputs(s), &THETA, &[0, 0], None, family, 1).unwrap());
        let alphas = solved.iter().flat_map(|(_, alpha, _)| alpha.iter().copied()).collect::<Vec<f64>>();
        let models = [0, 1, 2].map(|s| {
            let data = Factorised { x: &x, theta: &THETA, kinds: &[0, 0], factor: &solved[s].0, alpha: &solved[s].1 };
            Process::new(data, family).unwrap()
        });
        let means = Functions::new(&x, &THETA, &[0, 0], family, &alphas).unwrap();
        let together = Fantasies::new(&models[0], means, &bests).unwrap();
        let alone = [0, 1, 2]
            .map(|s| Scored { model: &models[s], acquisition: Acquisition::LogExpectedImprovement { best: bests[s] } });
        let objective = |term| Objective { dimension: 2, terms: vec![term] };
        check(&objective(&together), [0, 1, 2].map(|s| &alone[s]).map(|term| objective(term)));
    }

    #[test]
    fn the_value_is_that_of_the_mean() {
        with_processes(|together, alone| {
            let queries = points(20, 2);
            let (mut ours, mut one) = (Evaluation::default(), Evaluation::default());
            together.evaluate(&queries, false, &mut ours);
            let mut sums = [0.0; 20];
            for objective in alone {
                objective.evaluate(&queries, false, &mut one);
                sums.iter_mut().zip(&one.values).for_each(|(sum, value)| *sum += value.exp() / 3.0);
            }
            assert!(ours.values.iter().zip(sums).all(|(value, sum)| (value - sum.ln()).abs() < 1e-10));
        });
    }

    #[test]
    fn the_gradient_is_that_of_central_differences() {
        with_processes(|together, _| {
            let (mut here, mut there) = (Evaluation::default(), Evaluation::default());
            for q in points(20, 3).chunks_exact(2) {
                together.evaluate(q, true, &mut here);
                for j in 0..2 {
                    let mut pair = [q, q].concat();
                    pair[j] += 1e-6;
                    pair[2 + j] -= 1e-6;
                    together.evaluate(&pair, false, &mut there);
                    let difference = (there.values[0] - there.values[1]) / 2e-6;
                    assert!((difference - here.gradients[j]).abs() < 1e-5 * difference.abs().max(1.0));
                }
            }
        });
    }

    #[test]
    fn one_best_for_each() {
        let alpha = [1.0, 2.0];
        let data = Factorised { x: &[0.5], theta: &[0.0; 3], kinds: &[0], factor: &[1.0], alpha: &alpha[..1] };
        let model = Process::new(data, Family::Rbf).unwrap();
        let means = || Functions::new(&[0.5], &[0.0; 3], &[0], Family::Rbf, &alpha).unwrap();
        assert!(Fantasies::new(&model, means(), &[0.0, 1.0]).is_ok());
        assert!(Fantasies::new(&model, means(), &[0.0]).is_err());
        assert!(Fantasies::new(&model, means(), &[]).is_err());
    }
}

//! The functions over arrays, chosen by an enumeration.

use super::improvement::{
    Score, expected_improvement, log_expected_improvement, log_probability_of_improvement, lower_confidence_bound,
    probability_of_improvement,
};
use crate::error::{Error, Result};

/// An acquisition function with its parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Acquisition {
    LogExpectedImprovement { best: f64 },
    ExpectedImprovement { best: f64 },
    LogProbabilityOfImprovement { best: f64 },
    ProbabilityOfImprovement { best: f64 },
    LowerConfidenceBound { kappa: f64 },
}

impl Acquisition {
    /// What the maximiser climbs, by name: `log_ei` and `log_pi` of `best`, `lcb` with `kappa`.
    ///
    /// # Errors
    /// [`Error::Name`] for any other.
    pub fn parse(name: &str, best: f64, kappa: f64) -> Result<Self> {
        match name {
            "log_ei" => Ok(Self::LogExpectedImprovement { best }),
            "log_pi" => Ok(Self::LogProbabilityOfImprovement { best }),
            "lcb" => Ok(Self::LowerConfidenceBound { kappa }),
            _ => Err(Error::Name {
                argument: "acquisition",
                expected: "'log_ei', 'log_pi' or 'lcb'",
                got: name.to_owned(),
            }),
        }
    }

    /// The function at one prediction.
    #[must_use]
    pub fn at(self, mean: f64, std: f64) -> Score {
        match self {
            Self::LogExpectedImprovement { best } => log_expected_improvement(mean, std, best),
            Self::ExpectedImprovement { best } => expected_improvement(mean, std, best),
            Self::LogProbabilityOfImprovement { best } => log_probability_of_improvement(mean, std, best),
            Self::ProbabilityOfImprovement { best } => probability_of_improvement(mean, std, best),
            Self::LowerConfidenceBound { kappa } => lower_confidence_bound(mean, std, kappa),
        }
    }
}

/// Value, derivative in the mean and derivative in the standard deviation at each of the n predictions.
///
/// # Errors
/// [`Error::Length`] when there is not one standard deviation for each mean.
pub fn evaluate(function: Acquisition, mean: &[f64], std: &[f64]) -> Result<[Vec<f64>; 3]> {
    if mean.len() != std.len() {
        return Err(Error::Length { argument: "std", expected: mean.len(), got: std.len() });
    }
    let mut columns = [(); 3].map(|()| Vec::with_capacity(mean.len()));
    for (&mean, &std) in mean.iter().zip(std) {
        let score = function.at(mean, std);
        for (column, number) in columns.iter_mut().zip([score.value, score.d_mean, score.d_std]) {
            column.push(number);
        }
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_for_each_prediction() {
        let [value, d_mean, d_std] =
            evaluate(Acquisition::LowerConfidenceBound { kappa: 2.0 }, &[1.0, 2.0], &[0.5, 0.25]).unwrap();
        assert_eq!((value, d_mean, d_std), (vec![0.0, 1.5], vec![1.0, 1.0], vec![-2.0, -2.0]));
    }

    #[test]
    fn lengths_must_fit() {
        let error = evaluate(Acquisition::ExpectedImprovement { best: 0.0 }, &[1.0], &[]);
        assert_eq!(error, Err(Error::Length { argument: "std", expected: 1, got: 0 }));
    }
}

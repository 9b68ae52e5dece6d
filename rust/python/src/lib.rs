//! `tunewright._rust._core`: the compiled module. Names here, in `_core.pyi` and in `_rust/__init__.py` are the same.

#![allow(clippy::needless_pass_by_value)] // Python's arguments arrive by value

mod acquisition;
mod border;
mod evolution;
mod forest;
mod gp;
mod halving;
mod linalg;
mod maximise;
mod multiobjective;
mod objective;
mod pareto;
mod parzen;
mod sampling;

#[pyo3::pymodule]
mod _core {
    #[pymodule_export]
    use crate::acquisition::{
        expected_improvement, log_expected_improvement, log_probability_of_improvement, lower_confidence_bound,
        probability_of_improvement,
    };
    #[pymodule_export]
    use crate::evolution::{adapted, crowded_survivors, niched_survivors, offspring, steps};
    #[pymodule_export]
    use crate::forest::Forest;
    #[pymodule_export]
    use crate::gp::{
        covariance, cross_covariance, factorise, fit, leave_one_out, negative_log_posterior, predict, sample,
    };
    #[pymodule_export]
    use crate::halving::{Ranking, Rungs, brackets, epsilon_net, leaders, levels};
    #[pymodule_export]
    use crate::linalg::{append_row, cholesky, inverse, log_determinant, remove_row, solve, solve_lower, solve_upper};
    #[pymodule_export]
    use crate::maximise::{climb, evaluate};
    #[pymodule_export]
    use crate::multiobjective::{climb_front, evaluate_front, log_expected_hypervolume_improvement};
    #[pymodule_export]
    use crate::pareto::{
        box_decomposition, crowding_distance, epsilon_indicator, hypervolume, hypervolume_contributions,
        hypervolume_subset, igd_plus, is_nondominated, nondominated_rank,
    };
    #[pymodule_export]
    use crate::parzen::{Estimator, Mixture};
    #[pymodule_export]
    use crate::sampling::{halton, sobol, stream, uniform};
}

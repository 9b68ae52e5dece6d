from collections.abc import Sequence
from typing import TypeAlias, final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Estimator",
    "Forest",
    "Mixture",
    "Ranking",
    "Rungs",
    "adapted",
    "append_row",
    "box_decomposition",
    "brackets",
    "cholesky",
    "climb",
    "climb_front",
    "covariance",
    "cross_covariance",
    "crowded_survivors",
    "crowding_distance",
    "epsilon_indicator",
    "epsilon_net",
    "evaluate",
    "evaluate_front",
    "expected_improvement",
    "factorise",
    "fit",
    "halton",
    "hypervolume",
    "hypervolume_contributions",
    "hypervolume_subset",
    "igd_plus",
    "inverse",
    "is_nondominated",
    "leaders",
    "leave_one_out",
    "levels",
    "log_determinant",
    "log_expected_hypervolume_improvement",
    "log_expected_improvement",
    "log_probability_of_improvement",
    "lower_confidence_bound",
    "negative_log_posterior",
    "niched_survivors",
    "nondominated_rank",
    "offspring",
    "predict",
    "probability_of_improvement",
    "remove_row",
    "sample",
    "sobol",
    "solve",
    "solve_lower",
    "solve_upper",
    "steps",
    "stream",
    "uniform",
]

_Triple: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
_Process: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
_Feasibility: TypeAlias = tuple[
    NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float
]

@final
class Estimator:
    def __new__(
        cls,
        cells: Sequence[int],
        least: Sequence[float],
        groups: Sequence[Sequence[int]],
        *,
        prior_weight: float = 1.0,
        fresh: int = 25,
    ) -> Estimator: ...
    def good(self) -> NDArray[np.int64]: ...
    def members(self, group: int) -> list[NDArray[np.int64]]: ...
    def split(self, good: Sequence[int]) -> None: ...
    def place(self, trials: Sequence[int], rows: NDArray[np.float64]) -> None: ...
    def forget(self, trials: Sequence[int]) -> None: ...
    def sample(
        self,
        draws: NDArray[np.float64],
        *,
        fallback: NDArray[np.float64] | None = None,
        weights: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]: ...
    def candidates(
        self,
        draws: NDArray[np.float64],
        *,
        fallback: NDArray[np.float64] | None = None,
        weights: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]: ...
    def candidate(
        self,
        seed: int,
        trial: int,
        purpose: int,
        count: int,
        *,
        weights: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]: ...
    def ranked(
        self,
        points: NDArray[np.float64],
        *,
        log_prior: NDArray[np.float64] | None = None,
        belief: float = 0.0,
        weights: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]: ...

@final
class Forest:
    def __new__(
        cls,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        categories: NDArray[np.int64],
        *,
        seed: int,
        purpose: int,
        first: int,
        trees: int,
        bootstrap: bool,
        features: int,
        min_leaf: int,
        min_split: int,
        depth: int,
        thresholds: str,
        grouping: str,
        threads: int,
    ) -> Forest: ...
    def __len__(self) -> int: ...
    def predict(
        self, points: NDArray[np.float64], *, threads: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
    def predict_near(
        self, bases: NDArray[np.float64], points: NDArray[np.float64], *, threads: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
    def marginal(
        self, feature: int, points: NDArray[np.float64], absent: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
    def marginal_pair(
        self, first: int, second: int, absent: NDArray[np.float64], *, cells: int
    ) -> NDArray[np.float64]: ...
    def nodes(
        self, tree: int
    ) -> tuple[
        NDArray[np.int64],
        NDArray[np.float64],
        NDArray[np.uint64],
        NDArray[np.bool_],
        NDArray[np.int64],
        NDArray[np.float64],
        NDArray[np.float64],
        NDArray[np.float64],
    ]: ...

@final
class Mixture:
    def __new__(
        cls, cells: Sequence[int], least: Sequence[float], *, prior_weight: float = 1.0, fresh: int = 25
    ) -> Mixture: ...
    def __len__(self) -> int: ...
    def trials(self) -> NDArray[np.int64]: ...
    def insert(self, trials: Sequence[int], rows: NDArray[np.float64]) -> None: ...
    def remove(self, trials: Sequence[int]) -> None: ...
    def log_density(
        self,
        points: NDArray[np.float64],
        *,
        log_prior: NDArray[np.float64] | None = None,
        weights: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]: ...
    def sample(
        self,
        draws: NDArray[np.float64],
        fallback: NDArray[np.float64],
        *,
        weights: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]: ...

@final
class Ranking:
    def __new__(cls) -> Ranking: ...
    def __len__(self) -> int: ...
    def insert(self, trial: int, loss: float, violation: float = 0.0) -> int | None: ...
    def better(self, loss: float, violation: float = 0.0) -> int: ...

@final
class Rungs:
    def __new__(cls, levels: Sequence[int], reduction_factor: int, tolerance: float | None = None) -> Rungs: ...
    def enter(self, trial: int, step: int, loss: float, violation: float = 0.0) -> int: ...
    def promotable(self, limit: int) -> list[int]: ...
    def settle(self, trial: int) -> None: ...
    def rung(self, trial: int) -> int | None: ...
    def sizes(self) -> list[int]: ...
    def best(self, rung: int, count: int) -> list[int]: ...
    @property
    def ceiling(self) -> int: ...

def brackets(
    min_resource: int, max_resource: int, reduction_factor: int
) -> list[tuple[NDArray[np.uint64], NDArray[np.uint64]]]: ...
def epsilon_net(losses: NDArray[np.float64], count: int) -> NDArray[np.int64]: ...
def leaders(losses: NDArray[np.float64], violations: NDArray[np.float64], count: int) -> NDArray[np.int64]: ...
def levels(min_resource: int, max_resource: int, reduction_factor: int) -> NDArray[np.uint64]: ...
def halton(first: int, count: int, dimension: int, *, seed: int | None = None) -> NDArray[np.float64]: ...
def is_nondominated(
    losses: NDArray[np.float64], *, violations: NDArray[np.float64] | None = None
) -> NDArray[np.bool_]: ...
def sobol(first: int, count: int, dimension: int, *, seed: int | None = None) -> NDArray[np.float64]: ...
def stream(seed: int, trial: int, purpose: int, count: int, *, attempt: int = 0) -> NDArray[np.float64]: ...
def uniform(
    seed: int, trials: NDArray[np.uint64], purposes: NDArray[np.uint64], *, attempt: int = 0
) -> NDArray[np.float64]: ...
def climb(
    x: NDArray[np.float64],
    theta: NDArray[np.float64],
    kinds: NDArray[np.uint8],
    factor: NDArray[np.float64],
    alpha: NDArray[np.float64],
    starts: NDArray[np.float64],
    levels: NDArray[np.uintp],
    *,
    family: str,
    acquisition: str,
    best: NDArray[np.float64],
    kappa: float,
    feasibility: Sequence[_Feasibility],
    prior: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
    bounds: tuple[NDArray[np.float64], NDArray[np.float64]],
    iterations: int,
    tolerance: float,
    threads: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def evaluate(
    x: NDArray[np.float64],
    theta: NDArray[np.float64],
    kinds: NDArray[np.uint8],
    factor: NDArray[np.float64],
    alpha: NDArray[np.float64],
    candidates: NDArray[np.float64],
    *,
    family: str,
    acquisition: str,
    best: NDArray[np.float64],
    kappa: float,
    feasibility: Sequence[_Feasibility],
    prior: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
    threads: int,
) -> NDArray[np.float64]: ...
def climb_front(
    processes: Sequence[_Process],
    kinds: NDArray[np.uint8],
    starts: NDArray[np.float64],
    levels: NDArray[np.uintp],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    *,
    family: str,
    feasibility: Sequence[_Feasibility],
    prior: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
    bounds: tuple[NDArray[np.float64], NDArray[np.float64]],
    iterations: int,
    tolerance: float,
    threads: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def evaluate_front(
    processes: Sequence[_Process],
    kinds: NDArray[np.uint8],
    candidates: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    *,
    family: str,
    feasibility: Sequence[_Feasibility],
    prior: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
    threads: int,
) -> NDArray[np.float64]: ...
def log_expected_hypervolume_improvement(
    mean: NDArray[np.float64], std: NDArray[np.float64], lower: NDArray[np.float64], upper: NDArray[np.float64]
) -> _Triple: ...
def expected_improvement(mean: NDArray[np.float64], std: NDArray[np.float64], best: float) -> _Triple: ...
def log_expected_improvement(mean: NDArray[np.float64], std: NDArray[np.float64], best: float) -> _Triple: ...
def log_probability_of_improvement(mean: NDArray[np.float64], std: NDArray[np.float64], best: float) -> _Triple: ...
def lower_confidence_bound(mean: NDArray[np.float64], std: NDArray[np.float64], kappa: float) -> _Triple: ...
def probability_of_improvement(mean: NDArray[np.float64], std: NDArray[np.float64], best: float) -> _Triple: ...
def append_row(factor: NDArray[np.float64], column: NDArray[np.float64], diagonal: float) -> NDArray[np.float64]: ...
def cholesky(a: NDArray[np.float64], *, jitter: bool = True, threads: int = 1) -> tuple[NDArray[np.float64], float]: ...
def covariance(
    x: NDArray[np.float64],
    theta: NDArray[np.float64],
    kinds: NDArray[np.uint8],
    *,
    family: str = "matern52",
    threads: int = 1,
) -> NDArray[np.float64]: ...
def cross_covariance(
    q: NDArray[np.float64],
    x: NDArray[np.float64],
    theta: NDArray[np.float64],
    kinds: NDArray[np.uint8],
    *,
    family: str = "matern52",
    threads: int = 1,
) -> NDArray[np.float64]: ...
def factorise(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    theta: NDArray[np.float64],
    kinds: NDArray[np.uint8],
    *,
    noise: NDArray[np.float64] | None = None,
    family: str = "matern52",
    threads: int = 1,
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]: ...
def fit(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    kinds: NDArray[np.uint8],
    *,
    starts: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    prior_mean: NDArray[np.float64],
    prior_std: NDArray[np.float64],
    noise: NDArray[np.float64] | None = None,
    family: str = "matern52",
    iterations: int = 100,
    tolerance: float = 1e-5,
    threads: int = 1,
) -> tuple[NDArray[np.float64], float]: ...
def inverse(factor: NDArray[np.float64], *, threads: int = 1) -> NDArray[np.float64]: ...
def leave_one_out(
    factor: NDArray[np.float64], alpha: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def log_determinant(factor: NDArray[np.float64]) -> float: ...
def negative_log_posterior(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    theta: NDArray[np.float64],
    kinds: NDArray[np.uint8],
    *,
    prior_mean: NDArray[np.float64],
    prior_std: NDArray[np.float64],
    noise: NDArray[np.float64] | None = None,
    family: str = "matern52",
    threads: int = 1,
) -> tuple[float, NDArray[np.float64]]: ...
def predict(
    x: NDArray[np.float64],
    theta: NDArray[np.float64],
    kinds: NDArray[np.uint8],
    factor: NDArray[np.float64],
    alpha: NDArray[np.float64],
    q: NDArray[np.float64],
    *,
    gradient: bool = False,
    family: str = "matern52",
    threads: int = 1,
) -> tuple[NDArray[np.float64], ...]: ...
def remove_row(factor: NDArray[np.float64], index: int) -> NDArray[np.float64]: ...
def sample(
    x: NDArray[np.float64],
    theta: NDArray[np.float64],
    kinds: NDArray[np.uint8],
    factor: NDArray[np.float64],
    alpha: NDArray[np.float64],
    q: NDArray[np.float64],
    normals: NDArray[np.float64],
    *,
    family: str = "matern52",
    threads: int = 1,
) -> NDArray[np.float64]: ...
def solve(factor: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]: ...
def solve_lower(factor: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]: ...
def solve_upper(factor: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]: ...
def crowding_distance(losses: NDArray[np.float64]) -> NDArray[np.float64]: ...
def nondominated_rank(
    losses: NDArray[np.float64], *, violations: NDArray[np.float64] | None = None
) -> NDArray[np.int64]: ...
def hypervolume(losses: NDArray[np.float64], *, reference: NDArray[np.float64]) -> float: ...
def hypervolume_contributions(
    losses: NDArray[np.float64], *, reference: NDArray[np.float64]
) -> NDArray[np.float64]: ...
def hypervolume_subset(losses: NDArray[np.float64], k: int, *, reference: NDArray[np.float64]) -> NDArray[np.int64]: ...
def igd_plus(losses: NDArray[np.float64], *, reference: NDArray[np.float64]) -> float: ...
def epsilon_indicator(
    losses: NDArray[np.float64], *, reference: NDArray[np.float64], multiplicative: bool
) -> float: ...
def adapted(
    mean: NDArray[np.float64],
    sigma: float,
    covariance: NDArray[np.float64],
    factor: NDArray[np.float64],
    conjugate: NDArray[np.float64],
    path: NDArray[np.float64],
    *,
    steps: NDArray[np.float64],
    generation: int,
) -> tuple[
    NDArray[np.float64],
    float,
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
]: ...
def crowded_survivors(
    losses: NDArray[np.float64], violations: NDArray[np.float64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]: ...
def niched_survivors(
    losses: NDArray[np.float64],
    violations: NDArray[np.float64],
    count: int,
    *,
    directions: NDArray[np.float64],
    ideal: NDArray[np.float64],
    draws: NDArray[np.float64],
) -> NDArray[np.int64]: ...
def offspring(
    parents: NDArray[np.float64],
    standing: NDArray[np.float64],
    cells: NDArray[np.int64],
    trials: NDArray[np.uint64],
    *,
    beats: NDArray[np.bool_] | None,
    seed: int,
    purpose: int,
    attempt: int,
    tournament: int,
    crossover: float,
    crossover_index: float,
    mutation: float,
    mutation_index: float,
) -> NDArray[np.float64]: ...
def steps(
    factor: NDArray[np.float64], trials: NDArray[np.uint64], *, seed: int, purpose: int, attempt: int
) -> NDArray[np.float64]: ...
def box_decomposition(
    losses: NDArray[np.float64], *, reference: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...

"""Search strategies: one file each, a pure function of the record and a counter-based stream."""

from __future__ import annotations

__all__ = [
    "CMAES",
    "NSGA2",
    "NSGA3",
    "TPE",
    "Auto",
    "Choosing",
    "DifferentialEvolution",
    "Ensemble",
    "Explaining",
    "GaussianProcess",
    "Grid",
    "LocalSearch",
    "Manual",
    "ParEGO",
    "Progressive",
    "QuasiRandom",
    "Random",
    "RandomForest",
    "RegularizedEvolution",
    "Reinforce",
    "Strategy",
    "Transfer",
    "TrustRegion",
    "strategy_from_json",
]

from tunewright.strategies.auto import Auto
from tunewright.strategies.cmaes import CMAES
from tunewright.strategies.differential_evolution import DifferentialEvolution
from tunewright.strategies.ensemble import Ensemble
from tunewright.strategies.gaussian_process import GaussianProcess
from tunewright.strategies.grid import Grid
from tunewright.strategies.local_search import LocalSearch
from tunewright.strategies.manual import Manual
from tunewright.strategies.nsga2 import NSGA2
from tunewright.strategies.nsga3 import NSGA3
from tunewright.strategies.parego import ParEGO
from tunewright.strategies.progressive import Progressive
from tunewright.strategies.protocol import Choosing, Explaining, Strategy
from tunewright.strategies.quasirandom import QuasiRandom
from tunewright.strategies.random import Random
from tunewright.strategies.random_forest import RandomForest
from tunewright.strategies.registry import strategy_from_json
from tunewright.strategies.regularized_evolution import RegularizedEvolution
from tunewright.strategies.reinforce import Reinforce
from tunewright.strategies.tpe import TPE
from tunewright.strategies.transfer import Transfer
from tunewright.strategies.trust_region import TrustRegion

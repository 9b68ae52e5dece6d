"""tunewright: hyperparameter tuning for deep learning.

import tunewright as tw

space = tw.Space(lr=tw.Float(1e-5, 1e-1, log=True), width=tw.Int(16, 256, log=True))
study = tw.Study(space, minimize="loss", storage="digits.db")
study.optimize(objective, trials=100, workers=2)
study.best_config
"""

from __future__ import annotations

__all__ = [
    "ASHA",
    "CMAES",
    "NSGA2",
    "NSGA3",
    "PB2",
    "TPE",
    "Auto",
    "Categorical",
    "Checkpoints",
    "Constant",
    "CrossValidation",
    "CsvLogger",
    "CurveStopping",
    "DifferentialEvolution",
    "Ensemble",
    "Epochs",
    "Failures",
    "Float",
    "Futures",
    "GaussianProcess",
    "Grid",
    "HoldoutGuard",
    "Hyperband",
    "Inline",
    "Int",
    "JsonlLogger",
    "LearnedStopping",
    "Linear",
    "LocalSearch",
    "LogNormal",
    "MLflowLogger",
    "Manual",
    "Measured",
    "MedianStopping",
    "Memory",
    "NoImprovement",
    "Normal",
    "Ordinal",
    "ParEGO",
    "PatienceStopping",
    "PercentileStopping",
    "PopulationBasedTraining",
    "PowerOfTwo",
    "Processes",
    "Progressive",
    "QuasiRandom",
    "Random",
    "RandomForest",
    "RegularizedEvolution",
    "Reinforce",
    "Replicates",
    "SealedTest",
    "Space",
    "Sqlite",
    "Study",
    "SuccessiveHalving",
    "Table",
    "TargetReached",
    "TensorBoardLogger",
    "Threads",
    "Trainable",
    "Transfer",
    "Trial",
    "TrialPruned",
    "TrialState",
    "TrialView",
    "TrustRegion",
    "WilcoxonStopping",
    "__version__",
    "advise",
    "confirm",
    "errors",
    "finalize",
    "find_learning_rate",
    "gp",
    "guide",
    "nas",
    "optimism",
    "pareto",
    "plots",
    "recipe",
    "report",
    "review",
    "stats",
    "transfer",
    "when",
]

from typing import TYPE_CHECKING, Any

from tunewright import errors
from tunewright.checkpoints import Checkpoints
from tunewright.errors import TrialPruned
from tunewright.executors import Futures, Inline, Processes, Threads
from tunewright.numerics import pareto
from tunewright.numerics import regression as gp
from tunewright.schedulers import (
    ASHA,
    PB2,
    CurveStopping,
    Hyperband,
    LearnedStopping,
    MedianStopping,
    PatienceStopping,
    PercentileStopping,
    PopulationBasedTraining,
    SuccessiveHalving,
    WilcoxonStopping,
)
from tunewright.space import (
    Categorical,
    Constant,
    Float,
    Int,
    Linear,
    LogNormal,
    Normal,
    Ordinal,
    PowerOfTwo,
    Space,
    Table,
    when,
)
from tunewright.storage import Memory, Sqlite
from tunewright.strategies import (
    CMAES,
    NSGA2,
    NSGA3,
    TPE,
    Auto,
    DifferentialEvolution,
    Ensemble,
    GaussianProcess,
    Grid,
    LocalSearch,
    Manual,
    ParEGO,
    Progressive,
    QuasiRandom,
    Random,
    RandomForest,
    RegularizedEvolution,
    Reinforce,
    Transfer,
    TrustRegion,
)
from tunewright.study import Epochs, Failures, NoImprovement, Study, TargetReached
from tunewright.trial import Measured, Trainable, Trial, TrialState, TrialView

if TYPE_CHECKING:
    from tunewright import guide, nas, report, transfer
    from tunewright.analysis import stats
    from tunewright.analysis.review import review
    from tunewright.analysis.validation import (
        CrossValidation,
        HoldoutGuard,
        Replicates,
        SealedTest,
        confirm,
        finalize,
        optimism,
    )
    from tunewright.guide import advise, find_learning_rate, recipe
    from tunewright.integrations import plots
    from tunewright.integrations.files import CsvLogger, JsonlLogger
    from tunewright.integrations.mlflow import MLflowLogger
    from tunewright.integrations.tensorboard import TensorBoardLogger

    __version__: str

_LATER = {  # rooms that cost an import too much are opened when asked for
    "guide": "tunewright.guide",
    "importance": "tunewright.analysis.importance",
    "nas": "tunewright.nas",
    "plots": "tunewright.integrations.plots",
    "report": "tunewright.report",
    "stats": "tunewright.analysis.stats",
    "transfer": "tunewright.transfer",
}
_VALIDATION = "tunewright.analysis.validation"
_NAMES = {  # single names of such rooms
    "CrossValidation": _VALIDATION,
    "CsvLogger": "tunewright.integrations.files",
    "HoldoutGuard": _VALIDATION,
    "JsonlLogger": "tunewright.integrations.files",
    "MLflowLogger": "tunewright.integrations.mlflow",
    "Replicates": _VALIDATION,
    "SealedTest": _VALIDATION,
    "TensorBoardLogger": "tunewright.integrations.tensorboard",
    "advise": "tunewright.guide.advice",
    "confirm": _VALIDATION,
    "find_learning_rate": "tunewright.guide.learning_rate",
    "finalize": _VALIDATION,
    "optimism": _VALIDATION,
    "recipe": "tunewright.guide.recipes",
    "review": "tunewright.analysis.review",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        from importlib import import_module

        return import_module(_LATER[name])
    if name in _NAMES:
        from importlib import import_module

        return getattr(import_module(_NAMES[name]), name)
    if name == "__version__":  # looked up when asked for: reading the metadata would slow every import
        from importlib.metadata import version

        return version("tunewright")
    raise AttributeError(f"module 'tunewright' has no attribute {name!r}")

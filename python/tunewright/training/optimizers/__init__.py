"""Optimisers over one flat vector of parameters; their state is a record that can be saved and restored."""

from __future__ import annotations

__all__ = ["OPTIMIZERS", "SGD", "Adam", "AdamW", "Optimizer", "OptimizerState", "RMSprop", "named_optimizer"]

from tunewright.training.optimizers.adam import Adam, AdamW
from tunewright.training.optimizers.catalogue import OPTIMIZERS, named_optimizer
from tunewright.training.optimizers.optimizer import Optimizer, OptimizerState
from tunewright.training.optimizers.rmsprop import RMSprop
from tunewright.training.optimizers.sgd import SGD

"""Optimisers by name."""

from __future__ import annotations

__all__ = ["OPTIMIZERS", "named_optimizer"]

from dataclasses import fields
from typing import Any

from tunewright.training.argument import choice
from tunewright.training.optimizers.adam import Adam, AdamW
from tunewright.training.optimizers.optimizer import Optimizer
from tunewright.training.optimizers.rmsprop import RMSprop
from tunewright.training.optimizers.sgd import SGD

OPTIMIZERS: dict[str, type[SGD] | type[RMSprop] | type[Adam]] = {
    "sgd": SGD,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}


def named_optimizer(name: str, **options: Any) -> Optimizer:
    """The optimiser ``name`` with its settings.

    Raises:
        ValueError: an unknown name or option, or a setting out of range.
    """
    kind = OPTIMIZERS[choice("optimizer", name, OPTIMIZERS)]
    known = [field.name for field in fields(kind)]
    for option in options:
        choice(f"option of {name}", option, known)
    return kind(**options)

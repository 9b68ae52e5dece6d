"""Checkpoints as flat mappings of names to plain values, read with suspicion.

format                  1
recipe                  the recipe's fields as JSON
seed                    the run's seed, as decimal digits (it may exceed what an int64 array holds)
parameters, running     the network's vectors
optimizer.step          updates made
optimizer.<moment>      the optimiser's vectors
history                 one row an epoch: the fields of EpochMetrics
"""

from __future__ import annotations

__all__ = ["pack", "unpack"]

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tunewright.training.layers.layer import Array
from tunewright.training.network import Network
from tunewright.training.optimizers import OptimizerState
from tunewright.training.recipe import Recipe

_FORMAT = 1
_HISTORY_COLUMNS = 6


def pack(
    recipe: Recipe, seed: int, network: Network, memory: OptimizerState, history: Sequence[tuple[Any, ...]]
) -> dict[str, Any]:
    """The checkpoint; arrays are copies."""
    return {
        "format": _FORMAT,
        "recipe": recipe.to_json(),
        "seed": str(seed),
        "parameters": network.parameters.copy(),
        "running": network.running.copy(),
        "optimizer.step": memory.step,
        **{f"optimizer.{name}": moment.copy() for name, moment in memory.moments.items()},
        "history": np.array(history, dtype=np.float64).reshape(-1, _HISTORY_COLUMNS),
    }


def unpack(
    state: Mapping[str, Any], recipe: Recipe, seed: int, network: Network, memory: OptimizerState, *, strict: bool
) -> Array:
    """Copy ``state`` into ``network`` and ``memory``; return the history, (epochs, 6).

    Raises:
        ValueError: something is missing or does not fit; nothing was written.
    """
    _check_origin(state, recipe, seed, strict=strict)
    targets = {"parameters": network.parameters, "running": network.running}
    targets |= {f"optimizer.{name}": moment for name, moment in memory.moments.items()}
    values = {name: _array(state, name, target) for name, target in targets.items()}
    step = int(_entry(state, "optimizer.step"))
    history = np.asarray(_entry(state, "history"), dtype=np.float64).reshape(-1, _HISTORY_COLUMNS)
    for name, target in targets.items():
        target[...] = values[name]
    memory.step = step
    return history


def _check_origin(state: Mapping[str, Any], recipe: Recipe, seed: int, *, strict: bool) -> None:
    version = int(_entry(state, "format"))
    if version != _FORMAT:
        raise ValueError(f"checkpoint format must be {_FORMAT}, got {version}; it was written by another version")
    if not strict:
        return
    written = Recipe.from_json(str(_entry(state, "recipe")))  # by an earlier version perhaps, of fewer fields
    for name, own, found in (
        ("recipe", recipe.to_json(), written.to_json()),
        ("seed", str(seed), str(_entry(state, "seed"))),
    ):
        if found != own:
            raise ValueError(
                f"checkpoint's {name} must be this trainer's, {own}, got {found}; "
                "make the trainer with the same recipe and seed, or restore with strict=False"
            )


def _entry(state: Mapping[str, Any], name: str) -> Any:
    if name not in state:
        raise ValueError(f"checkpoint has no entry {name!r}; it must come from Trainer.state() of a like recipe")
    return state[name]


def _array(state: Mapping[str, Any], name: str, like: Array) -> Array:
    """The entry in the type of ``like``; exact where it was of that type, as a list of numbers too."""
    value = np.asarray(_entry(state, name), dtype=like.dtype)
    if value.shape != like.shape:
        raise ValueError(f"checkpoint's {name} must have shape {like.shape}, got {value.shape}; the networks differ")
    return value

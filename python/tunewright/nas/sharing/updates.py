"""An optimiser's step on some of the weights alone."""

from __future__ import annotations

__all__ = ["update_at"]

import numpy as np
import numpy.typing as npt

from tunewright.training import Network
from tunewright.training.optimizers import Optimizer, OptimizerState


def update_at(
    optimizer: Optimizer, memory: OptimizerState, network: Network, lr: float, places: npt.NDArray[np.intp]
) -> None:
    """One step along the gradient of the weights at ``places`` of the flat vector; others keep all they have."""
    part = OptimizerState(memory.step, {name: moment[places] for name, moment in memory.moments.items()})
    parameters = network.parameters[places]
    optimizer.update(part, parameters, network.gradient[places], lr, decays=network.decays[places])
    network.parameters[places] = parameters
    for name, moment in part.moments.items():
        memory.moments[name][places] = moment
    memory.step = part.step

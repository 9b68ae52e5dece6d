"""What a network costs, as objectives beside its accuracy."""

from __future__ import annotations

__all__ = ["latency", "parameters"]

import statistics
import time

from tunewright.nas.rewiring import batch
from tunewright.training import Network
from tunewright.training.argument import count
from tunewright.training.layers import Array


def parameters(network: Network) -> int:
    """Numbers that are trained: weights, biases, gains and offsets; neither running statistics nor gates."""
    return int(_network(network).parameters.size)


def latency(network: Network, inputs: Array, *, repeats: int = 20) -> float:
    """Seconds of wall time that predicting the batch ``inputs`` (n, d) takes: the median of ``repeats``.

    One more goes before them and is not timed.

    A measurement: it differs between machines, between runs, and with what else the machine is doing.

    Raises:
        ValueError: inputs of another shape, or fewer than one repeat.
    """
    examples, seconds = batch("inputs", inputs), []
    _network(network).predict(examples)
    for _ in range(count("repeats", repeats)):
        begun = time.perf_counter()
        network.predict(examples)
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def _network(network: Network) -> Network:
    if not isinstance(network, Network):
        raise TypeError(f"network must be a tunewright.training.Network, got {network!r}")
    return network

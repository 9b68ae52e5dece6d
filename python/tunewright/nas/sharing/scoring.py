"""Scores of networks whose batch norms have to be measured first."""

from __future__ import annotations

__all__ = ["calibrated", "calibrated_score"]

import math

import numpy as np

from tunewright.training import Dataset, Network, Score, cross_entropy

_CALIBRATION = 512  # training examples that batch norms are measured on
_CHUNK = 1024


def calibrated(network: Network, train: Dataset) -> Network:
    """The network itself, after its batch norms saw training examples."""
    network.gather(train.inputs[:_CALIBRATION])
    return network


def calibrated_score(network: Network, train: Dataset, dataset: Dataset) -> Score:
    """Loss and accuracy on ``dataset``, after the batch norms saw training examples; NaN for weights that diverged."""
    with np.errstate(all="ignore"):
        calibrated(network, train)
        loss_sum, right = 0.0, 0
        for first in range(0, dataset.size, _CHUNK):
            labels = dataset.labels[first : first + _CHUNK]
            logits = network.predict(dataset.inputs[first : first + _CHUNK])
            loss_sum += cross_entropy(logits, labels)[0] * len(labels)
            right += int(np.count_nonzero(logits.argmax(axis=1) == labels))
    if not math.isfinite(loss_sum):
        return Score(math.nan, math.nan)
    return Score(loss_sum / dataset.size, right / dataset.size)

"""Architectures that share weights: one-shot supernets, elastic networks, differentiable search.

Everything here works on the modules of ``tunewright.training`` and is a pure function of its arguments and seed.
"""

from __future__ import annotations

__all__ = [
    "ArchitectureEpoch",
    "Backbone",
    "Differentiable",
    "EigenvalueRise",
    "Elastic",
    "ElasticEpoch",
    "Gumbel",
    "SkipLimit",
    "Softmax",
    "Stage",
    "Supernet",
    "SupernetEpoch",
]

from tunewright.nas.sharing.backbone import Backbone
from tunewright.nas.sharing.collapse import EigenvalueRise, SkipLimit
from tunewright.nas.sharing.differentiable import ArchitectureEpoch, Differentiable
from tunewright.nas.sharing.elastic import Elastic, ElasticEpoch
from tunewright.nas.sharing.gates import Gumbel, Softmax
from tunewright.nas.sharing.stages import Stage
from tunewright.nas.sharing.supernet import Supernet, SupernetEpoch

"""Architecture search: designs whose configurations are graphs, and strategies that know them.

>>> from tunewright import nas
>>> cell = nas.Cell(nodes=4)
>>> sorted(cell.space.names)[:2], cell.space.size
(['edge_0_1', 'edge_0_2'], 15625)
"""

from __future__ import annotations

__all__ = [
    "Architecture",
    "Cell",
    "DartsCell",
    "Design",
    "GraphEvolution",
    "GraphProcess",
    "GraphSpace",
    "Hierarchy",
    "Macro",
    "Proxy",
    "Skeleton",
    "ZeroCost",
    "encoded",
    "grad_norm",
    "kernel",
    "latency",
    "naswot",
    "neighbourhoods",
    "parameters",
    "paths",
    "sharing",
    "synflow",
    "warm_start",
]

from tunewright.nas.architecture import Architecture
from tunewright.nas.cell import Cell
from tunewright.nas.costs import latency, parameters
from tunewright.nas.darts_cell import DartsCell
from tunewright.nas.design import Design
from tunewright.nas.encoding import encoded, kernel, neighbourhoods, paths
from tunewright.nas.graph_evolution import GraphEvolution
from tunewright.nas.graph_process import GraphProcess
from tunewright.nas.graph_space import GraphSpace
from tunewright.nas.hierarchy import Hierarchy
from tunewright.nas.macro import Macro
from tunewright.nas.proxies import grad_norm, naswot, synflow
from tunewright.nas.proxy import Proxy
from tunewright.nas.skeleton import Skeleton
from tunewright.nas.warming import warm_start
from tunewright.nas.zero_cost import ZeroCost

# Last, since it reads the names above.
from tunewright.nas import sharing  # isort: skip

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
    "GraphProcess",
    "Hierarchy",
    "Macro",
    "encoded",
    "kernel",
    "neighbourhoods",
    "paths",
    "sharing",
]

from tunewright.nas.architecture import Architecture
from tunewright.nas.cell import Cell, DartsCell
from tunewright.nas.design import Design
from tunewright.nas.encoding import encoded, kernel, neighbourhoods, paths
from tunewright.nas.graph_process import GraphProcess
from tunewright.nas.hierarchy import Hierarchy
from tunewright.nas.macro import Macro

# Last, since it reads the names above.
from tunewright.nas import sharing  # isort: skip

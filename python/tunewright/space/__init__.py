"""Search spaces: domains, conditions, constraints, priors; configurations to numbers and back."""

from __future__ import annotations

__all__ = [
    "Around",
    "Categorical",
    "Condition",
    "Constant",
    "Constraint",
    "Distribution",
    "Domain",
    "Expression",
    "Float",
    "Int",
    "Linear",
    "LogNormal",
    "Normal",
    "Ordinal",
    "PowerOfTwo",
    "Prior",
    "Space",
    "Table",
    "when",
]

from tunewright.space.categorical import Categorical
from tunewright.space.condition import Condition
from tunewright.space.constant import Constant
from tunewright.space.constraint import Constraint, Linear
from tunewright.space.distribution import Distribution
from tunewright.space.domain import Domain
from tunewright.space.expression import Expression
from tunewright.space.floats import Float
from tunewright.space.integers import Int
from tunewright.space.ordinal import Ordinal
from tunewright.space.powers import PowerOfTwo
from tunewright.space.prior import Around, LogNormal, Normal, Prior
from tunewright.space.space import Space
from tunewright.space.table import Table
from tunewright.space.when import when

"""Strategies by the name their record gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from importlib import import_module
from typing import Any

from tunewright.errors import StudyError
from tunewright.space import Space
from tunewright.strategies.auto import Auto
from tunewright.strategies.cmaes import CMAES
from tunewright.strategies.differential_evolution import DifferentialEvolution
from tunewright.strategies.ensemble import Ensemble
from tunewright.strategies.gaussian_process import GaussianProcess
from tunewright.strategies.grid import Grid
from tunewright.strategies.local_search import LocalSearch
from tunewright.strategies.manual import Manual
from tunewright.strategies.nsga2 import NSGA2
from tunewright.strategies.nsga3 import NSGA3
from tunewright.strategies.parego import ParEGO
from tunewright.strategies.progressive import Progressive
from tunewright.strategies.protocol import Strategy
from tunewright.strategies.quasirandom import QuasiRandom
from tunewright.strategies.random import Random
from tunewright.strategies.random_forest import RandomForest
from tunewright.strategies.regularized_evolution import RegularizedEvolution
from tunewright.strategies.reinforce import Reinforce
from tunewright.strategies.tpe import TPE
from tunewright.strategies.transfer import Transfer
from tunewright.strategies.trust_region import TrustRegion

__all__ = ["strategy_from_json"]


def _of_fields(kind: type[Any], options: Mapping[str, Any], space: Space) -> Strategy:
    given = {name: value for name, value in options.items() if name != "strategy"}
    unknown = sorted(given.keys() - {field.name for field in fields(kind)})
    if unknown:
        raise StudyError(
            f"the study was run with {kind.__name__}({unknown[0]}={given[unknown[0]]!r}), an option that this version "
            "does not have: upgrade tunewright, or pass a strategy, Study.load(..., strategy=...)"
        )
    strategy: Strategy = kind(**given)
    return strategy


# Those whose record is the fields of a dataclass; the others read values of the space, or strategies, out of theirs.
_PLAIN: tuple[type[Any], ...] = (
    Auto,
    DifferentialEvolution,
    GaussianProcess,
    NSGA2,
    NSGA3,
    ParEGO,
    QuasiRandom,
    Random,
    RandomForest,
    RegularizedEvolution,
    Reinforce,
    TPE,
    TrustRegion,
)
_MAKERS: dict[str, Callable[[Mapping[str, Any], Space], Strategy]] = {
    **{kind.__name__: partial(_of_fields, kind) for kind in _PLAIN},
    "CMAES": CMAES.from_json,
    "Ensemble": lambda options, space: Ensemble.from_json(
        options, [strategy_from_json(member, space) for member in options["members"]]
    ),
    "Grid": Grid.from_json,
    "LocalSearch": LocalSearch.from_json,
    "Manual": Manual.from_json,
    "Progressive": Progressive.from_json,
    "Transfer": lambda options, space: Transfer.from_json(options, strategy_from_json(options["then"], space)),
}


def strategy_from_json(options: Mapping[str, Any], space: Space) -> Strategy:
    """The strategy whose ``to_json`` gave ``options``.

    Raises:
        StudyError: not one of this package's strategies.
    """
    name = options.get("strategy")
    if "room" in options:
        return _of_a_room(options, space)
    if name not in _MAKERS:
        raise StudyError(
            f"the study was run with the strategy {name!r}, which cannot be rebuilt by name: "
            "pass it again, Study.load(..., strategy=...)"
        )
    return _MAKERS[name](options, space)


def _of_a_room(options: Mapping[str, Any], space: Space) -> Strategy:
    """The strategy of another room of this package, which its record names: rooms above this one are not known here."""
    room, name = str(options["room"]), str(options["strategy"])
    try:
        maker = getattr(import_module(f"tunewright.{room}"), name) if room.isidentifier() else None
    except (ImportError, AttributeError):
        maker = None
    if maker is None:
        raise StudyError(
            f"the study was run with the strategy {name!r} of tunewright.{room}, which this version does not have: "
            "pass it again, Study.load(..., strategy=...)"
        )
    strategy: Strategy = maker.from_json(options, space)
    return strategy

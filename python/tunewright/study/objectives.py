"""Which numbers a study improves, and in which direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tunewright.errors import ReportError, StudyError, UnknownMetricError

__all__ = ["directions_of", "values_of"]

_WORDS = {"min": "minimize", "minimize": "minimize", "max": "maximize", "maximize": "maximize"}


def directions_of(
    minimize: str | Sequence[str] | None,
    maximize: str | Sequence[str] | None,
    directions: Mapping[str, str] | None,
) -> dict[str, str]:
    """``{metric: "minimize" | "maximize"}`` from the three ways to say it, in the order given.

    Raises:
        StudyError: no objective, one named twice, or a direction that is neither.
    """
    pairs = [(name, "minimize") for name in _names("minimize", minimize)]
    pairs += [(name, "maximize") for name in _names("maximize", maximize)]
    for name, word in (directions or {}).items():
        if not isinstance(word, str) or word not in _WORDS:
            raise StudyError(f"directions[{name!r}] must be 'minimize' or 'maximize'; got {word!r}")
        pairs.append((name, _WORDS[word]))
    if not pairs:
        raise StudyError(
            "a study needs to know what to improve: Study(space, minimize='loss'), maximize='accuracy', "
            "or directions={'accuracy': 'maximize', 'latency': 'minimize'}"
        )
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise StudyError(f"objective {twice!r} is named twice; each needs one direction")
    return dict(pairs)


def _names(argument: str, names: str | Sequence[str] | None) -> list[str]:
    if names is None:
        return []
    listed = [names] if isinstance(names, str) else list(names) if isinstance(names, Sequence) else [names]
    for name in listed:
        if not isinstance(name, str) or not name:
            raise StudyError(f"{argument} takes the name of a metric or a list of names; got {names!r}")
    return listed


def values_of(result: Any, metrics: tuple[str, ...]) -> list[float]:
    """What an objective returned or a caller told, as one float per metric in their order.

    Args:
        result: a number if there is one metric, a mapping by name, or a sequence in the metrics' order.
        metrics: the study's objectives.

    Raises:
        UnknownMetricError: a mapping with other names.
        ReportError: nothing, the wrong count, or something that is no number.
    """
    if type(result) is float and len(metrics) == 1:
        return [result]
    if isinstance(result, Mapping):
        return _by_name(result, metrics)
    if result is None:
        raise ReportError(f"the objective returned nothing; it must return {_wanted(metrics)}")
    if isinstance(result, (tuple, list)):
        if len(result) != len(metrics):
            raise ReportError(f"{len(result)} values came for {len(metrics)} objectives; expected {_wanted(metrics)}")
        return [_float(value, name) for value, name in zip(result, metrics, strict=True)]
    if len(metrics) > 1:
        raise ReportError(f"one value {result!r} came for {len(metrics)} objectives; expected {_wanted(metrics)}")
    return [_float(result, metrics[0])]


def _by_name(result: Mapping[str, Any], metrics: tuple[str, ...]) -> list[float]:
    unknown = [name for name in result if name not in metrics]
    missing = [name for name in metrics if name not in result]
    if unknown or missing:
        problem = f"unknown metric {unknown[0]!r}" if unknown else f"metric {missing[0]!r} is missing"
        raise UnknownMetricError(f"{problem}: got the names {list(result)}, expected {_wanted(metrics)}")
    return [_float(result[name], name) for name in metrics]


def _wanted(metrics: tuple[str, ...]) -> str:
    if len(metrics) == 1:
        return f"a number, or {{{metrics[0]!r}: number}}"
    return "{" + ", ".join(f"{name!r}: number" for name in metrics) + "}"


def _float(value: Any, name: str) -> float:
    if isinstance(value, (str, bytes)) or value is None:
        raise ReportError(f"metric {name!r} must be a number; got {value!r}")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ReportError(f"metric {name!r} must be one number; got {type(value).__name__} {value!r}") from error

"""Questions to the catalogue: entries, defaults, explanations, spaces."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, TypeVar

from tunewright.errors import GuideError
from tunewright.guide.catalogue import CATALOGUE
from tunewright.guide.entry import DOMAINS, TIERS, Entry
from tunewright.space import Space
from tunewright.space.prior import Confidence

__all__ = ["defaults", "describe", "entries", "entry", "space"]

_BY_NAME = {name: one for one in CATALOGUE for name in (one.name, *one.aliases)}
_T = TypeVar("_T")


def entries(workload: str = "general", *, tiers: Iterable[int] = (1, 2, 3)) -> tuple[Entry, ...]:
    """The hyperparameters of a workload, in the order in which to tune them.

    Raises:
        GuideError: a workload or a tier that the guide does not have.
    """
    _known_workload(workload)
    wanted = _known_tiers(tiers)
    return tuple(one for one in CATALOGUE if workload in one.workloads and one.tier in wanted)


def entry(name: str) -> Entry:
    """One hyperparameter, by its name or by another that it goes by (``"learning_rate"`` is ``"lr"``).

    Raises:
        GuideError: a name that the catalogue does not have.
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = difflib.get_close_matches(str(name), _BY_NAME, n=3)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"it has {', '.join(e.name for e in CATALOGUE)}"
    raise GuideError(f"the catalogue has no hyperparameter {name!r}: {hint}")


def defaults(workload: str = "general") -> dict[str, Any]:
    """Values to start from, by name: the baseline that every tuned configuration has to beat.

    Raises:
        GuideError: a workload that the guide does not have.
    """
    found = {one.name: one.default_for(workload) for one in entries(workload)}
    return {name: value for name, value in found.items() if value is not None}


def describe(name: str, workload: str = "general") -> str:
    """What a hyperparameter does, where to search it, where to start, and what to watch; a paragraph to print.

    Raises:
        GuideError: a name or a workload that the guide does not have.
    """
    one = entry(name)
    _known_workload(workload)
    shown = workload if workload in one.workloads else one.workloads[0]
    called = f" (also {', '.join(one.aliases)})" if one.aliases else ""
    lines = [f"{one.name}{called}: tier {one.tier}, {TIERS[one.tier]}", f"  {one.what}"]
    if shown != workload:
        lines.append(f"  not of the workload {workload!r}; as it is for {shown!r}:")
    lines.append(f"  search: {_range_text(one, shown)}")
    default = one.default_for(shown)
    lines.append(f"  start:  {'the task decides' if default is None else default}")
    elsewhere = {other: value for other, value in one.defaults.items() if other != shown}
    if elsewhere:
        lines.append("  elsewhere: " + ", ".join(f"{other} {value}" for other, value in elsewhere.items()))
    lines += [f"  watch:  {', '.join(one.interacts)}: {one.why}", f"  source: {one.source}"]
    return "\n".join(lines)


def space(
    workload: str = "general",
    *,
    tiers: Iterable[int] = (1,),
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    confidence: Confidence | None = "medium",
) -> Space:
    """A space of a workload's hyperparameters, with priors centred on its defaults.

    Args:
        workload: "general", "vision", "nlp" or "llm".
        tiers: which of 1 (critical), 2 (important) and 3 (fine-tuning).
        include: further names, whatever their tier or workload.
        exclude: names to leave out: what your model does not have.
        confidence: "low", "medium" or "high", how surely good values lie near the defaults; None for no priors.

    Raises:
        GuideError: a workload, tier or name that the guide does not have, or nothing left to tune.
    """
    out = {entry(name).name for name in _names("exclude", exclude)}
    chosen = [*entries(workload, tiers=tiers), *(entry(name) for name in _names("include", include))]
    found = {one.name: one.domain(workload, confidence) for one in chosen if one.name not in out}
    if not found:
        raise GuideError(
            f"space: nothing is left to tune: tiers {tuple(tiers)!r} of {workload!r} without {sorted(out)!r}"
        )
    return Space(found)


def _range_text(one: Entry, workload: str) -> str:
    values = one.values_for(workload)
    if one.kind in ("ordinal", "categorical"):
        return ", ".join(map(str, values))
    scale = {"log": ", logarithmic", "log int": ", whole numbers, logarithmic", "int": ", whole numbers"}
    return f"{values[0]:g} to {values[1]:g}" + scale.get(one.kind, ", powers of two" if "power" in one.kind else "")


def _known_workload(workload: str) -> None:
    if workload not in DOMAINS:
        known = "; ".join(f"{name!r}, {what}" for name, what in DOMAINS.items())
        raise GuideError(f"workload must be one of {known}; got {workload!r}. For any other take 'general'")


def _known_tiers(tiers: Iterable[int]) -> frozenset[int]:
    wanted = _collected("tiers", tiers)
    if not wanted or not all(tier in TIERS and not isinstance(tier, bool) for tier in wanted):
        raise GuideError(f"tiers must be some of 1 (critical), 2 (important) and 3 (fine-tuning); got {tiers!r}")
    return frozenset(wanted)


def _names(argument: str, names: Iterable[str]) -> list[str]:
    if isinstance(names, str):
        raise GuideError(f"{argument} must be names in a list or tuple; got the text {names!r}: write [{names!r}]")
    return _collected(argument, names)


def _collected(argument: str, values: Iterable[_T]) -> list[_T]:
    try:
        return list(values)
    except TypeError:
        raise GuideError(f"{argument} must be a list or tuple; got {values!r}") from None

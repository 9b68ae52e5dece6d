"""What is tuned: the space by tiers, and where it starts.

Every study of a recipe hands out all parameters. What its step does not tune is a constant there.
"""

from __future__ import annotations

__all__ = ["Problem", "problem_of"]

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tunewright.errors import ConfigError, GuideError
from tunewright.guide import lookup
from tunewright.guide.entry import Entry
from tunewright.space import Constant, Domain, Space
from tunewright.space import when as when_
from tunewright.space.condition import Condition
from tunewright.space.prior import Around, Confidence, Prior

_UNKNOWN_TIER = 2  # of names that the catalogue does not have: important, until importance says otherwise
_SMALL = 0.25  # where a size without a default starts in its range: small models first
_SIZES = ("depth", "width")


@dataclass(frozen=True)
class Problem:
    """A space by tiers.

    Attributes:
        space: all parameters.
        start: a value of each to start from.
        tiers: by name.
        called: by the catalogue's name, the parameter's own (``{"lr": "learning_rate"}``).
        remarks: what was assumed, in sentences.
    """

    space: Space
    start: Mapping[str, Any]
    tiers: Mapping[str, int]
    called: Mapping[str, str]
    remarks: tuple[str, ...] = ()

    def names(self, *tiers: int) -> tuple[str, ...]:
        """Parameters of some tiers that have more than one value."""
        return tuple(
            name for name, domain in self.space.by_name.items() if self.tiers[name] in tiers and domain.size != 1
        )

    def around(
        self,
        config: Mapping[str, Any],
        names: Collection[str],
        confidence: Confidence | None = "medium",
        priors: Mapping[str, Prior] | None = None,
    ) -> Space:
        """The space in which ``names`` vary, with priors centred on ``config``, and the others are as they are there.

        Args:
            config: a configuration.
            names: of the parameters to search.
            confidence: of the priors; None leaves those of the space.
            priors: other priors by name.
        """
        values = {**self.start, **config}
        there = self.complete(values)
        searched = self._varying(names)
        domains: dict[str, Domain] = {}
        for name, domain in self.space.by_name.items():
            when = self._settled(domain.when, searched, values, active=name in there)
            if name not in searched:
                domains[name] = Constant(values[name], when=when)
                continue
            prior = (priors or {}).get(name)
            if prior is None and confidence is not None and domain.kind in ("float", "int"):
                prior = Around(values[name], confidence)
            domains[name] = _changed(name, domain, prior or domain.prior, when)
        return Space(domains).forbid(*self.space.constraints)

    def _varying(self, names: Collection[str]) -> frozenset[str]:
        """``names``, and what a condition reads beside one of them: it can be judged by all of that together only."""
        found = frozenset(names)
        for domain in self.space.by_name.values():
            parents = frozenset(domain.when.parents) if domain.when is not None else frozenset()
            if parents & found:
                found |= parents
        return found

    @staticmethod
    def _settled(
        when: Condition | None, searched: Collection[str], values: Mapping[str, Any], *, active: bool
    ) -> Condition | None:
        """A condition, or if nothing it reads varies, one that says always or never."""
        if when is None or any(parent in searched for parent in when.parents):
            return when
        return None if active else when_(when.parents[0]) != values[when.parents[0]]

    def complete(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """``config`` with the start's values for what it leaves out, and without what does not exist there."""
        values = {**self.start, **config}
        row = np.array([[domain.native(values[name]) for name, domain in self.space.by_name.items()]])
        return self.space.configs(np.where(self.space.active(row), row, np.nan))[0]

    def holds(self, name: str, value: Any) -> bool:
        """Whether ``name`` may have that value."""
        return _holds(self.space[name], value)

    def nearest(self, name: str, value: Any) -> Any:
        """The value of a numeric parameter that is nearest to ``value`` on its scale."""
        domain = self.space[name]
        if _holds(domain, value):
            return value
        low, high = (domain.values(domain.decode(np.array([end])))[0] for end in (0.0, 1.0))
        if not low < value < high:
            return min(max(value, low), high)
        native = domain.decode(domain.encode(np.array([float(value)])))
        return domain.values(native)[0]


def problem_of(
    domain: str,
    space: Space | None,
    start: Mapping[str, Any] | None,
    tiers: Mapping[str, int] | None,
    include: Iterable[str],
    exclude: Iterable[str],
) -> Problem:
    """The space that was given, or the catalogue's for a workload, with a start for each parameter.

    Raises:
        GuideError: a workload, tier or name that the guide does not have, or nothing to tune.
        ConfigError: a start that its parameter cannot have.
    """
    remarks: list[str] = []
    defaults = lookup.defaults(domain)
    if space is None:
        space = lookup.space(domain, tiers=(1, 2, 3), include=include, exclude=exclude, confidence=None)
    elif not isinstance(space, Space):
        raise GuideError(f"space must be a tunewright Space; got {type(space).__name__}")
    elif tuple(include) or tuple(exclude):
        raise GuideError("include and exclude choose from the catalogue: leave them out where a space is given")
    if not any(domain_.size != 1 for domain_ in space.by_name.values()):
        raise GuideError("space has no parameter that varies: there is nothing to tune")
    given = dict(start or {})
    _known("start", given, space)
    _known("tiers", tiers or {}, space)
    known = {name: found for name in space.names if (found := _entry(name)) is not None}
    ranks = {name: known[name].tier if name in known else _UNKNOWN_TIER for name in space.names}
    ranks |= {name: _tier(name, tier) for name, tier in (tiers or {}).items()}
    strange = [name for name in space.names if name not in known and name not in (tiers or {})]
    if strange:
        remarks.append(f"the catalogue does not know {', '.join(strange)}: tuned with tier {_UNKNOWN_TIER} (tiers=...)")
    values = {}
    for name, one in space.by_name.items():
        if name in given:
            values[name] = _given(name, one, given[name])
            continue
        wanted = defaults.get(known[name].name) if name in known else None
        values[name] = _usual(one, wanted, size=name in known and known[name].name in _SIZES)
        if values[name] != wanted and one.size != 1:
            why = "the guide has no default for it" if wanted is None else f"its range lacks the default, {wanted!r}"
            remarks.append(f"{name} starts at {values[name]!r}: {why} (start=...)")
    called = {known[name].name: name for name in known}
    return Problem(space, values, ranks, called, tuple(remarks))


def _entry(name: str) -> Entry | None:
    try:
        return lookup.entry(name)
    except GuideError:
        return None


def _usual(domain: Domain, default: Any, *, size: bool) -> Any:
    """The default where the domain has it, else a value that its prior holds for likely."""
    if default is not None and _holds(domain, default):
        return default
    middle = _SMALL if size and domain.prior is None else 0.5
    native = domain.decode(domain.quantile(np.array([middle])))
    return domain.values(native)[0]


def _given(name: str, domain: Domain, value: Any) -> Any:
    try:
        domain.native(value)
    except ConfigError as error:
        raise ConfigError(f"start of {name!r}: {error}") from None
    return value


def _holds(domain: Domain, value: Any) -> bool:
    try:
        domain.native(value)
    except ConfigError:
        return False
    return True


def _known(argument: str, names: Iterable[str], space: Space) -> None:
    strange = [name for name in names if name not in space.names]
    if strange:
        raise GuideError(f"{argument} names {strange[0]!r}; the space has {', '.join(space.names)}")


def _tier(name: str, tier: int) -> int:
    if tier not in (1, 2, 3):
        raise GuideError(f"tiers: {name!r} must be of tier 1, 2 or 3; got {tier!r}")
    return tier


def _changed(name: str, domain: Domain, prior: Prior | None, when: Condition | None) -> Domain:
    """The domain with another prior and another condition."""
    if prior == domain.prior and when == domain.when:
        return domain
    data = {key: value for key, value in domain.to_json().items() if key not in ("prior", "when")}
    if prior is not None:
        data["prior"] = prior.to_json()
    if when is not None:
        data["when"] = when.to_json()
    return Domain.from_json(data, {name: domain.known()}, name)

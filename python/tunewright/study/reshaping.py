"""Changing the space of a study that has trials already: none is lost, and each replays in the space it came of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from tunewright.errors import ConfigError, SpaceError, StudyError
from tunewright.schedulers import PB2, PopulationBasedTraining, Scheduler
from tunewright.space import Constant, Domain, Space
from tunewright.space.entry import as_domain
from tunewright.strategies import Strategy
from tunewright.study.ledger import Ledger
from tunewright.trial.chapters import holds

__all__ = ["Reshaping"]

_FEW = 10_000  # values of a parameter up to which they are tried one by one


class Reshaping:
    """The half of a study that changes its space."""

    name: str
    directions: dict[str, str]
    ledger: Ledger
    strategy: Strategy
    scheduler: Scheduler | None
    _lock: threading.RLock

    def extend(
        self, domains: Mapping[str, Any] | None = None, /, *, assumed: Mapping[str, Any] | None = None, **named: Any
    ) -> Space:
        """Search a larger space from here on: wider ranges, further choices, new parameters. Returns the new space.

        Args:
            domains: by name; those of ``named`` too. A name that is there gets the union of both domains
                (``optimizer=tw.Categorical("lion")`` adds a choice), or the new domain if it holds the old one (another
                scale, a choice in between); a new name is one more parameter.
            assumed: by name, the value that earlier trials count as having had, such as the width that was built in so
                far. Without it strategies know of no value there.
            named: more domains by name.

        Every trial stays. Suggestions of other processes come of the new space as soon as they ask.

        Raises:
            SpaceError: domains that cannot be joined; the space stays as it is.
            StudyError: the study cannot change its space (see :meth:`narrow`).
        """
        given = _given(domains, named, "extend")
        return self._reshape(lambda space: _extended(space, given), dict(assumed or {}))

    def narrow(
        self, domains: Mapping[str, Any] | None = None, /, *, assumed: Mapping[str, Any] | None = None, **named: Any
    ) -> Space:
        """Search a part of the space from here on. Returns the new space.

        Args:
            domains: by name, each within what the name has now; those of ``named`` too. Another scale may be part of
                it. A value in place of a domain fixes the parameter.
            assumed: by name, a value that trials outside the new domain count as having had, for parameters that do
                not matter: ``narrow(dropout=0.1, assumed={"dropout": 0.1})`` keeps learning from all trials.
            named: more domains by name.

        Every trial stays in the record, can be the best and can be on the front. Strategies learn from those inside
        the new space alone.

        Raises:
            SpaceError: a name that is not there, or a domain that is not within the present one.
            StudyError: the study cannot change its space: its strategy follows a plan (Grid, Manual), its scheduler
                makes configurations of its own (population-based training), or the space grows by ``trial.suggest_*``.
        """
        given = {name: _fixed(value) for name, value in {**(domains or {}), **named}.items()}
        given = _given(given, {}, "narrow")
        return self._reshape(lambda space: _narrowed(space, given), dict(assumed or {}))

    def _reshape(self, change: Callable[[Space], Space], assumed: dict[str, Any]) -> Space:
        with self._lock:
            self._may_change()

            def checked(space: Space) -> Space:
                new = change(space).freeze()
                _check_assumed(new, assumed)
                self.strategy.check(new, self.directions)
                return new

            self.ledger.reshape(checked, assumed)
            return self.ledger.history.search_space

    def _may_change(self) -> None:
        if self.strategy.prescribed:
            raise StudyError(
                f"{type(self.strategy).__name__} follows a plan of the whole space, which cannot change on the way: "
                "load the study with another strategy, or make a new study"
            )
        if self.ledger.history.space.rows is not None:
            raise StudyError("a Table stays what it is: make a new study of another table, and enqueue the best rows")
        if isinstance(self.scheduler, (PopulationBasedTraining, PB2)):
            raise StudyError(
                f"{type(self.scheduler).__name__} makes configurations of its own from those of its population, which "
                "began in the old space: make a new study, and enqueue the best configurations"
            )
        if self.ledger.history.space is not self.ledger.declared or not self.ledger.declared.names:
            raise StudyError(
                "the space of this study grows by trial.suggest_*: change the ranges in the objective, and the space "
                "follows"
            )


def _given(domains: Mapping[str, Any] | None, named: Mapping[str, Any], call: str) -> dict[str, Domain]:
    given = {**(domains or {}), **named}
    if not given:
        raise SpaceError(f"{call} needs at least one parameter, for example {call}(lr=tw.Float(1e-5, 1e-2, log=True))")
    return {name: as_domain(name, value) for name, value in given.items()}


def _fixed(value: Any) -> Any:
    """A plain value stands for its constant."""
    plain = value is None or isinstance(value, (bool, int, float, str))
    return Constant(value) if plain else value


def _extended(space: Space, given: Mapping[str, Domain]) -> Space:
    domains = dict(space.by_name)
    for name, domain in given.items():
        if name in domains:
            domain = _conditioned(name, domain, domains[name])
            try:
                domain = domain if holds(domain, domains[name]) else domains[name].union(domain)
            except SpaceError as error:
                raise SpaceError(f"extend: parameter {name!r}: {error}") from None
        domains[name] = domain
    return space.remade(domains)


def _narrowed(space: Space, given: Mapping[str, Domain]) -> Space:
    domains = dict(space.by_name)
    for name, domain in given.items():
        if name not in domains:
            raise SpaceError(
                f"narrow: there is no parameter {name!r}, only {', '.join(map(repr, space.names))}; "
                "extend(...) adds parameters"
            )
        if not holds(domains[name], domain):
            raise SpaceError(
                f"narrow: parameter {name!r}: {domain!r} is not within {domains[name]!r}; extend(...) widens it"
            )
        domains[name] = _conditioned(name, domain, domains[name])
    for name in _impossible(domains, space):
        del domains[name]
    return space.remade(domains)


def _impossible(domains: Mapping[str, Domain], space: Space) -> list[str]:
    """Parameters that exist under none of the values that are left of the one parameter they depend on."""
    gone: list[str] = []
    for name in (space.names[j] for j in space.order):
        when = domains[name].when
        if when is None or len(when.parents) != 1:
            continue
        (parent,) = when.parents
        left = domains[parent]
        if parent in gone:
            gone.append(name)
        elif left is not space[parent] and left.size is not None and left.size <= _FEW:
            natives = space[parent].column(left.values(left.points()))
            if not when.holds({parent: natives}, space.by_name).any():
                gone.append(name)
    return gone


def _conditioned(name: str, domain: Domain, present: Domain) -> Domain:
    """``domain`` under the condition of the present one, which it need not repeat."""
    if domain.when == present.when or present.when is None:
        if domain.when is not None and present.when is None:
            raise SpaceError(f"parameter {name!r} exists always: it cannot come under {domain.when!r} later")
        return domain
    if domain.when is not None:
        raise SpaceError(f"parameter {name!r} exists where {present.when!r}: that cannot change to {domain.when!r}")
    data = {**domain.to_json(), "when": present.when.to_json()}
    return Domain.from_json(data, {name: domain.known()}, name)


def _check_assumed(space: Space, assumed: Mapping[str, Any]) -> None:
    for name, value in assumed.items():
        if name not in space:
            raise SpaceError(f"assumed names {name!r}, which the new space does not have: {', '.join(space.names)}")
        try:
            space[name].native(value)
        except ConfigError as error:
            raise SpaceError(f"assumed value of {name!r}: {error}") from None

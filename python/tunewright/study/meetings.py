"""Define-by-run: trials meet parameters while they run, and the space grows by what they meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tunewright.errors import ConfigError
from tunewright.numerics.sampling import purpose, uniform
from tunewright.space import Domain
from tunewright.study.completion import completed
from tunewright.study.ledger import Ledger
from tunewright.trial import Trial

__all__ = ["Meetings"]

_NOTHING: Any = object()  # None may be a value


class Meetings:
    """Who meets which parameter with which value.

    A parameter outside the declared space belongs to a trial only once its objective asks for it. The strategy's
    suggestion for it is kept back until then, and withdrawn from the record if that never happens.

    Args:
        ledger: the study's record.
        seed: of the study.

    Attributes:
        expected: running trials with suggestions they may yet ask for.
    """

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self.expected: dict[int, Trial] = {}
        self._ledger = ledger
        self._seed = seed

    def expect(self, trial: Trial) -> None:
        """Keep back what was suggested to a trial for names that are not declared."""
        trial.withhold(self._ledger.declared, self._ledger.history.space)
        self.expected[trial.number] = trial

    def settle(self, number: int) -> None:
        """A trial ends: what it was offered and never asked for is no part of its configuration."""
        trial = self.expected.pop(number, None)
        if trial is None or not trial.unmet:
            return
        history = self._ledger.history
        row = history.natives[number].copy()
        row[[history.space.names.index(name) for name in trial.unmet]] = np.nan
        self._ledger.place(number, row)

    def suggest(self, number: int, name: str, domain: Domain) -> Any:
        """The value of ``name`` in a running trial; a new name or a wider range changes the space."""
        ledger, history = self._ledger, self._ledger.history
        ledger.need_unfinished(number)
        if name in ledger.declared:
            raise ConfigError(
                f"parameter {name!r} is not active in trial {number}: its condition in the space does not hold"
            )
        grown = self._grow(name, domain)
        space = history.space
        j = space.names.index(name)
        row = history.natives[number].copy()
        value = self._wish(number, name, domain)
        if value is _NOTHING and not grown:  # what was suggested for a narrower range would favour that range
            value = _offer(row[j], space[name], domain)
        if value is _NOTHING:
            value = self._draw(number, name, domain)
        row[j] = space[name].native(value)
        ledger.place(number, row)
        if number in self.expected:
            self.expected[number].met(name)
        return value

    def enqueue(self, config: dict[str, Any]) -> int:
        """Add a waiting trial; in a study without a declared space its values wait until they are met."""
        history = self._ledger.history
        space = history.search_space
        given, later = (config, {}) if self._ledger.declared.names else ({}, config)
        row = completed(space, given, self._seed, history.n)
        if not space.feasible(row[None, :])[0]:
            shown = space.configs(row[None, :])[0]
            why = "forbidden by the constraints" if space.rows is None else "no row of the table"
            raise ConfigError(f"the configuration {shown} is {why}")
        return self._ledger.enqueue(history.recorded(row[None, :]), {"enqueued": later or True})[0]

    def catch_up(self, trial: Trial) -> None:
        """Give a trial that waited while the space was extended the parameters that joined it meanwhile.

        One outside the space that is searched now keeps its configuration as it is.
        """
        history, number = self._ledger.history, trial.number
        chapter = history.chapters[-1]
        if history.asked[number] > chapter.revision:
            return
        space, config, given = chapter.space, trial.config, dict(trial.config)
        try:
            row = completed(space, given, self._seed, number)
        except ConfigError:
            return
        for j in space.order:  # parents first: an assumed value may bring others to life
            name = space.names[j]
            if name in chapter.assumed and name not in given and not np.isnan(row[j]):
                given[name] = chapter.assumed[name]
                row = completed(space, given, self._seed, number)
        whole = space.configs(row[None, :])[0]
        if len(whole) > len(config):
            trial.config = whole
            self._ledger.place(number, history.recorded(row[None, :])[0])

    def _grow(self, name: str, domain: Domain) -> bool:
        """Make the space hold ``domain``; whether it had to change for that."""
        space = self._ledger.history.space
        wider = space.extended(name, domain)
        if wider is space:
            return False
        self._ledger.widen(wider)
        return True

    def _wish(self, number: int, name: str, domain: Domain) -> Any:
        """What an enqueued configuration wants here, if anything."""
        wishes = self._ledger.history.metadata.get(number, {}).get("enqueued")
        if not isinstance(wishes, Mapping) or name not in wishes:
            return _NOTHING
        return domain.values(np.array([domain.native(wishes[name])]))[0]

    def _draw(self, number: int, name: str, domain: Domain) -> Any:
        """A draw that depends on the seed, the trial and the name alone, as those of ``Random`` do."""
        point = uniform(self._seed, np.array([number]), np.array([purpose(f"random/{name}")], np.uint64))
        return domain.values(domain.decode(domain.quantile(point[0])))[0]


def _offer(native: float, known: Domain, wanted: Domain) -> Any:
    """What the strategy suggested when the trial was asked for, if the call's own range has it."""
    if native != native:
        return _NOTHING
    value = known.values(np.array([native]))[0]
    try:
        wanted.native(value)
    except ConfigError:
        return _NOTHING
    return value

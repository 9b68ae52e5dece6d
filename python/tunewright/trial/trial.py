"""A trial as its objective sees it: a configuration, a way to report, and word of when to stop."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from tunewright.errors import ConfigError, ReportError, StudyError
from tunewright.space import Categorical, Domain, Float, Int, Space
from tunewright.trial.ladder import Ladder, on
from tunewright.trial.link import Link

__all__ = ["Trial"]

_UNSET: Any = object()
_NOTHING: dict[str, Any] = {}


class Trial:
    """One evaluation of the objective.

    Attributes:
        number: position in the study, from 0.
        config: the parameters of this trial, ``{name: value}``, plain Python values. Inactive ones are absent.
        same_as: number of an earlier, complete trial with the same configuration when the study
            reuses duplicates, else ``None``.
        resource: up to which step the scheduler lets this trial go for now; ``None`` for no limit.
        parent: number of the trial whose saved state this one begins with (population-based training), else ``None``.
        resumed: the step that it reported before it was paused or interrupted; 0 for a trial that begins.
        ladder: the rungs of the scheduler's ``fidelities``, ascending, with their values (see :attr:`fidelity`).
    """

    root: int = 0  # seed of the study
    given_seed: int | None = None  # of a replicate
    same_as: int | None = None
    resource: int | None = None
    parent: int | None = None
    resumed: int = 0
    ladder: Ladder = ()
    _offers = _NOTHING  # suggested values of names that this trial has not met yet (define-by-run)
    _domains: Mapping[str, Domain] = _NOTHING  # of the study's space, where those names are known
    _stop = False
    _step = 0  # the last step reported
    _epoch: int | None = None  # epochs begun, inside ``epochs``
    _done = 0  # epochs that the loaded state has behind it

    def __init__(self, number: int, config: dict[str, Any], link: Link | None) -> None:
        self.number = number
        self.config = config
        self._link = link

    def __getitem__(self, name: str) -> Any:
        try:
            return self.config[name]
        except KeyError:
            raise KeyError(
                f"trial {self.number} has no active parameter {name!r}; it has {', '.join(map(repr, self.config))}"
            ) from None

    def __repr__(self) -> str:
        return f"Trial(number={self.number}, config={self.config!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_link": None, "_offers": _NOTHING, "_domains": _NOTHING}

    def attach(self, link: Link) -> Trial:
        """Give a copy that arrived in another process its line home; returns the trial."""
        self._link = link
        return self

    def withhold(self, declared: Iterable[str], space: Space) -> None:
        """Keep back the values of names that are not declared, until the objective asks for them (define-by-run)."""
        self._domains = space.by_name
        self._offers, self.config = self.config, {}
        for name in declared:
            if name in self._offers:
                self.config[name] = self._offers.pop(name)

    @property
    def seed(self) -> int:
        """For the training's own random numbers, 0 ≤ seed < 2**31: of the study's seed and this trial's number.

        Replicates (``study.confirm``, ``Replicates``) have the seed of their replicate.
        """
        if self.given_seed is not None:
            return self.given_seed
        digest = hashlib.blake2b(f"{self.root}/{self.number}".encode(), digest_size=4).digest()
        return int.from_bytes(digest, "little") >> 1

    @property
    def unmet(self) -> Collection[str]:
        """Names whose suggested values the objective has not asked for."""
        return self._offers.keys()

    def met(self, name: str) -> None:
        """A copy of this trial elsewhere has asked for ``name``."""
        self._offers.pop(name, None)

    # -- while it runs ----------------------------------------------------------------------------

    @property
    def fidelity(self) -> dict[str, float]:
        """What else than :attr:`resource` is to be had less of for now: the scheduler's ``fidelities`` by name.

        They belong to the next step: inside :meth:`epochs` to the epoch begun, elsewhere to the one after the last
        report. They grow whenever a rung is behind; look again in each epoch. Every report records them.
        """
        step = max(self._step, self.resumed) + 1 if self._epoch is None else self._epoch
        return dict(on(self.ladder, step))

    @property
    def should_stop(self) -> bool:
        """Whether the scheduler asked this trial to end. Known after each :meth:`report`."""
        return self._stop

    def report(self, step: int | None = None, **metrics: float) -> bool:
        """Record metrics measured on the way, and learn whether to stop.

        Args:
            step: how much has been spent, a positive whole number (epochs finished, as a rule). Left out, it is
                the number of epochs begun inside :meth:`epochs`, otherwise one more than the last report's.
            metrics: named values. At least one must be an objective of the study; others are kept with it.

        Returns:
            The same as :attr:`should_stop`. What is reported after the word to pause is not recorded.

        Raises:
            ReportError: ``step`` is no positive whole number, no metric was given, or the step was reported before.
            UnknownMetricError: none of the names is an objective of the study.
        """
        if step is None:
            step = self._step + 1 if self._epoch is None else self._epoch
        elif (type(step) is not int and (isinstance(step, bool) or not isinstance(step, int))) or step < 1:
            raise ReportError(
                f"report(step=...) takes a whole number from 1 upwards, then metrics by name; got step={step!r}. "
                "Write for example trial.report(step=3, loss=0.25)"
            )
        if not metrics:
            raise ReportError("report() needs at least one metric by name, for example trial.report(loss=0.25)")
        if self.ladder:
            metrics = self._with_fidelities(step, metrics)
        for value in metrics.values():
            if type(value) is not float:
                metrics = {name: _number(name, value) for name, value in metrics.items()}
                break
        self._stop = stop = (self._link or self._line()).report(self.number, step, metrics)
        self._step = step
        return stop

    def _with_fidelities(self, step: int, metrics: dict[str, float]) -> dict[str, float]:
        values = on(self.ladder, step)
        twice = next((name for name in metrics if name in values), None)
        if twice is not None:
            raise ReportError(f"{twice!r} is one of the scheduler's fidelities: it is recorded without being reported")
        return {**metrics, **values}

    def epochs(self, limit: int) -> Iterator[int]:
        """Count ``0, 1, … limit - 1``, ending early once the scheduler says stop or :attr:`resource` is used up.

        After :meth:`load` it goes on behind the epochs that were done when the state was saved. A :meth:`report` in
        the body belongs to the number of epochs begun (1 in the first pass of a new trial).
        """
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise ValueError(f"epochs(limit) takes a whole number from 1 upwards; got {limit!r}")
        for epoch in range(self._done, limit if self.resource is None else min(limit, self.resource)):
            if self._stop:
                return
            self._epoch = epoch + 1
            yield epoch
        self._epoch = None

    def save(self, state: Any, step: int | None = None) -> None:
        """Keep ``state``, so that this trial can go on from here later, in whichever process.

        It takes the place of what the trial saved before. Save at the end of an epoch, after the report.

        Args:
            state: bytes, numbers, text, NumPy arrays, lists, tuples and mappings of them; or the path (a ``Path``) of
                a directory.
            step: epochs that are done. Left out, it is the number begun inside :meth:`epochs`, otherwise the last
                report's.

        Raises:
            TypeError: something in ``state`` is none of these.
            StorageError: it cannot be written.
        """
        if step is None:
            step = self._step if self._epoch is None else self._epoch
        elif isinstance(step, bool) or not isinstance(step, int) or step < 0:
            raise ValueError(f"save(state, step=...) takes a whole number from 0 upwards; got {step!r}")
        line = self._line()
        depot = line.depot(self.number)
        key = depot.put(state)
        if line.keep(self.number, step, key) and not depot.has(key):
            depot.put(state)  # another trial let go of an equal state before this one was seen to want it

    def load(self) -> Any:
        """What this trial saved last, ``None`` if nothing; a saved directory is the path of a fresh copy.

        It may have been saved by another process, before the trial was paused or its worker died, or by another trial
        whose place this one took. :meth:`epochs` and :meth:`report` then go on counting from there.
        """
        line = self._line()
        saved = line.saved(self.number)
        if saved is None:
            return None
        key, self._step = saved
        self._done = self._step
        return line.depot(self.number).get(key)

    def applied(self, config: Mapping[str, Any] | None = None, /, **values: Any) -> None:
        """Confirm what is really in force: after a state was loaded, above all.

        A restored optimiser has the learning rate it was saved with, not this trial's; read it back and say
        ``trial.applied(lr=optimizer.lr)``.

        Raises:
            ConfigError: a value is not this trial's (numbers may differ by rounding to float32), or there is no such
                parameter.
        """
        for name, value in {**(config or {}), **values}.items():
            wanted = self[name] if name in self.config else _UNSET
            if wanted is _UNSET or not _same(wanted, value):
                meant = "no such active parameter" if wanted is _UNSET else repr(wanted)
                raise ConfigError(
                    f"trial {self.number}: {name!r} in force is {value!r}, its configuration says {meant}. "
                    "Put trial.config into force after loading a state"
                )
        self.annotate("applied", True)

    def annotate(self, key: str, value: Any) -> None:
        """Keep ``key = value`` (anything JSON can hold) with this trial's record."""
        self._line().annotate(self.number, key, value)

    # -- define-by-run ----------------------------------------------------------------------------

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        """The value of a real parameter; a name met for the first time joins the study's space."""
        value = self.config.get(name, _UNSET)
        if value is _UNSET:
            known = self._domains[name] if name in self._offers else None
            if type(known) is Float and known.low == low and known.high == high:
                if known.log == log and known.step == step:
                    self.config[name] = value = self._offers.pop(name)
                    return cast(float, value)
            return float(self._meet(name, Float(low, high, log=log, step=step)))
        if type(value) is not float or not low <= value <= high:
            raise self._clash(name, value, f"a float in [{low}, {high}]")
        return value

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        """The value of a whole-number parameter; a name met for the first time joins the study's space."""
        value = self.config.get(name, _UNSET)
        if value is _UNSET:
            known = self._domains[name] if name in self._offers else None
            if type(known) is Int and known.low == low and known.high == high:
                if known.log == log and known.step == step:
                    self.config[name] = value = self._offers.pop(name)
                    return cast(int, value)
            return int(self._meet(name, Int(low, high, log=log, step=None if step == 1 else step)))
        if type(value) is not int or not low <= value <= high:
            raise self._clash(name, value, f"an int in [{low}, {high}]")
        return value

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """One of ``choices``; a name met for the first time joins the study's space."""
        value = self.config.get(name, _UNSET)
        if value is _UNSET:
            wanted = Categorical(*choices)
            if name not in self._offers or self._domains[name] != wanted:
                return self._meet(name, wanted)
            self.config[name] = value = self._offers.pop(name)
            return value
        if not any(type(value) is type(choice) and value == choice for choice in choices):
            raise self._clash(name, value, f"one of {list(choices)!r}")
        return value

    def _meet(self, name: str, domain: Domain) -> Any:
        value = self._line().suggest(self.number, name, domain)
        self.config[name] = value
        self.met(name)
        return value

    def _clash(self, name: str, value: Any, wanted: str) -> ConfigError:
        return ConfigError(
            f"trial {self.number}: parameter {name!r} is {value!r}, but this suggest call wants {wanted}. "
            "Within one trial a name has one value; use another name, or the range the space declares"
        )

    def _line(self) -> Link:
        if self._link is None:
            raise StudyError(f"trial {self.number} is a copy without a study: it cannot report or suggest")
        return self._link


def _same(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, float) and not isinstance(value, (str, bytes, Mapping)):
        return math.isclose(wanted, float(value), rel_tol=1e-6)
    return bool(wanted == value)


def _number(name: str, value: Any) -> float:
    """A metric as a float; anything with one value (NumPy or framework scalars) is taken."""
    if type(value) is float:
        return value
    if isinstance(value, (str, bytes, Mapping)):
        raise ReportError(f"metric {name!r} must be a number; got {value!r}")
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ReportError(f"metric {name!r} must be one number; got {type(value).__name__} {value!r}") from error

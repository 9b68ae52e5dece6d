"""One hyperparameter as the guide knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from tunewright.space import Categorical, Domain, Float, Int, Ordinal, PowerOfTwo
from tunewright.space.prior import Confidence

__all__ = ["DOMAINS", "TIERS", "Entry", "Workload"]

Workload: TypeAlias = Literal["general", "vision", "nlp", "llm"]
DOMAINS: Mapping[str, str] = {
    "general": "any network, as a baseline",
    "vision": "image networks trained from scratch",
    "nlp": "pre-trained language models, fine-tuned",
    "llm": "large language models, pre-trained",
}
TIERS: Mapping[int, str] = {1: "critical", 2: "important", 3: "fine-tuning"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A hyperparameter: what it does, where its values lie, and what it is bound up with.

    Attributes:
        name: as it is called in spaces here.
        aliases: other names it goes by.
        tier: 1 critical, tune first; 2 important; 3 fine-tuning.
        what: what it does, in a sentence.
        kind: "log" and "linear" for numbers, "int" and "log int" for whole ones, "power of two", "ordinal",
            "categorical".
        values: (low, high) of numbers, all choices of the others.
        default: a value to start from, or None where the task decides.
        workloads: where it applies.
        ranges: values for single workloads in place of ``values``.
        defaults: for single workloads in place of ``default``.
        interacts: names of entries to keep an eye on when this one changes.
        why: how it interacts, or what to beware of.
        source: who says so.
    """

    name: str
    aliases: tuple[str, ...] = ()
    tier: int
    what: str
    kind: Literal["log", "linear", "int", "log int", "power of two", "ordinal", "categorical"]
    values: tuple[Any, ...]
    default: Any = None
    workloads: tuple[Workload, ...] = ("general", "vision", "nlp", "llm")
    ranges: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    interacts: tuple[str, ...] = ()
    why: str
    source: str

    def values_for(self, workload: str) -> tuple[Any, ...]:
        """(low, high) or the choices in that workload."""
        return self.ranges.get(workload, self.values)

    def default_for(self, workload: str) -> Any:
        """The value to start from in that workload, or None."""
        return self.defaults.get(workload, self.default)

    def domain(self, workload: str = "general", confidence: Confidence | None = "medium") -> Domain:
        """The parameter of a space, with a prior centred on the default unless ``confidence`` is None."""
        values, default = self.values_for(workload), self.default_for(workload)
        if self.kind == "categorical":
            return Categorical(*values)
        if self.kind == "ordinal":
            return Ordinal(*values)
        low, high = values
        prior = None if default is None or confidence is None else (default, confidence)
        if self.kind == "power of two":
            return PowerOfTwo(low, high, prior=prior)
        if self.kind in ("int", "log int"):
            return Int(low, high, log=self.kind == "log int", prior=prior)
        return Float(low, high, log=self.kind == "log", prior=prior)

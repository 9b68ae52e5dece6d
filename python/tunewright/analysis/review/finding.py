"""What a review finds, in words and as domains."""

from __future__ import annotations

__all__ = ["Finding", "Review"]

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tunewright.space import Constant, Domain, Space
from tunewright.trial.chapters import holds, spanning

Kind = Literal["boundary", "dead", "scale", "unneeded"]


@dataclass(frozen=True)
class Finding:
    """One thing about one parameter; ``str()`` of it is a sentence.

    Attributes:
        kind: ``"boundary"``, ``"dead"``, ``"scale"`` or ``"unneeded"``.
        name: the parameter.
        text: the sentence.
    """

    kind: Kind
    name: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Review:
    """What the trials say about the space; ``str()`` of it is all of it in sentences.

    Attributes:
        findings: what stands out, the parameters in the space's order.
        present: the space that is searched.
        suggested: domains to search instead, by name; none where nothing stands out.
        trials: how many were looked at.
        missing: why nothing can be said; empty if something can.
    """

    findings: tuple[Finding, ...]
    present: Space
    suggested: dict[str, Domain]
    trials: int
    missing: str = ""

    @property
    def space(self) -> Space:
        """The suggested space, without the constraints of the present one where a parameter they read is fixed."""
        return Space({name: self.suggested.get(name, self.present[name]) for name in self.present.names})

    @property
    def code(self) -> str:
        """The suggested space as Python code."""
        words = all(name.isidentifier() for name in self.present.names)
        space = {name: self.suggested.get(name, self.present[name]) for name in self.present.names}
        form = "    {}={}," if words else "    {!r}: {},"
        lines = [form.format(name, written(domain)) for name, domain in space.items()]
        start, end = ("space = tw.Space(", ")") if words else ("space = tw.Space({", "})")
        return "\n".join(["import tunewright as tw", "", start, *lines, end])

    @property
    def changes(self) -> str:
        """The same as calls on the running study: no trial is lost."""
        return "\n".join(line for name in self.suggested for line in self._calls(name))

    def _calls(self, name: str) -> list[str]:
        new, old = self.suggested[name], self.present[name]
        if isinstance(new, Constant):
            return [f"study.narrow({{{name!r}: {new.value!r}}}, assumed={{{name!r}: {new.value!r}}})"]
        if holds(old, new):
            return [f"study.narrow({{{name!r}: {written(new)}}})"]
        if holds(new, old):
            return [f"study.extend({{{name!r}: {written(new)}}})"]
        return [
            f"study.extend({{{name!r}: {written(spanning(new, old))}}})",
            f"study.narrow({{{name!r}: {written(new)}}})",
        ]

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __str__(self) -> str:
        if self.missing:
            return f"Nothing can be said about the space: {self.missing}."
        if not self.findings:
            return f"{self.trials} trials looked at: nothing about the space stands out."
        return "\n".join([f"{self.trials} trials looked at:", *(f"- {finding}" for finding in self.findings)])


def written(domain: Domain) -> str:
    """A domain as code that reads ``import tunewright as tw``."""
    return _NAMES.sub("tw.", repr(domain))


_NAMES = re.compile(
    r"""(?<![\w'".])(?=(?:Float|Int|PowerOfTwo|Ordinal|Categorical|Constant|Normal|LogNormal|when)\()"""
)

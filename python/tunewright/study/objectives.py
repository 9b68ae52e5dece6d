"""Which numbers a study improves, and in which direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tunewright.errors import StudyError

__all__ = ["directions_of"]

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

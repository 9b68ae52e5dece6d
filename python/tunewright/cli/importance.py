"""``tunewright importance``: what mattered in a study."""

from __future__ import annotations

import argparse

from tunewright.study import Study

__all__ = ["METHODS", "arguments", "show"]

METHODS = ("fanova", "ped_anova", "permutation", "impurity", "shapley", "ablation")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that :func:`show` reads."""
    parser.add_argument("--method", choices=METHODS, default=METHODS[0], help=f"default {METHODS[0]}")
    parser.add_argument("--objective", help="which objective, of a study with several")
    parser.add_argument("--quantile", type=float, help="among the good ones alone: 0.25 for the best quarter")
    parser.add_argument("--resamples", type=int, help="repetitions for the intervals; 0 for none")
    parser.add_argument("--marginal", metavar="PARAMETER", help="print the curve of one parameter instead (fanova)")


def show(study: Study, options: argparse.Namespace) -> None:
    """Print the ranking of a study's parameters, or the curve of one of them."""
    from tunewright.analysis import importance

    given = {name: getattr(options, name) for name in ("objective", "quantile", "resamples")}
    chosen = {name: value for name, value in given.items() if value is not None}
    if options.marginal is None:
        if options.quantile is not None and options.method == "ablation":
            raise ValueError("--quantile is not for --method ablation, which compares two configurations")
        print(getattr(importance, options.method)(study, **chosen))
        return
    if options.method != "fanova":
        raise ValueError(f"--marginal is of --method fanova, not of {options.method}")
    found = importance.fanova(study, **chosen | {"resamples": 0, "pairs": 0})
    if options.marginal not in found.marginals:
        raise ValueError(f"--marginal: no parameter {options.marginal!r}; there are {', '.join(found.names)}")
    print(found.marginals[options.marginal])

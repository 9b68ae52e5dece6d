"""How much work fits into a wanted time: a cost model in place of a clock, so that suggestions can be repeated.

=======  =====================================================================================
symbol   meaning
=======  =====================================================================================
n, d     points that the process sees, coordinates
f        points of the fit at most, and at most n
m        candidates spread over the space; half as many again lie around the best trials
k        processes: of the losses, of each constraint, of failing
=======  =====================================================================================

seconds = 0.003 + k (fit + factor + search), with

- fit = 35 (5e-5 + 6e-10 d f^2 + 1e-10 f^3), so many likelihoods;
- factor = 2e-10 d n^2 + 2e-11 n^3;
- search = 1.5 m (3e-10 d n + 3.5e-11 n^2), and 4e-4 + 4.5e-8 n^2 for every eight climbs.

The constants are upper quartiles on a busy machine with two cores, rounded upwards. Most asks do not renew the fit nor
factorise anew and take a fraction.
"""

from __future__ import annotations

__all__ = ["Effort", "affordable", "seconds"]

from dataclasses import dataclass, replace

from tunewright.strategies.gp.subset import STEP

_LEAST_POINTS, _LEAST_FIT, _LEAST_CANDIDATES = 64, 32, 16
_SHRUNK = 0.8


@dataclass(frozen=True)
class Effort:
    """What an ask may look at.

    Attributes:
        points: outcomes that the process sees before it sees a part of them.
        fit: outcomes that the hyperparameters are fitted to at most.
        candidates: points spread over the space.
        climbs: starts of ascents.
    """

    points: int
    fit: int
    candidates: int
    climbs: int


def seconds(effort: Effort, n: int, d: int, processes: int) -> float:
    """How long an ask of that effort takes after ``n`` outcomes in ``d`` coordinates, fit and factor included."""
    n = min(n, effort.points + STEP - 1)  # as many as :func:`~tunewright.strategies.gp.subset.local` leaves
    f, m = min(n, effort.fit), effort.candidates
    fit = 35 * (5e-5 + 6e-10 * d * f**2 + 1e-10 * f**3)
    factor = 2e-10 * d * n**2 + 2e-11 * n**3
    search = 1.5 * m * (3e-10 * d * n + 3.5e-11 * n**2) + (4e-4 + 4.5e-8 * n**2) * -(-effort.climbs // 8)
    return 3e-3 + processes * (fit + factor + search)


def affordable(most: Effort, latency: float, n: int, d: int, processes: int) -> Effort:
    """The effort, up to ``most``, that takes ``latency`` seconds after ``n`` outcomes; never less than 64 points.

    The fit gets up to half the time. The process then sees as many points as leave time for a quarter of the
    candidates; neither depends on n, so that the choice does not change with every outcome. The candidates take what
    is left, 16 at least.
    """
    effort = replace(most, candidates=max(_LEAST_CANDIDATES, most.candidates // 4))
    while effort.fit > _LEAST_FIT and seconds(effort, effort.fit, d, processes) > latency / 2:
        effort = replace(effort, fit=max(_LEAST_FIT, int(_SHRUNK * effort.fit)))
    while effort.points > _LEAST_POINTS and seconds(effort, effort.points + STEP, d, processes) > latency:
        effort = replace(effort, points=max(_LEAST_POINTS, int(_SHRUNK * effort.points)))
    effort = replace(effort, candidates=most.candidates)
    while effort.candidates > _LEAST_CANDIDATES and seconds(effort, n, d, processes) > latency:
        effort = replace(effort, candidates=max(_LEAST_CANDIDATES, int(_SHRUNK * effort.candidates)))
    return effort

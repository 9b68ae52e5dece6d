"""Credit of the members of an ensemble, read off the record.

K        members
c        outcomes so far, in the order in which they were told
p        (K,) probability of each member to suggest a trial

Outcomes are counted in rounds, each of 2 K outcomes or of a tenth of those before it. At the end of a round every
member's credit is the mean utility of the outcomes that it brought about among the last 100, older ones counting less.
The utility of the outcome of rank r among n is max(0, log((n + 1) / 2) - log r): the weights that evolution strategies
give to ranks (N. Hansen, The CMA Evolution Strategy: A Tutorial, 2016, equation 49); ranks make it the same for any
monotone transformation of the losses. Members are then drawn in proportion to their credit: probability matching, with
a floor under everyone's share (D. Thierens, An Adaptive Pursuit Strategy for Allocating Operator Probabilities, GECCO
2005, equation 4; A. Fialho, M. Schoenauer & M. Sebag, Toward Comparison-based Adaptive Operator Selection, GECCO 2010).
"""

from __future__ import annotations

__all__ = ["Credit", "Rule", "credit", "round_end", "utilities"]

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np

from tunewright.numerics.pareto import nondominated_rank
from tunewright.numerics.sampling import purpose, uniform
from tunewright.strategies.evolution.endings import Endings, losses_of, usable, violations_of
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

_MEMBER = np.array([purpose("ensemble/member")], dtype=np.uint64)
_WINDOW = 100
_PRIOR = 2.0  # outcomes of mean utility that every member begins with


@dataclass(frozen=True)
class Rule:
    """How many members there are, how fast outcomes lose weight, and the least share of a member."""

    members: int
    decay: float
    floor: float


@dataclass(eq=False)
class Credit:
    """Shares after every round so far.

    Attributes:
        rule: of the ensemble.
        seed: of the study.
        revisions: revision of the outcome that ended each round, 0 of the first shares.
        shares: probabilities (K,) from there on.
    """

    rule: Rule
    seed: int
    revisions: list[int] = field(default_factory=lambda: [0])
    shares: list[Array] = field(default_factory=list)
    counted: int = 0
    endings: Endings = field(default_factory=Endings)

    def __post_init__(self) -> None:
        self.shares.append(np.full(self.rule.members, 1.0 / self.rule.members))

    def read(self, history: History) -> None:
        """Take in the rounds that ended since the last call."""
        self.endings.read(history)
        ended, members = self.endings.trials, self.rule.members
        while len(ended) >= round_end(self.counted, members):
            self.counted = round_end(self.counted, members)
            recent = np.array(ended[max(0, self.counted - _WINDOW) : self.counted], dtype=np.int64)
            self.shares.append(self._matched(history, recent))
            self.revisions.append(int(history.told[recent[-1]]))

    def _matched(self, history: History, recent: Ints) -> Array:
        """The shares (K,) that the ``recent`` outcomes, oldest first, call for."""
        makers = self.makers(history, recent)
        utility = utilities(history, recent)
        weight = np.where(makers >= 0, self.rule.decay ** np.arange(len(recent) - 1.0, -1.0, -1.0), 0.0)
        mean = float(utility.mean())
        places = np.where(makers >= 0, makers, 0)
        earned = np.bincount(places, weight * utility, self.rule.members) + _PRIOR * mean
        spent = np.bincount(places, weight, self.rule.members) + _PRIOR
        worth = earned / spent
        total = float(worth.sum())
        share = worth / total if total > 0.0 else np.full(self.rule.members, 1.0 / self.rule.members)
        matched: Array = self.rule.floor + (1.0 - self.rule.members * self.rule.floor) * share
        return matched

    def makers(self, history: History, trials: Ints) -> Ints:
        """Which member suggests each of the record's ``trials``, shape (k,); -1 for those that a person chose."""
        chosen = self.drawn(trials, history.seen[trials])
        return np.where(np.isin(trials, history.enqueued), -1, chosen)

    def drawn(self, numbers: Ints, seen: Ints) -> Ints:
        """Which member suggests trials ``numbers`` (k,) asked for when all up to revisions ``seen`` (k,) was known."""
        rounds = np.searchsorted(self.revisions, seen, side="right") - 1
        points = uniform(self.seed, numbers, _MEMBER)[:, 0]
        ends = np.cumsum(np.array(self.shares)[rounds], axis=1)[:, :-1]
        member: Ints = (points[:, None] >= ends).sum(axis=1)
        return member


_credits: WeakKeyDictionary[History, dict[tuple[Rule, int], Credit]] = WeakKeyDictionary()


def credit(history: History, rule: Rule, seed: int) -> Credit:
    """The credit of all members by all rounds that are over; what was read before is not read again."""
    known = _credits.setdefault(history, {})
    present = known.setdefault((rule, seed), Credit(rule, seed))
    present.read(history)
    return present


def round_end(counted: int, members: int) -> int:
    """How many outcomes there are in all at the end of the round that begins after ``counted``."""
    return counted + max(2 * members, counted // 10)


def utilities(history: History, trials: Ints) -> Array:
    """Utility (n,) of the outcomes of ``trials`` by their ranks among each other; equal ones share theirs.

    With several objectives ranks are those of the fronts; what breaks constraints comes behind what keeps them, and
    what failed, was pruned or is not finite behind all else.
    """
    n = len(trials)
    front = np.full(n, n, dtype=np.int64)
    good = np.isin(trials, usable(history, trials))
    if good.any():
        violations = np.nan_to_num(violations_of(history, trials[good]), nan=np.inf)
        front[good] = nondominated_rank(losses_of(history, trials[good]), violations=violations)
    by_rank = np.maximum(0.0, np.log((n + 1) / 2) - np.log(np.arange(1.0, n + 1)))
    _, place, counts = np.unique(front, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    summed = np.append(0.0, np.cumsum(by_rank))
    shared: Array = ((summed[ends] - summed[ends - counts]) / counts)[place]
    return shared

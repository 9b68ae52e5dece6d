"""Controllers: distributions over moves, and the slope of what they are rewarded for.

theta  weights, one flat vector          p_j  distribution over the moves of coordinate j, given those before it
J      A sum_j log p_j(a_j) + beta sum_j H(p_j) over the coordinates that exist, H the entropy in nats
"""

from __future__ import annotations

__all__ = ["Controller", "Factorised", "Recurrent", "controller_for"]

from functools import lru_cache
from typing import Protocol

import numpy as np

from tunewright.numerics.sampling import generator, purpose
from tunewright.space import Space
from tunewright.strategies.policy.actions import Actions, actions_of
from tunewright.trial.columns import Array, Ints

_WEIGHTS = purpose("reinforce/weights")
_SPREAD = 0.3  # of the first weights between hidden units, over the root of their number


class Controller(Protocol):
    """A policy with weights handed in."""

    actions: Actions

    def initial(self) -> Array:
        """First weights: the space's priors."""
        ...

    def paces(self) -> Array:
        """Of each weight, its step in units of the rate of learning: many that add up move less each."""
        ...

    def sample(self, theta: Array, which: Array, where: Array) -> Array:
        """Coordinates (d,) dealt from uniform numbers (d,): which move, and where in its part."""
        ...

    def slope(self, theta: Array, moves: Ints, advantage: float, entropy: float) -> Array:
        """dJ / dtheta at the moves (d,) of one trial, -1 where a parameter does not exist."""
        ...


class Factorised:
    """p_j = softmax(theta_j): a table of logits, each coordinate for itself."""

    def __init__(self, actions: Actions) -> None:
        self.actions = actions

    def initial(self) -> Array:
        """The log density of the priors."""
        logits: Array = self.actions.prior.copy()
        return logits

    def paces(self) -> Array:
        """See :class:`Controller`."""
        return np.ones(len(self.actions.prior))

    def sample(self, theta: Array, which: Array, where: Array) -> Array:
        """See :class:`Controller`."""
        starts, counts = self.actions.starts.tolist(), self.actions.counts.tolist()
        moves = [_picked(theta[a : a + m], u) for a, m, u in zip(starts, counts, which.tolist(), strict=True)]
        return self.actions.at(np.array(moves, dtype=np.int64), where)

    def slope(self, theta: Array, moves: Ints, advantage: float, entropy: float) -> Array:
        """See :class:`Controller`."""
        starts, counts = self.actions.starts, self.actions.counts
        shifted = theta - np.repeat(np.maximum.reduceat(theta, starts), counts)
        weight = np.exp(shifted)
        total = np.add.reduceat(weight, starts)
        p, log_p = weight / np.repeat(total, counts), shifted - np.repeat(np.log(total), counts)
        return _towards(p, log_p, moves, starts, counts, advantage, entropy)


class Recurrent:
    """h_t = tanh(e(a_{t-1}) + U h_{t-1}), p_t = softmax(V_t h_t + b_t), one step a coordinate in the actions' order.

    e(a) is a vector for every move of every coordinate, and one for none: the start, and what does not exist.
    """

    def __init__(self, actions: Actions, width: int) -> None:
        self.actions, self.width = actions, width
        moves = len(actions.prior)
        self._shapes = ((moves,), (moves, width), (moves + 1, width), (width, width))  # b, V, e, U

    def initial(self) -> Array:
        """The priors: V is 0, so that what came before does not count yet."""
        draws = generator(0, 0, _WEIGHTS)
        theta = np.zeros(sum(int(np.prod(shape)) for shape in self._shapes))
        bias, _, embedding, between = self._parts(theta)
        bias[:] = self.actions.prior
        for part in (embedding, between):
            part[:] = draws.standard_normal(part.shape) * _SPREAD / np.sqrt(self.width)
        return theta

    def paces(self) -> Array:
        """See :class:`Controller`."""
        paces = np.full(sum(int(np.prod(shape)) for shape in self._shapes), 1.0 / np.sqrt(self.width))
        paces[: len(self.actions.prior)] = 1.0
        return paces

    def _parts(self, theta: Array) -> list[Array]:
        ends = np.cumsum([int(np.prod(shape)) for shape in self._shapes])[:-1]
        return [part.reshape(shape) for part, shape in zip(np.split(theta, ends), self._shapes, strict=True)]

    def sample(self, theta: Array, which: Array, where: Array) -> Array:
        """See :class:`Controller`."""
        actions, (bias, out, embedding, between) = self.actions, self._parts(theta)
        moves, hidden, before = np.zeros(len(which), dtype=np.int64), np.zeros(self.width), -1
        conditional = actions.space.space.has_conditions
        for j in actions.order.tolist():
            first, count = int(actions.starts[j]), int(actions.counts[j])
            hidden = np.tanh(embedding[before] + between @ hidden)
            moves[j] = _picked(bias[first : first + count] + out[first : first + count] @ hidden, float(which[j]))
            there = not conditional or self._exists(moves, where, j)
            before = first + int(moves[j]) if there else -1
        return actions.at(moves, where)

    def _exists(self, moves: Ints, where: Array, j: int) -> bool:
        """Whether coordinate j exists: all that its condition reads was chosen before it."""
        space = self.actions.space
        return not np.isnan(space.natives(self.actions.at(moves, where)[None, :])[0, space.columns[j]])

    def slope(self, theta: Array, moves: Ints, advantage: float, entropy: float) -> Array:
        """See :class:`Controller`."""
        bias, out, embedding, between = self._parts(theta)
        gradient = np.zeros(len(theta))
        d_bias, d_out, d_embedding, d_between = self._parts(gradient)  # views of the gradient
        order = self.actions.order.tolist()
        befores, states, d_logits = [], [np.zeros(self.width)], []
        before = -1
        for j in order:
            rows = slice(int(self.actions.starts[j]), int(self.actions.starts[j] + self.actions.counts[j]))
            states.append(np.tanh(embedding[before] + between @ states[-1]))
            befores.append(before)
            d_logits.append(_step(bias[rows] + out[rows] @ states[-1], int(moves[j]), advantage, entropy))
            before = rows.start + int(moves[j]) if moves[j] >= 0 else -1
        later = np.zeros(self.width)  # dJ / dh_t by way of h_{t+1}
        for t in range(len(order) - 1, -1, -1):
            j = order[t]
            rows = slice(int(self.actions.starts[j]), int(self.actions.starts[j] + self.actions.counts[j]))
            d_bias[rows] += d_logits[t]
            d_out[rows] += np.outer(d_logits[t], states[t + 1])
            inner = (out[rows].T @ d_logits[t] + later) * (1.0 - states[t + 1] ** 2)
            d_embedding[befores[t]] += inner
            d_between += np.outer(inner, states[t])
            later = between.T @ inner
        return gradient


def _picked(logits: Array, share: float) -> int:
    """The move in whose part of the distribution ``share`` of [0, 1) lies."""
    below = np.cumsum(np.exp(logits - logits.max()))
    return min(int(np.searchsorted(below, share * below[-1], side="right")), len(logits) - 1)


def _step(logits: Array, move: int, advantage: float, entropy: float) -> Array:
    """dJ / dlogits of one coordinate; 0 where it does not exist."""
    if move < 0:
        return np.zeros(len(logits))
    shifted = logits - logits.max()
    log_p = shifted - np.log(np.exp(shifted).sum())
    one = np.zeros(1, dtype=np.int64)
    return _towards(np.exp(log_p), log_p, one + move, one, one + len(logits), advantage, entropy)


def _towards(
    p: Array, log_p: Array, moves: Ints, starts: Ints, counts: Ints, advantage: float, entropy: float
) -> Array:
    """dJ / dlogits: A (1[a] - p) - beta p (log p + H), and 0 for coordinates that do not exist."""
    plogp = np.add.reduceat(p * log_p, starts)  # -H
    slope: Array = -advantage * p - entropy * p * (log_p - np.repeat(plogp, counts))
    there = moves >= 0
    slope[starts[there] + moves[there]] += advantage
    return np.where(np.repeat(there, counts), slope, 0.0)


@lru_cache(maxsize=32)
def controller_for(space: Space, kind: str, bins: int, width: int) -> Controller:
    """The controller of that kind for ``space``."""
    actions = actions_of(space, bins)
    return Recurrent(actions, width) if kind == "recurrent" else Factorised(actions)

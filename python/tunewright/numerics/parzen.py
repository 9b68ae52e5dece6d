"""Parzen densities over the unit cube, whose components come and go.

=========  ==================================================================  ===============
symbol     meaning                                                             shape, range
=========  ==================================================================  ===============
n, d       components, coordinates
x          observations, NaN where one has no such coordinate                  (n, d), [0, 1]
cells      of each coordinate: 0 continuous, g ordered, -g unordered values    (d,)
           at (i + 1/2) / g
least      smallest bandwidth of each coordinate                               (d,), [0, 1]
w, w0      weights of the components, of the prior                             >= 0
pi         density of the priors relative to the uniform one                   > 0
=========  ==================================================================  ===============

The density relative to the uniform one is, with a product over the coordinates that x has,

  p(x) = (sum_i w_i prod_j k_ij(x_j) + w0 pi(x)) / (sum_i w_i + w0).

For numbers k is a normal density around the observation, truncated to [0, 1]; its bandwidth is the larger distance to
the neighbouring observations (to the faces for a single one), at least 1 / min(100, n_j + 2) and ``least``. For
categories it is pi with probability b = g / (n_j + 1 + g), else the observed one. An observation that lacks a
coordinate counts as the prior there; n_j of them have it. J. Bergstra, R. Bardenet, Y. Bengio & B. Kégl, "Algorithms
for hyper-parameter optimization", NeurIPS 2011; the bound is the "magic clip" of the authors' code.

:class:`Mixture` is the compiled class itself, as a check in between would cost as much as an answer. Its arrays are
contiguous float64; d numbers a row or ``ValueError``. What it returns depends to the last bit on who is in it, not on
how they came.
"""

from __future__ import annotations

__all__ = ["Mixture"]

from typing import TYPE_CHECKING

from tunewright.numerics.backend import kernels

if TYPE_CHECKING:
    from tunewright._rust import Mixture
else:
    Mixture = kernels("parzen").Mixture

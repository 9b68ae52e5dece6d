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

:class:`Mixture` is one such density, :class:`Estimator` those of good trials and of all others, in groups of
coordinates that know nothing of each other, and the points where their ratio is large. They are the compiled classes
themselves, as a check in between would cost as much as an answer. Their arrays are float64, row by row; lengths that do
not fit are a ``ValueError``. What they return depends to the last bit on who is where, not on how that came to be.

The draws (m (2 d + groups),) of m points of an estimator are in [0, 1): first (m, d), what a component without a
coordinate of its own takes there unless a ``fallback`` drawn from the priors is given, then (m, 1 + size) for each
group, the choice of the component and a probability for each coordinate.
"""

from __future__ import annotations

__all__ = ["Estimator", "Mixture"]

from typing import TYPE_CHECKING

from tunewright.numerics.backend import kernels

if TYPE_CHECKING:
    from tunewright._rust import Estimator, Mixture
else:
    Estimator, Mixture = (getattr(kernels("parzen"), name) for name in __all__)

//! Parzen densities over the unit cube, whose components come and go: what a tree-structured Parzen estimator compares.
//!
//! | symbol  | meaning                                                                     | shape, range    |
//! |---------|-----------------------------------------------------------------------------|-----------------|
//! | `x`     | observations, NaN where one has no such coordinate                          | (n, d), [0, 1]  |
//! | `cells` | of each coordinate: 0 continuous, g ordered and −g unordered values         | (d,)            |
//! | `least` | smallest bandwidth of each coordinate                                       | (d,), [0, 1]    |
//! | w       | weights of the components; by default they fade with age                    | (n,), ≥ 0       |
//! | w₀      | weight of the prior                                                         | ≥ 0             |
//! | π(x)    | density of the priors relative to the uniform one, a product over coordinates | ≥ 0           |
//!
//!   p(x) = (Σᵢ wᵢ Πⱼ kᵢⱼ(xⱼ) + w₀ π(x)) / (Σᵢ wᵢ + w₀)
//!
//! over the coordinates j that x has. For numbers k is a normal density around the observation, truncated to [0, 1];
//! its bandwidth is the larger distance to the neighbouring observations, at least 1 / min(100, nⱼ + 2) (Bergstra et al.,
//! "Algorithms for hyper-parameter optimization", `NeurIPS` 2011, whose code calls the bound a magic clip). Of g ordered
//! values the density stands for the probability by the midpoint rule. For categories k is the prior with probability
//! b = g / (nⱼ + 1 + g), else the observed one. An observation without the coordinate counts as the prior there. nⱼ is how
//! many observations have it. Densities are relative to the uniform one.

mod column;
mod density;
mod estimator;
mod group;
mod mixture;
mod normal;
mod sum;

pub use estimator::Estimator;
pub use mixture::Mixture;

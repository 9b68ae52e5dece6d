//! Covariance matrix adaptation (N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772, 2016).
//!
//! | symbol       | meaning                                                        | shape       |
//! |--------------|----------------------------------------------------------------|-------------|
//! | `mean`       | m, of the normal distribution N(m, σ² C) that samples points   | (d,)        |
//! | `covariance` | C, symmetric                                                   | (d, d)      |
//! | `factor`     | L, lower triangular, L L' = C                                  | (d, d)      |
//! | `conjugate`  | the path of steps L⁻¹ y, which adapts σ                        | (d,)        |
//! | `path`       | the path of steps y, which adapts C                            | (d,)        |
//! | `steps`      | y = (x − m) / σ of the points of one generation, the best first | (λ, d)      |
//!
//! L⁻¹ stands for the symmetric C^(−1/2) (O. Krause, D. R. Arbonès & C. Igel, NIPS 2016): a triangular solve in place of
//! an eigenvalue decomposition. All constants are the tutorial's Table 1, negative weights included.

use crate::error::{Error, Result};
use crate::linalg::{cholesky, substitute_lower};

/// A normal distribution and the paths that led to it.
#[derive(Debug, Clone)]
pub struct Distribution {
    pub mean: Vec<f64>,
    pub sigma: f64,
    pub covariance: Vec<f64>,
    pub factor: Vec<f64>,
    pub conjugate: Vec<f64>,
    pub path: Vec<f64>,
}

/// The strategy's constants for d dimensions and λ points.
struct Constants {
    weights: Vec<f64>,
    parents: usize,
    effective: f64,
    rate_sigma: f64,
    damping: f64,
    rate_path: f64,
    rate_one: f64,
    rate_many: f64,
    length: f64,
}

impl Constants {
    fn new(d: usize, points: usize) -> Self {
        let (n, half) = (d as f64, f64::midpoint(points as f64, 1.0));
        let mut weights: Vec<f64> = (1..=points).map(|i| libm::log(half) - libm::log(i as f64)).collect();
        let parents = points / 2;
        let effect = |part: &[f64]| {
            let (sum, squares) = part.iter().fold((0.0, 0.0), |(sum, squares), w| (sum + w, squares + w * w));
            if squares > 0.0 { sum * sum / squares } else { 0.0 }
        };
        let (effective, opposed) = (effect(&weights[..parents]), effect(&weights[parents..]));
        let rate_one = 2.0 / ((n + 1.3) * (n + 1.3) + effective);
        let rate_many = (1.0 - rate_one - 1e-8)
            .min(2.0 * (effective - 2.0 + 1.0 / effective) / ((n + 2.0) * (n + 2.0) + effective));
        let against = (1.0 + rate_one / rate_many)
            .min(1.0 + 2.0 * opposed / (effective + 2.0))
            .min((1.0 - rate_one - rate_many) / (n * rate_many));
        let positive: f64 = weights.iter().filter(|w| **w > 0.0).sum();
        let negative: f64 = -weights.iter().filter(|w| **w < 0.0).sum::<f64>();
        for w in &mut weights {
            *w *= if *w >= 0.0 { 1.0 / positive } else { against / negative };
        }
        let rate_sigma = (effective + 2.0) / (n + effective + 5.0);
        Self {
            weights,
            parents,
            effective,
            rate_sigma,
            damping: 1.0 + 2.0 * (((effective - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0) + rate_sigma,
            rate_path: (4.0 + effective / n) / (n + 4.0 + 2.0 * effective / n),
            rate_one,
            rate_many,
            length: n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n)),
        }
    }
}

/// The distribution after generation number `generation`, counted from 0, in O(λ d² + d³ / 3).
///
/// Where rounding leaves C without a factor, what [`cholesky`] has to add to its diagonal belongs to it from then on.
///
/// # Errors
/// [`Error::Length`] where shapes do not fit; [`Error::OutOfRange`] for fewer than four points or no dimension;
/// [`Error::NotPositiveDefinite`] where C is beyond repair.
pub fn adapted(before: &Distribution, steps: &[f64], generation: u64) -> Result<Distribution> {
    let d = before.mean.len();
    let points = steps.len().checked_div(d).unwrap_or(0);
    for (argument, got, least) in [("mean", d, 1), ("steps", points, 4)] {
        if got < least {
            return Err(Error::OutOfRange { argument, expected: format!("at least {least}"), got: got as u64 });
        }
    }
    let lengths = [
        ("covariance", d * d, before.covariance.len()),
        ("factor", d * d, before.factor.len()),
        ("conjugate", d, before.conjugate.len()),
        ("path", d, before.path.len()),
        ("steps", points * d, steps.len()),
    ];
    for (argument, expected, got) in lengths {
        if expected != got {
            return Err(Error::Length { argument, expected, got });
        }
    }
    let k = Constants::new(d, points);
    let shift = weighted(&k.weights[..k.parents], steps, d);
    let mut white = shift.clone();
    substitute_lower(&before.factor, &mut white);
    let conjugate = lengthened(&before.conjugate, &white, k.rate_sigma, k.effective);
    let reach = norm(&conjugate);
    let grown = 1.0 - libm::pow(1.0 - k.rate_sigma, 2.0 * (generation as f64 + 1.0));
    let steady = reach / grown.sqrt() < (1.4 + 2.0 / (d as f64 + 1.0)) * k.length;
    let path = if steady {
        lengthened(&before.path, &shift, k.rate_path, k.effective)
    } else {
        before.path.iter().map(|p| (1.0 - k.rate_path) * p).collect()
    };
    let kept = if steady { 0.0 } else { k.rate_path * (2.0 - k.rate_path) };
    let mut covariance = mixed(before, steps, &path, &k, kept);
    let (factor, added) = cholesky(&covariance, d, true, 1)?;
    (0..d).for_each(|i| covariance[i * d + i] += added);
    let growth = (k.rate_sigma / k.damping * (reach / k.length - 1.0)).min(1.0);
    let mean = before.mean.iter().zip(&shift).map(|(m, y)| m + before.sigma * y).collect();
    Ok(Distribution { mean, sigma: before.sigma * libm::exp(growth), covariance, factor, conjugate, path })
}

/// Σ wᵢ yᵢ over the first rows.
fn weighted(weights: &[f64], steps: &[f64], d: usize) -> Vec<f64> {
    let mut sum = vec![0.0; d];
    for (w, step) in weights.iter().zip(steps.chunks_exact(d)) {
        sum.iter_mut().zip(step).for_each(|(s, y)| *s += w * y);
    }
    sum
}

/// A path with one more step.
fn lengthened(path: &[f64], step: &[f64], rate: f64, effective: f64) -> Vec<f64> {
    let scale = (rate * (2.0 - rate) * effective).sqrt();
    path.iter().zip(step).map(|(p, y)| (1.0 - rate) * p + scale * y).collect()
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// C with what path and steps say of it; the better steps lengthen it, the worse ones shorten it.
fn mixed(before: &Distribution, steps: &[f64], path: &[f64], k: &Constants, kept: f64) -> Vec<f64> {
    let d = path.len();
    let total: f64 = k.weights.iter().sum();
    let old = 1.0 + k.rate_one * kept - k.rate_one - k.rate_many * total;
    let mut covariance: Vec<f64> = before.covariance.iter().map(|c| old * c).collect();
    let mut add = |weight: f64, y: &[f64]| {
        for (row, &yi) in covariance.chunks_exact_mut(d).zip(y) {
            let scale = weight * yi;
            row.iter_mut().zip(y).for_each(|(c, yj)| *c += scale * yj);
        }
    };
    add(k.rate_one, path);
    for (w, step) in k.weights.iter().zip(steps.chunks_exact(d)) {
        let weight = if *w >= 0.0 {
            *w
        } else {
            let mut white = step.to_vec();
            substitute_lower(&before.factor, &mut white);
            let length = norm(&white);
            *w * d as f64 / (length * length + 1e-8)
        };
        add(k.rate_many * weight, step);
    }
    for i in 0..d {
        for j in 0..i {
            covariance[i * d + j] = covariance[j * d + i]; // weight yᵢ yⱼ and weight yⱼ yᵢ may round differently
        }
    }
    covariance
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::stream;

    fn standard(d: usize) -> Distribution {
        let mut identity = vec![0.0; d * d];
        (0..d).for_each(|i| identity[i * d + i] = 1.0);
        Distribution {
            mean: vec![0.0; d],
            sigma: 1.0,
            covariance: identity.clone(),
            factor: identity,
            conjugate: vec![0.0; d],
            path: vec![0.0; d],
        }
    }

    /// Normal numbers by the sum of twelve uniform ones.
    fn normals(seed: u64, trial: u64, d: usize) -> Vec<f64> {
        let draws = stream(seed, trial, 1, 12 * d, 0).unwrap();
        draws.chunks_exact(12).map(|part| part.iter().sum::<f64>() - 6.0).collect()
    }

    fn minimised(f: impl Fn(&[f64]) -> f64, d: usize, generations: u64) -> f64 {
        let mut now = standard(d);
        now.mean = vec![3.0; d];
        let points = 12;
        for generation in 0..generations {
            let mut found: Vec<(f64, Vec<f64>)> = (0..points)
                .map(|i| {
                    let z = normals(7, generation * points + i, d);
                    let y: Vec<f64> =
                        (0..d).map(|r| (0..=r).map(|c| now.factor[r * d + c] * z[c]).sum::<f64>()).collect();
                    let x: Vec<f64> = y.iter().zip(&now.mean).map(|(y, m)| m + now.sigma * y).collect();
                    (f(&x), y)
                })
                .collect();
            found.sort_by(|p, q| p.0.total_cmp(&q.0));
            let steps: Vec<f64> = found.into_iter().flat_map(|p| p.1).collect();
            now = adapted(&now, &steps, generation).unwrap();
        }
        f(&now.mean)
    }

    #[test]
    fn a_stretched_and_turned_bowl_is_found_to_the_last_digit() {
        let f =
            |x: &[f64]| (x[0] + x[1]).powi(2) + 1e4 * (x[0] - x[1]).powi(2) + x[2..].iter().map(|v| v * v).sum::<f64>();
        assert!(minimised(f, 4, 250) < 1e-15);
    }

    #[test]
    fn the_valley_of_rosenbrock_is_followed() {
        let f = |x: &[f64]| x.windows(2).map(|w| 100.0 * (w[1] - w[0] * w[0]).powi(2) + (1.0 - w[0]).powi(2)).sum();
        assert!(minimised(f, 3, 500) < 1e-10);
    }

    #[test]
    fn shapes_are_checked() {
        assert!(adapted(&standard(2), &[0.0; 6], 0).is_err());
        assert!(adapted(&standard(2), &[0.0; 9], 0).is_err());
        assert!(adapted(&standard(0), &[], 0).is_err());
        let mut narrow = standard(2);
        narrow.path.pop();
        assert!(adapted(&narrow, &[0.1; 8], 0).is_err());
    }
}

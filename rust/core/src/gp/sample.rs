//! Functions drawn from the posterior.

use super::points::{Points, scales};
use super::{Family, Posterior, covariance::fill, cross_covariance, length};
use crate::error::Result;
use crate::linalg::{self, Panel, Square};

/// What the covariance's diagonal gets, in signal variances, so that its factor is well defined.
const NUGGET: f64 = 1e-8;

/// The noise-free function at q for each column of standard `normals` (m × s): mean + chol(cov) normals, m × s.
///
/// # Errors
/// [`crate::Error::Length`] when shapes do not fit; [`crate::Error::TooLarge`].
pub fn sample(
    [x, theta, factor, alpha]: [&[f64]; 4],
    kinds: &[u8],
    q: &[f64],
    normals: &[f64],
    family: Family,
    threads: usize,
) -> Result<Vec<f64>> {
    let (queries, n) = (Points::new(q, kinds)?, alpha.len());
    let m = queries.n();
    let (weights, signal, _) = scales(theta, kinds.len())?;
    let posterior = Posterior::new(x, theta, kinds, family, factor, alpha)?; // checks the shapes
    let s = normals.len().checked_div(m).unwrap_or(0);
    length("normals", normals.len(), m * s)?;
    let k = cross_covariance(q, x, theta, kinds, family, threads)?;
    let mut half = Panel::new(posterior.observations(), m)?;
    for (c, row) in k.chunks_exact(n.max(1)).enumerate() {
        row.iter().enumerate().for_each(|(i, value)| half.row_mut(i)[c] = *value);
    }
    half.solve_lower(factor);
    let write = |square: &mut Square| {
        fill(&queries, &weights, signal, family, square, None, threads);
        for a in 0..m {
            let row = &mut square.row_mut(a)[..m];
            for i in 0..n {
                let right = half.row(i);
                row[a..].iter_mut().zip(&right[a..]).for_each(|(c, b)| *c -= right[a] * b);
            }
            row[a] += NUGGET * signal;
        }
    };
    let mut square = Square::new(m)?;
    write(&mut square);
    linalg::with_jitter(&mut square, true, threads, write)?;
    let mut functions = vec![0.0; m * s];
    for a in 0..m {
        let mean: f64 = k[a * n..][..n].iter().zip(alpha).map(|(k, alpha)| k * alpha).sum();
        let row = &mut functions[a * s..][..s];
        row.fill(mean);
        for b in 0..=a {
            let root = square.row(b)[a];
            row.iter_mut().zip(&normals[b * s..][..s]).for_each(|(f, z)| *f += root * z);
        }
    }
    Ok(functions)
}

//! Covariance matrices.

use super::points::{COLUMNS, Points, ROWS, scales};
use super::{Family, length};
use crate::error::Result;
use crate::lanes::{Kernel, dispatch};
use crate::linalg::{self, Square};

const WORTH_A_THREAD: usize = 300;

/// K of the noise-free function, n × n, exactly symmetric. O(n² d / 2).
///
/// # Errors
/// [`crate::Error::Length`] when shapes do not fit; [`crate::Error::TooLarge`].
pub fn covariance(x: &[f64], theta: &[f64], kinds: &[u8], family: Family, threads: usize) -> Result<Vec<f64>> {
    let points = Points::new(x, kinds)?;
    let n = points.n();
    let (weights, signal, _) = scales(theta, kinds.len())?;
    let mut k = crate::matrix::allocate(n, n)?;
    k.resize(n * n, 0.0);
    fill_rows(&points, &weights, signal, family, (&mut k, n), None, threads);
    linalg::mirror(&mut k, n);
    Ok(k)
}

/// k(qᵢ, xⱼ), m × n. O(m n d).
///
/// # Errors
/// [`crate::Error::Length`] when shapes do not fit; [`crate::Error::TooLarge`].
pub fn cross_covariance(
    q: &[f64],
    x: &[f64],
    theta: &[f64],
    kinds: &[u8],
    family: Family,
    threads: usize,
) -> Result<Vec<f64>> {
    let (points, d) = (Points::new(x, kinds)?, kinds.len());
    let m = q.len().checked_div(d).unwrap_or(0);
    length("q", q.len(), m * d)?;
    let (weights, signal, _) = scales(theta, d)?;
    let mut values = crate::matrix::allocate(m, points.n())?;
    values.resize(m * points.n(), 0.0);
    let threads = if m * points.n() < WORTH_A_THREAD * WORTH_A_THREAD { 1 } else { threads.max(1) };
    let share = m.div_ceil(threads).max(1);
    let parts = q.chunks(share * d.max(1)).zip(values.chunks_mut(share * points.n().max(1)));
    let works = parts.map(|(q, values)| Cross { q, points: &points, weights: &weights, signal, family, values });
    if threads == 1 {
        works.for_each(dispatch);
    } else {
        std::thread::scope(|scope| works.for_each(|work| drop(scope.spawn(move || dispatch(work)))));
    }
    Ok(values)
}

struct Cross<'a> {
    q: &'a [f64],
    points: &'a Points,
    weights: &'a [f64],
    signal: f64,
    family: Family,
    values: &'a mut [f64],
}

impl Kernel for Cross<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { q, points, weights, signal, family, values } = self;
        let mut row = vec![0.0; points.padded()];
        let n = points.n().max(1);
        for (query, target) in q.chunks_exact(points.d().max(1)).zip(values.chunks_exact_mut(n)) {
            points.squares::<FUSED>(query, weights, 0, &mut row);
            family.apply_value::<FUSED>(signal, &mut row);
            target.copy_from_slice(&row[..n]);
        }
    }
}

/// (L, alpha, added): L L' = Ky + added I and alpha = (L L')⁻¹ y; added as in [`linalg::cholesky`].
///
/// # Errors
/// [`crate::Error::NotPositiveDefinite`]; [`crate::Error::Length`]; [`crate::Error::TooLarge`].
pub fn factorise(
    x: &[f64],
    y: &[f64],
    theta: &[f64],
    kinds: &[u8],
    noise: Option<&[f64]>,
    family: Family,
    threads: usize,
) -> Result<(Vec<f64>, Vec<f64>, f64)> {
    let points = Points::new(x, kinds)?;
    length("y", y.len(), points.n())?;
    noise.map_or(Ok(()), |noise| length("noise", noise.len(), points.n()))?;
    let (weights, signal, common) = scales(theta, kinds.len())?;
    let mut square = Square::new(points.n())?;
    let write = |square: &mut Square| {
        fill(&points, &weights, signal, family, square, None, threads);
        add_noise(square, common, noise);
    };
    write(&mut square);
    let added = linalg::with_jitter(&mut square, true, threads, write)?;
    let factor = square.to_lower()?;
    let mut alpha = y.to_vec();
    linalg::substitute_lower(&factor, &mut alpha);
    linalg::substitute_upper(&factor, &mut alpha);
    Ok((factor, alpha, added))
}

/// Adds the noise variances to the diagonal.
pub fn add_noise(square: &mut Square, common: f64, noise: Option<&[f64]>) {
    for i in 0..square.n() {
        square.row_mut(i)[i] += common + noise.map_or(0.0, |noise| noise[i]);
    }
}

/// Writes the upper half of K, and of -k'(r) / r where it is asked for.
pub fn fill(
    points: &Points,
    weights: &[f64],
    signal: f64,
    family: Family,
    k: &mut Square,
    decay: Option<&mut Square>,
    threads: usize,
) {
    let stride = k.stride();
    fill_rows(points, weights, signal, family, (k.rows_mut(), stride), decay.map(Square::rows_mut), threads);
    k.pad();
}

/// The same in rows of `stride` numbers; what is below the diagonal has no meaning.
fn fill_rows(
    points: &Points,
    weights: &[f64],
    signal: f64,
    family: Family,
    (values, stride): (&mut [f64], usize),
    decays: Option<&mut [f64]>,
    threads: usize,
) {
    let n = points.n();
    let work = |first, k, decay| Fill { points, weights, signal, family, first, stride, k, decay };
    if threads < 2 || n < WORTH_A_THREAD {
        dispatch(work(0, values, decays));
        return;
    }
    let share = n.div_ceil(4 * threads).next_multiple_of(ROWS) * stride; // the first rows are the longest: dealt in turns
    let mut hands: Vec<Vec<Fill>> = (0..threads).map(|_| Vec::new()).collect();
    let mut others = decays.map(|decays| decays.chunks_mut(share));
    for (index, part) in values.chunks_mut(share).enumerate() {
        let other = others.as_mut().and_then(Iterator::next);
        hands[index % threads].push(work(index * share / stride, part, other));
    }
    std::thread::scope(|scope| {
        for hand in hands {
            scope.spawn(move || hand.into_iter().for_each(dispatch));
        }
    });
}

struct Fill<'a> {
    points: &'a Points,
    weights: &'a [f64],
    signal: f64,
    family: Family,
    first: usize,
    stride: usize,
    k: &'a mut [f64],
    decay: Option<&'a mut [f64]>,
}

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { points, weights, signal, family, first, stride, k, decay } = self;
        let mut decays = decay.map(|decay| decay.chunks_mut(ROWS * stride));
        for (rows, i) in k.chunks_mut((ROWS * stride).max(1)).zip((first..points.n()).step_by(ROWS)) {
            let mut decays = decays.as_mut().and_then(Iterator::next);
            // from whole tiles on: what is left of the diagonal is not read
            for column in (i / COLUMNS * COLUMNS..points.n()).step_by(COLUMNS) {
                let mut values = points.tile::<FUSED>(i, column, weights);
                if let Some(decays) = &mut decays {
                    let mut slopes = [[0.0; COLUMNS]; ROWS];
                    family.apply::<FUSED>(signal, values.as_flattened_mut(), slopes.as_flattened_mut());
                    put(&slopes, decays, stride, column);
                } else {
                    family.apply_value::<FUSED>(signal, values.as_flattened_mut());
                }
                put(&values, rows, stride, column);
            }
        }
    }
}

/// Copies a tile to its column of some rows, as far as they go.
#[inline(always)]
fn put(tile: &[[f64; COLUMNS]; ROWS], rows: &mut [f64], stride: usize, column: usize) {
    for (row, values) in rows.chunks_mut(stride).zip(tile) {
        match row[column..].first_chunk_mut() {
            Some(target) => *target = *values, // of a length known here: two stores
            None => row[column..].iter_mut().zip(values).for_each(|(target, value)| *target = *value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{D, FAMILIES, KINDS, THETA, covariance as defined, outputs, points};
    use super::*;

    #[test]
    fn every_covariance_is_the_defined_one_and_the_matrix_is_symmetric() {
        for family in FAMILIES {
            for n in [0, 1, 3, 4, 5, 16, 17, 41] {
                let (x, q) = (points(n, 1), points(6, 2));
                let k = covariance(&x, &THETA, &KINDS, family, 1).unwrap();
                let crossed = cross_covariance(&q, &x, &THETA, &KINDS, family, 1).unwrap();
                for (i, a) in x.chunks_exact(D).enumerate() {
                    for (j, b) in x.chunks_exact(D).enumerate() {
                        assert!((k[i * n + j] - defined(a, b, family)).abs() < 1e-14, "{family:?}, n = {n}");
                        assert_eq!(k[i * n + j], k[j * n + i]);
                    }
                    for (c, q) in q.chunks_exact(D).enumerate() {
                        assert!((crossed[c * n + i] - defined(q, a, family)).abs() < 1e-14);
                    }
                }
            }
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let x = points(330, 3);
        let of = |threads| {
            let k = covariance(&x, &THETA, &KINDS, Family::Matern52, threads).unwrap();
            (k, cross_covariance(&x, &x, &THETA, &KINDS, Family::Matern52, threads).unwrap())
        };
        let one = of(1);
        assert!([2, 3, 5].into_iter().all(|threads| of(threads) == one));
    }

    #[test]
    fn the_factor_and_the_weights_solve_for_the_outputs() {
        let (x, n) = (points(23, 4), 23);
        let (y, noise): (_, Vec<f64>) = (outputs(&x), (0..n).map(|i| 0.01 * i as f64).collect());
        let (l, alpha, added) = factorise(&x, &y, &THETA, &KINDS, Some(&noise), Family::Matern32, 1).unwrap();
        assert_eq!(added, 0.0);
        let k = covariance(&x, &THETA, &KINDS, Family::Matern32, 1).unwrap();
        for i in 0..n {
            let diagonal = THETA[D + 1].exp() + noise[i];
            let mean: f64 = (0..n).map(|j| k[i * n + j] * alpha[j]).sum();
            assert!((mean + diagonal * alpha[i] - y[i]).abs() < 1e-11);
            for j in 0..=i {
                let product: f64 = (0..=j).map(|t| l[i * n + t] * l[j * n + t]).sum();
                let expected = k[i * n + j] + if i == j { diagonal } else { 0.0 };
                assert!((product - expected).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert!(covariance(&[0.5; 5], &THETA, &KINDS, Family::Rbf, 1).is_err());
        assert!(covariance(&[0.5; 4], &THETA[1..], &KINDS, Family::Rbf, 1).is_err());
        assert!(cross_covariance(&[0.5; 3], &[0.5; 4], &THETA, &KINDS, Family::Rbf, 1).is_err());
        assert!(factorise(&[0.5; 4], &[], &THETA, &KINDS, None, Family::Rbf, 1).is_err());
        assert!(factorise(&[0.5; 4], &[1.0], &THETA, &KINDS, Some(&[]), Family::Rbf, 1).is_err());
    }
}

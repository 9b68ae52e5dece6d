//! The factor laid out for solves with a few right-hand sides, one after the other.

use super::tile::{COLUMNS, ROWS, Rows, accumulate, solve_strip, subtract_product};
use super::wide;
use crate::lanes::multiply_add;

/// L in strips of eight rows, each read along its columns: number r of line k of strip s is L[8 s + r, k].
///
/// Both solves read it from end to end, eight numbers at a time. Continued by the identity to whole strips; n² / 2
/// numbers.
#[derive(Debug, Clone)]
pub struct Strips {
    values: Vec<f64>,
    size: usize,
}

impl Strips {
    /// From the lower triangle of `factor`, n × n and row-major.
    #[must_use]
    pub fn new(factor: &[f64], n: usize) -> Self {
        let size = n.next_multiple_of(ROWS);
        let mut strips = Self { values: vec![0.0; start(size)], size };
        for (s, rows) in factor.chunks(ROWS * n.max(1)).enumerate() {
            let strip = &mut strips.values[start(s * ROWS)..start((s + 1) * ROWS)];
            let (whole, corner) = strip.split_at_mut(s * ROWS * ROWS);
            for (r, row) in rows.chunks_exact(n).enumerate() {
                whole.chunks_exact_mut(ROWS).zip(row).for_each(|(line, value)| line[r] = *value);
                corner.chunks_exact_mut(ROWS).zip(&row[s * ROWS..]).take(r + 1).for_each(|(line, l)| line[r] = *l);
            }
            (rows.len() / n..ROWS).for_each(|r| corner[r * ROWS + r] = 1.0);
        }
        strips
    }

    /// n to whole strips: how many rows right-hand sides have to have.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Solves L V = B in place, for C right-hand sides, 8 or 16 numbers a row.
    #[inline(always)]
    pub fn forward<const FUSED: bool, const WIDE: bool, const C: usize>(&self, strip: usize, b: &mut [f64]) {
        let (i, values) = (strip * ROWS, self.strip(strip));
        let (done, rest) = b.split_at_mut(i * C);
        let (p, q) = (Rows { values, stride: ROWS }, Rows { values: done, stride: C });
        subtract_product::<FUSED, WIDE>(rest, C, 0..C, p, q, i);
        solve_strip::<FUSED, WIDE>(rest, C, 0..C, &triangle(&values[i * ROWS..]));
    }

    /// Solves L' W = V in place from the last strip on: one strip is solved and taken out of all rows before it.
    #[inline(always)]
    pub fn backward<const FUSED: bool, const WIDE: bool, const C: usize>(&self, strip: usize, v: &mut [f64]) {
        let (i, values) = (strip * ROWS, self.strip(strip));
        let (rest, own) = v.split_at_mut(i * C);
        let own = &mut own[..ROWS * C];
        let corner = triangle(&values[i * ROWS..]);
        for r in (0..ROWS).rev() {
            let (before, solved) = own.split_at_mut(r * C);
            let solved = &mut solved[..C];
            for v in solved.iter_mut() {
                *v /= corner[r][r];
            }
            for (k, before) in before.chunks_exact_mut(C).enumerate() {
                for (v, w) in before.iter_mut().zip(&*solved) {
                    *v = multiply_add::<FUSED>(-corner[k][r], *w, *v);
                }
            }
        }
        for column in (0..C).step_by(LANES) {
            eliminate::<FUSED, WIDE, C>(rest, own, column, values);
        }
    }

    /// How many strips there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.size / ROWS
    }

    fn strip(&self, strip: usize) -> &[f64] {
        &self.values[start(strip * ROWS)..start((strip + 1) * ROWS)]
    }
}

/// Right-hand sides that are treated together on the way back.
const LANES: usize = 8;
const _: () = assert!(COLUMNS == 2 * LANES);

/// Where the strip that begins with row i begins: eight numbers for each of its lines, and of all lines before.
fn start(i: usize) -> usize {
    i * (i + ROWS) / 2
}

/// U[k, j] = L[j, k] of the eight rows' own columns.
#[inline(always)]
fn triangle(corner: &[f64]) -> [[f64; ROWS]; ROWS] {
    let mut triangle = [[0.0; ROWS]; ROWS];
    for k in 0..ROWS {
        triangle[k].copy_from_slice(&corner[k * ROWS..][..ROWS]);
    }
    triangle
}

/// v[k, :] -= sum over r of L[i + r, k] w[r, :] for eight columns; the eight rows of w have names: they stay in registers.
#[inline(always)]
fn eliminate<const FUSED: bool, const WIDE: bool, const C: usize>(
    v: &mut [f64],
    w: &[f64],
    column: usize,
    strip: &[f64],
) {
    let mut own = [[0.0; LANES]; ROWS];
    for r in 0..ROWS {
        own[r].copy_from_slice(&w[r * C + column..][..LANES]);
    }
    own.as_flattened_mut().iter_mut().for_each(|w| *w = -*w);
    if WIDE && wide::add_products::<C>(v, &own, column, strip) {
        return;
    }
    let [w0, w1, w2, w3, w4, w5, w6, w7] = own;
    for (v, l) in v.chunks_exact_mut(C).zip(strip.as_chunks::<ROWS>().0) {
        let Some(v) = v[column..].first_chunk_mut::<LANES>() else { return };
        let (mut even, mut odd) = (*v, [0.0; LANES]); // two chains: a sum of eight would wait for itself
        accumulate::<FUSED, LANES>(&mut even, l[0], &w0);
        accumulate::<FUSED, LANES>(&mut odd, l[1], &w1);
        accumulate::<FUSED, LANES>(&mut even, l[2], &w2);
        accumulate::<FUSED, LANES>(&mut odd, l[3], &w3);
        accumulate::<FUSED, LANES>(&mut even, l[4], &w4);
        accumulate::<FUSED, LANES>(&mut odd, l[5], &w5);
        accumulate::<FUSED, LANES>(&mut even, l[6], &w6);
        accumulate::<FUSED, LANES>(&mut odd, l[7], &w7);
        for lane in 0..LANES {
            v[lane] = even[lane] + odd[lane];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::{Kernel, dispatch};

    struct Both<'a, const C: usize>(&'a Strips, &'a mut [f64]);

    impl<const C: usize> Kernel for Both<'_, C> {
        type Output = ();

        #[inline(always)]
        fn run<const FUSED: bool, const WIDE: bool>(self) {
            (0..self.0.count()).for_each(|strip| self.0.forward::<FUSED, WIDE, C>(strip, self.1));
            (0..self.0.count()).rev().for_each(|strip| self.0.backward::<FUSED, WIDE, C>(strip, self.1));
        }
    }

    /// L L' X = B by its definition: the product of what is found with the matrix is what was given.
    fn solves<const C: usize>(n: usize) {
        let entry = |i: usize, j: usize| if i == j { 2.0 + i as f64 } else { ((3 * i + 7 * j) as f64).sin() };
        let l: Vec<f64> =
            (0..n * n).map(|at| if at % n <= at / n { entry(at / n, at % n) } else { f64::NAN }).collect();
        let strips = Strips::new(&l, n);
        let mut x: Vec<f64> = (0..strips.size() * C).map(|at| (at as f64).cos()).collect();
        let b = x.clone();
        dispatch(Both::<C>(&strips, &mut x));
        for column in 0..C {
            let up: Vec<f64> = (0..n).map(|i| (i..n).map(|k| entry(k, i) * x[k * C + column]).sum()).collect();
            for i in 0..n {
                let product: f64 = (0..=i).map(|k| entry(i, k) * up[k]).sum();
                assert!((product - b[i * C + column]).abs() < 1e-9, "n = {n}, row {i}, column {column}");
            }
        }
    }

    #[test]
    fn both_solves_invert_the_matrix() {
        for n in [0, 1, 5, 8, 9, 16, 31] {
            solves::<8>(n);
            solves::<16>(n);
        }
    }
}

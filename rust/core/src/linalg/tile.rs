//! C -= P' Q for eight rows of C: the loop that everything else is made of.

use std::ops::Range;

use super::wide;
use crate::lanes::multiply_add;

/// Rows that are treated together.
pub const ROWS: usize = 8;
/// Columns that are treated together, as far as there are so many.
pub const COLUMNS: usize = 16;

/// Numbers in rows of `stride`, read from `values[0]` on.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub values: &'a [f64],
    pub stride: usize,
}

/// c[i, j] -= sum over k < `depth` of p[k, i] q[k, j], for the eight rows of c and the given columns of c and q.
///
/// Columns come in eights.
#[inline(always)]
pub fn subtract_product<const FUSED: bool, const WIDE: bool>(
    c: &mut [f64],
    stride: usize,
    columns: Range<usize>,
    p: Rows,
    q: Rows,
    depth: usize,
) {
    if WIDE {
        let odd = columns.end - columns.len() % 16;
        for column in (columns.start..odd).step_by(16) {
            eight_rows::<FUSED, 16>(c, stride, column, p, q, depth); // 16 of 32 registers hold sums
        }
        if odd < columns.end && !wide::subtract_product(c, stride, odd, p, q, depth) {
            eight_rows::<FUSED, 8>(c, stride, odd, p, q, depth);
        }
    } else {
        for column in columns.step_by(8) {
            four_rows::<FUSED, 8>(c, stride, 0, column, p, q, depth); // 8 of 16
            four_rows::<FUSED, 8>(c, stride, 4, column, p, q, depth);
        }
    }
}

/// The sums have names, not indices: that is what keeps them in registers.
#[inline(always)]
fn eight_rows<const FUSED: bool, const C: usize>(
    c: &mut [f64],
    stride: usize,
    column: usize,
    p: Rows,
    q: Rows,
    depth: usize,
) {
    let [mut s0, mut s1, mut s2, mut s3, mut s4, mut s5, mut s6, mut s7] = [[0.0; C]; 8];
    for (a, b) in pairs::<8, C>(p, 0, q, column, depth) {
        accumulate::<FUSED, C>(&mut s0, a[0], b);
        accumulate::<FUSED, C>(&mut s1, a[1], b);
        accumulate::<FUSED, C>(&mut s2, a[2], b);
        accumulate::<FUSED, C>(&mut s3, a[3], b);
        accumulate::<FUSED, C>(&mut s4, a[4], b);
        accumulate::<FUSED, C>(&mut s5, a[5], b);
        accumulate::<FUSED, C>(&mut s6, a[6], b);
        accumulate::<FUSED, C>(&mut s7, a[7], b);
    }
    for (r, sums) in [s0, s1, s2, s3, s4, s5, s6, s7].iter().enumerate() {
        subtract(&mut c[r * stride + column..], sums);
    }
}

#[inline(always)]
fn four_rows<const FUSED: bool, const C: usize>(
    c: &mut [f64],
    stride: usize,
    row: usize,
    column: usize,
    p: Rows,
    q: Rows,
    depth: usize,
) {
    let [mut s0, mut s1, mut s2, mut s3] = [[0.0; C]; 4];
    for (a, b) in pairs::<4, C>(p, row, q, column, depth) {
        accumulate::<FUSED, C>(&mut s0, a[0], b);
        accumulate::<FUSED, C>(&mut s1, a[1], b);
        accumulate::<FUSED, C>(&mut s2, a[2], b);
        accumulate::<FUSED, C>(&mut s3, a[3], b);
    }
    for (r, sums) in [s0, s1, s2, s3].iter().enumerate() {
        subtract(&mut c[(row + r) * stride + column..], sums);
    }
}

/// For each k < `depth`, R numbers of row k of p and C of row k of q.
#[inline(always)]
pub fn pairs<'a, const R: usize, const C: usize>(
    p: Rows<'a>,
    row: usize,
    q: Rows<'a>,
    column: usize,
    depth: usize,
) -> impl Iterator<Item = (&'a [f64; R], &'a [f64; C])> {
    let left = p.values.get(row..).unwrap_or_default().chunks(p.stride).map_while(|line| line.first_chunk());
    let right = q.values.get(column..).unwrap_or_default().chunks(q.stride).map_while(|line| line.first_chunk());
    left.zip(right).take(depth)
}

/// sums += a b; one loop a call is what compilers turn into one instruction, several in one loop are not.
#[inline(always)]
pub fn accumulate<const FUSED: bool, const C: usize>(sums: &mut [f64; C], a: f64, b: &[f64; C]) {
    for j in 0..C {
        sums[j] = multiply_add::<FUSED>(a, b[j], sums[j]);
    }
}

#[inline(always)]
fn subtract<const C: usize>(target: &mut [f64], sums: &[f64; C]) {
    for (t, sum) in target.iter_mut().zip(sums) {
        *t -= sum;
    }
}

/// Solves T' x = b in place for eight rows of right-hand sides: `triangle[k][i]` = T[k, i], i >= k, columns in eights.
#[inline(always)]
pub fn solve_strip<const FUSED: bool, const WIDE: bool>(
    b: &mut [f64],
    stride: usize,
    columns: Range<usize>,
    triangle: &[[f64; ROWS]; ROWS],
) {
    let reciprocals: [f64; ROWS] = std::array::from_fn(|k| 1.0 / triangle[k][k]);
    if WIDE && wide::solve_strip(b, stride, columns.clone(), triangle, &reciprocals) {
        return;
    }
    for column in columns.step_by(ROWS) {
        let mut x = [[0.0; ROWS]; ROWS];
        for k in 0..ROWS {
            x[k].copy_from_slice(&b[k * stride + column..][..ROWS]);
        }
        for k in 0..ROWS {
            for j in 0..ROWS {
                x[k][j] *= reciprocals[k];
            }
            for i in k + 1..ROWS {
                for j in 0..ROWS {
                    x[i][j] = multiply_add::<FUSED>(-triangle[k][i], x[k][j], x[i][j]);
                }
            }
        }
        for k in 0..ROWS {
            b[k * stride + column..][..ROWS].copy_from_slice(&x[k]);
        }
    }
}

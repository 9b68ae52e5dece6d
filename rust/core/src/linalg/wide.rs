//! The loops over eight rows of eight numbers, in the instructions they should be.
//!
//! Eight rows fill eight registers exactly, but compilers make gathers, scatters, halves of registers and memory of them:
//! four times the time of a climb at 500 observations (`benches/python/bench_gp.py`), one and a half that of a
//! factor of 100 rows (`benches/python/bench_linalg.py`). What is here gives the bits of [`super::tile`] and
//! [`super::strips`], which do the same where there is no AVX-512.

use std::ops::Range;

use super::tile::{ROWS, Rows};

/// c[i, j] -= sum over k < `depth` of p[k, i] q[k, j] for eight rows and columns; false where the processor cannot.
#[inline(always)]
pub fn subtract_product(c: &mut [f64], stride: usize, column: usize, p: Rows, q: Rows, depth: usize) -> bool {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the processor has AVX-512F, as the condition says.
        unsafe { x86::subtract_product(c, stride, column, p, q, depth) };
        return true;
    }
    _ = (c, stride, column, p, q, depth);
    false
}

/// Solves T' x = b in place as [`super::tile::solve_strip`]; false where the processor cannot.
#[inline(always)]
pub fn solve_strip(
    b: &mut [f64],
    stride: usize,
    columns: Range<usize>,
    triangle: &[[f64; ROWS]; ROWS],
    reciprocals: &[f64; ROWS],
) -> bool {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the processor has AVX-512F, as the condition says.
        unsafe { x86::solve_strip(b, stride, columns, triangle, reciprocals) };
        return true;
    }
    _ = (b, stride, columns, triangle, reciprocals);
    false
}

/// Takes what the first k rows of `u` explain out of row k, in turn for each k: U' D U; false where the processor cannot.
#[inline(always)]
pub fn eliminate(u: &mut [[f64; ROWS]; ROWS]) -> bool {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the processor has AVX-512F, as the condition says.
        unsafe { x86::eliminate(u) };
        return true;
    }
    _ = u;
    false
}

/// v[k, :] += sum over r of strip[k, r] own[r, :] for the eight columns; false where the processor cannot.
#[inline(always)]
pub fn add_products<const C: usize>(v: &mut [f64], own: &[[f64; ROWS]; ROWS], column: usize, strip: &[f64]) -> bool {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the processor has AVX-512F, as the condition says.
        unsafe { x86::add_products::<C>(v, own, column, strip) };
        return true;
    }
    _ = (v, own, column, strip);
    false
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m512d, _mm512_add_pd, _mm512_div_pd, _mm512_fmadd_pd, _mm512_fnmadd_pd, _mm512_loadu_pd, _mm512_mul_pd,
        _mm512_permutexvar_pd, _mm512_set1_epi64, _mm512_set1_pd, _mm512_setzero_pd, _mm512_storeu_pd, _mm512_sub_pd,
    };
    use std::ops::Range;

    use super::super::tile::{ROWS, Rows, pairs};

    const LANE: [i64; ROWS] = [0, 1, 2, 3, 4, 5, 6, 7];

    #[inline]
    #[target_feature(enable = "avx512f")]
    #[allow(unsafe_code)]
    fn load(row: &[f64; ROWS]) -> __m512d {
        // SAFETY: eight numbers are read from where eight numbers are.
        unsafe { _mm512_loadu_pd(row.as_ptr()) }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    #[allow(unsafe_code)]
    fn store(row: &mut [f64; ROWS], values: __m512d) {
        // SAFETY: eight numbers are written to where eight numbers are.
        unsafe { _mm512_storeu_pd(row.as_mut_ptr(), values) }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub fn subtract_product(c: &mut [f64], stride: usize, column: usize, p: Rows, q: Rows, depth: usize) {
        let mut sums = [_mm512_setzero_pd(); ROWS];
        for (a, b) in pairs::<ROWS, ROWS>(p, 0, q, column, depth) {
            let b = load(b);
            for r in 0..ROWS {
                sums[r] = _mm512_fmadd_pd(_mm512_set1_pd(a[r]), b, sums[r]);
            }
        }
        for (row, sum) in c.chunks_mut(stride).zip(sums) {
            if let Some(row) = row[column..].first_chunk_mut() {
                store(row, _mm512_sub_pd(load(row), sum));
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub fn add_products<const C: usize>(v: &mut [f64], own: &[[f64; ROWS]; ROWS], column: usize, strip: &[f64]) {
        let mut w = [_mm512_setzero_pd(); ROWS];
        for r in 0..ROWS {
            w[r] = load(&own[r]);
        }
        for (v, l) in v.chunks_exact_mut(C).zip(strip.as_chunks::<ROWS>().0) {
            let Some(v) = v[column..].first_chunk_mut() else { return };
            let (mut even, mut odd) = (load(v), _mm512_setzero_pd());
            for r in (0..ROWS).step_by(2) {
                even = _mm512_fmadd_pd(_mm512_set1_pd(l[r]), w[r], even);
                odd = _mm512_fmadd_pd(_mm512_set1_pd(l[r + 1]), w[r + 1], odd);
            }
            store(v, _mm512_add_pd(even, odd));
        }
    }

    #[target_feature(enable = "avx512f")]
    pub fn solve_strip(
        b: &mut [f64],
        stride: usize,
        columns: Range<usize>,
        triangle: &[[f64; ROWS]; ROWS],
        reciprocals: &[f64; ROWS],
    ) {
        for column in columns.step_by(ROWS) {
            let mut x = [_mm512_setzero_pd(); ROWS];
            for (x, row) in x.iter_mut().zip(b.chunks(stride)) {
                if let Some(row) = row[column..].first_chunk() {
                    *x = load(row);
                }
            }
            solve::<0>(&mut x, triangle, reciprocals);
            solve::<1>(&mut x, triangle, reciprocals);
            solve::<2>(&mut x, triangle, reciprocals);
            solve::<3>(&mut x, triangle, reciprocals);
            solve::<4>(&mut x, triangle, reciprocals);
            solve::<5>(&mut x, triangle, reciprocals);
            solve::<6>(&mut x, triangle, reciprocals);
            solve::<7>(&mut x, triangle, reciprocals);
            for (x, row) in x.iter().zip(b.chunks_mut(stride)) {
                if let Some(row) = row[column..].first_chunk_mut() {
                    store(row, *x);
                }
            }
        }
    }

    /// Row K, and out of those below. K is a constant so that the rows are registers.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn solve<const K: usize>(x: &mut [__m512d; ROWS], triangle: &[[f64; ROWS]; ROWS], reciprocals: &[f64; ROWS]) {
        x[K] = _mm512_mul_pd(x[K], _mm512_set1_pd(reciprocals[K]));
        for i in K + 1..ROWS {
            x[i] = _mm512_fnmadd_pd(_mm512_set1_pd(triangle[K][i]), x[K], x[i]);
        }
    }

    #[target_feature(enable = "avx512f")]
    pub fn eliminate(u: &mut [[f64; ROWS]; ROWS]) {
        let mut rows = [_mm512_setzero_pd(); ROWS];
        for k in 0..ROWS {
            rows[k] = load(&u[k]);
        }
        step::<0>(&mut rows);
        step::<1>(&mut rows);
        step::<2>(&mut rows);
        step::<3>(&mut rows);
        step::<4>(&mut rows);
        step::<5>(&mut rows);
        step::<6>(&mut rows);
        for k in 0..ROWS {
            store(&mut u[k], rows[k]);
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn step<const K: usize>(rows: &mut [__m512d; ROWS]) {
        let factors = _mm512_div_pd(rows[K], _mm512_permutexvar_pd(_mm512_set1_epi64(LANE[K]), rows[K]));
        for i in K + 1..ROWS {
            let factor = _mm512_permutexvar_pd(_mm512_set1_epi64(LANE[i]), factors);
            rows[i] = _mm512_fnmadd_pd(factor, rows[K], rows[i]);
        }
    }
}

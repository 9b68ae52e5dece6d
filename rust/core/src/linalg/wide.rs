//! The two loops over eight right-hand sides, in the instructions they should be.
//!
//! Of eight sums of eight numbers each, which fill eight registers exactly, compilers make gathers, scatters and halves
//! of registers: three to four times the time of a climb at 500 observations (`benches/python/bench_gp.py`). The same
//! sums in the same order as in [`super::tile`] and [`super::strips`], so the same bits.

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
        __m512d, _mm512_add_pd, _mm512_fmadd_pd, _mm512_loadu_pd, _mm512_set1_pd, _mm512_setzero_pd, _mm512_storeu_pd,
        _mm512_sub_pd,
    };

    use super::super::tile::{ROWS, Rows, pairs};

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
}

//! What a split says of one value.

/// Which category a coordinate stands for.
#[inline]
pub fn category(x: f64, count: i64) -> usize {
    ((x * count as f64).floor().max(0.0) as usize).min(count as usize - 1)
}

/// Whether a value goes left.
#[inline]
pub fn side(x: f64, categories: i64, threshold: f64, mask: &[u64], missing_left: bool) -> bool {
    if x.is_nan() {
        return missing_left;
    }
    if categories == 0 {
        return x <= threshold;
    }
    let i = category(x, categories);
    mask[i / 64] >> (i % 64) & 1 == 1
}

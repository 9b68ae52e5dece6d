//! Numbers as integers of the same order, which sort and compare faster and know no NaN.

/// An integer that is ordered as `x` is: a < b ⇔ key(a) < key(b), and key(−0) = key(+0). `x` is not NaN.
#[inline]
pub fn key(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits(); // −0 + 0 = +0
    bits ^ if bits >> 63 == 1 { u64::MAX } else { 1 << 63 }
}

/// The positions of M-dimensional points in lexicographic order, equal ones in any; there are fewer than 2³² and no NaN.
///
/// First coordinates are sorted as one integer each with the position in its lower bits; then those that are equal in
/// the bits that are left for them are sorted again, in full.
pub fn lexicographic<const M: usize>(rows: &[f64]) -> Vec<u32> {
    let first = rows.iter().step_by(M).map(|&x| key(x));
    let (least, greatest) = first.clone().fold((u64::MAX, 0), |(a, b), x| (a.min(x), b.max(x)));
    let n = rows.len() / M;
    let up = greatest.saturating_sub(least).leading_zeros().min(63);
    let low = (1u64 << (u64::BITS - (n as u64).leading_zeros())) - 1; // the bits of a position
    let mut order: Vec<u64> = first.zip(0..).map(|(x, i)| (x - least) << up & !low | i).collect();
    order.sort_unstable();
    let point = |entry: u64| -> [u64; M] { std::array::from_fn(|k| key(rows[(entry & low) as usize * M + k])) };
    for equal in order.chunk_by_mut(|a, b| a & !low == b & !low).filter(|equal| equal.len() > 1) {
        equal.sort_unstable_by_key(|&entry| point(entry));
    }
    order.into_iter().map(|entry| (entry & low) as u32).collect()
}

/// The rank of every number among the distinct numbers of its column, row-major as `rows` is.
///
/// a ≤ b ⇔ rank(a) ≤ rank(b) within a column. There are fewer than 2³¹ rows and no NaN.
pub fn ranks(rows: &[f64], columns: usize) -> Vec<i32> {
    let mut ranks = vec![0; rows.len()];
    let mut order: Vec<(u64, u32)> = Vec::with_capacity(rows.len() / columns);
    for k in 0..columns {
        order.clear();
        order.extend(rows.iter().skip(k).step_by(columns).map(|&x| key(x)).zip(0..));
        order.sort_unstable();
        let mut rank = 0;
        let mut previous = order.first().map(|first| first.0);
        for &(x, row) in &order {
            rank += i32::from(previous.replace(x) != Some(x));
            ranks[row as usize * columns + k] = rank;
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_ordered_as_the_numbers_are() {
        let ascending = [
            f64::NEG_INFINITY,
            f64::MIN,
            -1.5,
            -1.0,
            -f64::MIN_POSITIVE,
            -5e-324,
            0.0,
            5e-324,
            1.0,
            2.0,
            f64::INFINITY,
        ];
        assert!(ascending.windows(2).all(|pair| key(pair[0]) < key(pair[1])));
        assert_eq!(key(-0.0), key(0.0));
    }

    #[test]
    fn ranks_are_dense_in_every_column() {
        assert_eq!(ranks(&[3.0, -0.0, 1.0, 0.0, 3.0, f64::NEG_INFINITY, 7.0, 5.0], 2), [1, 1, 0, 1, 1, 0, 2, 2]);
        assert_eq!(ranks(&[], 3), [0; 0]);
    }
}

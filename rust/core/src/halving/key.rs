//! A trial's place in the order, as integers.

/// (violation, loss, number), each mapped to an integer that compares alike.
pub type Key = [u64; 3];

/// The key of a trial; `None` when a number is NaN.
#[inline]
pub fn key(violation: f64, loss: f64, trial: u64) -> Option<Key> {
    let nan = violation.is_nan() || loss.is_nan();
    (!nan).then(|| [rising(violation), rising(loss), trial])
}

/// An integer that compares as `x` does; −0 = +0.
#[inline]
fn rising(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits(); // −0 + 0 = +0
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_by_violation_then_loss_then_number() {
        let sorted = [(0.0, f64::NEG_INFINITY, 9), (0.0, -0.0, 1), (0.0, 0.0, 2), (0.0, 5e-324, 0), (1e-9, -5.0, 0)];
        let keys: Vec<_> = sorted.iter().map(|&(v, l, t)| key(v, l, t)).collect();
        assert!(keys.is_sorted());
        assert_eq!(key(0.0, -0.0, 3), key(-0.0, 0.0, 3));
        assert_eq!(key(0.0, f64::NAN, 3), None);
        assert_eq!(key(f64::NAN, 0.0, 3), None);
    }
}

//! The first primes, bases of the Halton sequence.

/// The first `count` primes in order.
#[must_use]
pub fn primes(count: usize) -> Vec<u64> {
    let mut found: Vec<u64> = Vec::with_capacity(count);
    let mut candidate = 2;
    while found.len() < count {
        let divisors = found.iter().take_while(|&&prime| prime * prime <= candidate);
        if divisors.into_iter().all(|prime| candidate % prime != 0) {
            found.push(candidate);
        }
        candidate += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_a_far_one() {
        assert_eq!(primes(10), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        assert_eq!(primes(1000).last(), Some(&7919));
        assert_eq!(primes(0), [0; 0]);
    }
}

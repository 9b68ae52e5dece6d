//! Counts in a row with their partial sums.

/// Whole numbers in a row, as a binary indexed tree (P. M. Fenwick, Software: Practice and Experience 24, 1994):
/// changed, summed and searched in O(log n). Node i holds the sum of the last `i & -i` numbers up to the i-th.
#[derive(Debug, Clone, Default)]
pub struct Counts(Vec<usize>);

impl FromIterator<usize> for Counts {
    fn from_iter<I: IntoIterator<Item = usize>>(counts: I) -> Self {
        let mut tree: Vec<usize> = std::iter::once(0).chain(counts).collect();
        for i in 1..tree.len() {
            let above = i + lowest_bit(i);
            if above < tree.len() {
                tree[above] += tree[i];
            }
        }
        Self(tree)
    }
}

impl Counts {
    /// Add one to the number at `place`.
    pub fn add(&mut self, place: usize) {
        self.change(place, |count| *count += 1);
    }

    /// Take one from the number at `place`.
    pub fn remove(&mut self, place: usize) {
        self.change(place, |count| *count -= 1);
    }

    fn change(&mut self, place: usize, by_one: impl Fn(&mut usize)) {
        let mut i = place + 1;
        while let Some(count) = self.0.get_mut(i) {
            by_one(count);
            i += lowest_bit(i);
        }
    }

    /// Sum of the numbers before `place`.
    pub fn before(&self, place: usize) -> usize {
        let (mut sum, mut i) = (0, place);
        while i > 0 {
            sum += self.0[i];
            i &= i - 1;
        }
        sum
    }

    /// The place that the `skip`-th unit counted from the left is in, and how many units of that place are before it.
    pub fn find(&self, mut skip: usize) -> Option<(usize, usize)> {
        let mut place = 0;
        let mut width = self.0.len().next_power_of_two();
        while width > 0 {
            if let Some(&count) = self.0.get(place + width).filter(|&&count| count <= skip) {
                place += width;
                skip -= count;
            }
            width /= 2;
        }
        (place + 1 < self.0.len()).then_some((place, skip))
    }
}

fn lowest_bit(i: usize) -> usize {
    i & i.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_places_are_those_of_the_row() {
        for n in 0..40_usize {
            let row: Vec<usize> = (0..n).map(|i| i * i % 4).collect();
            let mut counts: Counts = row.iter().map(|&count| count.max(1) - 1).collect();
            for (place, _) in row.iter().enumerate().filter(|&(_, &count)| count > 0) {
                counts.add(place);
            }
            assert!((0..=n).all(|place| counts.before(place) == row[..place].iter().sum()));
            let units: Vec<_> = (0..n).flat_map(|place| (0..row[place]).map(move |unit| (place, unit))).collect();
            for (skip, &unit) in units.iter().enumerate() {
                assert_eq!(counts.find(skip), Some(unit));
            }
            assert_eq!(counts.find(units.len()), None);
        }
        let mut counts: Counts = [1, 2].into_iter().collect();
        counts.remove(1);
        assert_eq!((counts.before(2), counts.find(1)), (2, Some((1, 0))));
    }
}

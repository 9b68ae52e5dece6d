//! Points as places in the order of each objective, and what dividing sets of them takes.

/// place(i, k): the rank of point i among the distinct values of objective k.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    pub values: &'a [i32],
    pub columns: usize,
}

impl Places<'_> {
    #[inline(always)]
    pub fn get(&self, i: u32, k: usize) -> i32 {
        self.values[i as usize * self.columns + k]
    }

    /// The places of a point in objectives 1 … k.
    #[inline(always)]
    pub fn after_first(&self, i: u32, k: usize) -> &[i32] {
        &self.values[i as usize * self.columns + 1..][..k]
    }

    /// How two sets that are not empty lie in objective k.
    pub fn parting(&self, low: &[u32], high: &[u32], k: usize) -> Parting {
        let (low_range, high_range) = (self.range(low, k), self.range(high, k));
        if low_range.1 <= high_range.0 {
            return Parting::Known;
        }
        if low_range.0 > high_range.1 {
            return Parting::Never;
        }
        // both sides get a point: the least is at most the pivot, the greatest above it
        let (least, greatest) = (low_range.0.min(high_range.0), low_range.1.max(high_range.1));
        Parting::At(self.median(low, high, k).clamp(least, greatest - 1))
    }

    /// The points with place(·, k) up to the pivot and those above it, each in the order they had.
    pub fn split(&self, points: &[u32], k: usize, pivot: i32) -> (Vec<u32>, Vec<u32>) {
        points.iter().partition(|&&i| self.get(i, k) <= pivot)
    }

    /// Both sets together, in order of place(·, 1) as each of them is.
    pub fn merged(&self, low: &[u32], high: &[u32]) -> Vec<u32> {
        let mut merged = Vec::with_capacity(low.len() + high.len());
        let mut low = low.iter().copied().peekable();
        for &q in high {
            while let Some(p) = low.next_if(|&p| self.get(p, 1) <= self.get(q, 1)) {
                merged.push(p);
            }
            merged.push(q);
        }
        merged.extend(low);
        merged
    }

    /// The least and the greatest place(·, k) of a set that is not empty.
    fn range(&self, points: &[u32], k: usize) -> (i32, i32) {
        points.iter().map(|&i| self.get(i, k)).fold((i32::MAX, i32::MIN), |(a, b), r| (a.min(r), b.max(r)))
    }

    /// About the median of place(·, k) over both sets, from every s-th point.
    fn median(&self, low: &[u32], high: &[u32], k: usize) -> i32 {
        let stride = (low.len() + high.len()) / 64 + 1;
        let mut sample: Vec<i32> = low.iter().chain(high).step_by(stride).map(|&i| self.get(i, k)).collect();
        let middle = sample.len() / 2;
        *sample.select_nth_unstable(middle).1
    }
}

/// How the places of two sets in an objective lie.
pub enum Parting {
    /// No low point is behind a high one.
    Known,
    /// All low points are behind all high ones.
    Never,
    /// Mixed; up to this place and above it there are about as many of both together.
    At(i32),
}

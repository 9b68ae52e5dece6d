//! One coordinate of all components: where they are, and their kernels.

use std::f64::consts::FRAC_1_SQRT_2;

use super::{
    normal::{cdf, log_root_two_pi, truncated_quantile},
    sum::LANES,
};

/// Most observations that sharpen the smallest bandwidth, less two.
const MOST: f64 = 100.0;

/// Kernels of one coordinate, one a component, in the order of the trials.
///
/// log k(x) = peak − (x · inverse − shift)². Of a category `inverse` is 1 and `shift` the category. A component without
/// the coordinate has 0 in all three, and so has the padding up to a multiple of [`LANES`].
#[derive(Debug, Clone)]
pub struct Column {
    cells: i64,
    least: f64,
    pub at: Vec<f64>, // NaN where missing
    pub inverse: Vec<f64>,
    pub shift: Vec<f64>,
    pub peak: Vec<f64>,
    outside: Vec<[f64; 2]>, // of numbers: the shares of the untruncated density below 0 and above 1
    order: Vec<(f64, u64)>, // of numbers: observations and their trials, ascending
    present: usize,
    lowest: f64,     // the smallest bandwidth that the kernels know of; NaN: none
    stale: Vec<u64>, // trials whose neighbours changed
}

impl Column {
    pub fn new(cells: i64, least: f64) -> Self {
        let (at, inverse, shift, peak) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (outside, order, stale) = (Vec::new(), Vec::new(), Vec::new());
        Self { cells, least, at, inverse, shift, peak, outside, order, present: 0, lowest: f64::NAN, stale }
    }

    /// How many unordered values there are; 0 for numbers.
    pub fn categories(&self) -> f64 {
        if self.cells < 0 { self.cells.unsigned_abs() as f64 } else { 0.0 }
    }

    /// How often a category is drawn from the prior instead of being the observed one.
    pub fn smoothing(&self) -> f64 {
        self.categories() / (self.present as f64 + 1.0 + self.categories())
    }

    /// A component at `place` of the order of trials.
    pub fn insert(&mut self, place: usize, trial: u64, x: f64) {
        let n = self.at.len();
        self.at.insert(place, x);
        for column in [&mut self.inverse, &mut self.shift, &mut self.peak] {
            column.truncate(n);
            column.insert(place, 0.0);
            column.resize((n + 1).next_multiple_of(LANES), 0.0);
        }
        self.outside.insert(place, [0.0; 2]);
        if x.is_nan() {
            return;
        }
        self.present += 1;
        if self.cells >= 0 {
            let rank = self.order.partition_point(|&other| before(other, (x, trial)));
            self.order.insert(rank, (x, trial));
            self.touch(rank.saturating_sub(1), rank + 2);
        } else {
            (self.inverse[place], self.shift[place]) = (1.0, x);
        }
    }

    /// The component at `place`, of `trial`, leaves.
    pub fn remove(&mut self, place: usize, trial: u64) {
        let x = self.at.remove(place);
        let n = self.at.len();
        for column in [&mut self.inverse, &mut self.shift, &mut self.peak] {
            column.remove(place);
            column.resize(n.next_multiple_of(LANES), 0.0);
        }
        self.outside.remove(place);
        if x.is_nan() {
            return;
        }
        self.present -= 1;
        if self.cells >= 0 {
            let rank = self.order.partition_point(|&other| before(other, (x, trial)));
            self.order.remove(rank);
            self.stale.retain(|&other| other != trial);
            self.touch(rank.saturating_sub(1), rank + 1);
        }
    }

    /// All components anew: observations `at` of the ascending `trials`.
    pub fn fill(&mut self, trials: &[u64], at: Vec<f64>) {
        let n = at.len();
        self.present = at.iter().filter(|x| !x.is_nan()).count();
        let padded = vec![0.0; n.next_multiple_of(LANES)];
        (self.inverse, self.shift, self.peak) = (padded.clone(), padded.clone(), padded);
        self.outside = vec![[0.0; 2]; n];
        if self.cells >= 0 {
            self.order = at.iter().copied().zip(trials.iter().copied()).filter(|(x, _)| !x.is_nan()).collect();
            self.order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            self.lowest = f64::NAN;
        } else {
            for (place, &x) in at.iter().enumerate().filter(|(_, x)| !x.is_nan()) {
                (self.inverse[place], self.shift[place]) = (1.0, x);
            }
        }
        self.at = at;
    }

    /// Brings the kernels up to date with their neighbours.
    pub fn settle(&mut self, trials: &[u64]) {
        if self.cells < 0 {
            return;
        }
        let lowest = (1.0 / (self.present as f64 + 2.0).min(MOST)).max(self.least);
        if lowest == self.lowest {
            for trial in std::mem::take(&mut self.stale) {
                let place = trials.partition_point(|&other| other < trial);
                let key = (self.at[place], trial);
                let rank = self.order.partition_point(|&other| before(other, key));
                self.shape(rank, place);
            }
            return;
        }
        self.lowest = lowest;
        self.stale.clear();
        for rank in 0..self.order.len() {
            let trial = self.order[rank].1;
            self.shape(rank, trials.partition_point(|&other| other < trial));
        }
    }

    /// A number, or a category, of the component at `place`; `fallback` where it has none.
    pub fn draw(&self, place: usize, p: f64, fallback: f64) -> f64 {
        let x = self.at[place];
        if x.is_nan() {
            return fallback;
        }
        if self.cells < 0 {
            return if p < self.smoothing() { fallback } else { x };
        }
        self.rounded(truncated_quantile(p, x, FRAC_1_SQRT_2 / self.inverse[place], self.outside[place]))
    }

    /// The value that `x` stands for.
    pub fn rounded(&self, x: f64) -> f64 {
        if self.cells == 0 {
            return x;
        }
        let cells = self.cells.unsigned_abs() as f64;
        ((x * cells).floor().min(cells - 1.0) + 0.5) / cells
    }

    fn shape(&mut self, rank: usize, place: usize) {
        let (x, deviation) = (self.order[rank].0, self.gap(rank).clamp(self.lowest, 1.0));
        let inverse = FRAC_1_SQRT_2 / deviation;
        if inverse == self.inverse[place] {
            return; // what follows takes most of the time, and is what it was
        }
        (self.inverse[place], self.shift[place]) = (inverse, x * inverse);
        let (below, above) = (cdf(-x / deviation), cdf((x - 1.0) / deviation));
        self.peak[place] = -(deviation * (1.0 - below - above)).ln() - log_root_two_pi();
        self.outside[place] = [below, above];
    }

    /// The larger distance to a neighbour; the faces of the cube are neighbours of a single observation alone.
    fn gap(&self, rank: usize) -> f64 {
        let (x, last) = (self.order[rank].0, self.order.len() - 1);
        let below = if rank > 0 { x - self.order[rank - 1].0 } else { 0.0 };
        let above = if rank < last { self.order[rank + 1].0 - x } else { 0.0 };
        if last == 0 { x.max(1.0 - x) } else { below.max(above) }
    }

    fn touch(&mut self, from: usize, to: usize) {
        let to = to.min(self.order.len());
        let touched = self.order[from.min(to)..to].iter().map(|&(_, trial)| trial);
        self.stale.extend(touched);
    }
}

/// The order of observations: equal ones by their trials.
fn before(a: (f64, u64), b: (f64, u64)) -> bool {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).is_lt()
}

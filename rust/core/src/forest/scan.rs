//! What random thresholds ask of a node's rows: the range of each coordinate, then what each side of its threshold sums to.
//!
//! Rows are read whole: the coordinates are the lanes of vectors, and each sum still runs over the rows one by one.

use crate::lanes::{Kernel, dispatch};

/// Numbers of a row are padded to a multiple of so many.
const LANES: usize = 4;

/// Points by rows.
pub struct Rows {
    values: Vec<f64>,
    width: usize,
    /// Whether any number is missing.
    holes: bool,
}

impl Rows {
    /// Row-major `x` (n, d).
    pub fn new(x: &[f64], d: usize) -> Self {
        let width = d.next_multiple_of(LANES);
        let mut values = vec![0.0; x.len() / d * width];
        for (row, x) in values.chunks_exact_mut(width).zip(x.chunks_exact(d)) {
            row[..d].copy_from_slice(x);
        }
        Self { values, width, holes: x.iter().any(|x| x.is_nan()) }
    }

    /// None, of no coordinates.
    pub fn none() -> Self {
        Self { values: Vec::new(), width: 0, holes: false }
    }

    #[inline(always)]
    fn part<const G: usize>(&self, row: u32, from: usize) -> &[f64] {
        &self.values[row as usize * self.width + from..][..G]
    }
}

/// Of each coordinate, the padding included.
pub struct Scan {
    pub low: Vec<f64>,
    pub high: Vec<f64>,
    pub threshold: Vec<f64>,
    /// Σ w c and Σ w up to the threshold, above it, and where the number is missing.
    sums: [Vec<f64>; 6],
}

impl Scan {
    /// For rows of so many numbers.
    pub fn of(rows: &Rows) -> Self {
        let none = || vec![0.0; rows.width];
        Self { low: none(), high: none(), threshold: none(), sums: std::array::from_fn(|_| none()) }
    }

    /// Looks at the rows `index`, of which `c` and `w` are the centred outputs, times their weights, and the weights; the
    /// threshold of coordinate j is `place(low, high, draws[j])`.
    pub fn look(
        &mut self,
        rows: &Rows,
        index: &[u32],
        (c, w): (&[f64], &[f64]),
        draws: &[f64],
        place: impl Fn(f64, f64, f64) -> f64,
    ) {
        dispatch(Range { rows, index, low: &mut self.low, high: &mut self.high });
        for (j, &draw) in draws.iter().enumerate() {
            self.threshold[j] = place(self.low[j], self.high[j], draw);
        }
        dispatch(Sides { rows, index, c, w, threshold: &self.threshold, sums: &mut self.sums });
    }

    /// Left, right and lacking of coordinate j.
    pub fn sides(&self, j: usize) -> [(f64, f64); 3] {
        [0, 2, 4].map(|k| (self.sums[k][j], self.sums[k + 1][j]))
    }
}

struct Range<'a> {
    rows: &'a Rows,
    index: &'a [u32],
    low: &'a mut [f64],
    high: &'a mut [f64],
}

impl Kernel for Range<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(mut self) {
        let mut from = 0;
        while from < self.rows.width {
            from += match self.rows.width - from {
                12.. => self.group::<12>(from),
                8.. => self.group::<8>(from),
                _ => self.group::<4>(from),
            }
        }
    }
}

impl Range<'_> {
    #[inline(always)]
    fn group<const G: usize>(&mut self, from: usize) -> usize {
        let (mut low, mut high) = ([f64::INFINITY; G], [f64::NEG_INFINITY; G]);
        for &row in self.index {
            let x = self.rows.part::<G>(row, from);
            for k in 0..G {
                low[k] = if x[k] < low[k] { x[k] } else { low[k] }; // neither takes a NaN
                high[k] = if x[k] > high[k] { x[k] } else { high[k] };
            }
        }
        self.low[from..from + G].copy_from_slice(&low);
        self.high[from..from + G].copy_from_slice(&high);
        G
    }
}

struct Sides<'a> {
    rows: &'a Rows,
    index: &'a [u32],
    c: &'a [f64],
    w: &'a [f64],
    threshold: &'a [f64],
    sums: &'a mut [Vec<f64>; 6],
}

impl Kernel for Sides<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(mut self) {
        let mut from = 0;
        while from < self.rows.width {
            from += match self.rows.width - from {
                _ if self.rows.holes => self.three::<4>(from),
                12.. => self.left::<12>(from),
                8.. => self.left::<8>(from),
                _ => self.left::<4>(from),
            }
        }
    }
}

impl Sides<'_> {
    /// The left side alone: where nothing is missing no other is asked for.
    #[inline(always)]
    fn left<const G: usize>(&mut self, from: usize) -> usize {
        let threshold = &self.threshold[from..][..G];
        let mut sums = [[0.0; G]; 2];
        for ((&row, &c), &w) in self.index.iter().zip(self.c).zip(self.w) {
            let x = self.rows.part::<G>(row, from);
            for k in 0..G {
                sums[0][k] += if x[k] <= threshold[k] { c } else { 0.0 };
                sums[1][k] += if x[k] <= threshold[k] { w } else { 0.0 };
            }
        }
        self.keep(from, &sums)
    }

    #[inline(always)]
    fn three<const G: usize>(&mut self, from: usize) -> usize {
        let threshold = &self.threshold[from..][..G];
        let mut sums = [[0.0; G]; 6];
        for ((&row, &c), &w) in self.index.iter().zip(self.c).zip(self.w) {
            let x = self.rows.part::<G>(row, from);
            for k in 0..G {
                let (left, right) = (x[k] <= threshold[k], x[k] > threshold[k]);
                let lacking = x[k].is_nan();
                for (sum, there) in [left, right, lacking].into_iter().enumerate() {
                    sums[2 * sum][k] += if there { c } else { 0.0 };
                    sums[2 * sum + 1][k] += if there { w } else { 0.0 };
                }
            }
        }
        self.keep(from, &sums)
    }

    #[inline(always)]
    fn keep<const G: usize>(&mut self, from: usize, sums: &[[f64; G]]) -> usize {
        for (kept, sum) in self.sums.iter_mut().zip(sums) {
            kept[from..from + G].copy_from_slice(sum);
        }
        G
    }
}

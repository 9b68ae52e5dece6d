//! Points by columns, and their distances from one point.

use super::{FARTHEST, length};
use crate::error::{Error, Result};
use crate::lanes::multiply_add;
use crate::linalg::total;

/// Rows begin and end at multiples of this: what a compiler's loop takes at a time, so that no single numbers are left.
pub const WHOLE: usize = 32;
/// Points of a tile of squared distances: so many by so many.
pub const ROWS: usize = 4;
pub const COLUMNS: usize = 16;
const LANES: usize = 16;

/// The observed points, coordinate by coordinate, each padded to whole vectors.
#[derive(Debug, Clone)]
pub struct Points {
    n: usize,
    d: usize,
    padded: usize,
    columns: Vec<f64>,
    forms: Vec<Form>,
}

/// How a coordinate's differences are formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// No NaN among the points.
    Numeric,
    /// Some points have NaN.
    Partial,
    /// NaN is one category more, [`NO_CATEGORY`].
    Categorical,
}

const NO_CATEGORY: f64 = -1e300;

impl Points {
    /// # Errors
    /// [`Error::Length`] when `x` is not a whole number of points.
    pub fn new(x: &[f64], kinds: &[u8]) -> Result<Self> {
        let d = kinds.len();
        let n = x.len().checked_div(d).unwrap_or(0);
        length("x", x.len(), n * d)?;
        let padded = n.next_multiple_of(WHOLE);
        let mut columns = crate::matrix::allocate(d, padded)?;
        let mut forms = Vec::with_capacity(d);
        for (j, kind) in kinds.iter().enumerate() {
            let column = x.iter().skip(j).step_by(d);
            let nan = if *kind == 1 { NO_CATEGORY } else { f64::NAN };
            columns.extend(column.clone().map(|value| if value.is_nan() { nan } else { *value }));
            columns.resize((j + 1) * padded, 0.0);
            forms.push(match (kind, column.clone().any(|value| value.is_nan())) {
                (0, false) => Form::Numeric,
                (0, true) => Form::Partial,
                (1, _) => Form::Categorical,
                (other, _) => {
                    let expected = "0 (numeric) or 1 (categorical)".to_owned();
                    return Err(Error::OutOfRange { argument: "kinds", expected, got: u64::from(*other) });
                }
            });
        }
        Ok(Self { n, d, padded, columns, forms })
    }

    pub fn n(&self) -> usize {
        self.n
    }

    pub fn d(&self) -> usize {
        self.d
    }

    /// n to whole vectors.
    pub fn padded(&self) -> usize {
        self.padded
    }

    pub fn is_categorical(&self, j: usize) -> bool {
        self.forms[j] == Form::Categorical
    }

    pub fn column(&self, j: usize) -> &[f64] {
        &self.columns[j * self.padded..][..self.padded]
    }

    /// Copies point i.
    pub fn copy(&self, i: usize, point: &mut [f64]) {
        for (j, value) in point.iter_mut().enumerate() {
            *value = self.columns[j * self.padded + i];
        }
    }

    /// r² of `point` to the points from `first` on; `weights` are 1 / lⱼ².
    #[inline(always)]
    pub fn squares<const FUSED: bool>(&self, point: &[f64], weights: &[f64], first: usize, squares: &mut [f64]) {
        squares.fill(0.0);
        for (j, (a, weight)) in point.iter().zip(weights).enumerate() {
            let column = &self.column(j)[first..];
            self.with_differences(j, *a, column, Accumulate::<FUSED> { weight: *weight, sums: squares });
        }
        for sum in squares {
            *sum = if *sum < FARTHEST { *sum } else { FARTHEST };
        }
    }

    /// r² of the points from `row` on to those from `column` on, whose sums stay in registers; `row` and `column` begin
    /// whole tiles.
    #[inline(always)]
    pub fn tile<const FUSED: bool>(&self, row: usize, column: usize, weights: &[f64]) -> [[f64; COLUMNS]; ROWS] {
        let [mut s0, mut s1, mut s2, mut s3] = [[0.0; COLUMNS]; ROWS];
        for (j, &weight) in weights.iter().enumerate() {
            let values = self.column(j);
            let (Some(a), Some(b)) = (values[row..].first_chunk::<ROWS>(), values[column..].first_chunk()) else {
                break;
            };
            self.accumulate::<FUSED>(j, a[0], b, weight, &mut s0);
            self.accumulate::<FUSED>(j, a[1], b, weight, &mut s1);
            self.accumulate::<FUSED>(j, a[2], b, weight, &mut s2);
            self.accumulate::<FUSED>(j, a[3], b, weight, &mut s3);
        }
        let mut tile = [s0, s1, s2, s3];
        for sum in tile.as_flattened_mut() {
            *sum = if *sum < FARTHEST { *sum } else { FARTHEST };
        }
        tile
    }

    #[inline(always)]
    fn accumulate<const FUSED: bool>(
        &self,
        j: usize,
        a: f64,
        column: &[f64; COLUMNS],
        weight: f64,
        sums: &mut [f64; COLUMNS],
    ) {
        self.with_differences(j, a, column, Accumulate::<FUSED> { weight, sums });
    }

    /// The sum of factorᵢ δⱼ² over the points from `first` on; `factors` are whole vectors.
    #[inline(always)]
    pub fn weighted<const FUSED: bool>(&self, j: usize, a: f64, first: usize, factors: &[f64]) -> f64 {
        let mut lanes = [0.0; LANES];
        let visit = Weigh::<FUSED> { factors, lanes: &mut lanes };
        self.with_differences(j, a, &self.column(j)[first..], visit);
        total(lanes)
    }

    /// Hands `visit` the column and the function δⱼ²(a, ·); one loop for each form, so that none has a branch inside.
    #[inline(always)]
    fn with_differences(&self, j: usize, a: f64, column: &[f64], visit: impl Visit) {
        match self.forms[j] {
            Form::Categorical => {
                let a = if a.is_nan() { NO_CATEGORY } else { a };
                visit.with(column, |b| if a == b { 0.0 } else { 1.0 });
            }
            _ if a.is_nan() => visit.with(column, |b| if b.is_nan() { 0.0 } else { from_inactive(b) }),
            Form::Numeric => visit.with(column, |b| (a - b) * (a - b)),
            Form::Partial => {
                let apart = from_inactive(a);
                visit.with(column, |b| if b.is_nan() { apart } else { (a - b) * (a - b) });
            }
        }
    }
}

/// A loop over a column and a function of its numbers.
trait Visit {
    fn with(self, column: &[f64], square: impl Fn(f64) -> f64);
}

struct Accumulate<'a, const FUSED: bool> {
    weight: f64,
    sums: &'a mut [f64],
}

impl<const FUSED: bool> Visit for Accumulate<'_, FUSED> {
    #[inline(always)]
    fn with(self, column: &[f64], square: impl Fn(f64) -> f64) {
        for (sum, b) in self.sums.iter_mut().zip(column) {
            *sum = multiply_add::<FUSED>(self.weight, square(*b), *sum);
        }
    }
}

struct Weigh<'a, const FUSED: bool> {
    factors: &'a [f64],
    lanes: &'a mut [f64; LANES],
}

impl<const FUSED: bool> Visit for Weigh<'_, FUSED> {
    #[inline(always)]
    fn with(self, column: &[f64], square: impl Fn(f64) -> f64) {
        let mut sums = [0.0; LANES];
        for (b, factor) in column.as_chunks::<LANES>().0.iter().zip(self.factors.as_chunks::<LANES>().0) {
            for lane in 0..LANES {
                sums[lane] = multiply_add::<FUSED>(factor[lane], square(b[lane]), sums[lane]);
            }
        }
        *self.lanes = sums;
    }
}

/// δ² between a number and NaN. NaN has its place beside the middle of the interval, at distance 1 from both ends: any
/// distances that are those of points in space make a valid covariance; to be at 1 from every number would not.
#[inline(always)]
fn from_inactive(a: f64) -> f64 {
    (a - 0.5) * (a - 0.5) + 0.75
}

/// 1 / lⱼ², and the signal and the noise variance.
pub fn scales(theta: &[f64], d: usize) -> Result<(Vec<f64>, f64, f64)> {
    length("theta", theta.len(), d + 2)?;
    let weights = theta[..d].iter().map(|log| (-2.0 * log).exp()).collect();
    Ok((weights, theta[d].exp(), theta[d + 1].exp()))
}

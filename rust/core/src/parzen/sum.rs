//! The sum over all components at several points: where the time goes.
//!
//! Components are taken in tiles, the newest first. Within one, the logarithms of all kernels come first, coordinate by
//! coordinate while they are in registers if all are numbers, then their exponentials, in one plain loop: to ask which of
//! them count takes longer. A sum keeps the unit it began with, the prior's share, unless that would overflow: a tile
//! whose bound is below exp(−64) of the unit comes to less than half an ulp of the sum, and is left out. Of numbers the
//! bound is the highest peak, which costs nothing a point; where it could overflow the logarithms themselves are looked at.

use std::ops::Range;

use super::column::Column;
use crate::lanes::{Kernel, dispatch, multiply_add, nearly_exponential};

pub const LANES: usize = 8;
pub const SOME: usize = 4; // points at a time, so that a component is loaded once for all of them
pub const TILE: usize = 256; // components, a multiple of `LANES`: what they need stays in the nearest cache
const SMALL: usize = 64; // components that are not worth two passes
const FAR: f64 = 64.0;
const LOW: f64 = -600.0; // exp of it adds nothing, and is no subnormal number times a weight either: those take far longer
const HIGH: f64 = 600.0; // exp of it is far from overflow, even times the weights of all components

type Block = [f64; LANES];
/// Room for the logarithms of the kernels of a tile at some points.
pub type Logs = [[f64; TILE]; SOME];

/// What one coordinate of a point is to the kernels: a number, or the logarithms of what a category adds.
#[derive(Clone, Copy)]
pub enum Place {
    Number(f64),
    Category { value: f64, same: f64, other: f64 },
}

/// A sum as the logarithm of its unit and its multiple.
#[derive(Clone, Copy)]
pub struct Sum {
    unit: f64,
    multiple: f64,
}

impl Sum {
    /// `weight` exp(`log`)
    pub fn new(log: f64, weight: f64) -> Self {
        if weight == 0.0 || log == f64::NEG_INFINITY {
            return Self { unit: f64::NEG_INFINITY, multiple: 0.0 };
        }
        Self { unit: log + weight.ln(), multiple: 1.0 }
    }

    pub fn log(self) -> f64 {
        self.unit + self.multiple.ln()
    }

    fn in_units_of(self, unit: f64) -> Self {
        let multiple = if self.multiple > 0.0 { self.multiple * (self.unit - unit).exp() } else { 0.0 };
        Self { unit, multiple }
    }
}

/// Components whose kernels begin with the logarithms `base`, in some of their coordinates.
///
/// `base` and `weights` are padded with −∞ and 0 to a multiple of [`LANES`], as the columns are with kernels that are 1.
pub struct Components<'a> {
    pub columns: Vec<&'a Column>,
    pub base: Vec<f64>,
    pub weights: Vec<f64>,
}

impl Components<'_> {
    /// The tiles, the newest first; of one that is not small the newest quarter is another, so that not everybody is asked
    /// about all.
    pub fn tiles(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let mut end = self.base.len();
        let mut next = if (SMALL..=TILE).contains(&end) { (end / 4).next_multiple_of(LANES) } else { TILE };
        std::iter::from_fn(move || {
            let tile = end.saturating_sub(next)..end;
            (end, next) = (tile.start, TILE);
            (!tile.is_empty()).then_some(tile)
        })
    }

    /// Adds those of a tile to the `sums` of `some` of the points `places` (m, columns).
    pub fn add(&self, range: Range<usize>, places: &[Place], some: &[usize], sums: &mut [Sum], logs: &mut Logs) {
        dispatch(Work { components: self, range, places, some, sums, logs });
    }
}

struct Work<'a> {
    components: &'a Components<'a>,
    range: Range<usize>,
    places: &'a [Place],
    some: &'a [usize],
    sums: &'a mut [Sum],
    logs: &'a mut Logs,
}

impl Kernel for Work<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) {
        let Self { components, range, places, some, sums, logs } = self;
        let (base, weights) = (&components.base[range.clone()], &components.weights[range.clone()]);
        let tiles: Vec<Tile> = components.columns.iter().map(|column| Tile::new(column, range.clone())).collect();
        let highest = largest(highest_lanes(blocks(base)));
        let mut numbers = Vec::with_capacity(tiles.len());
        for which in some.chunks(SOME) {
            let row = |k: usize| which[k.min(which.len() - 1)] * tiles.len();
            let points: [&[Place]; SOME] = std::array::from_fn(|k| &places[row(k)..row(k) + tiles.len()]);
            let plain = all_numbers(points, &mut numbers);
            if plain {
                registers::<FUSED>(&tiles, &numbers, blocks(base), logs);
            } else {
                kernels::<FUSED>(&tiles, base, points, logs);
            }
            for (&i, logs) in which.iter().zip(logs.iter()) {
                let logs = blocks(&logs[..base.len()]);
                let bound = if plain { highest } else { largest(highest_lanes(logs)) };
                sums[i] = added::<FUSED>(sums[i], logs, bound, blocks(weights));
            }
        }
    }
}

/// The components of a tile in one coordinate.
struct Tile<'a> {
    inverse: &'a [Block],
    shift: &'a [Block],
}

impl<'a> Tile<'a> {
    fn new(column: &'a Column, range: Range<usize>) -> Self {
        Self { inverse: blocks(&column.inverse[range.clone()]), shift: blocks(&column.shift[range]) }
    }
}

#[inline(always)]
fn blocks(values: &[f64]) -> &[Block] {
    values.as_chunks().0
}

/// Whether there is no category among the points; then `numbers` are those of all points, coordinate by coordinate.
#[inline(always)]
fn all_numbers(points: [&[Place]; SOME], numbers: &mut Vec<[f64; SOME]>) -> bool {
    numbers.clear();
    for j in 0..points[0].len() {
        let mut found = [0.0; SOME];
        for k in 0..SOME {
            let Place::Number(x) = points[k][j] else { return false };
            found[k] = x;
        }
        numbers.push(found);
    }
    true
}

// plain loops over indices: what is not inlined would run without the wide instructions

/// As [`kernels`] where all coordinates are numbers: a block of components stays in registers through all of them.
#[inline(always)]
fn registers<const FUSED: bool>(tiles: &[Tile], numbers: &[[f64; SOME]], base: &[Block], logs: &mut Logs) {
    let [a, b, c, d] = logs;
    let (a, b, c, d): (&mut [Block], &mut [Block], &mut [Block], &mut [Block]) =
        (a.as_chunks_mut().0, b.as_chunks_mut().0, c.as_chunks_mut().0, d.as_chunks_mut().0);
    for i in 0..base.len().min(TILE / LANES) {
        let (mut p, mut q, mut r, mut s) = (base[i], base[i], base[i], base[i]);
        for (tile, x) in tiles.iter().zip(numbers) {
            let (inverse, shift) = (&tile.inverse[i], &tile.shift[i]);
            for lane in 0..LANES {
                p[lane] = less_square::<FUSED>(p[lane], x[0], inverse[lane], shift[lane]);
                q[lane] = less_square::<FUSED>(q[lane], x[1], inverse[lane], shift[lane]);
                r[lane] = less_square::<FUSED>(r[lane], x[2], inverse[lane], shift[lane]);
                s[lane] = less_square::<FUSED>(s[lane], x[3], inverse[lane], shift[lane]);
            }
        }
        (a[i], b[i], c[i], d[i]) = (p, q, r, s);
    }
}

/// Logarithms of all kernels of a tile at each of the points.
#[inline(always)]
fn kernels<const FUSED: bool>(tiles: &[Tile], base: &[f64], points: [&[Place]; SOME], logs: &mut Logs) {
    for point in logs.iter_mut() {
        point[..base.len()].copy_from_slice(base);
    }
    for (j, tile) in tiles.iter().enumerate() {
        let (inverse, shift) = (tile.inverse.as_flattened(), tile.shift.as_flattened());
        match [points[0][j], points[1][j], points[2][j], points[3][j]] {
            [Place::Number(a), Place::Number(b), Place::Number(c), Place::Number(d)] => {
                self::numbers::<FUSED>([a, b, c, d], inverse, shift, logs);
            }
            places => {
                for k in 0..SOME {
                    if let Place::Category { value, same, other } = places[k] {
                        category::<FUSED>([value, same, other], inverse, shift, &mut logs[k]);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn numbers<const FUSED: bool>(x: [f64; SOME], inverse: &[f64], shift: &[f64], logs: &mut Logs) {
    let n = inverse.len().min(TILE);
    let (inverse, shift) = (&inverse[..n], &shift[..n]);
    let [a, b, c, d] = logs;
    for i in 0..n {
        a[i] = less_square::<FUSED>(a[i], x[0], inverse[i], shift[i]);
        b[i] = less_square::<FUSED>(b[i], x[1], inverse[i], shift[i]);
        c[i] = less_square::<FUSED>(c[i], x[2], inverse[i], shift[i]);
        d[i] = less_square::<FUSED>(d[i], x[3], inverse[i], shift[i]);
    }
}

/// log − (x · inverse − shift)²
#[inline(always)]
fn less_square<const FUSED: bool>(log: f64, x: f64, inverse: f64, shift: f64) -> f64 {
    let z = multiply_add::<FUSED>(x, inverse, -shift);
    multiply_add::<FUSED>(-z, z, log)
}

#[inline(always)]
fn category<const FUSED: bool>([value, same, other]: [f64; 3], inverse: &[f64], shift: &[f64], logs: &mut [f64; TILE]) {
    let n = inverse.len().min(TILE);
    let (inverse, shift) = (&inverse[..n], &shift[..n]);
    for i in 0..n {
        let log = if shift[i] == value { same } else { other };
        logs[i] = multiply_add::<FUSED>(inverse[i], log, logs[i]);
    }
}

/// `sum` with the components of one tile, of whose logarithms none is above `bound`.
#[inline(always)]
fn added<const FUSED: bool>(sum: Sum, logs: &[Block], bound: f64, weights: &[Block]) -> Sum {
    if bound == f64::NEG_INFINITY || bound < sum.unit - FAR {
        return sum;
    }
    if bound > sum.unit + HIGH {
        let highest = largest(highest_lanes(logs));
        let unit = if highest > sum.unit + HIGH { highest } else { sum.unit };
        let old = if unit == sum.unit { sum } else { sum.in_units_of(unit) };
        return Sum { unit, multiple: old.multiple + multiple::<FUSED>(logs, unit, weights) };
    }
    Sum { unit: sum.unit, multiple: sum.multiple + multiple::<FUSED>(logs, sum.unit, weights) }
}

/// The sum of `weights` exp(`logs` − `unit`).
#[inline(always)]
fn multiple<const FUSED: bool>(logs: &[Block], unit: f64, weights: &[Block]) -> f64 {
    let mut parts = [0.0; LANES];
    for (logs, weights) in logs.iter().zip(weights) {
        for lane in 0..LANES {
            parts[lane] += weights[lane] * nearly_exponential::<FUSED>(larger(LOW, logs[lane] - unit));
        }
    }
    parts.iter().sum()
}

#[inline(always)]
fn highest_lanes(blocks: &[Block]) -> Block {
    let mut highest = [f64::NEG_INFINITY; LANES];
    for block in blocks {
        for lane in 0..LANES {
            highest[lane] = larger(block[lane], highest[lane]);
        }
    }
    highest
}

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[inline(always)]
fn largest(block: Block) -> f64 {
    let [a, b, c, d, e, f, g, h] = block;
    larger(larger(larger(a, b), larger(c, d)), larger(larger(e, f), larger(g, h)))
}

//! The sum over all components at several points: where the time goes.
//!
//! Components are taken in tiles. Within one, the logarithms of all kernels come first, coordinate by coordinate while they
//! are in registers if all are numbers, then the exponentials of those that count: with the largest logarithm so far as the unit, a component below exp(−64) of it is less than half an ulp of the
//! sum for any number of components that fits into memory, and is left out.

use super::column::Column;
use crate::lanes::{Kernel, dispatch, exponential, multiply_add};

pub const LANES: usize = 8;
const TILE: usize = 256; // components, a multiple of `LANES`: what they need stays in the nearest cache
const FAR: f64 = 64.0;
const SOME: usize = 4; // points at a time, so that a component is loaded once for all of them

type Block = [f64; LANES];
type Logs = [[f64; TILE]; SOME];

/// What one coordinate of a point is to the kernels: a number, or the logarithms of what a category adds.
#[derive(Clone, Copy)]
pub enum Place {
    Number(f64),
    Category { value: f64, same: f64, other: f64 },
}

/// A sum as the logarithm of its unit and its multiple.
#[derive(Clone, Copy)]
pub struct Sum {
    pub unit: f64,
    pub multiple: f64,
}

impl Sum {
    const NOTHING: Self = Self { unit: f64::NEG_INFINITY, multiple: 0.0 };

    /// With `weight` exp(`log`) more.
    pub fn plus(self, log: f64, weight: f64) -> Self {
        if weight == 0.0 || log == f64::NEG_INFINITY {
            return self;
        }
        let unit = self.unit.max(log);
        let old = if self.multiple > 0.0 { self.multiple * (self.unit - unit).exp() } else { 0.0 };
        Self { unit, multiple: old + weight * (log - unit).exp() }
    }

    pub fn log(self) -> f64 {
        self.unit + self.multiple.ln()
    }
}

/// Sums over the components at the points `places` (m, d) in the `columns`, whose kernels begin with the logarithms `base`.
///
/// `base` and `weights` are padded with −∞ and 0 to a multiple of [`LANES`].
pub fn sums(columns: &[&Column], base: &[f64], weights: &[f64], places: &[Vec<Place>]) -> Vec<Sum> {
    dispatch(Components { columns, base, weights, places })
}

struct Components<'a> {
    columns: &'a [&'a Column],
    base: &'a [f64],
    weights: &'a [f64],
    places: &'a [Vec<Place>],
}

impl Kernel for Components<'_> {
    type Output = Vec<Sum>;

    #[inline(always)]
    fn run<const FUSED: bool, const WIDE: bool>(self) -> Vec<Sum> {
        let mut found = vec![Sum::NOTHING; self.places.len()];
        let mut logs: Logs = [[0.0; TILE]; SOME];
        let weights = self.weights.chunks(TILE);
        for (tile, (base, weights)) in self.base.chunks(TILE).zip(weights).enumerate() {
            let tiles: Vec<Tile> = self.columns.iter().map(|column| Tile::new(column, tile, base.len())).collect();
            for (points, sums) in self.places.chunks(SOME).zip(found.chunks_mut(SOME)) {
                let points: [&[Place]; SOME] = std::array::from_fn(|k| &points[k.min(points.len() - 1)][..]);
                if let Some(points) = all_numbers(points) {
                    registers::<FUSED>(&tiles, base, &points, &mut logs);
                } else {
                    kernels::<FUSED>(&tiles, base, points, &mut logs);
                }
                for (sum, logs) in sums.iter_mut().zip(&logs) {
                    *sum = added::<FUSED>(*sum, &logs[..base.len()], weights);
                }
            }
        }
        found
    }
}

/// The components of a tile in one coordinate, padded with kernels that are 1.
struct Tile<'a> {
    inverse: Piece<'a>,
    shift: Piece<'a>,
}

enum Piece<'a> {
    Whole(&'a [f64]),
    Padded(Vec<f64>),
}

impl<'a> Tile<'a> {
    fn new(column: &'a Column, tile: usize, length: usize) -> Self {
        let piece = |values: &'a [f64]| {
            let rest = &values[tile * TILE..];
            if rest.len() >= length {
                return Piece::Whole(&rest[..length]);
            }
            let mut padded = rest.to_vec();
            padded.resize(length, 0.0);
            Piece::Padded(padded)
        };
        Self { inverse: piece(&column.inverse), shift: piece(&column.shift) }
    }
}

impl Piece<'_> {
    fn values(&self) -> &[f64] {
        match self {
            Self::Whole(values) => values,
            Self::Padded(values) => values,
        }
    }
}

/// Of each coordinate the numbers of all points, if there is no category among them.
fn all_numbers(points: [&[Place]; SOME]) -> Option<Vec<[f64; SOME]>> {
    let mut found = vec![[0.0; SOME]; points[0].len()];
    for (k, point) in points.iter().enumerate() {
        for (numbers, place) in found.iter_mut().zip(*point) {
            let Place::Number(x) = place else { return None };
            numbers[k] = *x;
        }
    }
    Some(found)
}

/// As [`kernels`] where all coordinates are numbers: a block of components stays in registers through all of them.
#[inline(always)]
fn registers<const FUSED: bool>(tiles: &[Tile], base: &[f64], points: &[[f64; SOME]], logs: &mut Logs) {
    let columns: Vec<(&[Block], &[Block], [f64; SOME])> = tiles
        .iter()
        .zip(points)
        .map(|(tile, &x)| (tile.inverse.values().as_chunks().0, tile.shift.values().as_chunks().0, x))
        .collect();
    let base: &[Block] = base.as_chunks().0;
    let [a, b, c, d] = logs;
    let (a, b, c, d): (&mut [Block], &mut [Block], &mut [Block], &mut [Block]) =
        (a.as_chunks_mut().0, b.as_chunks_mut().0, c.as_chunks_mut().0, d.as_chunks_mut().0);
    for i in 0..base.len() {
        let (mut p, mut q, mut r, mut s) = (base[i], base[i], base[i], base[i]);
        for (inverse, shift, x) in &columns {
            let (inverse, shift) = (&inverse[i], &shift[i]);
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
        let (inverse, shift) = (tile.inverse.values(), tile.shift.values());
        match [points[0][j], points[1][j], points[2][j], points[3][j]] {
            [Place::Number(a), Place::Number(b), Place::Number(c), Place::Number(d)] => {
                numbers::<FUSED>([a, b, c, d], inverse, shift, logs);
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

// plain loops over indices: what is not inlined would run without the wide instructions

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

/// `sum` with the components of one tile.
#[inline(always)]
fn added<const FUSED: bool>(sum: Sum, logs: &[f64], weights: &[f64]) -> Sum {
    let (logs, weights): (&[Block], &[Block]) = (logs.as_chunks().0, weights.as_chunks().0);
    let mut highest = [sum.unit; LANES];
    for i in 0..logs.len() {
        for lane in 0..LANES {
            highest[lane] = larger(logs[i][lane], highest[lane]);
        }
    }
    let unit = largest(highest);
    if unit == f64::NEG_INFINITY {
        return sum;
    }
    // what counts is moved together first: the exponentials are one plain loop, without a branch
    let (mut near, mut chosen) = ([0.0; TILE], [[0.0; LANES]; TILE / LANES]);
    let mut count = 0;
    for i in 0..logs.len().min(weights.len()).min(TILE / LANES) {
        if any_above(logs[i], unit - FAR) {
            near.as_chunks_mut().0[count] = logs[i];
            chosen[count] = weights[i];
            count += 1;
        }
    }
    for log in &mut near[..count * LANES] {
        *log = exponential::<FUSED>(*log - unit);
    }
    let mut parts = [0.0; LANES];
    for (kernels, weights) in near.as_chunks::<LANES>().0[..count].iter().zip(&chosen) {
        for lane in 0..LANES {
            parts[lane] = multiply_add::<FUSED>(weights[lane], kernels[lane], parts[lane]);
        }
    }
    let old = if sum.multiple > 0.0 { sum.multiple * (sum.unit - unit).exp() } else { 0.0 };
    Sum { unit, multiple: old + parts.iter().sum::<f64>() }
}

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[inline(always)]
fn any_above(block: Block, least: f64) -> bool {
    let mut found = false;
    for lane in 0..LANES {
        found |= block[lane] > least;
    }
    found
}

#[inline(always)]
fn largest(block: Block) -> f64 {
    let [a, b, c, d, e, f, g, h] = block;
    larger(larger(larger(a, b), larger(c, d)), larger(larger(e, f), larger(g, h)))
}

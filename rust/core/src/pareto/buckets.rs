//! Points in a coarse copy, one byte a value, in an order in which no point dominates an earlier one.
//!
//! | symbol     | meaning                                                                                       |
//! |------------|-----------------------------------------------------------------------------------------------|
//! | code(i, k) | bucket of point i in objective k, 0 … 255: p ≤ q in an objective needs code(p) ≤ code(q)      |
//! | sum(i)     | Σₖ code(i, k): a point that dominates another has at most its sum                             |
//!
//! The buckets are parted at the values of a sample, so that they hold about as many points each.

use std::cmp::Ordering;

/// Buckets of an objective.
pub const BUCKETS: usize = 256;

/// Distinct points, the smallest sum first and of equal sums the lexicographically first.
pub struct Buckets<const M: usize> {
    /// The points, row-major: `columns` values each.
    rows: Vec<f64>,
    columns: usize,
    /// Positions of the rows, equal ones side by side.
    order: Vec<u32>,
    /// Where in `order` the equal rows of each point begin, and its end.
    starts: Vec<u32>,
    /// code(i, k) of the first M objectives.
    pub codes: Vec<[u8; M]>,
}

impl<const M: usize> Buckets<M> {
    /// No row holds a NaN and there are fewer than 2³¹ of them.
    pub fn new(rows: &[f64], columns: usize) -> Self {
        let codes = codes(rows, columns);
        let order = order(rows, columns, &codes);
        let row = |i: u32| &rows[i as usize * columns..][..columns];
        let mut points = Self {
            rows: Vec::with_capacity(rows.len()),
            columns,
            order: Vec::new(),
            starts: Vec::with_capacity(order.len() + 1),
            codes: Vec::with_capacity(order.len()),
        };
        for (at, &i) in order.iter().enumerate() {
            if at == 0 || row(order[at - 1]) != row(i) {
                points.starts.push(at as u32);
                points.codes.push(codes[i as usize]);
                points.rows.extend_from_slice(row(i));
            }
        }
        points.starts.push(order.len() as u32);
        points.order = order;
        points
    }

    /// How many buckets an objective has.
    pub fn used(&self) -> usize {
        buckets(self.order.len())
    }

    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    #[inline(always)]
    fn row(&self, point: usize) -> &[f64] {
        &self.rows[point * self.columns..][..self.columns]
    }

    /// Whether p is at least as good as q in all objectives.
    #[inline(always)]
    pub fn is_as_good(&self, p: usize, q: usize) -> bool {
        self.row(p).iter().zip(self.row(q)).all(|(a, b)| a <= b)
    }

    /// The rows that are equal to a point.
    pub fn equal(&self, point: u32) -> &[u32] {
        &self.order[self.starts[point as usize] as usize..self.starts[point as usize + 1] as usize]
    }
}

/// Rows a bucket has in a small set, where a finer copy would cost more than it saves.
const ROWS: usize = 8;

/// How many buckets an objective of n rows has.
pub fn buckets(n: usize) -> usize {
    (n / ROWS + 1).clamp(2, BUCKETS)
}

fn codes<const M: usize>(rows: &[f64], columns: usize) -> Vec<[u8; M]> {
    let n = rows.len() / columns;
    let mut codes = vec![[0; M]; n];
    for k in 0..M {
        let column = rows.iter().skip(k).step_by(columns);
        let mut cuts: Vec<f64> = column.clone().step_by((n / (buckets(n) - 1)).max(1)).copied().collect();
        cuts.truncate(buckets(n) - 1);
        cuts.sort_unstable_by(f64::total_cmp);
        let codes = codes.iter_mut().map(|codes| &mut codes[k]).zip(column);
        match Grid::new(&cuts) {
            Some(grid) => codes.for_each(|(code, &x)| *code = grid.code(x)),
            None => codes.for_each(|(code, &x)| *code = cuts.partition_point(|&cut| cut < x) as u8),
        }
    }
    codes
}

/// Buckets that are found without a search: a regular grid, each cell with the number of cuts before it.
struct Grid {
    least: f64,
    cells: f64,
    codes: [u8; CELLS],
}

const CELLS: usize = 1024;
/// A cell must not have more than one in this many cuts: beside a few large values the others would all be in one.
const PARTS: usize = 8;

impl Grid {
    fn new(cuts: &[f64]) -> Option<Self> {
        let (least, greatest) = (*cuts.first()?, *cuts.last()?);
        let cells = CELLS as f64 / (greatest - least);
        if !(cells.is_finite() && cells > 0.0) {
            return None;
        }
        let mut grid = Self { least, cells, codes: [0; CELLS] };
        let mut next = 0; // the first cell that lies behind all cuts so far
        for (cut, at) in cuts.iter().zip(0..) {
            let cell = grid.cell(*cut);
            if cell >= next {
                grid.codes[next..=cell].fill(at);
                next = cell + 1;
            }
        }
        grid.codes[next..].fill(cuts.len() as u8);
        let most = grid.codes.windows(2).map(|pair| pair[1] - pair[0]).max();
        most.is_some_and(|most| usize::from(most) * PARTS <= cuts.len() + PARTS * PARTS).then_some(grid)
    }

    #[inline]
    fn cell(&self, x: f64) -> usize {
        (((x - self.least) * self.cells) as usize).min(CELLS - 1)
    }

    #[inline]
    fn code(&self, x: f64) -> u8 {
        self.codes[self.cell(x)]
    }
}

fn order<const M: usize>(rows: &[f64], columns: usize, codes: &[[u8; M]]) -> Vec<u32> {
    let sum = |codes: &[u8; M]| codes.iter().map(|&code| u64::from(code)).sum::<u64>();
    let mut order: Vec<u64> = codes.iter().zip(0..).map(|(codes, i)| sum(codes) << 31 | i).collect();
    order.sort_unstable();
    let row = |entry: u64| &rows[(entry & ((1 << 31) - 1)) as usize * columns..][..columns];
    for equal in order.chunk_by_mut(|a, b| a >> 31 == b >> 31) {
        equal.sort_unstable_by(|&a, &b| row(a).partial_cmp(row(b)).unwrap_or(Ordering::Equal));
    }
    order.into_iter().map(|entry| (entry & ((1 << 31) - 1)) as u32).collect()
}

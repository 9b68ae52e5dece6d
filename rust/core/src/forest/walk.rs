//! A tree as points walk through it: sixteen bytes a node, and several points side by side.

use super::node::category;
use super::tree::Tree;

/// Points that take their steps in turns, so that the processor need not wait for one node after the other.
const ABREAST: usize = 8;

/// Flags of what a node asks; below them stands the coordinate.
const CATEGORY: u32 = 1 << 31;
const WIDE: u32 = 1 << 30;
const MISSING_LEFT: u32 = 1 << 29;
const COORDINATE: u32 = MISSING_LEFT - 1;

/// The most categories whose mask, with one more bit for what is missing, is one word.
const NARROW: i64 = 63;

/// One node. A leaf leads to itself: no number is up to NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    /// Bits of the threshold, the mask of categories, or where a wide mask begins.
    key: u64,
    right: u32,
    asks: u32,
}

/// All nodes of a tree, in preorder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Walk {
    steps: Vec<Step>,
    /// Masks of more than one word.
    wide: Vec<u64>,
}

/// Row-major points (q, d) as walks read them: bits of a number, or which category, the one after the last being none.
pub fn coded(points: &[f64], categories: &[i64]) -> Vec<u64> {
    let code = |(&x, &count): (&f64, &i64)| match count {
        0 => x.to_bits(),
        _ if x.is_nan() => count as u64,
        _ => category(x, count) as u64,
    };
    points.chunks_exact(categories.len()).flat_map(|point| point.iter().zip(categories).map(code)).collect()
}

impl Walk {
    pub fn through(tree: &Tree, categories: &[i64]) -> Self {
        let mut walk = Self { steps: Vec::with_capacity(tree.len()), wide: Vec::new() };
        for node in 0..tree.len() {
            let step = if tree.feature[node] < 0 {
                Step { key: f64::NAN.to_bits(), right: node as u32, asks: 0 }
            } else {
                let (key, kind) = walk.key(tree, node, categories[tree.feature[node] as usize]);
                let missing = if tree.missing_left[node] { MISSING_LEFT } else { 0 };
                Step { key, right: tree.right[node] as u32, asks: tree.feature[node] as u32 | kind | missing }
            };
            walk.steps.push(step);
        }
        walk
    }

    fn key(&mut self, tree: &Tree, node: usize, count: i64) -> (u64, u32) {
        if count == 0 {
            return (tree.threshold[node].to_bits(), 0);
        }
        let words = (count as usize + 1).div_ceil(64);
        let mut mask: Vec<u64> = tree.mask(node).iter().copied().chain([0]).take(words).collect();
        mask[count as usize / 64] |= u64::from(tree.missing_left[node]) << (count % 64);
        if count <= NARROW {
            return (mask[0], CATEGORY);
        }
        let begin = self.wide.len() as u64;
        self.wide.append(&mut mask);
        (begin, CATEGORY | WIDE)
    }

    /// Where a point goes from a node.
    #[inline(always)]
    fn next(&self, node: u32, point: &[u64]) -> u32 {
        let step = self.steps[node as usize];
        let code = point[(step.asks & COORDINATE) as usize];
        if step.asks & WIDE != 0 {
            let word = self.wide[(step.key + code / 64) as usize];
            return if word >> (code % 64) & 1 == 1 { node + 1 } else { step.right };
        }
        let x = f64::from_bits(code);
        let number = (x <= f64::from_bits(step.key)) || (x.is_nan() && step.asks & MISSING_LEFT != 0);
        let member = step.key >> (code % 64) & 1 == 1;
        let left = if step.asks & CATEGORY != 0 { member } else { number };
        if left { node + 1 } else { step.right }
    }

    /// `leaves[row]` for each (row, node) of `from`: where the row of the coded points ends that begins at the node.
    pub fn ends(&self, codes: &[u64], d: usize, from: &[(u32, u32)], leaves: &mut [u32]) {
        for group in from.chunks(ABREAST) {
            let mut at = [0; ABREAST];
            let mut points: [&[u64]; ABREAST] = [&codes[..d]; ABREAST];
            for (k, &(row, node)) in group.iter().enumerate() {
                (at[k], points[k]) = (node, &codes[row as usize * d..][..d]);
            }
            let mut moved = true;
            while moved {
                moved = false;
                for k in 0..ABREAST {
                    let next = self.next(at[k], points[k]);
                    moved |= next != at[k];
                    at[k] = next;
                }
            }
            for (&(row, _), &leaf) in group.iter().zip(&at) {
                leaves[row as usize] = leaf;
            }
        }
    }

    /// Writes down how a coded point goes from the root to its leaf.
    pub fn trace(&self, point: &[u64], trail: &mut Trail) {
        trail.clear();
        let mut node = 0;
        loop {
            let next = self.next(node, point);
            if next == node {
                break;
            }
            let step = self.steps[node as usize];
            let j = (step.asks & COORDINATE) as usize;
            trail.first[j] = trail.first[j].min(node);
            let x = f64::from_bits(point[j]);
            if step.asks & CATEGORY != 0 || x.is_nan() {
                trail.low[j] = f64::INFINITY;
            } else if next == node + 1 {
                trail.high[j] = trail.high[j].min(f64::from_bits(step.key));
            } else {
                trail.low[j] = trail.low[j].max(f64::from_bits(step.key));
            }
            node = next;
        }
        trail.leaf = node;
    }
}

/// The way of a point through a tree, as far as it matters to others that differ from it in few coordinates.
pub struct Trail {
    /// Where it ends.
    pub leaf: u32,
    /// Of each coordinate the first node that asks for it.
    first: Vec<u32>,
    /// A number above the one and up to the other gets the same answers, were it only for its coordinate.
    low: Vec<f64>,
    high: Vec<f64>,
}

impl Trail {
    pub fn new(d: usize) -> Self {
        Self { leaf: 0, first: vec![0; d], low: vec![0.0; d], high: vec![0.0; d] }
    }

    fn clear(&mut self) {
        self.first.fill(u32::MAX);
        self.low.fill(f64::NEG_INFINITY);
        self.high.fill(f64::INFINITY);
    }

    /// The first node at which a point that differs in coordinate j may go another way; the leaf if there is none.
    #[inline(always)]
    pub fn parting(&self, j: usize, code: u64) -> u32 {
        let x = f64::from_bits(code);
        let same = self.low[j] < x && x <= self.high[j];
        // nodes of a way are in the order of their numbers, and the leaf is the last
        if same { self.leaf } else { self.first[j].min(self.leaf) }
    }
}

/// In which coordinates each row differs from its base.
pub struct Differences {
    columns: Vec<u32>,
    /// Where those of a row begin.
    begins: Vec<usize>,
}

impl Differences {
    pub fn of(codes: &[u64], bases: &[u64], each: usize, d: usize) -> Self {
        let (mut columns, mut begins) = (Vec::new(), vec![0]);
        for (row, point) in codes.chunks_exact(d).enumerate() {
            let base = &bases[row / each * d..][..d];
            columns.extend((0..d as u32).filter(|&j| point[j as usize] != base[j as usize]));
            begins.push(columns.len());
        }
        Self { columns, begins }
    }

    pub fn of_row(&self, row: usize) -> &[u32] {
        &self.columns[self.begins[row]..self.begins[row + 1]]
    }
}

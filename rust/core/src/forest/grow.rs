//! Trees from data: each by its own draws, so that any thread may grow any of them.

use super::node::side;
use super::scan::{Rows, Scan};
use super::split::{Grouping, Node, Split, Thresholds, at_random, between, by_category, by_number};
use super::table::{Orders, Table, sorted};
use super::tree::Tree;
use crate::error::{Error, Result};
use crate::sampling::{fill, stream};

/// How trees are grown.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    pub seed: u64,
    pub purpose: u64,
    /// Number of the first tree: the draws of tree t do not depend on how many there are.
    pub first: u64,
    pub trees: usize,
    /// Each tree sees n rows drawn with replacement; without, all of them.
    pub bootstrap: bool,
    /// Coordinates that a node looks at: the first so many, in a random order, that can split it.
    pub features: usize,
    /// The least weight of a side.
    pub min_leaf: usize,
    /// The least weight of a node that is split.
    pub min_split: usize,
    /// The most splits above a leaf.
    pub depth: usize,
    pub thresholds: Thresholds,
    pub grouping: Grouping,
}

/// Which draws are those of the bootstrap: no tree has so many nodes.
const BOOTSTRAP: u64 = u64::MAX;

/// Row-major `x` (n, d) and `y` (n,), n ≥ 1, as trees.
///
/// # Errors
/// [`Error::Length`] where shapes do not fit; [`Error::OutOfRange`] without rows, coordinates or trees.
pub fn grow(x: &[f64], y: &[f64], categories: &[i64], growth: &Growth, threads: usize) -> Result<Vec<Tree>> {
    let (n, d) = (y.len(), categories.len());
    for (argument, count) in [("y", n), ("categories", d), ("trees", growth.trees), ("min_leaf", growth.min_leaf)] {
        if count == 0 {
            return Err(Error::OutOfRange { argument, expected: "at least 1".to_owned(), got: 0 });
        }
    }
    if x.len() != n * d {
        return Err(Error::Length { argument: "x", expected: n * d, got: x.len() });
    }
    let columns: Vec<f64> = (0..d).flat_map(|j| x.iter().skip(j).step_by(d).copied()).collect();
    let (rows, sorted) = match growth.thresholds {
        Thresholds::Random => (Rows::new(x, d), vec![Vec::new(); d]), // nobody asks for an order
        _ => (Rows::none(), sorted(&columns, n, categories)),
    };
    let grown = |t: usize| {
        let t = growth.first.wrapping_add(t as u64);
        let table = Table { columns: &columns, y, weights: weights(n, growth, t)?, categories, rows: &rows };
        Ok(one(&table, &sorted, growth, t))
    };
    let share = growth.trees.div_ceil(threads.max(1));
    let mut trees: Vec<Result<Tree>> = (0..growth.trees).map(|_| Ok(Tree::default())).collect();
    if share == growth.trees {
        trees.iter_mut().enumerate().for_each(|(t, tree)| *tree = grown(t));
    } else {
        std::thread::scope(|scope| {
            for (k, part) in trees.chunks_mut(share).enumerate() {
                scope.spawn(move || part.iter_mut().enumerate().for_each(|(t, tree)| *tree = grown(k * share + t)));
            }
        });
    }
    trees.into_iter().collect()
}

/// Tree number `t`.
fn one(table: &Table, sorted: &[Vec<u32>], growth: &Growth, t: u64) -> Tree {
    let mut orders = Orders::new(table, sorted);
    let mut desk = Desk::of(table);
    let words = table.categories.iter().map(|&count| (count as usize).div_ceil(64)).max().unwrap_or(0);
    let mut tree = Tree::new(words);
    let whole = orders.rows_in_all();
    let mut open = vec![Open { start: 0, end: whole, depth: 0, parent: None }];
    while let Some(Open { start, end, depth, parent }) = open.pop() {
        let node = desk.describe(table, orders.rows(start, end), growth.min_leaf);
        let place = tree.push(node.mean, node.variance, node.weight);
        if let Some(parent) = parent {
            tree.right[parent] = place.cast_signed() as i64;
        }
        let Some(split) = best(table, &node, &orders, (start, end, depth), growth, (t, place as u64), &mut desk) else {
            continue;
        };
        let (column, count) = (table.column(split.feature), table.categories[split.feature]);
        let left = |row: usize| side(column[row], count, split.threshold, &split.mask, split.missing_left);
        let middle = orders.part(start, end, left);
        tree.divide(place, &split);
        open.push(Open { start: middle, end, depth: depth + 1, parent: Some(place) });
        open.push(Open { start, end: middle, depth: depth + 1, parent: None });
    }
    tree.finished(table.categories)
}

/// A node that waits; `parent` is whose right child it is.
struct Open {
    start: usize,
    end: usize,
    depth: usize,
    parent: Option<usize>,
}

/// How often each row counts in tree `t`.
fn weights(n: usize, growth: &Growth, t: u64) -> Result<Vec<f64>> {
    if !growth.bootstrap {
        return Ok(vec![1.0; n]);
    }
    let mut weights = vec![0.0; n];
    for draw in stream(growth.seed, t, growth.purpose, n, BOOTSTRAP)? {
        weights[(draw * n as f64) as usize] += 1.0;
    }
    Ok(weights)
}

/// What is written down of the node at hand.
struct Desk {
    /// Keys of the coordinates' order, then a draw for each threshold.
    draws: Vec<f64>,
    order: Vec<usize>,
    /// w c and w of the node's rows.
    centred: Vec<f64>,
    weights: Vec<f64>,
    scan: Scan,
}

impl Desk {
    fn of(table: &Table) -> Self {
        let (n, d) = (table.y.len(), table.categories.len());
        let [centred, weights] = [0, 1].map(|_| Vec::with_capacity(n));
        Self { draws: vec![0.0; 2 * d], order: Vec::with_capacity(d), centred, weights, scan: Scan::of(table.rows) }
    }

    fn describe(&mut self, table: &Table, rows: &[u32], min_leaf: usize) -> Node {
        let first = table.y[rows[0] as usize];
        let (mut sum, mut weight, mut pure) = (0.0, 0.0, true);
        for &row in rows {
            let (y, w) = (table.y[row as usize], table.weights[row as usize]);
            sum += w * y;
            weight += w;
            pure &= y == first;
        }
        let mean = sum / weight;
        let mut squares = 0.0;
        self.centred.clear();
        self.weights.clear();
        for &row in rows {
            let (c, w) = (table.y[row as usize] - mean, table.weights[row as usize]);
            squares += w * (c * c);
            self.centred.push(w * c);
            self.weights.push(w);
        }
        Node { mean, weight, variance: squares / weight, pure, least: min_leaf as f64 }
    }

    /// The draws of node `place` of tree `tree`, and the order of the coordinates by their keys.
    fn draw(&mut self, growth: &Growth, tree: u64, place: u64) {
        fill(growth.seed, tree, growth.purpose, place, &mut self.draws);
        self.order.clear();
        self.order.extend(0..self.draws.len() / 2);
        self.order.sort_by(|&a, &b| self.draws[a].total_cmp(&self.draws[b]));
    }
}

/// The split with the largest gain, if the node is to be split at all.
fn best(
    table: &Table,
    node: &Node,
    orders: &Orders,
    (start, end, depth): (usize, usize, usize),
    growth: &Growth,
    (tree, place): (u64, u64),
    desk: &mut Desk,
) -> Option<Split> {
    if node.pure || depth >= growth.depth || node.weight < (growth.min_split as f64).max(2.0 * node.least) {
        return None;
    }
    desk.draw(growth, tree, place);
    let (rows, placing) = (orders.rows(start, end), &desk.draws[table.categories.len()..]);
    if growth.thresholds == Thresholds::Random {
        desk.scan.look(table.rows, rows, (&desk.centred, &desk.weights), placing, between);
    }
    let mut best: Option<Split> = None;
    let mut seen = 0;
    for &j in &desk.order {
        let draw = placing[j];
        let split = match growth.thresholds {
            _ if table.categories[j] > 0 => {
                by_category(table, node, j, rows, draw, (growth.thresholds, growth.grouping))
            }
            Thresholds::Random => at_random(node, j, &desk.scan),
            Thresholds::Uniform => by_number(table, node, j, orders.by(j, start, end), Some(draw)),
            Thresholds::Middle => by_number(table, node, j, orders.by(j, start, end), None),
        };
        let Some(split) = split else { continue };
        if split.gain > best.as_ref().map_or(0.0, |best| best.gain) {
            best = Some(split);
        }
        seen += 1;
        if seen == growth.features {
            break;
        }
    }
    best
}

//! The best split of one node by one coordinate.

use super::node::category;
use super::scan::Scan;
use super::table::Table;

/// Where between two neighbouring values a threshold stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thresholds {
    /// In the middle of the best gap.
    Middle,
    /// Uniformly anywhere in the best gap (Hutter et al. 2014, section 4.3.2).
    Uniform,
    /// Uniformly anywhere in the range, without a look at the outputs (Geurts, Ernst & Wehenkel 2006); of categories a
    /// random one of the cuts that would be looked at.
    Random,
}

/// Which sets of categories may go left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Any: the best one is a cut of the categories in the order of their means (Fisher, JASA 53, 1958).
    Subset,
    /// One alone.
    One,
}

/// A split, and what it gains.
#[derive(Debug, Clone)]
pub struct Split {
    pub feature: usize,
    pub gain: f64,
    pub threshold: f64,
    pub mask: Vec<u64>,
    pub missing_left: bool,
}

/// What a node knows of its rows.
pub struct Node {
    pub mean: f64,
    pub weight: f64,
    pub variance: f64,
    /// Whether all outputs are the same.
    pub pure: bool,
    pub least: f64,
}

impl Node {
    /// S² W / (Wₗ Wᵣ), or nothing where a side is too light.
    #[inline]
    fn gain(&self, sum: f64, left: f64) -> Option<f64> {
        let right = self.weight - left;
        (left >= self.least && right >= self.least).then(|| sum * sum * (self.weight / (left * right)))
    }
}

/// A cut between places of an order.
struct Cut {
    gain: f64,
    left: f64,
    low: f64,
    high: f64,
    missing_left: bool,
}

/// The best split by number j, its rows in order; `draw` places the threshold in the gap, or it is in the middle.
pub fn by_number(table: &Table, node: &Node, j: usize, order: &[u32], draw: Option<f64>) -> Option<Split> {
    let column = table.column(j);
    let known = order.partition_point(|&row| !column[row as usize].is_nan());
    let (order, missing) = order.split_at(known);
    let lacking = total(table, node, missing);
    let mut best: Option<Cut> = None;
    let (mut sum, mut weight) = (0.0, 0.0);
    for (k, &row) in order.iter().enumerate() {
        let low = column[row as usize];
        sum += table.weights[row as usize] * (table.y[row as usize] - node.mean);
        weight += table.weights[row as usize];
        let high = order.get(k + 1).map_or(f64::INFINITY, |&next| column[next as usize]);
        if low < high {
            consider(&mut best, node, (sum, weight), lacking, low, high);
        }
    }
    let cut = best?;
    let threshold = if cut.high < f64::INFINITY { between(cut.low, cut.high, draw.unwrap_or(0.5)) } else { cut.high };
    Some(placed_at(j, node, &cut, lacking, threshold))
}

/// The split by number j at the random place of a scan, between the least and the largest value, or of the missing ones
/// from all others; no order is needed.
pub fn at_random(node: &Node, j: usize, scan: &Scan) -> Option<Split> {
    let (low, high) = (scan.low[j], scan.high[j]);
    let [left, right, lacking] = scan.sides(j);
    let mut best: Option<Cut> = None;
    if low < high {
        consider(&mut best, node, left, lacking, low, high);
    }
    if lacking.1 > 0.0 && low <= high {
        let all = (left.0 + right.0, left.1 + right.1);
        consider(&mut best, node, all, lacking, high, f64::INFINITY);
    }
    let cut = best?;
    Some(placed_at(j, node, &cut, lacking, if cut.high < f64::INFINITY { scan.threshold[j] } else { cut.high }))
}

/// A cut as a split; where nothing is missing, what will be goes to the heavier side.
fn placed_at(j: usize, node: &Node, cut: &Cut, lacking: (f64, f64), threshold: f64) -> Split {
    let missing_left = if lacking.1 > 0.0 { cut.missing_left } else { cut.left > node.weight - cut.left };
    Split { feature: j, gain: cut.gain, threshold, mask: Vec::new(), missing_left }
}

/// The cut after (sum, weight), with what is missing on the right or on the left, if it is better than the best.
fn consider(best: &mut Option<Cut>, node: &Node, here: (f64, f64), lacking: (f64, f64), low: f64, high: f64) {
    let sides: &[bool] = if lacking.1 > 0.0 && high < f64::INFINITY { &[false, true] } else { &[false] };
    for &missing_left in sides {
        let share = f64::from(u8::from(missing_left));
        let gain = node.gain(here.0 + share * lacking.0, here.1 + share * lacking.1);
        if let Some(gain) = gain.filter(|&gain| best.as_ref().is_none_or(|cut| gain > cut.gain)) {
            *best = Some(Cut { gain, left: here.1 + share * lacking.1, low, high, missing_left });
        }
    }
}

/// Σ w c and Σ w of rows.
fn total(table: &Table, node: &Node, rows: &[u32]) -> (f64, f64) {
    rows.iter().fold((0.0, 0.0), |(sum, weight), &row| {
        let w = table.weights[row as usize];
        (sum + w * (table.y[row as usize] - node.mean), weight + w)
    })
}

/// A number from `low` on and below `high`.
pub fn between(low: f64, high: f64, share: f64) -> f64 {
    let threshold = low + share * (high - low);
    if threshold < high { threshold } else { low }
}

/// The best split by the categories of coordinate j; the missing ones are one more category, the last.
pub fn by_category(
    table: &Table,
    node: &Node,
    j: usize,
    rows: &[u32],
    draw: f64,
    how: (Thresholds, Grouping),
) -> Option<Split> {
    let (column, count) = (table.column(j), table.categories[j]);
    let lacking = count as usize;
    let mut sums = vec![(0.0, 0.0); lacking + 1];
    for &row in rows {
        let x = column[row as usize];
        let place = if x.is_nan() { lacking } else { category(x, count) };
        let w = table.weights[row as usize];
        sums[place].0 += w * (table.y[row as usize] - node.mean);
        sums[place].1 += w;
    }
    let mut present: Vec<usize> = (0..=lacking).filter(|&i| sums[i].1 > 0.0).collect();
    let mean = |i: usize| sums[i].0 / sums[i].1;
    present.sort_by(|&a, &b| mean(a).partial_cmp(&mean(b)).unwrap_or(std::cmp::Ordering::Equal));
    let cuts = present.len() - usize::from(how.1 == Grouping::Subset || present.len() == 1);
    let only = (how.0 == Thresholds::Random).then_some((draw * cuts as f64) as usize);
    let mut best: Option<(f64, usize)> = None;
    let mut here = (0.0, 0.0);
    for (k, &i) in present[..cuts].iter().enumerate() {
        here = if how.1 == Grouping::One { sums[i] } else { (here.0 + sums[i].0, here.1 + sums[i].1) };
        let gain = node.gain(here.0, here.1).filter(|_| only.is_none_or(|only| only == k));
        if let Some(gain) = gain.filter(|&gain| best.is_none_or(|(most, _)| gain > most)) {
            best = Some((gain, k));
        }
    }
    let (gain, k) = best?;
    let left = if how.1 == Grouping::One { &present[k..=k] } else { &present[..=k] };
    Some(placed(j, gain, left, &sums, node))
}

/// The split that sends `left` left; what the node never saw goes with the heavier side.
fn placed(j: usize, gain: f64, left: &[usize], sums: &[(f64, f64)], node: &Node) -> Split {
    let weight: f64 = left.iter().map(|&i| sums[i].1).sum();
    let heavier = weight > node.weight - weight;
    let goes = |i: usize| if sums[i].1 > 0.0 { left.contains(&i) } else { heavier };
    let lacking = sums.len() - 1;
    let mut mask = vec![0; lacking.div_ceil(64)];
    for i in (0..lacking).filter(|&i| goes(i)) {
        mask[i / 64] |= 1 << (i % 64);
    }
    Split { feature: j, gain, threshold: f64::NAN, mask, missing_left: goes(lacking) }
}

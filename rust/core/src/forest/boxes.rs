//! The boxes of a tree's leaves, and how much of the space they are.

use super::tree::Tree;

/// What of one coordinate a box has.
#[derive(Debug, Clone)]
pub struct Side {
    /// Of a number: above the one, up to the other; −∞ where 0 is in.
    pub low: f64,
    pub high: f64,
    /// Of categories: bit i says whether value i is in.
    pub mask: Vec<u64>,
    /// Whether points that lack the coordinate are in.
    pub absent: bool,
}

impl Side {
    fn whole(categories: i64) -> Self {
        let mut mask = vec![0; (categories as usize).div_ceil(64)];
        for i in 0..categories as usize {
            mask[i / 64] |= 1 << (i % 64);
        }
        Self { low: f64::NEG_INFINITY, high: 1.0, mask, absent: true }
    }

    /// The share of the space that has such a coordinate, when one is absent with probability `absent`.
    fn measure(&self, categories: i64, absent: f64) -> f64 {
        let present = if categories == 0 {
            (self.high - self.low.max(0.0)).max(0.0)
        } else {
            f64::from(self.mask.iter().map(|word| word.count_ones()).sum::<u32>()) / categories as f64
        };
        (1.0 - absent) * present + if self.absent { absent } else { 0.0 }
    }

    /// One side of the split at a node.
    fn part(&self, tree: &Tree, node: usize, left: bool, categories: i64) -> Self {
        let mut part = self.clone();
        part.absent &= tree.missing_left[node] == left;
        if categories == 0 {
            let threshold = tree.threshold[node].clamp(self.low, self.high);
            *(if left { &mut part.high } else { &mut part.low }) = threshold;
        } else {
            for (word, &mask) in part.mask.iter_mut().zip(tree.mask(node)) {
                *word &= if left { mask } else { !mask };
            }
        }
        part
    }
}

/// A box: a side for each coordinate, and its measure.
pub struct Region {
    pub sides: Vec<Side>,
    pub measures: Vec<f64>,
}

impl Region {
    /// The product of the measures of all coordinates but those.
    pub fn apart_from(&self, features: &[usize]) -> f64 {
        let others = self.measures.iter().enumerate().filter(|(j, _)| !features.contains(j));
        others.fold(1.0, |product, (_, measure)| product * measure)
    }
}

/// A step of the walk through a tree.
enum Step {
    Enter(usize, Option<(usize, bool)>),
    Leave(usize, Side, f64),
}

/// Calls `visit` with each leaf, in order, and its box.
pub fn leaves(tree: &Tree, categories: &[i64], absent: &[f64], mut visit: impl FnMut(usize, &Region)) {
    let sides: Vec<Side> = categories.iter().map(|&count| Side::whole(count)).collect();
    let mut region = Region { sides, measures: vec![1.0; categories.len()] };
    let mut steps = vec![Step::Enter(0, None)];
    while let Some(step) = steps.pop() {
        let node = match step {
            Step::Leave(j, side, measure) => {
                region.sides[j] = side;
                region.measures[j] = measure;
                continue;
            }
            Step::Enter(node, None) => node,
            Step::Enter(node, Some((parent, left))) => {
                let j = tree.feature[parent] as usize;
                let part = region.sides[j].part(tree, parent, left, categories[j]);
                let measure = part.measure(categories[j], absent[j]);
                let whole = std::mem::replace(&mut region.sides[j], part);
                steps.push(Step::Leave(j, whole, std::mem::replace(&mut region.measures[j], measure)));
                node
            }
        };
        if tree.feature[node] < 0 {
            visit(node, &region);
        } else {
            steps.push(Step::Enter(tree.right[node] as usize, Some((node, false))));
            steps.push(Step::Enter(node + 1, Some((node, true))));
        }
    }
}

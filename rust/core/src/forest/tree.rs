//! One tree as columns, a row a node.

use super::split::Split;
use super::walk::Walk;

/// Nodes in preorder: the left child of a node follows it, and everything below that comes before the right child.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    /// The coordinate that is asked for, −1 at a leaf.
    pub feature: Vec<i64>,
    /// A number up to this one goes left.
    pub threshold: Vec<f64>,
    /// Of categories: bit i of the node's words says whether value i goes left.
    pub masks: Vec<u64>,
    /// Words of a mask.
    pub words: usize,
    /// Whether a point that lacks the coordinate goes left.
    pub missing_left: Vec<bool>,
    /// The right child, 0 at a leaf.
    pub right: Vec<i64>,
    /// Mean and variance of the outputs, and their weight.
    pub mean: Vec<f64>,
    pub variance: Vec<f64>,
    pub weight: Vec<f64>,
    /// The nodes once more, as points ask them.
    pub(super) walk: Walk,
}

impl Tree {
    pub(super) fn new(words: usize) -> Self {
        Self { words, ..Self::default() }
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.feature.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.feature.is_empty()
    }

    /// A leaf, to begin with; its place.
    pub(super) fn push(&mut self, mean: f64, variance: f64, weight: f64) -> usize {
        self.feature.push(-1);
        self.threshold.push(f64::NAN);
        self.masks.resize(self.masks.len() + self.words, 0);
        self.missing_left.push(false);
        self.right.push(0);
        self.mean.push(mean);
        self.variance.push(variance);
        self.weight.push(weight);
        self.feature.len() - 1
    }

    /// The leaf at `place` is split; its right child is not known yet.
    pub(super) fn divide(&mut self, place: usize, split: &Split) {
        self.feature[place] = split.feature.cast_signed() as i64;
        self.threshold[place] = split.threshold;
        self.masks[place * self.words..][..split.mask.len()].copy_from_slice(&split.mask);
        self.missing_left[place] = split.missing_left;
    }

    /// The categories that go left at a node, as bits.
    #[must_use]
    pub fn mask(&self, node: usize) -> &[u64] {
        &self.masks[node * self.words..(node + 1) * self.words]
    }

    /// With all nodes in place.
    pub(super) fn finished(mut self, categories: &[i64]) -> Self {
        self.walk = Walk::through(&self, categories);
        self
    }
}

//! An order statistic: trials in order, each inserted, found and counted in O(log n).

use super::key::{Key, key};

const NONE: usize = usize::MAX;

/// One trial and the trials below it. `open` counts those of the subtree that are not closed.
#[derive(Debug, Clone)]
struct Node {
    key: Key,
    priority: u64,
    left: usize,
    right: usize,
    size: usize,
    open: usize,
    closed: bool,
}

/// Trials in the order of the room, as a treap (R. Seidel & C. R. Aragon, Algorithmica 16, 1996): a search tree by key
/// that is a heap by priority. Priorities are hashes of the trials' numbers, so that the shape, too, is a function of
/// what was inserted. Depth is O(log n) in expectation over the hashes.
#[derive(Debug, Clone)]
pub struct Ranking {
    nodes: Vec<Node>,
    root: usize,
}

impl Default for Ranking {
    fn default() -> Self {
        Self { nodes: Vec::new(), root: NONE }
    }
}

impl Ranking {
    /// How many trials are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Insert a trial; returns how many come before it, or `None` (and nothing is inserted) for a NaN.
    pub fn insert(&mut self, trial: u64, loss: f64, violation: f64) -> Option<usize> {
        let key = key(violation, loss, trial)?;
        let priority = scattered(trial);
        let (mut rank, mut at, mut parent, mut leftwards) = (0, self.root, NONE, false);
        while at != NONE && self.nodes[at].priority >= priority {
            let node = &mut self.nodes[at];
            node.size += 1;
            node.open += 1;
            (parent, leftwards) = (at, key < node.key);
            if leftwards {
                at = node.left;
            } else {
                let (left, right) = (node.left, node.right);
                rank += self.size(left) + 1;
                at = right;
            }
        }
        let (left, right) = self.split(at, &key);
        let new = self.nodes.len();
        self.nodes.push(Node { key, priority, left, right, size: 0, open: 0, closed: false });
        self.count(new);
        match (parent, leftwards) {
            (NONE, _) => self.root = new,
            (parent, true) => self.nodes[parent].left = new,
            (parent, false) => self.nodes[parent].right = new,
        }
        Some(rank + self.size(left))
    }

    /// How many trials are strictly better, whatever their numbers; 0 for a NaN.
    #[must_use]
    pub fn better(&self, loss: f64, violation: f64) -> usize {
        let Some(key) = key(violation, loss, 0) else { return 0 };
        let (mut rank, mut at) = (0, self.root);
        while at != NONE {
            let node = &self.nodes[at];
            if node.key < key {
                rank += self.size(node.left) + 1;
                at = node.right;
            } else {
                at = node.left;
            }
        }
        rank
    }

    /// The first `count` trials in order.
    #[must_use]
    pub fn first(&self, count: usize) -> Vec<u64> {
        let mut found = Vec::with_capacity(count.min(self.len()));
        let (mut above, mut at) = (Vec::new(), self.root);
        while found.len() < count && (at != NONE || !above.is_empty()) {
            while at != NONE {
                above.push(at);
                at = self.nodes[at].left;
            }
            if let Some(next) = above.pop() {
                found.push(self.nodes[next].key[2]);
                at = self.nodes[next].right;
            }
        }
        found
    }

    /// Close a trial: it keeps its place and is no longer found by [`Ranking::open`].
    pub fn close(&mut self, trial: u64, loss: f64, violation: f64) {
        let Some(key) = key(violation, loss, trial) else { return };
        let below = |node: &Node| if key < node.key { node.left } else { node.right };
        let mut found = self.root;
        while found != NONE && self.nodes[found].key != key {
            found = below(&self.nodes[found]);
        }
        if found == NONE || self.nodes[found].closed {
            return;
        }
        self.nodes[found].closed = true;
        self.nodes[found].open -= 1;
        let mut at = self.root;
        while at != found {
            self.nodes[at].open -= 1;
            at = below(&self.nodes[at]);
        }
    }

    /// The `skip`-th open trial and how many come before it, closed ones included.
    #[must_use]
    pub fn open(&self, mut skip: usize) -> Option<(u64, usize)> {
        let (mut rank, mut at) = (0, self.root);
        while at != NONE {
            let node = &self.nodes[at];
            let before = self.open_below(node.left);
            if skip < before {
                at = node.left;
                continue;
            }
            rank += self.size(node.left);
            if skip == before && !node.closed {
                return Some((node.key[2], rank));
            }
            skip -= before + usize::from(!node.closed);
            rank += 1;
            at = node.right;
        }
        None
    }

    /// Parts of the subtree with smaller keys, and with the others.
    fn split(&mut self, at: usize, key: &Key) -> (usize, usize) {
        if at == NONE {
            return (NONE, NONE);
        }
        if *key < self.nodes[at].key {
            let (left, right) = self.split(self.nodes[at].left, key);
            self.nodes[at].left = right;
            self.count(at);
            (left, at)
        } else {
            let (left, right) = self.split(self.nodes[at].right, key);
            self.nodes[at].right = left;
            self.count(at);
            (at, right)
        }
    }

    fn count(&mut self, at: usize) {
        let (left, right) = (self.nodes[at].left, self.nodes[at].right);
        let size = self.size(left) + self.size(right) + 1;
        let open = self.open_below(left) + self.open_below(right) + usize::from(!self.nodes[at].closed);
        (self.nodes[at].size, self.nodes[at].open) = (size, open);
    }

    fn size(&self, at: usize) -> usize {
        if at == NONE { 0 } else { self.nodes[at].size }
    }

    fn open_below(&self, at: usize) -> usize {
        if at == NONE { 0 } else { self.nodes[at].open }
    }
}

/// A bijection that scatters neighbouring numbers (the finaliser of `SplitMix64`, Steele, Lea & Flood, OOPSLA 2014).
fn scattered(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_counts_of_what_is_before() {
        let mut ranking = Ranking::default();
        let losses = [3.0, 1.0, 2.0, 1.0, f64::INFINITY, -0.0, 0.0];
        let ranks: Vec<_> = losses.iter().enumerate().map(|(i, &l)| ranking.insert(i as u64, l, 0.0)).collect();
        assert_eq!(ranks, [0, 0, 1, 1, 4, 0, 1].map(Some));
        assert_eq!(ranking.insert(9, f64::NAN, 0.0), None);
        assert_eq!(ranking.first(9), [5, 6, 1, 3, 2, 0, 4]);
        assert_eq!((ranking.better(1.0, 0.0), ranking.better(1.5, 0.0), ranking.better(-9.0, 1.0)), (2, 4, 7));
    }

    #[test]
    fn closed_trials_keep_their_place() {
        let mut ranking = Ranking::default();
        (0..100).for_each(|i| _ = ranking.insert(i, -(i as f64), 0.0));
        (50..100).for_each(|i| ranking.close(i, -(i as f64), 0.0));
        ranking.close(99, -99.0, 0.0);
        assert_eq!(ranking.open(0), Some((49, 50)));
        assert_eq!(ranking.open(49), Some((0, 99)));
        assert_eq!(ranking.open(50), None);
    }

    #[test]
    fn a_hundred_thousand_in_order_are_no_chain() {
        let mut ranking = Ranking::default();
        (0..100_000).for_each(|i| assert_eq!(ranking.insert(i, i as f64, 0.0), Some(i as usize)));
        let mut depth = vec![0usize; ranking.len()];
        let mut stack = vec![ranking.root];
        while let Some(at) = stack.pop() {
            for child in [ranking.nodes[at].left, ranking.nodes[at].right] {
                if child != NONE {
                    depth[child] = depth[at] + 1;
                    stack.push(child);
                }
            }
        }
        assert!(depth.iter().max() < Some(&60));
    }
}

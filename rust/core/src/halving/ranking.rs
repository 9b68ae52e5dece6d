//! An order statistic: trials in order, each inserted, found and counted at a cost that hardly depends on their number.

use super::counts::Counts;
use super::key::{Key, key};

const MOST: usize = 256; // trials of a block; moving half of them costs less than a cache miss or two

/// Neighbours in the order.
#[derive(Debug, Clone, Default)]
struct Block {
    keys: Vec<Key>, // ascending
    closed: Vec<bool>,
    open: usize, // how many are not closed
}

impl Block {
    fn insert(&mut self, place: usize, key: Key) {
        self.keys.insert(place, key);
        self.closed.insert(place, false);
        self.open += 1;
    }

    /// The greater half leaves.
    fn split(&mut self) -> Self {
        let keys = self.keys.split_off(MOST / 2);
        let closed = self.closed.split_off(MOST / 2);
        let open = closed.iter().filter(|&&closed| !closed).count();
        self.open -= open;
        Self { keys, closed, open }
    }
}

/// Trials in the order of the room, in sorted blocks of less than [`MOST`]. A block is found by the first keys of all
/// blocks, which lie together, and what is before it is counted by partial sums: O(log n) for n trials, and the moving
/// of half a block. A block that is full is split, which costs O(n / `MOST`) once in `MOST` / 2 insertions.
#[derive(Debug, Clone)]
pub struct Ranking {
    blocks: Vec<Block>,
    firsts: Vec<Key>, // the first key of each block but the first, when it was split off
    sizes: Counts,    // of the blocks
    opens: Counts,
    len: usize,
}

impl Default for Ranking {
    fn default() -> Self {
        let none = Counts::from_iter([0]);
        Self { blocks: vec![Block::default()], firsts: Vec::new(), sizes: none.clone(), opens: none, len: 0 }
    }
}

impl Ranking {
    /// How many trials are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Insert a trial; returns how many come before it, or `None` (and nothing is inserted) for a NaN.
    pub fn insert(&mut self, trial: u64, loss: f64, violation: f64) -> Option<usize> {
        let key = key(violation, loss, trial)?;
        let (block, place) = self.place(&key);
        let rank = self.sizes.before(block) + place;
        self.blocks[block].insert(place, key);
        self.sizes.add(block);
        self.opens.add(block);
        self.len += 1;
        if self.blocks[block].keys.len() == MOST {
            self.split(block);
        }
        Some(rank)
    }

    /// How many trials are strictly better, whatever their numbers; 0 for a NaN.
    #[must_use]
    pub fn better(&self, loss: f64, violation: f64) -> usize {
        let Some(key) = key(violation, loss, 0) else { return 0 };
        let (block, place) = self.place(&key);
        self.sizes.before(block) + place
    }

    /// The first `count` trials in order.
    #[must_use]
    pub fn first(&self, count: usize) -> Vec<u64> {
        self.blocks.iter().flat_map(|block| &block.keys).take(count).map(|key| key[2]).collect()
    }

    /// Close a trial: it keeps its place and is no longer found by [`Ranking::open`].
    pub fn close(&mut self, trial: u64, loss: f64, violation: f64) {
        let Some(key) = key(violation, loss, trial) else { return };
        let (at, place) = self.place(&key);
        let block = &mut self.blocks[at];
        if block.keys.get(place) == Some(&key) && !block.closed[place] {
            block.closed[place] = true;
            block.open -= 1;
            self.opens.remove(at);
        }
    }

    /// The `skip`-th open trial and how many come before it, closed ones included.
    #[must_use]
    pub fn open(&self, skip: usize) -> Option<(u64, usize)> {
        let (at, skip) = self.opens.find(skip)?;
        let block = &self.blocks[at];
        let (place, _) = block.closed.iter().enumerate().filter(|&(_, closed)| !closed).nth(skip)?;
        Some((block.keys[place][2], self.sizes.before(at) + place))
    }

    /// The block that a key belongs to, and how many of it are smaller.
    fn place(&self, key: &Key) -> (usize, usize) {
        let block = self.firsts.partition_point(|first| first <= key);
        (block, self.blocks[block].keys.partition_point(|other| other < key))
    }

    fn split(&mut self, block: usize) {
        let greater = self.blocks[block].split();
        self.firsts.insert(block, greater.keys[0]);
        self.blocks.insert(block + 1, greater);
        self.count();
    }

    fn count(&mut self) {
        self.sizes = self.blocks.iter().map(|block| block.keys.len()).collect();
        self.opens = self.blocks.iter().map(|block| block.open).collect();
    }
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
        (0..1000).for_each(|i| _ = ranking.insert(i, -(i as f64), 0.0));
        (500..1000).for_each(|i| ranking.close(i, -(i as f64), 0.0));
        ranking.close(999, -999.0, 0.0);
        ranking.close(7, 7.0, 0.0); // it is not there
        assert_eq!(ranking.open(0), Some((499, 500)));
        assert_eq!(ranking.open(499), Some((0, 999)));
        assert_eq!(ranking.open(500), None);
    }

    #[test]
    fn blocks_fill_and_split_in_any_order_of_arrival() {
        let orders: [fn(u64) -> u64; 3] = [|i| i, |i| 9999 - i, |i| i * 7919 % 10_000];
        for order in orders {
            let mut ranking = Ranking::default();
            let mut sorted: Vec<u64> = Vec::new();
            for trial in (0..10_000).map(order) {
                let rank = sorted.partition_point(|&other| other < trial);
                sorted.insert(rank, trial);
                assert_eq!(ranking.insert(trial, trial as f64, 0.0), Some(rank));
            }
            assert_eq!(ranking.first(10_000), sorted);
            assert!(ranking.blocks.iter().all(|block| (MOST / 2..MOST).contains(&block.keys.len())));
            (0..10_000).filter(|trial| trial % 3 > 0).for_each(|trial| ranking.close(trial, trial as f64, 0.0));
            assert!((0..3334).all(|skip| ranking.open(skip) == Some((3 * skip as u64, 3 * skip))));
            assert_eq!((ranking.better(5000.5, 0.0), ranking.len()), (5001, 10_000));
        }
    }
}

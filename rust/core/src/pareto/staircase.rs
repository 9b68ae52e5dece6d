//! The front of points of two coordinates, to which others are added one by one.

/// Corners of a block at most: what is moved when one comes in between.
const MOST: usize = 256;

/// Corners (y, z), y ascending and z descending, both strictly, in blocks of which none is empty.
#[derive(Default)]
pub struct Staircase {
    blocks: Vec<Vec<(u64, u64)>>,
}

impl Staircase {
    /// Whether a corner is at or below (y, z).
    pub fn covers(&self, y: u64, z: u64) -> bool {
        let behind = self.blocks.partition_point(|block| block[0].0 <= y);
        behind > 0 && {
            let block = &self.blocks[behind - 1];
            block[block.partition_point(|corner| corner.0 <= y) - 1].1 <= z
        }
    }

    /// Adds a corner, unless one is at or below it, and says whether it did; drops those it is below.
    ///
    /// Cost: O(log n) and the move of a block, and of the list of blocks when one has grown too long.
    pub fn insert(&mut self, y: u64, z: u64) -> bool {
        let at = self.blocks.partition_point(|block| block[0].0 <= y).saturating_sub(1);
        let Some(block) = self.blocks.get_mut(at) else {
            self.blocks.push(vec![(y, z)]);
            return true;
        };
        let behind = block.partition_point(|corner| corner.0 <= y);
        if behind > 0 && block[behind - 1].1 <= z {
            return false;
        }
        let from = behind - usize::from(behind > 0 && block[behind - 1].0 == y);
        let to = from + block[from..].iter().take_while(|corner| corner.1 >= z).count();
        if from == to {
            block.insert(from, (y, z));
        } else {
            block[from] = (y, z);
            block.drain(from + 1..to);
        }
        if from + 1 == block.len() {
            self.drop_above(at + 1, z);
        }
        if self.blocks[at].len() > MOST {
            let half = self.blocks[at].split_off(MOST / 2);
            self.blocks.insert(at + 1, half);
        }
        true
    }

    /// Drops the first corners from a block on that are not below z.
    fn drop_above(&mut self, from: usize, z: u64) {
        let whole = self.blocks[from..].iter().take_while(|block| block[block.len() - 1].1 >= z).count();
        self.blocks.drain(from..from + whole);
        if let Some(block) = self.blocks.get_mut(from) {
            block.drain(..block.partition_point(|corner| corner.1 >= z));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::uniform;

    /// Few and many corners, ties, corners that drop several blocks: always the front of all points so far.
    #[test]
    fn the_front_is_kept() {
        for (n, levels, shape) in [(300, 8.0, "any"), (2500, 1e6, "any"), (2500, 1e6, "front"), (2500, 40.0, "front")] {
            let trials: Vec<u64> = (0..n).collect();
            let random = uniform(3, &trials, &[0, 1], 0).unwrap();
            let (mut stairs, mut points) = (Staircase::default(), Vec::<(u64, u64)>::new());
            for (i, pair) in random.chunks_exact(2).enumerate() {
                let y = (pair[0] * levels) as u64;
                let z = if shape == "front" && i % 1000 < 990 { levels as u64 - y } else { (pair[1] * levels) as u64 };
                let is_covered = points.iter().any(|p| p.0 <= y && p.1 <= z);
                assert_eq!(stairs.covers(y, z), is_covered);
                assert_eq!(stairs.insert(y, z), !is_covered);
                if !is_covered {
                    points.retain(|p| !(y <= p.0 && z <= p.1));
                    points.push((y, z));
                }
            }
            points.sort_unstable();
            assert_eq!(stairs.blocks.concat(), points);
            assert!(stairs.blocks.iter().all(|block| !block.is_empty() && block.len() <= MOST));
        }
    }
}

//! Mean and variance over trees, one tree after the other.

use super::tree::Tree;

/// What the trees so far said of some points: running moments (B. P. Welford, Technometrics 4, 1962).
pub struct Said {
    trees: f64,
    pub mean: Vec<f64>,
    /// Sum of squares of the trees' means about their mean.
    apart: Vec<f64>,
    /// Sum of the leaves' variances.
    within: Vec<f64>,
}

impl Said {
    pub fn nothing(q: usize) -> Self {
        let [mean, apart, within] = [0, 1, 2].map(|_| vec![0.0; q]);
        Self { trees: 0.0, mean, apart, within }
    }

    /// One more tree, by the leaf of each point.
    pub fn hear(&mut self, tree: &Tree, leaves: &[u32]) {
        self.trees += 1.0;
        let share = 1.0 / self.trees;
        let moments = self.mean.iter_mut().zip(&mut self.apart).zip(&mut self.within);
        for (((mean, apart), within), &leaf) in moments.zip(leaves) {
            let value = tree.mean[leaf as usize];
            let step = value - *mean;
            *mean += step * share;
            *apart += step * (value - *mean);
            *within += tree.variance[leaf as usize];
        }
    }

    /// Mean and variance when all `count` trees are heard.
    pub fn of_all(self, count: usize) -> (Vec<f64>, Vec<f64>) {
        let total = |(within, apart): (f64, f64)| within / count as f64 + apart / count as f64;
        (self.mean, self.within.into_iter().zip(self.apart).map(total).collect())
    }
}

//! The data as a tree is grown over it: columns, and the rows in the order of each.

use super::scan::Rows;

/// Points by columns, and what their rows count.
pub struct Table<'a> {
    /// Column-major (d, n).
    pub columns: &'a [f64],
    pub y: &'a [f64],
    pub weights: Vec<f64>,
    pub categories: &'a [i64],
    /// The points once more, by rows.
    pub rows: &'a Rows,
}

impl Table<'_> {
    /// Coordinate j of all points.
    pub fn column(&self, j: usize) -> &[f64] {
        let n = self.y.len();
        &self.columns[j * n..(j + 1) * n]
    }
}

/// The rows of a tree, ascending, and once more for each number in the order of its values, those without one last.
///
/// A node owns the same range of all of these lists. Where it is split they are parted stably.
pub struct Orders {
    lists: Vec<Vec<u32>>,
    goes_left: Vec<bool>,
    spare: Vec<u32>,
}

impl Orders {
    /// `sorted` (d lists of n rows, empty for categories) is brought down to the rows that count.
    pub fn new(table: &Table, sorted: &[Vec<u32>]) -> Self {
        let counts = |row: &&u32| table.weights[**row as usize] > 0.0;
        let n = table.y.len();
        let rows: Vec<u32> = (0..n as u32).filter(|row| counts(&row)).collect();
        let mut lists: Vec<Vec<u32>> =
            sorted.iter().map(|list| list.iter().filter(counts).copied().collect()).collect();
        lists.push(rows);
        Self { lists, goes_left: vec![false; n], spare: vec![0; n] }
    }

    /// How many rows count.
    pub fn rows_in_all(&self) -> usize {
        self.lists[self.lists.len() - 1].len()
    }

    /// The node's rows, ascending.
    pub fn rows(&self, start: usize, end: usize) -> &[u32] {
        &self.lists[self.lists.len() - 1][start..end]
    }

    /// The node's rows in the order of coordinate j.
    pub fn by(&self, j: usize, start: usize, end: usize) -> &[u32] {
        &self.lists[j][start..end]
    }

    /// Parts the node's range by `left`; where the right side begins.
    pub fn part(&mut self, start: usize, end: usize, left: impl Fn(usize) -> bool) -> usize {
        let all = self.lists.len() - 1;
        let mut middle = start;
        for &row in &self.lists[all][start..end] {
            let goes = left(row as usize);
            self.goes_left[row as usize] = goes;
            middle += usize::from(goes);
        }
        for list in self.lists.iter_mut().filter(|list| !list.is_empty()) {
            // each row is written to both sides, and the place of one of them moves on: no branch to be foretold
            let (mut place, mut others) = (start, 0);
            for i in start..end {
                let row = list[i];
                let left = usize::from(self.goes_left[row as usize]);
                list[place] = row;
                self.spare[others] = row;
                place += left;
                others += 1 - left;
            }
            list[place..end].copy_from_slice(&self.spare[..others]);
        }
        middle
    }
}

/// For each number the rows in the order of its values, of equal ones the lower row first, NaN last; nothing for categories.
pub fn sorted(columns: &[f64], n: usize, categories: &[i64]) -> Vec<Vec<u32>> {
    let order = |(column, &count): (&[f64], &i64)| {
        if count > 0 {
            return Vec::new();
        }
        let mut rows: Vec<u32> = (0..n as u32).collect();
        rows.sort_by(|&a, &b| {
            let (a, b) = (column[a as usize], column[b as usize]);
            a.is_nan().cmp(&b.is_nan()).then(a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal))
        });
        rows
    };
    columns.chunks_exact(n.max(1)).zip(categories).map(order).collect()
}

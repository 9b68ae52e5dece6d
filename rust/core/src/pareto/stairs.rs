//! The union of rectangles [0, x] × [0, y], kept as its corners.

/// Corners of the union: x descends and y ascends, both strictly.
#[derive(Default)]
pub struct Stairs(Vec<(f64, f64)>);

impl Stairs {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The union of two rectangles, the first wider and the second higher; one without an area counts for nothing.
    pub fn start(&mut self, wide: (f64, f64), high: (f64, f64)) {
        self.0.clear();
        self.0.extend([wide, high].into_iter().filter(|corner| corner.0 > 0.0 && corner.1 > 0.0));
    }

    /// Adds the rectangle of (x, y) and returns the area that it added. Cost: O(log n) and the move of what lies behind.
    pub fn insert(&mut self, x: f64, y: f64) -> f64 {
        let stairs = &mut self.0;
        let from = stairs.partition_point(|corner| corner.0 > x);
        let mut height = if from > 0 { stairs[from - 1].1 } else { 0.0 };
        if height >= y || stairs.get(from).is_some_and(|corner| corner.0 == x && corner.1 >= y) {
            return 0.0;
        }
        let (mut to, mut right, mut area) = (from, x, 0.0);
        while let Some(&(left, top)) = stairs.get(to).filter(|corner| corner.1 <= y) {
            area += (right - left) * (y - height);
            (right, height) = (left, top);
            to += 1;
        }
        let left = stairs.get(to).map_or(0.0, |corner| corner.0);
        area += (right - left) * (y - height);
        if from == to {
            stairs.insert(from, (x, y));
        } else {
            stairs[from] = (x, y);
            stairs.drain(from + 1..to);
        }
        area
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_those_of_the_union() {
        let mut stairs = Stairs::default();
        assert_eq!(stairs.insert(2.0, 2.0), 4.0);
        assert_eq!(stairs.insert(2.0, 2.0), 0.0);
        assert_eq!(stairs.insert(1.0, 1.0), 0.0);
        assert_eq!(stairs.insert(3.0, 1.0), 1.0);
        assert_eq!(stairs.insert(1.0, 4.0), 2.0);
        assert_eq!(stairs.insert(2.0, 3.0), 1.0); // the same x, higher
        assert_eq!(stairs.insert(4.0, 5.0), 20.0 - 8.0);
        assert_eq!(stairs.0, [(4.0, 5.0)]);
    }
}

//! One gene: crossed between two parents, and mutated.

use libm::pow;

/// Parents closer than this have nothing between them to cross.
const CLOSE: f64 = 1e-14;

/// The value that a child has of gene `a` of its first and `b` of its second parent.
///
/// Simulated binary crossover within [0, 1] (Deb & Agrawal, Complex Systems 9, 1995; bounded as in Deb's NSGA-II code):
/// `spread` draws how far the children are apart and `side` which of them is meant, the one beside `a` below ½.
/// Unordered values are exchanged. A gene that one parent lacks is the other's.
pub fn crossed(a: f64, b: f64, cells: i64, spread: f64, side: f64, index: f64) -> f64 {
    if b.is_nan() || (a - b).abs() <= CLOSE {
        return a;
    }
    if a.is_nan() || cells < 0 {
        return b;
    }
    let (low, high) = (a.min(b), a.max(b));
    let lower = (a <= b) == (side < 0.5);
    let room = if lower { low } else { 1.0 - high };
    let half = 0.5 * reach(1.0 + 2.0 * room / (high - low), spread, index) * (high - low);
    let middle = 0.5 * (low + high);
    settled(if lower { middle - half } else { middle + half }, cells)
}

/// How far apart the children are, as a multiple of their parents' distance; `limit` is the most there is room for.
fn reach(limit: f64, draw: f64, index: f64) -> f64 {
    let alpha = 2.0 - pow(limit, -(index + 1.0));
    let base = if draw * alpha <= 1.0 { draw * alpha } else { 1.0 / (2.0 - draw * alpha) };
    pow(base, 1.0 / (index + 1.0))
}

/// Another value than `x`, near it where the gene has an order; `x` itself where there is no other.
///
/// Polynomial mutation (Deb & Goyal, Computer Science and Informatics 26, 1996). One that would stay within the cell of
/// an ordered value goes to the neighbouring one.
pub fn mutated(x: f64, cells: i64, draw: f64, index: f64) -> f64 {
    let last = cells.unsigned_abs().max(1) - 1;
    if cells == 0 {
        return polynomial(x, draw, index);
    }
    if last == 0 {
        return x;
    }
    let here = cell(x, last);
    if cells < 0 {
        let other = (draw * last as f64) as u64;
        return centre(if other < here { other } else { other + 1 }, last);
    }
    let there = cell(polynomial(x, draw, index), last);
    let up = if draw < 0.5 { here == 0 } else { here < last };
    let next = if up { here + 1 } else { here.wrapping_sub(1) };
    centre(if there == here { next } else { there }, last)
}

fn polynomial(x: f64, draw: f64, index: f64) -> f64 {
    let power = |base: f64| pow(base, index + 1.0);
    let step = if draw < 0.5 {
        pow(2.0 * draw + (1.0 - 2.0 * draw) * power(1.0 - x), 1.0 / (index + 1.0)) - 1.0
    } else {
        1.0 - pow(2.0 * (1.0 - draw) + 2.0 * (draw - 0.5) * power(x), 1.0 / (index + 1.0))
    };
    (x + step).clamp(0.0, 1.0)
}

/// `x` within [0, 1], and at the centre of its cell where the gene has cells.
fn settled(x: f64, cells: i64) -> f64 {
    if cells == 0 {
        return x.clamp(0.0, 1.0);
    }
    let last = cells.unsigned_abs() - 1;
    centre(cell(x, last), last)
}

fn cell(x: f64, last: u64) -> u64 {
    ((x * (last + 1) as f64).floor().max(0.0) as u64).min(last)
}

fn centre(cell: u64, last: u64) -> f64 {
    (cell as f64 + 0.5) / (last + 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: [f64; 7] = [0.0, 1e-9, 0.3, 0.5, 0.51, 0.8, 1.0 - 1e-16];

    #[test]
    fn children_stay_inside_and_are_symmetric_about_their_parents() {
        for (a, b) in [(0.4, 0.6), (0.6, 0.4), (0.0, 1.0), (0.0, 1e-13), (1.0, 0.999)] {
            for draw in DRAWS {
                let (near, far) = (crossed(a, b, 0, draw, 0.0, 15.0), crossed(a, b, 0, draw, 0.9, 15.0));
                assert!((0.0..=1.0).contains(&near) && (0.0..=1.0).contains(&far));
                assert!((near - a).abs() <= (near - b).abs() + 1e-12);
                assert!((far - b).abs() <= (far - a).abs() + 1e-12);
            }
        }
        let pair = [0.0, 0.9].map(|side| crossed(0.4, 0.6, 0, 0.3, side, 15.0));
        assert!((pair[0] + pair[1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_missing_gene_is_the_other_parents() {
        assert!(crossed(f64::NAN, 0.25, 0, 0.1, 0.1, 15.0) == 0.25);
        assert!(crossed(0.25, f64::NAN, 0, 0.1, 0.1, 15.0) == 0.25);
        assert!(crossed(0.25, f64::NAN, -2, 0.1, 0.1, 15.0) == 0.25);
        assert!(crossed(f64::NAN, f64::NAN, 4, 0.1, 0.1, 15.0).is_nan());
    }

    #[test]
    fn a_mutation_changes_what_can_change() {
        for draw in DRAWS {
            for cells in [2, 3, 10, -2, -7] {
                for i in 0..i64::abs(cells) {
                    let x = (i as f64 + 0.5) / i64::abs(cells) as f64;
                    let y = mutated(x, cells, draw, 20.0);
                    assert!(y != x && y > 0.0 && y < 1.0, "{x} {y} {cells} {draw}");
                    let place = y * i64::abs(cells) as f64 - 0.5;
                    assert!((place - place.round()).abs() < 1e-9);
                }
            }
            assert!((0.0..=1.0).contains(&mutated(0.2, 0, draw, 20.0)));
        }
        assert!(mutated(0.5, 1, 0.7, 20.0) == 0.5);
        assert!(mutated(0.5, -1, 0.7, 20.0) == 0.5);
    }

    #[test]
    fn every_other_category_is_as_likely() {
        let found: Vec<f64> = [0.1, 0.4, 0.9].iter().map(|&draw| mutated(0.375, -4, draw, 20.0)).collect();
        assert_eq!(found, [0.125, 0.625, 0.875]);
    }
}

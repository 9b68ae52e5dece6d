//! The volume of a union of few boxes [0, v] by inclusion and exclusion: cheaper than slices, and without memory.

use super::volume::least;

/// So many boxes are added and subtracted by what each subset has in common.
pub const FEW: usize = 3;

/// The volume of a box that a few others cover.
pub fn covered_by_few(corner: &[f64], others: [Option<&[f64]>; FEW]) -> f64 {
    match others {
        [None, ..] => 0.0,
        [Some(a), None, _] => a.iter().zip(corner).map(|(&a, &x)| least(a, x)).product(),
        [Some(a), Some(b), None] => {
            let mut products = [1.0; 3];
            for ((&x, &a), &b) in corner.iter().zip(a).zip(b) {
                let (a, b) = (least(a, x), least(b, x));
                products[0] *= a;
                products[1] *= b;
                products[2] *= least(a, b);
            }
            products[0] + products[1] - products[2]
        }
        [Some(a), Some(b), Some(c)] => {
            let mut products = [1.0; 7];
            for (((&x, &a), &b), &c) in corner.iter().zip(a).zip(b).zip(c) {
                let (a, b, c) = (least(a, x), least(b, x), least(c, x));
                let ab = least(a, b);
                for (product, factor) in products.iter_mut().zip([a, b, c, ab, least(a, c), least(b, c), least(ab, c)])
                {
                    *product *= factor;
                }
            }
            let [a, b, c, ab, ac, bc, abc] = products;
            a + b + c - (ab + ac + bc) + abc
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hand_worked_volumes() {
        let (corner, a, b, c) = ([2.0, 2.0, 2.0], [3.0, 1.0, 1.0], [1.0, 4.0, 1.0], [1.0, 1.0, 2.0]);
        assert_eq!(covered_by_few(&corner, [None; FEW]), 0.0);
        assert_eq!(covered_by_few(&corner, [Some(&a), None, None]), 2.0);
        assert_eq!(covered_by_few(&corner, [Some(&a), Some(&b), None]), 3.0);
        assert_eq!(covered_by_few(&corner, [Some(&a), Some(&b), Some(&c)]), 4.0);
        assert_eq!(covered_by_few(&[f64::INFINITY; 3], [Some(&a), Some(&b), None]), 3.0 + 4.0 - 1.0);
    }
}

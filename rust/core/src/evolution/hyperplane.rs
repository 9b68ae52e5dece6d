//! The plane through m points.

/// Where the plane through the m rows of `points` meets each axis; `None` where it does not, on the positive side.
///
/// Gaussian elimination with partial pivoting of points · x = 1; the intercepts are 1 / x.
pub fn intercepts(points: &[f64], m: usize) -> Option<Vec<f64>> {
    let mut a = points.to_vec();
    let mut x = vec![1.0; m];
    for column in 0..m {
        let mut pivot = column;
        for i in column + 1..m {
            if a[i * m + column].abs() > a[pivot * m + column].abs() {
                pivot = i;
            }
        }
        for k in 0..m {
            a.swap(column * m + k, pivot * m + k);
        }
        x.swap(column, pivot);
        for i in column + 1..m {
            let factor = a[i * m + column] / a[column * m + column];
            for k in column..m {
                a[i * m + k] -= factor * a[column * m + k];
            }
            x[i] -= factor * x[column];
        }
    }
    for i in (0..m).rev() {
        for k in i + 1..m {
            x[i] -= a[i * m + k] * x[k];
        }
        x[i] /= a[i * m + i];
    }
    let found: Vec<f64> = x.into_iter().map(|x| 1.0 / x).collect();
    found.iter().all(|y| *y > 0.0 && y.is_finite()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_through_points_of_the_axes_meets_them_there() {
        assert_eq!(intercepts(&[2.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.5], 3), Some(vec![2.0, 4.0, 0.5]));
        assert_eq!(intercepts(&[0.0, 4.0, 2.0, 0.0], 2), Some(vec![2.0, 4.0]));
    }

    #[test]
    fn a_plane_that_misses_an_axis_is_none() {
        assert_eq!(intercepts(&[1.0, 1.0, 1.0, 1.0], 2), None);
        assert_eq!(intercepts(&[1.0, 0.0, 2.0, 0.0], 2), None);
        assert_eq!(intercepts(&[1.0, 3.0, 2.0, 9.0], 2), None);
    }
}

//! Row-major results of a size the caller chose.

use crate::error::{Error, Result};

/// An empty vector with room for `rows` × `columns` numbers, or the error that says there is none.
///
/// A caller's mistake (10¹² points) has to come back as an error: a failed plain allocation ends the process.
pub fn allocate(rows: usize, columns: usize) -> Result<Vec<f64>> {
    let too_large = Error::TooLarge { rows, columns };
    let Some(length) = rows.checked_mul(columns) else {
        return Err(too_large);
    };
    let mut values = Vec::new();
    match values.try_reserve_exact(length) {
        Ok(()) => Ok(values),
        Err(_) => Err(too_large),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reasonable_size_is_reserved() {
        assert!(allocate(10, 5).unwrap().capacity() >= 50);
        assert_eq!(allocate(0, 5).unwrap().capacity(), 0);
    }

    #[test]
    fn an_impossible_size_is_an_error() {
        assert_eq!(allocate(usize::MAX, 2), Err(Error::TooLarge { rows: usize::MAX, columns: 2 }));
        assert!(allocate(usize::MAX / 8, 1).is_err());
    }
}

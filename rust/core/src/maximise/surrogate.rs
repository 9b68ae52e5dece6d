//! What the maximiser needs to know of a model.

/// A model of the output that predicts at several points at once.
///
/// The prediction at a point must not depend on the other points of the call, down to the last bit.
pub trait Surrogate: Sync {
    /// d, the number of coordinates.
    fn dimension(&self) -> usize;

    /// Whether some dozens of predictions take longer than to start a thread.
    fn is_costly(&self) -> bool;

    /// Writes mean and variance at each row of `points` (m × d, row-major), and with `gradient` their derivatives;
    /// those by coordinates that are categorical or NaN are zero.
    fn predict(&self, points: &[f64], gradient: bool, prediction: &mut Prediction);
}

/// Predictions at m points, with the memory that making them took, kept from call to call.
#[derive(Debug, Default, Clone)]
pub struct Prediction {
    /// (m,)
    pub mean: Vec<f64>,
    /// (m,), positive
    pub variance: Vec<f64>,
    /// (m, d), or without meaning when no gradient was asked for
    pub d_mean: Vec<f64>,
    /// (m, d), as `d_mean`
    pub d_variance: Vec<f64>,
    pub(super) scratch: Vec<f64>,
}

impl Prediction {
    /// Makes room for m points of d coordinates.
    pub fn resize(&mut self, m: usize, d: usize) {
        self.mean.resize(m, 0.0);
        self.variance.resize(m, 0.0);
        self.d_mean.resize(m * d, 0.0);
        self.d_variance.resize(m * d, 0.0);
    }
}

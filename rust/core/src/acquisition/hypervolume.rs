//! The expected improvement of the hypervolume, by several independent normal predictions.
//!
//! | symbol | meaning                                                                              | shape   |
//! |--------|--------------------------------------------------------------------------------------|---------|
//! | y      | the outputs of a point: independent, yⱼ normal with mean mⱼ and deviation σⱼ         | (m,)    |
//! | l, u   | corners of a box of the region that no point of the front dominates; lⱼ may be −∞    | (m,)    |
//! | G(c)   | E max(c − yⱼ, 0) = σⱼ h((c − mⱼ) / σⱼ)                                               |         |
//!
//! In a box, y newly dominates a volume of Π max(uⱼ − max(yⱼ, lⱼ), 0). The boxes are disjoint and the outputs
//! independent, so that the expectation is Σ Π (G(uⱼ) − G(lⱼ)) over the boxes and objectives, for any number of
//! objectives (Yang, Emmerich, Deutz & Bäck, J. Global Optim. 75, 2019; Daulton, Balandat & Bakshy, arXiv:2006.05078). All of
//! it is done in logarithms, so that it still tells better from worse where the expectation itself is no number any
//! more (Ament et al., arXiv:2310.20708):
//!
//!   log (G(u) − G(l)) = log σ + log h(zᵤ) + log (1 − e^−δ),   δ = log h(zᵤ) − log h(zₗ).

use super::{LARGEST, normal::Normal};
use crate::error::{Error, Result};

/// In boxes narrower than this times 1 + |z| the difference δ has lost digits; the integral of its derivative F / h by the
/// trapezoidal rule is then closer. Where they meet, either is good to about 1e-11.
const NARROW: f64 = 1e-5;

/// What no point dominates up to a reference point, as disjoint boxes.
#[derive(Debug, Clone)]
pub struct Region {
    /// For each objective the corners' values, ascending.
    edges: Vec<Vec<f64>>,
    /// For each box and objective the places of its corners among the edges.
    boxes: Vec<(u32, u32)>,
}

/// log EHVI with the memory that computing it took.
#[derive(Debug, Default, Clone)]
pub struct Improvement {
    pub value: f64,
    /// ∂ value / ∂ mean, (m,)
    pub d_mean: Vec<f64>,
    /// ∂ value / ∂ standard deviation, (m,)
    pub d_std: Vec<f64>,
    moments: Vec<Vec<Moments>>,
    logs: Vec<f64>,
}

/// What is needed of one edge.
#[derive(Debug, Clone, Copy)]
struct Moments {
    edge: f64,
    z: f64,
    log_h: f64,
    /// F / h
    slope: f64,
    /// f / h
    bend: f64,
}

impl Region {
    /// Boxes with corners `lower` and `upper` (k × m each); those without a volume are left out.
    ///
    /// # Errors
    /// [`Error::Length`] when the corners are not whole rows, or not as many of both; [`Error::OutOfRange`] when there is
    /// no objective, or more than 2³² edges.
    pub fn new(lower: &[f64], upper: &[f64], m: usize) -> Result<Self> {
        if m == 0 {
            return Err(Error::OutOfRange { argument: "lower", expected: "at least one objective".to_owned(), got: 0 });
        }
        if !upper.len().is_multiple_of(m) || upper.len() != lower.len() {
            return Err(Error::Length { argument: "upper", expected: lower.len(), got: upper.len() });
        }
        let rows = lower.chunks_exact(m).zip(upper.chunks_exact(m));
        let rows: Vec<_> = rows.filter(|(low, high)| low.iter().zip(*high).all(|(low, high)| low < high)).collect();
        let mut edges = vec![Vec::with_capacity(2 * rows.len()); m];
        for (low, high) in &rows {
            for (edges, (low, high)) in edges.iter_mut().zip(low.iter().zip(*high)) {
                edges.extend([low + 0.0, high + 0.0]); // one zero
            }
        }
        for edges in &mut edges {
            edges.sort_unstable_by(f64::total_cmp);
            edges.dedup();
        }
        let place = |j: usize, edge: f64| {
            let place = edges[j].partition_point(|other| *other < edge);
            u32::try_from(place).map_err(|_| Error::TooLarge { rows: edges[j].len(), columns: m })
        };
        let mut boxes = Vec::with_capacity(rows.len() * m);
        for (low, high) in rows {
            for (j, (&low, &high)) in low.iter().zip(high).enumerate() {
                boxes.push((place(j, low)?, place(j, high)?));
            }
        }
        Ok(Self { edges, boxes })
    }

    /// m
    #[must_use]
    pub fn objectives(&self) -> usize {
        self.edges.len()
    }

    /// Whether some dozens of evaluations take longer than to start a thread.
    #[must_use]
    pub fn is_costly(&self) -> bool {
        self.edges.iter().map(Vec::len).sum::<usize>() + self.boxes.len() > 30
    }

    /// log EHVI where the outputs have these means and deviations, (m,) each; with `gradient` also its derivatives.
    /// −∞ without boxes, and NaN where a number is.
    pub fn at(&self, mean: &[f64], std: &[f64], gradient: bool, out: &mut Improvement) {
        let m = self.objectives();
        for derivatives in [&mut out.d_mean, &mut out.d_std] {
            derivatives.clear();
            derivatives.resize(m, 0.0);
        }
        out.moments.resize(m, Vec::new());
        let mut deviations = 0.0; // Σ log σ
        for (j, edges) in self.edges.iter().enumerate() {
            let std = deviation(std[j]);
            deviations += std.ln();
            out.moments[j].clear();
            out.moments[j].extend(edges.iter().map(|&edge| Moments::new(edge, mean[j], std, gradient)));
        }
        if mean.iter().chain(std).any(|number| number.is_nan()) {
            out.value = f64::NAN;
            out.d_mean.fill(f64::NAN);
            out.d_std.fill(f64::NAN);
            return;
        }
        out.logs.clear();
        for corners in self.boxes.chunks_exact(m) {
            let sides = corners.iter().zip(&out.moments).zip(std);
            out.logs.push(sides.map(|((&side, moments), &std)| Side::new(side, moments, std).log()).sum());
        }
        let most = out.logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most == f64::NEG_INFINITY {
            out.value = most;
            return;
        }
        out.logs.iter_mut().for_each(|log| *log = (*log - most).exp());
        let total: f64 = out.logs.iter().sum();
        out.value = deviations + most + total.ln();
        if gradient {
            self.differentiate(std, total, out);
        }
    }

    /// log EHVI and its derivatives in mean and deviation, n × m each, at each of the n rows of `mean` and `std`.
    ///
    /// # Errors
    /// [`Error::Length`] when they are not whole rows of m numbers, or not as many.
    pub fn evaluate(&self, mean: &[f64], std: &[f64]) -> Result<[Vec<f64>; 3]> {
        let m = self.objectives();
        if mean.len() != std.len() || !mean.len().is_multiple_of(m) {
            return Err(Error::Length { argument: "std", expected: mean.len() / m * m, got: std.len() });
        }
        let (mut out, mut columns) = (Improvement::default(), [(); 3].map(|()| Vec::with_capacity(mean.len())));
        for (mean, std) in mean.chunks_exact(m).zip(std.chunks_exact(m)) {
            self.at(mean, std, true, &mut out);
            columns[0].push(out.value);
            columns[1].extend_from_slice(&out.d_mean);
            columns[2].extend_from_slice(&out.d_std);
        }
        Ok(columns)
    }

    /// The mean of the boxes' derivatives, weighted with their shares in the total.
    fn differentiate(&self, std: &[f64], total: f64, out: &mut Improvement) {
        let m = self.objectives();
        for (corners, share) in self.boxes.chunks_exact(m).zip(&out.logs) {
            let share = share / total;
            if share == 0.0 {
                continue;
            }
            for (j, &side) in corners.iter().enumerate() {
                let std = deviation(std[j]);
                let (d_mean, d_std) = Side::new(side, &out.moments[j], std).derivatives();
                out.d_mean[j] += share * d_mean / std;
                out.d_std[j] += share * d_std / std;
            }
        }
    }
}

fn deviation(std: f64) -> f64 {
    std.clamp(1.0 / LARGEST, LARGEST)
}

impl Moments {
    fn new(edge: f64, mean: f64, std: f64, gradient: bool) -> Self {
        if edge == f64::NEG_INFINITY {
            return Self { edge, z: edge, log_h: edge, slope: 0.0, bend: 0.0 };
        }
        let z = (edge - mean).clamp(-LARGEST, LARGEST) / std;
        let normal = Normal::new(z);
        let bend = if gradient { normal.density_over_h() } else { 0.0 };
        Self { edge, z, log_h: normal.log_h(), slope: normal.cdf_over_h(), bend }
    }
}

/// A box's extent in one objective.
struct Side<'a> {
    low: &'a Moments,
    high: &'a Moments,
    /// zᵤ − zₗ
    width: f64,
    /// 1 − e^−δ
    rest: f64,
}

impl<'a> Side<'a> {
    fn new((low, high): (u32, u32), moments: &'a [Moments], std: f64) -> Self {
        let (low, high) = (&moments[low as usize], &moments[high as usize]);
        let width = (high.edge - low.edge) / deviation(std);
        let delta = if width < NARROW * (1.0 + high.z.abs()) {
            0.5 * width * (low.slope + high.slope)
        } else {
            high.log_h - low.log_h
        };
        Self { low, high, width, rest: -(-delta).exp_m1() }
    }

    /// log (h(zᵤ) − h(zₗ))
    fn log(&self) -> f64 {
        self.high.log_h + self.rest.ln()
    }

    /// Of the logarithm of G(u) − G(l) in mean and deviation, times σ: −(F(zᵤ) − F(zₗ)) and f(zᵤ) − f(zₗ), over
    /// h(zᵤ) − h(zₗ).
    fn derivatives(&self) -> (f64, f64) {
        let Self { low, high, .. } = self;
        if self.width * (1.0 + high.z.abs()) < NARROW {
            let ratio = 1.0 - self.rest; // numerator and denominator by the trapezoidal rule, from f and −z f and F
            let mass = high.slope + ratio * low.slope;
            let drift = -(high.z * high.bend + ratio * low.z * low.bend);
            return (-(high.bend + ratio * low.bend) / mass, drift / mass);
        }
        let over = |high: f64, low: f64| (high - low) / self.rest + low;
        (-over(high.slope, low.slope), over(high.bend, low.bend))
    }
}

#[cfg(test)]
mod tests {
    use super::super::log_expected_improvement;
    use super::*;

    /// Below the front (1, 4), (2, 2), (4, 1) up to the reference point (5, 6): four strips.
    const LOWER: [f64; 8] = [OPEN, OPEN, 1.0, OPEN, 2.0, OPEN, 4.0, OPEN];
    const UPPER: [f64; 8] = [1.0, 6.0, 2.0, 4.0, 4.0, 2.0, 5.0, 1.0];
    const OPEN: f64 = f64::NEG_INFINITY;

    fn at(region: &Region, mean: &[f64], std: &[f64]) -> Improvement {
        let mut out = Improvement::default();
        region.at(mean, std, true, &mut out);
        out
    }

    /// The volume that y newly dominates.
    fn gain(y: [f64; 2]) -> f64 {
        let side = |low: f64, high: f64, y: f64| (high - y.max(low)).max(0.0);
        let boxes = LOWER.chunks(2).zip(UPPER.chunks(2));
        boxes.map(|(low, high)| side(low[0], high[0], y[0]) * side(low[1], high[1], y[1])).sum()
    }

    #[test]
    fn the_expectation_is_the_integral() {
        let region = Region::new(&LOWER, &UPPER, 2).unwrap();
        for (mean, std) in [([2.0, 2.0], [1.0, 1.0]), ([5.5, 0.5], [0.7, 2.0]), ([4.0, 7.0], [1.0, 0.8])] {
            let (intervals, reach) = (1200, 8.0);
            let step = 2.0 * reach / f64::from(intervals);
            let mut integral = 0.0;
            for i in 0..intervals {
                for j in 0..intervals {
                    let u = [i, j].map(|k| -reach + (f64::from(k) + 0.5) * step);
                    let density = (-0.5 * (u[0] * u[0] + u[1] * u[1])).exp() / (2.0 * std::f64::consts::PI);
                    integral += gain([mean[0] + std[0] * u[0], mean[1] + std[1] * u[1]]) * density * step * step;
                }
            }
            let value = at(&region, &mean, &std).value;
            assert!((value.exp() / integral - 1.0).abs() < 2e-4, "{} and {integral}", value.exp());
        }
    }

    #[test]
    fn with_one_objective_it_is_the_expected_improvement() {
        let region = Region::new(&[OPEN], &[0.5], 1).unwrap();
        for mean in [-3.0, 0.5, 2.0, 40.0, 1e6] {
            let (ours, ei) = (at(&region, &[mean], &[0.7]), log_expected_improvement(mean, 0.7, 0.5));
            assert!((ours.value - ei.value).abs() <= 1e-15 * ei.value.abs().max(1.0));
            assert!((ours.d_mean[0] / ei.d_mean - 1.0).abs() < 1e-15);
            assert!((ours.d_std[0] / ei.d_std - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn derivatives_are_those_of_central_differences() {
        let region = Region::new(&LOWER, &UPPER, 2).unwrap();
        for mean in [[2.0, 2.0], [-3.0, 4.0], [9.0, 9.0], [30.0, 2.0], [60.0, 50.0], [-50.0, -60.0]] {
            for std in [[1.0, 0.5], [0.1, 3.0]] {
                let here = at(&region, &mean, &std);
                for j in 0..2 {
                    let moved = |numbers: [f64; 2], by: f64| {
                        let mut moved = numbers;
                        moved[j] += by;
                        moved
                    };
                    let value = |mean: [f64; 2], std: [f64; 2]| at(&region, &mean, &std).value;
                    let d_mean = (value(moved(mean, 1e-5), std) - value(moved(mean, -1e-5), std)) / 2e-5;
                    let d_std = (value(mean, moved(std, 1e-5)) - value(mean, moved(std, -1e-5))) / 2e-5;
                    for (ours, difference) in [(here.d_mean[j], d_mean), (here.d_std[j], d_std)] {
                        assert!((ours - difference).abs() < 3e-6 * (1.0 + ours.abs()), "{ours} and {difference}");
                    }
                }
            }
        }
    }

    /// A box cut into two, very unequal ones is still the same box.
    #[test]
    fn narrow_boxes_keep_their_digits() {
        let whole = Region::new(&[OPEN], &[0.5], 1).unwrap();
        let mut width = 1e-12;
        while width < 10.0 {
            let cut = Region::new(&[OPEN, 0.5 - width], &[0.5 - width, 0.5], 1).unwrap();
            let sliver = Region::new(&[0.5 - width], &[0.5], 1).unwrap();
            for mean in [-90.0, -1.0, 0.5, 1.0, 3.0, 30.0, 1e4] {
                let (ours, expected) = (at(&cut, &[mean], &[1.0]), at(&whole, &[mean], &[1.0]));
                assert!((ours.value - expected.value).abs() < 1e-10 * expected.value.abs().max(1.0));
                assert!((ours.d_mean[0] / expected.d_mean[0] - 1.0).abs() < 1e-10);
                let slope = at(&sliver, &[mean], &[1.0]).d_mean[0];
                assert!(slope.is_finite() && slope <= 1e-3, "{slope} at {mean}, {width}");
            }
            width *= 1.7;
        }
    }

    #[test]
    fn nothing_overflows_and_nan_stays_nan() {
        let region = Region::new(&LOWER, &UPPER, 2).unwrap();
        let ugly = [0.0, -0.0, 1.0, -1.0, 5e-324, 1e-200, 1e200, f64::MAX, f64::MIN, f64::INFINITY, OPEN];
        for mean in ugly {
            for std in ugly {
                for pair in [([mean, 1.0], [std, 1.0]), ([mean; 2], [std; 2])] {
                    let out = at(&region, &pair.0, &pair.1);
                    let numbers = [out.value, out.d_mean[0], out.d_mean[1], out.d_std[0], out.d_std[1]];
                    assert!(numbers.iter().all(|number| number.is_finite()), "{pair:?}: {numbers:?}");
                }
            }
        }
        assert!(at(&region, &[f64::NAN, 0.0], &[1.0; 2]).value.is_nan());
        assert!(at(&region, &[0.0; 2], &[1.0, f64::NAN]).d_mean[0].is_nan());
    }

    #[test]
    fn a_certain_point_adds_its_volume() {
        let region = Region::new(&LOWER, &UPPER, 2).unwrap();
        assert!((at(&region, &[1.5, 1.5], &[0.0; 2]).value - gain([1.5, 1.5]).ln()).abs() < 1e-13);
    }

    #[test]
    fn boxes_without_volume_count_for_nothing_and_shapes_must_fit() {
        let out = at(&Region::new(&[1.0, f64::NAN], &[1.0, 2.0], 1).unwrap(), &[0.0], &[1.0]);
        assert_eq!((out.value, out.d_mean), (OPEN, vec![0.0]));
        assert!(Region::new(&[0.0; 2], &[1.0; 4], 2).is_err());
        assert!(Region::new(&[0.0; 3], &[1.0; 3], 2).is_err());
        assert!(Region::new(&[], &[], 0).is_err());
    }
}

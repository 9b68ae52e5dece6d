//! One climb, as a sequence of questions and answers.

use super::{ascent::Ascent, climb::Settings, levels::Mixed, sweep::Sweep};

/// A start on its way up.
pub struct Climber {
    pub point: Vec<f64>,
    pub value: f64,
    continuous: Vec<usize>,
    stepped: Vec<usize>,
    rounds: usize,
    stage: Stage,
}

enum Stage {
    /// The value at `point`, and the gradient if there is anything continuous, is wanted.
    Arrived,
    Ascending(Box<Ascent>),
    Sweeping(Sweep),
    Done,
}

/// What a climber wants to know of the points it appended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    Values,
    Gradient,
    Nothing,
}

impl Climber {
    pub fn new(start: &[f64], mixed: &Mixed, settings: Settings) -> Self {
        let mut point = start.to_vec();
        mixed.settle(&mut point);
        let chosen = |wanted: fn(usize) -> bool| -> Vec<usize> {
            (0..point.len()).filter(|&j| wanted(mixed.levels[j]) && !point[j].is_nan()).collect()
        };
        let (continuous, stepped) = (chosen(|levels| levels == 0), chosen(|levels| levels >= 2));
        Self { point, value: f64::NAN, continuous, stepped, rounds: settings.iterations, stage: Stage::Arrived }
    }

    /// Appends the points that are wanted.
    pub fn ask(&self, mixed: &Mixed, points: &mut Vec<f64>) -> Wanted {
        let start = points.len();
        match &self.stage {
            Stage::Arrived => {
                points.extend_from_slice(&self.point);
                if self.continuous.is_empty() { Wanted::Values } else { Wanted::Gradient }
            }
            Stage::Ascending(ascent) => {
                points.extend_from_slice(&self.point);
                for (&j, &x) in self.continuous.iter().zip(ascent.wanted().unwrap_or_default()) {
                    points[start + j] = x;
                }
                Wanted::Gradient
            }
            Stage::Sweeping(sweep) => {
                sweep.wanted(mixed, &self.stepped, &self.point, points);
                Wanted::Values
            }
            Stage::Done => Wanted::Nothing,
        }
    }

    /// Takes the values at the points that were asked for, and the gradient if it was.
    pub fn tell(&mut self, mixed: &Mixed, settings: Settings, points: &[f64], values: &[f64], gradient: &[f64]) {
        self.stage = match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Arrived => {
                self.value = values[0];
                if self.value.is_nan() { Stage::Done } else { self.set_out(mixed, settings, gradient) }
            }
            Stage::Ascending(mut ascent) => {
                ascent.tell(values[0], &self.continuous_part(gradient));
                self.ascended(ascent)
            }
            Stage::Sweeping(mut sweep) => {
                sweep.tell(points, values, settings.tolerance, &mut self.point, &mut self.value);
                self.swept(mixed, sweep)
            }
            Stage::Done => Stage::Done,
        }
    }

    fn set_out(&mut self, mixed: &Mixed, settings: Settings, gradient: &[f64]) -> Stage {
        if self.continuous.is_empty() {
            return self.sweep();
        }
        let x = self.continuous_part(&self.point);
        let bounds = (self.continuous_part(mixed.lower), self.continuous_part(mixed.upper));
        let gradient = self.continuous_part(gradient);
        let ascent = Ascent::new(x, bounds, self.value, &gradient, settings.iterations, settings.tolerance);
        self.ascended(Box::new(ascent))
    }

    fn ascended(&mut self, ascent: Box<Ascent>) -> Stage {
        if ascent.wanted().is_some() {
            return Stage::Ascending(ascent);
        }
        let (x, value) = ascent.reached();
        for (&j, &x) in self.continuous.iter().zip(x) {
            self.point[j] = x;
        }
        self.value = value;
        self.sweep()
    }

    fn sweep(&mut self) -> Stage {
        if self.stepped.is_empty() || self.rounds == 0 {
            return Stage::Done;
        }
        self.rounds -= 1;
        Stage::Sweeping(Sweep::new())
    }

    fn swept(&mut self, mixed: &Mixed, sweep: Sweep) -> Stage {
        if sweep.wanted(mixed, &self.stepped, &self.point, &mut Vec::new()) {
            return Stage::Sweeping(sweep);
        }
        match (sweep.moved, self.continuous.is_empty()) {
            (false, _) => Stage::Done,
            (true, true) => self.sweep(),
            (true, false) => Stage::Arrived, // for the gradient here
        }
    }

    fn continuous_part(&self, of: &[f64]) -> Vec<f64> {
        self.continuous.iter().map(|&j| of[j]).collect()
    }
}

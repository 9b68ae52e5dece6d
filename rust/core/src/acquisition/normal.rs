//! The normal density, its integral F, and the integral h of F, accurate over the whole line.
//!
//! With Iₙ the n-th repeated integral of the density over the upper tail, I₋₁ = f, I₀ = F(−t), I₁ = h(−t), integration
//! by parts gives Iₙ₋₂ = n Iₙ + t Iₙ₋₁. So the ratios rₙ = Iₙ / Iₙ₋₁ obey
//!
//!   rₙ = 1 / (t + (n + 1) rₙ₊₁),
//!
//! a recurrence without a subtraction: run downwards it damps every error of its start and costs no digit at any t > 0.
//! Then F = f r₀ and h = f r₀ r₁, where the formula f + z F loses a factor t² of precision. (Ament et al., 2023,
//! arXiv:2310.20708, section 4.1, reach the far tail through erfcx and an asymptotic branch; this needs neither.)

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI};

/// Below it the tail's recurrence is used. The rounding of z / √2 alone changes F(−t) by about t² of its ε and the
/// formula f + z F amplifies that by t F / h, about t² again: 25 ε at −2, 100 ε at −3. The recurrence takes 112 steps at
/// −2, ever fewer beyond.
const TAIL: f64 = -2.0;

/// z, with what the acquisitions need of it, as logarithms and ratios that neither vanish nor overflow.
pub struct Normal {
    z: f64,
    branch: Branch,
}

enum Branch {
    /// F and h themselves.
    Near { cdf: f64, h: f64 },
    /// r₀ = F / f and r₁ = h / F.
    Tail { r0: f64, r1: f64 },
}

pub fn log_density(z: f64) -> f64 {
    -0.5 * z * z - 0.5 * (LN_2 + PI.ln())
}

pub fn density(z: f64) -> f64 {
    log_density(z).exp()
}

impl Normal {
    pub fn new(z: f64) -> Self {
        let branch = if z < TAIL {
            let (r0, r1) = tail_ratios(-z);
            Branch::Tail { r0, r1 }
        } else {
            let cdf = 0.5 * libm::erfc(-z * FRAC_1_SQRT_2);
            Branch::Near { cdf, h: density(z) + z * cdf }
        };
        Self { z, branch }
    }

    pub fn density(&self) -> f64 {
        density(self.z)
    }

    pub fn cdf(&self) -> f64 {
        match self.branch {
            Branch::Near { cdf, .. } => cdf,
            Branch::Tail { r0, .. } => self.density() * r0,
        }
    }

    pub fn h(&self) -> f64 {
        match self.branch {
            Branch::Near { h, .. } => h,
            Branch::Tail { r0, r1 } => self.density() * r0 * r1,
        }
    }

    pub fn log_cdf(&self) -> f64 {
        match self.branch {
            // above 0 F is 1 minus a tail: the logarithm sees the tail before it is rounded away
            Branch::Near { .. } if self.z > 0.0 => (-0.5 * libm::erfc(self.z * FRAC_1_SQRT_2)).ln_1p(),
            Branch::Near { cdf, .. } => cdf.ln(),
            Branch::Tail { r0, .. } => log_density(self.z) + r0.ln(),
        }
    }

    pub fn log_h(&self) -> f64 {
        match self.branch {
            Branch::Near { h, .. } => h.ln(),
            Branch::Tail { r0, r1 } => log_density(self.z) + (r0 * r1).ln(),
        }
    }

    /// f / F, the derivative of log F.
    pub fn density_over_cdf(&self) -> f64 {
        match self.branch {
            Branch::Near { cdf, .. } => self.density() / cdf,
            Branch::Tail { r0, .. } => 1.0 / r0,
        }
    }

    /// F / h, the derivative of log h.
    pub fn cdf_over_h(&self) -> f64 {
        match self.branch {
            Branch::Near { cdf, h } => cdf / h,
            Branch::Tail { r1, .. } => 1.0 / r1,
        }
    }

    /// f / h = 1 − z F / h, without the difference.
    pub fn density_over_h(&self) -> f64 {
        match self.branch {
            Branch::Near { h, .. } => self.density() / h,
            Branch::Tail { r0, r1 } => 1.0 / (r0 * r1),
        }
    }
}

/// r₀ and r₁ at t ≥ 2.
///
/// Start: the fixed point of the recurrence at the deepest n, r = 2 / (t + √(t² + 4 (n + 1))), is off by a relative
/// O(1 / n), and each step down shrinks that by (n r²); 12 + 400 / t² steps leave less than one ε for every t ≥ 2.
fn tail_ratios(t: f64) -> (f64, f64) {
    let depth = 12 + (400.0 / (t * t)) as u32;
    let mut below = 2.0 / (t + (t * t + 4.0 * f64::from(depth + 1)).sqrt());
    let mut ratio = below;
    for n in (0..depth).rev() {
        below = ratio;
        ratio = 1.0 / (t + f64::from(n + 1) * below);
    }
    (ratio, below)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same recurrence from a thousand levels deeper: what is left of its start is then nothing.
    fn deep_ratios(t: f64) -> (f64, f64) {
        let (mut r0, mut r1) = (1.0 / t, 0.0);
        for n in (0..1500).rev() {
            r1 = r0;
            r0 = 1.0 / (t + f64::from(n + 1) * r1);
        }
        (r0, r1)
    }

    #[test]
    fn the_recurrence_is_deep_enough() {
        let mut t = 2.0;
        while t < 1e9 {
            let (ours, deep) = (tail_ratios(t), deep_ratios(t));
            for (ours, deep) in [(ours.0, deep.0), (ours.1, deep.1)] {
                assert!((ours / deep - 1.0).abs() <= 4.0 * f64::EPSILON, "t = {t}: {ours} and {deep}");
            }
            t *= 1.01;
        }
    }

    /// Both branches are the same function where they meet.
    #[test]
    fn the_branches_meet() {
        let (near, tail) = (Normal::new(TAIL), Normal::new(TAIL.next_down()));
        assert!(matches!(near.branch, Branch::Near { .. }) && matches!(tail.branch, Branch::Tail { .. }));
        let pairs = [
            (near.cdf(), tail.cdf()),
            (near.h(), tail.h()),
            (near.log_cdf(), tail.log_cdf()),
            (near.log_h(), tail.log_h()),
            (near.density_over_cdf(), tail.density_over_cdf()),
            (near.cdf_over_h(), tail.cdf_over_h()),
            (near.density_over_h(), tail.density_over_h()),
        ];
        for (near, tail) in pairs {
            assert!((near / tail - 1.0).abs() < 1e-14, "{near} and {tail}");
        }
    }

    /// log h by the 60-digit arithmetic of another program, rounded to 17 digits.
    #[test]
    fn known_values() {
        for (z, log_h) in KNOWN {
            let ours = Normal::new(z).log_h();
            assert!((ours - log_h).abs() <= 4e-15 * log_h.abs().max(1.0), "z = {z}: {ours} is not {log_h}");
        }
    }

    const KNOWN: [(f64, f64); 12] = [
        (5.0, 1.609_437_923_126_431_3),
        (1.0, 0.080_026_218_849_306_94),
        (0.0, -0.918_938_533_204_672_8),
        (-0.5, -1.620_516_264_387_319_9),
        (-1.0, -2.485_121_025_712_641_3),
        (-2.5, -6.212_541_645_443_513),
        (-2.999, -7.866_154_162_275_597),
        (-3.001, -7.873_218_837_326_243),
        (-5.0, -16.744_301_162_660_99),
        (-10.0, -55.553_122_036_122_35),
        (-40.0, -808.298_568_356_62),
        (-1000.0, -500_014.734_452_091_16),
    ];
}

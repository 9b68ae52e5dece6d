//! The processor's widest vectors, for loops that the compiler vectorises.
//!
//! Wheels are built for the baseline of each architecture; [`dispatch`] runs a kernel compiled for what the machine at
//! hand has beyond it. One machine always takes the same path, so that its results are always the same bits.

/// Work whose inner loops are worth wider vectors. `run` and all it calls in those loops must be `#[inline(always)]`.
pub trait Kernel {
    type Output;

    /// `FUSED`: a multiply-add is one instruction. `WIDE`: there are 32 registers of eight numbers.
    fn run<const FUSED: bool, const WIDE: bool>(self) -> Self::Output;
}

/// Runs `kernel` with the best instructions this processor has.
#[allow(unsafe_code)]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
                // SAFETY: the processor has the four features that are enabled, as the two conditions say.
                return unsafe { x86::with_avx512(kernel) };
            }
            // SAFETY: the processor has both features that are enabled, as the outer condition says.
            return unsafe { x86::with_avx2(kernel) };
        }
    }
    if cfg!(target_arch = "aarch64") { kernel.run::<true, false>() } else { kernel.run::<false, false>() }
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86 {
    use super::Kernel;

    /// SAFETY: the processor must have AVX-512F, AVX-512VL, AVX2 and FMA.
    #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
    pub unsafe fn with_avx512<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<true, true>()
    }

    /// SAFETY: the processor must have AVX2 and FMA.
    #[target_feature(enable = "avx2,fma")]
    pub unsafe fn with_avx2<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<true, false>()
    }
}

/// a b + c, in one rounding where that is one instruction.
#[inline(always)]
pub fn multiply_add<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// exp(x) to 2 units in the last place for x in [-708, 709], as plain arithmetic that vectorises; smaller x count as -708.
///
/// x = k log 2 + r with |r| <= log(2) / 2, exp(r) by a polynomial, 2^k by writing k into the exponent: adding 1.5 * 2^52
/// leaves k in the lowest bits.
#[inline(always)]
pub fn exponential<const FUSED: bool>(x: f64) -> f64 {
    const HIGH: f64 = 0.693_147_180_369_123_8; // log 2 to 33 bits, so that k * HIGH is exact
    const LOW: f64 = 1.908_214_929_270_587_7e-10; // the rest of log 2
    let x = if x < -708.0 { -708.0 } else { x };
    let shifted = multiply_add::<FUSED>(x, std::f64::consts::LOG2_E, ROUND);
    let k = shifted - ROUND;
    let r = multiply_add::<FUSED>(-k, LOW, multiply_add::<FUSED>(-k, HIGH, x));
    let mut series = COEFFICIENTS[0];
    for coefficient in &COEFFICIENTS[1..] {
        series = multiply_add::<FUSED>(series, r, *coefficient);
    }
    let power = (shifted.to_bits() << 52).wrapping_add(1023 << 52);
    series * f64::from_bits(power)
}

/// exp(x) to 2e-13 of it for x in [-708, 709], in four fifths of the time: for sums that need no more.
#[inline(always)]
pub fn nearly_exponential<const FUSED: bool>(x: f64) -> f64 {
    let shifted = multiply_add::<FUSED>(x, std::f64::consts::LOG2_E, ROUND);
    let k = shifted - ROUND;
    let r = multiply_add::<FUSED>(-k, std::f64::consts::LN_2, x);
    let mut series = SHORT[0];
    for coefficient in &SHORT[1..] {
        series = multiply_add::<FUSED>(series, r, *coefficient);
    }
    series * f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52))
}

const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52

/// As [`COEFFICIENTS`], at eight nodes.
const SHORT: [f64; 10] = [
    2.761_756_479_793_796e-6,
    2.486_787_019_296_089_4e-5,
    1.984_122_459_963_790_3e-4,
    1.388_883_911_055_208e-3,
    8.333_333_344_202_987e-3,
    4.166_666_678_626_581e-2,
    1.666_666_666_666_258_7e-1,
    4.999_999_999_995_511e-1,
    1.0,
    1.0,
];

/// 1 + r + r^2 q(r) by falling powers, where q meets (exp(r) - 1 - r) / r^2 at ten Chebyshev nodes: exp(r) to 1.7e-17 of it.
const COEFFICIENTS: [f64; 12] = [
    2.510_038_549_551_032e-8,
    2.762_008_844_540_974_6e-7,
    2.755_726_845_999_706_4e-6,
    2.480_152_129_595_437_6e-5,
    1.984_126_986_305_361_8e-4,
    1.388_888_891_721_371_7e-3,
    8.333_333_333_330_062e-3,
    4.166_666_666_662_413e-2,
    1.666_666_666_666_666_9e-1,
    5.000_000_000_000_001e-1,
    1.0,
    1.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    struct Exponentials<'a>(&'a mut [f64]);

    impl Kernel for Exponentials<'_> {
        type Output = ();

        #[inline(always)]
        fn run<const FUSED: bool, const WIDE: bool>(self) {
            self.0.iter_mut().for_each(|x| *x = exponential::<FUSED>(*x));
        }
    }

    #[test]
    fn exponentials_are_right_to_two_units_in_the_last_place() {
        let arguments: Vec<f64> = (0..200_000).map(|i| -708.0 + f64::from(i) * 0.003_540_1).collect();
        let mut values = arguments.clone();
        dispatch(Exponentials(&mut values));
        for (x, value) in arguments.iter().zip(&values) {
            assert!((value / x.exp() - 1.0).abs() <= 4.5e-16, "exp({x}) = {value}");
        }
        let portable: Vec<f64> = arguments.iter().map(|&x| exponential::<false>(x)).collect();
        assert!(portable.iter().zip(&arguments).all(|(value, x)| (value / x.exp() - 1.0).abs() <= 4.5e-16));
    }

    #[test]
    fn near_exponentials_are_right_to_two_units_of_the_thirteenth_digit() {
        for x in (0..200_000).map(|i| -708.0 + f64::from(i) * 0.007_080_1) {
            for value in [nearly_exponential::<true>(x), nearly_exponential::<false>(x)] {
                assert!((value / x.exp() - 1.0).abs() <= 2e-13, "exp({x}) = {value}");
            }
        }
    }

    #[test]
    fn the_ends_are_harmless() {
        assert_eq!(exponential::<true>(0.0), 1.0);
        assert!(exponential::<true>(f64::NEG_INFINITY) < 1e-300);
        assert!(exponential::<true>(-1e6) > 0.0);
    }
}

//! Factor, inverse, kernel matrix, likelihood, fit: `cargo bench -p tunewright-core --bench gp`. One thread, d = 10.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use tunewright_core::{
    gp::{Family, Problem, covariance, fit, negative_log_posterior},
    linalg::{cholesky, inverse},
    quasi_newton::Settings,
    sampling::uniform,
};

const D: usize = 10;

/// n points of the unit cube and outputs of three of their coordinates, standardised.
fn data(n: usize) -> (Vec<f64>, Vec<f64>) {
    let trials: Vec<u64> = (0..n as u64).collect();
    let purposes: Vec<u64> = (0..D as u64).collect();
    let x = uniform(0, &trials, &purposes, 0).expect("small enough");
    let output = |p: &[f64]| (3.0 * p[0]).sin() + 2.0 * p[1] * p[1] + 0.5 * (4.0 * p[2]).cos();
    let y: Vec<f64> = x.chunks(D).map(output).collect();
    let mean = y.iter().sum::<f64>() / n as f64;
    let std = (y.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64).sqrt();
    let y = y.iter().map(|v| (v - mean) / std).collect();
    (x, y)
}

fn gp(criterion: &mut Criterion) {
    let kinds = [0; D];
    let scale = 2_f64.sqrt() + (D as f64).ln() / 2.0;
    let prior_mean = [vec![scale; D], vec![0.0, -4.0]].concat();
    let prior_std = [vec![3_f64.sqrt(); D], vec![1.0, 1.0]].concat();
    let (lower, upper) = ([vec![-5.0; D], vec![-4.0, -12.0]].concat(), [vec![9.0; D], vec![4.0, 2.0]].concat());
    let settings = Settings { iterations: 100, tolerance: 1e-3 };
    for n in [50, 100, 200, 500, 1000] {
        let (x, y) = data(n);
        let family = Family::Matern52;
        let (prior_mean, prior_std) = (prior_mean.as_slice(), prior_std.as_slice());
        let problem = Problem { x: &x, y: &y, kinds: &kinds, noise: None, prior_mean, prior_std, family };
        let mut a = covariance(&x, prior_mean, &kinds, family, 1).expect("small enough");
        a.iter_mut().step_by(n + 1).for_each(|diagonal| *diagonal += 0.02);
        let (factor, _) = cholesky(&a, n, false, 1).expect("positive definite");
        let mut group = criterion.benchmark_group(format!("n={n}"));
        group.sample_size(10);
        group.bench_function(BenchmarkId::from_parameter("cholesky"), |b| b.iter(|| cholesky(&a, n, false, 1)));
        group.bench_function(BenchmarkId::from_parameter("inverse"), |b| b.iter(|| inverse(&factor, n, 1)));
        group.bench_function(BenchmarkId::from_parameter("covariance"), |b| {
            b.iter(|| covariance(&x, prior_mean, &kinds, family, 1));
        });
        group.bench_function(BenchmarkId::from_parameter("likelihood"), |b| {
            b.iter(|| negative_log_posterior(&problem, prior_mean, 1));
        });
        group.bench_function(BenchmarkId::from_parameter("fit"), |b| {
            b.iter(|| fit(&problem, prior_mean, &lower, &upper, settings, 1));
        });
        group.finish();
    }
}

criterion_group!(benches, gp);
criterion_main!(benches);

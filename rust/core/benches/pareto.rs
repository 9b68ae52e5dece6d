//! The non-dominated mask: `cargo bench -p tunewright-core --bench pareto`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tunewright_core::{pareto::is_nondominated, sampling::uniform};

/// Uniform points, or the same ones drawn to the unit sphere, where nearly all are on the front.
fn points(n: usize, m: usize, sphere: bool) -> Vec<f64> {
    let trials: Vec<u64> = (0..n as u64).collect();
    let purposes: Vec<u64> = (0..m as u64).collect();
    let mut points = uniform(0, &trials, &purposes, 0).expect("small enough");
    if sphere {
        for row in points.chunks_exact_mut(m) {
            let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            for x in row {
                *x /= norm;
            }
        }
    }
    points
}

fn pareto(criterion: &mut Criterion) {
    for (shape, sphere) in [("uniform", false), ("anti", true)] {
        let mut group = criterion.benchmark_group(format!("is_nondominated/{shape}"));
        for m in [2, 3, 5, 8] {
            for n in [1_000, 10_000] {
                let losses = points(n, m, sphere);
                group.throughput(Throughput::Elements(n as u64));
                group.bench_with_input(BenchmarkId::new(format!("m={m}"), n), &losses, |b, losses| {
                    b.iter(|| is_nondominated(losses, m));
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, pareto);
criterion_main!(benches);

//! Streams and low-discrepancy points: `cargo bench -p tunewright-core --bench sampling`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tunewright_core::sampling::{halton, sobol, stream, uniform};

const POINTS: usize = 10_000;
const DIMENSIONS: usize = 5;

fn sampling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sampling/10000x5");
    group.throughput(Throughput::Elements((POINTS * DIMENSIONS) as u64));
    let trials: Vec<u64> = (0..POINTS as u64).collect();
    let purposes: Vec<u64> = (0..DIMENSIONS as u64).collect();
    group.bench_function("uniform", |b| b.iter(|| uniform(black_box(1), &trials, &purposes, 0)));
    group.bench_function("stream", |b| b.iter(|| stream(black_box(1), 0, 0, POINTS * DIMENSIONS, 0)));
    for (name, seed) in [("plain", None), ("scrambled", Some(1))] {
        group.bench_function(format!("sobol/{name}"), |b| b.iter(|| sobol(black_box(0), POINTS, DIMENSIONS, seed)));
        group.bench_function(format!("halton/{name}"), |b| b.iter(|| halton(black_box(0), POINTS, DIMENSIONS, seed)));
    }
    group.finish();
}

criterion_group!(benches, sampling);
criterion_main!(benches);

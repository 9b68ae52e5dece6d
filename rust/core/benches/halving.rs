//! Reports on the rungs of asynchronous halving: `cargo bench -p tunewright-core --bench halving`.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tunewright_core::{halving::Rungs, sampling::uniform};

const LEVELS: [u64; 5] = [1, 3, 9, 27, 81];

fn losses(trials: u64) -> Vec<f64> {
    let numbers: Vec<u64> = (0..trials).collect();
    uniform(0, &numbers, &[0, 1, 2, 3, 4], 0).expect("small enough")
}

/// Every trial reports at every rung.
fn all_entered(losses: &[f64]) -> Rungs {
    let mut rungs = Rungs::new(&LEVELS, 3, None).expect("such rungs exist");
    for (trial, row) in losses.chunks_exact(LEVELS.len()).enumerate() {
        for (&level, &loss) in LEVELS.iter().zip(row) {
            rungs.enter(trial as u64, level, loss, 0.0);
        }
    }
    rungs
}

fn halving(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rungs");
    group.sample_size(10);
    for trials in [1_000, 10_000, 100_000] {
        let losses = losses(trials);
        group.throughput(Throughput::Elements(losses.len() as u64));
        group.bench_with_input(BenchmarkId::new("enter", trials), &losses, |b, losses| {
            b.iter(|| all_entered(losses));
        });
    }
    for trials in [1_000, 100_000] {
        let full = Rungs::new(&LEVELS, 3, None).map(|mut rungs| {
            (0..trials).for_each(|trial| _ = rungs.enter(trial, 1, trial as f64, 0.0));
            rungs
        });
        let full = full.expect("such rungs exist");
        group.throughput(Throughput::Elements(trials / 3));
        group.bench_function(BenchmarkId::new("promote one after another", trials), |b| {
            b.iter_batched(
                || full.clone(),
                |mut rungs| {
                    while let Some(&trial) = rungs.promotable(1).first() {
                        rungs.settle(trial);
                    }
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, halving);
criterion_main!(benches);

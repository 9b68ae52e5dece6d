//! Acquisitions, many candidates and climbs: `cargo bench -p tunewright-core --bench maximise`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tunewright_core::{
    acquisition::{Acquisition, evaluate as acquisitions},
    gp::{Family, factorise},
    maximise::{Factorised, Mixed, Objective, Process, Scored, Settings, climb, evaluate},
    sampling::uniform,
};

const D: usize = 10;

fn points(n: usize, seed: u64) -> Vec<f64> {
    let (trials, purposes): (Vec<u64>, Vec<u64>) = ((0..n as u64).collect(), (0..D as u64).collect());
    uniform(seed, &trials, &purposes, 0).expect("small enough")
}

fn acquisition(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("acquisition/log_ei");
    group.throughput(Throughput::Elements(1_000));
    for (name, from) in [("near", -1.0), ("tail", 5.0), ("far", 1e6)] {
        let mean: Vec<f64> = (0..1_000).map(|i| from + f64::from(i) * 1e-3).collect();
        let std = vec![1.0; 1_000];
        group.bench_function(name, |b| {
            b.iter(|| acquisitions(Acquisition::LogExpectedImprovement { best: 0.0 }, &mean, &std));
        });
    }
    group.finish();
}

fn maximise(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("maximise");
    group.sample_size(10);
    let (theta, kinds, levels) = ([&[-0.2; D][..], &[0.0, -9.0]].concat(), [0; D], [0; D]);
    for n in [50, 100, 200, 500, 1_000, 2_000] {
        let x = points(n, 1);
        let y: Vec<f64> =
            x.chunks_exact(D).map(|x| x.iter().map(|x| (x - 0.3) * (x - 0.3)).sum::<f64>() - 1.2).collect();
        let (factor, alpha, _) =
            factorise(&x, &y, &theta, &kinds, None, Family::Matern52, 2).expect("positive definite");
        let data = Factorised { x: &x, theta: &theta, kinds: &kinds, factor: &factor, alpha: &alpha };
        let model = Process::new(data, Family::Matern52).expect("lengths fit");
        let acquisition = Acquisition::LogExpectedImprovement { best: -1.0 };
        let promise = Scored { model: &model, acquisition };
        let objective = Objective { dimension: D, terms: vec![&promise] };
        let (candidates, starts) = (points(1_000, 2), points(16, 3));
        for threads in [1, 2] {
            let settings = Settings { iterations: 100, tolerance: 1e-6, threads };
            group.bench_function(BenchmarkId::new(format!("1000 candidates/{threads} threads"), n), |b| {
                b.iter(|| evaluate(&objective, &candidates, threads));
            });
            group.bench_function(BenchmarkId::new(format!("16 climbs/{threads} threads"), n), |b| {
                b.iter(|| {
                    climb(
                        &objective,
                        Mixed {
                            kinds: &kinds,
                            levels: &levels,
                            lower: &vec![0.0; kinds.len()],
                            upper: &vec![1.0; kinds.len()],
                        },
                        &starts,
                        settings,
                    )
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, acquisition, maximise);
criterion_main!(benches);

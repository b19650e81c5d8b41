//! Texts of strangers: what is taken out of them before they are shown.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use managed_identity::fuzzing::{plain, query, without_sent};

use crate::samples;

const SECRET: &str = "Xq8~s3cr3t.VALUE-0123456789_abcdef";

pub fn all(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("texts");
    let clean = samples::page((0..200).map(samples::identity));
    let reflecting = [&clean[..], SECRET.as_bytes()].concat();
    for (name, body) in [
        ("a body without the secret", &clean),
        ("a body with the secret", &reflecting),
    ] {
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| without_sent(black_box(body), SECRET));
        });
    }
    let text = "The identity 'id1' is not found.\u{1b}[31m Check the name.\r\n".repeat(20);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("a text for a console", |bencher| {
        bencher.iter(|| plain(black_box(&text)));
    });
    group.bench_function("a condition of a query", |bencher| {
        bencher.iter(|| query(black_box("it's a \"name\" \\ of a tag")));
    });
    group.finish();
}

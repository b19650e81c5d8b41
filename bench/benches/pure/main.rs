//! The parts of the library that send no request: `cargo bench --package bench`.

mod changes;
mod errors;
mod ids;
mod pages;
mod samples;
mod templates;
mod texts;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    benches,
    changes::all,
    errors::all,
    ids::all,
    pages::all,
    templates::all,
    texts::all
);
criterion_main!(benches);

//! Resource ids and scopes.

use std::hint::black_box;

use criterion::Criterion;
use managed_identity::base::{ResourceId, ScopeId};
use managed_identity::identity::USER_ASSIGNED_IDENTITY;

use crate::samples;

pub fn all(criterion: &mut Criterion) {
    let id = samples::identity_id(1);
    let mut group = criterion.benchmark_group("ids");
    group.bench_function("an identity's id", |bencher| {
        bencher
            .iter(|| ResourceId::read(USER_ASSIGNED_IDENTITY, black_box(&id)).expect("is an id"));
    });
    group.bench_function("an id of any type", |bencher| {
        bencher.iter(|| ResourceId::parse_any("Id", black_box(&id)).expect("is an id"));
    });
    group.bench_function("a scope", |bencher| {
        bencher.iter(|| ScopeId::parse(black_box(samples::GROUP)).expect("is a scope"));
    });
    group.finish();
}

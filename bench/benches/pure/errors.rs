//! An error response as the error that a host gets.

use std::hint::black_box;

use criterion::Criterion;
use managed_identity::fuzzing::{deployment, error};
use serde_json::json;

pub fn all(criterion: &mut Criterion) {
    let inner = json!({ "code": "AllocationFailed", "message": "There is no capacity in eastus." });
    let body = json!({ "error": {
        "code": "DeploymentFailed",
        "message": "At least one resource deployment operation failed.",
        "details": [{ "code": "Conflict", "message": json!({ "error": inner }).to_string() }],
    } });
    let text = body.to_string();
    let mut group = criterion.benchmark_group("errors");
    group.bench_function("an error response", |bencher| {
        bencher.iter(|| {
            error(
                409,
                "server",
                black_box(text.as_bytes()),
                "secret-of-the-request",
            )
        });
    });
    group.bench_function("the deepest cause", |bencher| {
        bencher.iter(|| deployment::cause(black_box(&body)).expect("has one"));
    });
    group.finish();
}

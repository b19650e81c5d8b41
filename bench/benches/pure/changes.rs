//! From a resource and a wish to what is sent.

use std::hint::black_box;

use criterion::Criterion;
use managed_identity::base::ResourceId;
use managed_identity::fuzzing::resource::body;
use managed_identity::resource::{Change, State, plan};

use crate::samples;

/// How many identities the resource has: more than most.
const HELD: usize = 50;

pub fn all(criterion: &mut Criterion) {
    let id = |number| ResourceId::parse_any("Id", &samples::identity_id(number)).expect("is an id");
    let state = State {
        system_assigned: true,
        user_assigned: (0..HELD).map(samples::identity_id).collect(),
        missing: Vec::new(),
    };
    let change = Change::Merge {
        add: (HELD..HELD + 5).map(id).collect(),
        remove: (0..5).map(id).collect(),
        system_assigned: None,
        remove_missing: false,
    };
    let mut group = criterion.benchmark_group("changes");
    group.bench_function("the patch", |bencher| {
        bencher.iter(|| plan(black_box(&state), black_box(&change)).expect("is a change"));
    });
    let patch = plan(&state, &change).expect("is a change");
    let whole = samples::machine(1, HELD);
    for (name, resource_type) in [
        (
            "a body that names what changes",
            "Microsoft.Compute/virtualMachines",
        ),
        ("a body that names all", "Microsoft.Web/sites"),
        (
            "a body that is the whole resource",
            "Microsoft.ContainerInstance/containerGroups",
        ),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                body(resource_type, black_box(&patch), black_box(&whole)).expect("can be changed")
            });
        });
    }
    group.finish();
}

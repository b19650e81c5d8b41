//! Identities as a template, and what is sent of one.

use criterion::{BatchSize, Criterion};
use managed_identity::export::Format;
use managed_identity::fuzzing::{deployment, export};
use managed_identity::identity::UserAssignedIdentity;
use managed_identity::identity::federated::FederatedCredential;
use serde_json::from_value;

use crate::samples;

const ITEMS: usize = 100;

pub fn all(criterion: &mut Criterion) {
    let identities: Vec<UserAssignedIdentity> = (0..ITEMS)
        .map(|number| from_value(samples::identity(number)).expect("is an identity"))
        .collect();
    let credentials: Vec<FederatedCredential> = [false, true]
        .map(|has_expression| {
            from_value(samples::credential(1, has_expression)).expect("is a credential")
        })
        .into();
    let mut group = criterion.benchmark_group("templates");
    for (name, format) in [
        ("export to ARM", Format::Arm),
        ("export to Bicep", Format::Bicep),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || identities.clone(),
                |identities| export::template(samples::GROUP, identities, &credentials, format),
                BatchSize::SmallInput,
            );
        });
    }
    let template = export::template(samples::GROUP, identities, &credentials, Format::Arm);
    group.bench_function("a deployment's body", |bencher| {
        bencher.iter(|| deployment::template(&template, Some("{}")).expect("is a template"));
    });
    group.finish();
}

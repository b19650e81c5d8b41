//! Bodies of lists as the library's types.

use criterion::{Criterion, Throughput};
use managed_identity::fuzzing::read;
use managed_identity::identity::UserAssignedIdentity;
use managed_identity::identity::federated::FederatedCredential;
use managed_identity::resource::ResourceIdentity;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::samples;

const ITEMS: usize = 1000;

#[derive(Deserialize)]
struct Page<T> {
    value: Vec<T>,
}

pub fn all(criterion: &mut Criterion) {
    let identities = samples::page((0..ITEMS).map(samples::identity));
    page::<UserAssignedIdentity>(criterion, "page of identities", &identities);

    // A row of Resource Graph is read as the type that the provider's list has.
    let rows = String::from_utf8(identities)
        .expect("is text")
        .to_lowercase();
    let rows = rows
        .replace("tenantid", "tenantId")
        .replace("principalid", "principalId")
        .replace("clientid", "clientId");
    page::<UserAssignedIdentity>(criterion, "rows of Resource Graph", rows.as_bytes());

    let machines = samples::page((0..ITEMS).map(|number| samples::machine(number, 3)));
    page::<ResourceIdentity>(criterion, "page of machines", &machines);

    for (name, has_expression) in [("subjects", false), ("expressions", true)] {
        let credentials = (0..ITEMS).map(|number| samples::credential(number, has_expression));
        let name = format!("page of federated credentials with {name}");
        page::<FederatedCredential>(criterion, &name, &samples::page(credentials));
    }
}

fn page<T: DeserializeOwned>(criterion: &mut Criterion, name: &str, body: &[u8]) {
    let mut group = criterion.benchmark_group("pages");
    group.throughput(Throughput::Elements(ITEMS as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let page: Page<T> = read(body).expect("is a page");
            assert_eq!(page.value.len(), ITEMS);
            page.value
        });
    });
    group.finish();
}

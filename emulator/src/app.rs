//! The one place that knows all providers, and wires what each brings along.

use std::sync::LazyLock;

use crate::arm::operations;
use crate::arm::route::{Provider, Registry};
use crate::arm::router;
use crate::base::admin_key::AdminKey;
use crate::base::clock::{Clock, Millis};
use crate::base::http::{Reply, Request};
use crate::base::options::Options;
use crate::state::{Parts, State, World};
use crate::{
    admin, authorization, compute, deployment, generic, graph, hosts, identity, msgraph, oauth,
    resource_types, resources,
};

/// The providers. The first that answers a path is the one that does.
static PROVIDERS: [Provider; 11] = [
    msgraph::PROVIDER,
    oauth::PROVIDER,
    hosts::PROVIDER,
    resources::PROVIDER,
    identity::PROVIDER,
    compute::PROVIDER,
    generic::PROVIDER,
    resource_types::PROVIDER,
    deployment::PROVIDER,
    authorization::PROVIDER,
    graph::PROVIDER,
];

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Registry::new(&PROVIDERS));

/// The world of an emulator that starts, with the state that was loaded or that of a fresh one.
pub(crate) fn world(
    endpoint: String,
    admin_key: AdminKey,
    clock: Clock,
    options: &Options,
    loaded: Option<State>,
) -> World {
    let mut state = loaded.unwrap_or_else(|| State::seeded(clock.now()));
    let mut parts = Parts::default();
    for provider in REGISTRY.providers {
        if let Some(loaded) = provider.loaded {
            loaded(&mut state);
        }
        for add in provider.parts {
            add(&mut parts);
        }
    }
    World::new(endpoint, admin_key, clock, options, state, parts)
}

/// Lets happen what is due.
pub(crate) fn settle(world: &mut World, now: Millis) {
    operations::settle(&REGISTRY, world, now);
}

/// Whether the state has changed since that revision. Providers that want to know are told.
pub(crate) fn changed_since(world: &mut World, revision: u64, now: Millis) -> bool {
    let changed = world.revision != revision;
    if changed {
        for state_changed in REGISTRY
            .providers
            .iter()
            .filter_map(|one| one.state_changed)
        {
            state_changed(world, now);
        }
    }
    changed
}

/// Whether the request is for the emulator itself, and not for the cloud that it emulates.
pub(crate) fn is_admin(request: &Request) -> bool {
    admin::is_ours(request)
}

/// Answers a request for the emulator itself.
pub(crate) fn answer_admin(world: &mut World, request: &Request, now: Millis) -> Reply {
    admin::answer(&REGISTRY, world, request, now)
}

/// Answers a request for the emulated cloud.
pub(crate) fn answer(world: &mut World, request: &Request, now: Millis) -> Reply {
    REGISTRY
        .providers
        .iter()
        .filter_map(|provider| provider.answer)
        .find_map(|answer| answer(world, request, now))
        .unwrap_or_else(|| router::answer(&REGISTRY, world, request, now))
}

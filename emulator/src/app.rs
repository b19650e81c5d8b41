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

/// What was read from files.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// What the emulator starts with in place of the usual, and goes back to on a reset.
    pub(crate) seed: Option<State>,
    /// What an earlier run has left.
    pub(crate) state: Option<State>,
}

/// The world of an emulator that starts: with what an earlier run has left, else with the seed, else
/// with what a fresh one has.
pub(crate) fn world(
    endpoint: String,
    admin_key: AdminKey,
    clock: Clock,
    options: &Options,
    loaded: Loaded,
) -> World {
    let Loaded { seed, state } = loaded;
    let seed = seed.map(completed);
    let state = state
        .map(completed)
        .or_else(|| seed.clone())
        .unwrap_or_else(|| completed(State::seeded(clock.now())));
    let mut parts = Parts::default();
    for add in REGISTRY.providers.iter().flat_map(|one| one.parts) {
        add(&mut parts);
    }
    World::new(endpoint, admin_key, clock, options, seed, state, parts)
}

/// A state with what each provider adds to one that was loaded.
fn completed(mut state: State) -> State {
    for loaded in REGISTRY.providers.iter().filter_map(|one| one.loaded) {
        loaded(&mut state);
    }
    state
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

//! Microsoft.ResourceGraph: queries, and the older call that lists the resources that use an
//! identity.

mod associated;
mod index;
mod kql;
mod pages;
mod query;
mod rows;

use crate::arm::route::{Provider, Route, Versions, route};
use crate::state::Parts;
use index::Index;
use pages::Pages;

pub(crate) const PROVIDER: Provider = Provider {
    routes: &[ROUTES],
    parts: &[Parts::add::<Index>, Parts::add::<Pages>],
    state_changed: Some(|world, now| {
        let state = &world.state;
        world.session.part_mut::<Index>().observe(state, now);
    }),
    settings_changed: Some(|world, now| {
        let delay = world.session.settings.graph_delay_ms;
        let state = &world.state;
        world
            .session
            .part_mut::<Index>()
            .set_delay(delay, state, now);
    }),
    ..Provider::NOTHING
};

const ROUTES: &[Route] = &[
    route(
        "POST",
        "/providers/Microsoft.ResourceGraph/resources",
        query::resources,
        Versions::Listed(&[
            "2018-09-01-preview",
            "2019-04-01",
            "2020-04-01-preview",
            "2020-09-01-preview",
            "2021-03-01",
            "2021-06-01-preview",
            "2022-10-01",
            "2024-04-01",
        ]),
    )
    .asking(),
    route(
        "POST",
        "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}/listAssociatedResources",
        associated::list,
        Versions::Listed(&["2021-09-30-preview", "2022-01-31-preview"]),
    )
    .asking(),
];

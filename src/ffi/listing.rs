//! Lists whose items may fail one by one.

use crate::access::{Identities, ListIdentities};
use crate::arm::{self, Client};
use crate::base::Result;

use super::queue::Operation;

/// To find subscriptions by their ids or names.
pub(super) struct ListSubscriptions {
    pub(super) named: Vec<String>,
}

impl ListSubscriptions {
    pub(super) async fn run(&self, client: &Client, operation: &Operation) -> Result<()> {
        let found = arm::find_subscriptions(client, &self.named).await?;
        operation.items(found).await;
        Ok(())
    }
}

/// Yields the identities of a list.
pub(super) async fn identities(
    client: &Client,
    mut wanted: ListIdentities,
    operation: &Operation,
) -> Result<()> {
    wanted.fleet.at_once = operation.at_once();
    let mut identities = Identities::list(client, &wanted)?;
    while let Some(part) = identities.next().await? {
        operation.results(part.into_iter()).await;
    }
    Ok(())
}

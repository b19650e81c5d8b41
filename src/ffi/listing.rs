//! Lists whose items may fail one by one.

use crate::access::{Identities, ListIdentities};
use crate::arm::{self, Client};
use crate::base::Result;

use super::queue::Operation;
use super::show::Item;

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
        operation.results(part).await;
    }
    Ok(())
}

impl Operation {
    /// Yields all of these, and the errors among them.
    pub(super) async fn results<T: Item>(&self, results: Vec<Result<T>>) {
        for result in results {
            match result {
                Ok(item) => self.item(item).await,
                Err(error) => self.item_failed(error).await,
            }
        }
    }
}

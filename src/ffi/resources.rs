//! What is asked of the identities of resources.

use crate::arm::fleet::Fleet;
use crate::arm::{Client, Target};
use crate::base::Result;
use crate::compute::{self, VIRTUAL_MACHINE};
use crate::resource::{self, ResourceIdentity};

use super::kind::ResourceKind;
use super::queue::Operation;

/// To read the identity of a resource.
pub(super) struct GetResource {
    pub(super) kind: ResourceKind,
    pub(super) target: Target,
    pub(super) api_version: Option<String>,
    pub(super) check: bool,
    pub(super) as_json: bool,
}

/// To list resources.
pub(super) struct ListResources {
    pub(super) kind: ResourceKind,
    pub(super) types: Vec<String>,
    pub(super) fleet: Fleet,
    pub(super) check: bool,
    pub(super) as_json: bool,
}

/// To wait until Azure has completed what it does with a resource.
pub(super) struct WaitForResource {
    pub(super) kind: ResourceKind,
    pub(super) target: Target,
    pub(super) api_version: Option<String>,
}

impl GetResource {
    pub(super) async fn run(&self, client: &Client, operation: &Operation) -> Result<()> {
        let named = self.kind.named(&self.target, &self.api_version);
        if self.as_json {
            operation
                .item(resource::get_whole(client, &named).await?)
                .await;
            return Ok(());
        }
        let found = resource::get(client, &named).await?;
        operation
            .item(checked(client, found, self.check).await?)
            .await;
        Ok(())
    }
}

impl ListResources {
    pub(super) async fn run(mut self, client: &Client, operation: &Operation) -> Result<()> {
        self.fleet.at_once = operation.at_once();
        if self.as_json {
            let kind = self.kind.resource_type().unwrap_or(VIRTUAL_MACHINE);
            let whole = compute::list_whole(client, kind, &self.fleet.one_place())?;
            return operation.pages(whole).await;
        }
        let mut listing = match self.kind.resource_type() {
            Some(kind) => compute::search(client, kind, &self.fleet)?,
            None => resource::search(client, &self.types, &self.fleet)?,
        };
        while let Some(part) = listing.next().await? {
            for found in part {
                match self.checked(client, found).await {
                    Ok(found) => operation.item(found).await,
                    Err(error) => operation.item_failed(error).await,
                }
            }
        }
        Ok(())
    }

    async fn checked(
        &self,
        client: &Client,
        found: Result<ResourceIdentity>,
    ) -> Result<ResourceIdentity> {
        let mut found = found?;
        found.spell_group(client).await;
        checked(client, found, self.check).await
    }
}

impl WaitForResource {
    pub(super) async fn run(&self, client: &Client) -> Result<ResourceIdentity> {
        let named = self.kind.named(&self.target, &self.api_version);
        resource::wait(client, &named).await
    }
}

/// The resource, with whether each identity that it refers to still exists, where that is asked.
async fn checked(
    client: &Client,
    mut found: ResourceIdentity,
    check: bool,
) -> Result<ResourceIdentity> {
    if check {
        resource::check_references(client, &mut found).await?;
    }
    Ok(found)
}

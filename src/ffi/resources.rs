//! What is asked of the identities of resources.

use crate::arm::{Client, Scope, Target};
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

/// To list machines.
pub(super) struct ListMachines {
    pub(super) kind: ResourceKind,
    pub(super) scope: Scope,
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

impl ListMachines {
    pub(super) async fn run(&self, client: &Client, operation: &Operation) -> Result<()> {
        let kind = self.kind.resource_type().unwrap_or(VIRTUAL_MACHINE);
        if self.as_json {
            let whole = compute::list_whole(client, kind, &self.scope)?;
            return operation.pages(whole).await;
        }
        let mut pages = compute::list(client, kind, &self.scope)?;
        while let Some(page) = pages.next().await? {
            for machine in page {
                operation
                    .item(checked(client, machine, self.check).await?)
                    .await;
            }
        }
        Ok(())
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

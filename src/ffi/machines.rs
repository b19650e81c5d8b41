//! What is asked of machines.

use crate::arm::{Client, Scope, Target};
use crate::base::Result;
use crate::compute::{self, MachineIdentity, MachineKind};

use super::queue::Operation;

/// To read a machine.
pub(super) struct GetMachine {
    pub(super) kind: MachineKind,
    pub(super) target: Target,
    pub(super) check: bool,
    pub(super) as_json: bool,
}

/// To list machines.
pub(super) struct ListMachines {
    pub(super) kind: MachineKind,
    pub(super) scope: Scope,
    pub(super) check: bool,
    pub(super) as_json: bool,
}

/// To wait until Azure has completed what it does with a machine.
pub(super) struct WaitForMachine {
    pub(super) kind: MachineKind,
    pub(super) target: Target,
}

impl GetMachine {
    pub(super) async fn run(&self, client: &Client, operation: &Operation) -> Result<()> {
        if self.as_json {
            let whole = compute::get_whole(client, self.kind, &self.target).await?;
            operation.item(whole).await;
            return Ok(());
        }
        let machine = compute::get(client, self.kind, &self.target).await?;
        operation
            .item(checked(client, machine, self.check).await?)
            .await;
        Ok(())
    }
}

impl ListMachines {
    pub(super) async fn run(&self, client: &Client, operation: &Operation) -> Result<()> {
        if self.as_json {
            let whole = compute::list_whole(client, self.kind, &self.scope)?;
            return operation.pages(whole).await;
        }
        let mut pages = compute::list(client, self.kind, &self.scope)?;
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

/// The machine, with whether each identity that it refers to still exists, where that is asked.
async fn checked(
    client: &Client,
    mut machine: MachineIdentity,
    check: bool,
) -> Result<MachineIdentity> {
    if check {
        compute::check_references(client, &mut machine).await?;
    }
    Ok(machine)
}

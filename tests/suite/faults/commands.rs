//! The commands that talk to a service, each as its cmdlet has it carried out.

use std::fmt;

use futures_util::future::BoxFuture;
use managed_identity::access::{
    self, Find, FindAppRoles, FindReferences, Identities, ListIdentities, Revoke, RevokeAppRole,
    Source,
};
use managed_identity::arm::fleet::{Fleet, Listing};
use managed_identity::arm::{self, Client, Invoke};
use managed_identity::base::{ResourceType, Result};
use managed_identity::compute::{self, SCALE_SET, VIRTUAL_MACHINE};
use managed_identity::deployment::{self, Deploy};
use managed_identity::export::{self, Export};
use managed_identity::identity::{self, federated};
use managed_identity::resource::{self, IdentityType, Named, ResourceIdentity, Wanted};
use serde_json::json;

use super::stage::{self, BYSTANDER, CREDENTIAL, FREE, Fixture, SET, Stage, USED};
use crate::support::{self, VM, change_of, of, tags, target};

/// A command that talks to a service.
pub struct Command {
    /// The cmdlet, with the parameters that make a difference.
    pub line: &'static str,
    run: for<'a> fn(&'a Stage, &'a Fixture) -> BoxFuture<'a, Result<()>>,
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.line)
    }
}

impl Command {
    pub async fn run(&self, stage: &Stage, fixture: &Fixture) -> Result<()> {
        (self.run)(stage, fixture).await
    }

    /// Whether it has several requests under way at once: how many meet a fault before the first that
    /// fails ends the others is a matter of time.
    pub fn sends_several_at_once(&self) -> bool {
        const SEVERAL: [&str; 5] = [
            "Export-UserAssignedIdentity",
            "Get-IdentityAssociatedResource",
            "Get-UserAssignedIdentity -Unused",
            "Remove-UserAssignedIdentity -Detach",
            "Remove-UserAssignedIdentity -IfUnused",
        ];
        SEVERAL.contains(&self.line)
    }

    /// Whether Azure refuses a write while another one runs, which takes a moment: how many of those
    /// that are repeated are carried out is a matter of time.
    pub fn is_refused_while_writing(&self) -> bool {
        self.line.ends_with("-FederatedIdentityCredential")
    }

    /// The name of the cmdlet.
    pub fn cmdlet(&self) -> &'static str {
        self.line.split(' ').next().unwrap_or_default()
    }
}

/// The table: each command line, and what it does with the client and the fixture.
macro_rules! commands {
    ($($line:literal => |$client:pat_param, $fixture:pat_param| $run:expr;)*) => {
        &[$(Command {
            line: $line,
            run: |stage, $fixture| {
                let client = stage.client();
                Box::pin(async move {
                    let $client = &client;
                    $run.await.map(drop)
                })
            },
        },)*]
    };
}

/// The first, which makes the client that the others get.
static CONNECT: Command = Command {
    line: "Connect-ManagedIdentityService",
    run: |stage, _| Box::pin(stage.sign_in()),
};

static CONNECTED: &[Command] = commands! {
    "Get-UserAssignedIdentity" => |client, _| identities(client, false);
    "Get-UserAssignedIdentity -Name" => |client, _| identity::get(client, &target(USED));
    "Get-UserAssignedIdentity -Unused" => |client, _| identities(client, true);
    "New-UserAssignedIdentity" => |client, _| identity::create(client, &new_identity());
    "Update-UserAssignedIdentity" => |client, _| identity::update(client, &tagged());
    "Remove-UserAssignedIdentity" => |client, _| identity::delete(client, &target(FREE));
    "Remove-UserAssignedIdentity -Detach" => |client, _|
        access::remove_detached(client, &target(USED));
    "Remove-UserAssignedIdentity -IfUnused" => |client, _|
        access::remove_unused(client, &target(FREE));
    "Revoke-UserAssignedIdentityToken" => |client, _|
        identity::revoke_tokens(client, &target(FREE));
    "Get-FederatedIdentityCredential" => |client, _| federated::list(client, &target(USED));
    "New-FederatedIdentityCredential" => |client, _|
        federated::create(client, &stage::credential("second"));
    "Update-FederatedIdentityCredential" => |client, _|
        federated::update(client, &other_subject());
    "Remove-FederatedIdentityCredential" => |client, _|
        federated::delete(client, &stage::credential_target(CREDENTIAL));
    "Get-SystemAssignedIdentity" => |client, _|
        identity::system_assigned(client, &id_of(SCALE_SET, SET));
    "Get-IdentityAssociatedResource" => |client, _|
        access::references(client, &references(Source::ResourceGraph));
    "Get-IdentityAssociatedResource -Source Provider" => |client, _|
        access::references(client, &references(Source::Provider));
    "Get-IdentityRoleAssignment" => |client, _| access::find(client, &Find::default());
    "New-IdentityRoleAssignment" => |client, fixture|
        access::assign(client, &stage::role(&fixture.free_principal));
    "Remove-IdentityRoleAssignment" => |client, fixture|
        access::revoke(client, &revoke(&fixture.used_principal));
    "Get-IdentityAppRoleAssignment" => |client, fixture|
        app_roles(client, &fixture.used_principal);
    "New-IdentityAppRoleAssignment" => |client, fixture|
        access::assign_app_role(client, &stage::app_role(&fixture.free_principal));
    "Remove-IdentityAppRoleAssignment" => |client, fixture|
        access::revoke_app_role(client, &revoke_app_role(&fixture.used_principal));
    "Get-IdentityGroupMember" => |client, _| members(client);
    "Add-IdentityGroupMember" => |client, fixture|
        access::add_member(client, &stage::membership(&fixture.free_principal));
    "Remove-IdentityGroupMember" => |client, fixture|
        access::remove_member(client, &stage::membership(&fixture.used_principal));
    "Get-ResourceIdentity" => |client, _| resources(client);
    "Get-ResourceIdentity -ResourceId" => |client, _| resource::get(client, &machine());
    "Update-ResourceIdentity -AddIdentityId" => |client, _|
        resource::update(client, &change(machine(), add(FREE)));
    "Wait-ResourceIdentity" => |client, _| resource::wait(client, &machine());
    "Get-VmIdentity" => |client, _| machines(client, VIRTUAL_MACHINE);
    "Get-VmIdentity -Name" => |client, _| resource::get(client, &machine());
    "Update-VmIdentity -IdentityType" => |client, _|
        compute::update(client, &support::update(exactly(&[BYSTANDER, FREE])));
    "Update-VmIdentity -AddIdentityId" => |client, _|
        compute::update(client, &support::update(add(FREE)));
    "Update-VmIdentity -RemoveIdentityId" => |client, _|
        compute::update(client, &support::update(remove(USED)));
    "Wait-VmIdentity" => |client, _| resource::wait(client, &machine());
    "Get-VmssIdentity" => |client, _| machines(client, SCALE_SET);
    "Update-VmssIdentity -AddIdentityId" => |client, _|
        compute::update(client, &change_of(of(SCALE_SET, target(SET)), add(FREE)));
    "Export-UserAssignedIdentity" => |client, _| export::export(client, &exported());
    "New-ArmDeployment" => |client, _| deployment::deploy(client, &deploy());
    "Invoke-ArmRequest -Paginate" => |client, _| pages(client);
    "Invoke-ArmRequest -Method PUT" => |client, _| arm::invoke(client, &put());
    "Invoke-ArmRequest -Method DELETE" => |client, _| arm::invoke(client, &call("DELETE", FREE));
};

/// All commands.
pub fn all() -> impl Iterator<Item = &'static Command> {
    std::iter::once(&CONNECT).chain(CONNECTED)
}

/// The cmdlets that send no request to a service that could be at fault: an emulator's own interface
/// has no faults.
pub const WITHOUT_SERVICE: [&str; 16] = [
    "Add-ArmEmulatorResource",
    "Add-ArmEmulatorResourceGroup",
    "Add-ArmEmulatorScaleSet",
    "Add-ArmEmulatorSubscription",
    "Add-ArmEmulatorVirtualMachine",
    "Disable-AzIdentityAlias",
    "Disconnect-ManagedIdentityService",
    "Enable-AzIdentityAlias",
    "Get-ArmEmulator",
    "Get-ArmEmulatorRequest",
    "Get-ManagedIdentityConnection",
    "Reset-ArmEmulator",
    "Set-ArmEmulatorFault",
    "Set-ArmEmulatorSetting",
    "Start-ArmEmulator",
    "Stop-ArmEmulator",
];

fn id_of(kind: ResourceType, name: &str) -> String {
    format!(
        "/subscriptions/{}/resourceGroups/{}/providers/{kind}/{name}",
        emulator::seed::SUBSCRIPTION_ID,
        emulator::seed::RESOURCE_GROUP
    )
}

fn identity_id(name: &str) -> String {
    id_of(identity::USER_ASSIGNED_IDENTITY, name)
}

async fn identities(client: &Client, unused: bool) -> Result<()> {
    let fleet = Fleet::default();
    let mut found = Identities::list(client, &ListIdentities { fleet, unused })?;
    while let Some(part) = found.next().await? {
        part.into_iter().collect::<Result<Vec<_>>>()?;
    }
    Ok(())
}

async fn machines(client: &Client, kind: ResourceType) -> Result<()> {
    read(compute::search(client, kind, &Fleet::default())?).await
}

async fn resources(client: &Client) -> Result<()> {
    read(resource::search(client, &[], &Fleet::default())?).await
}

/// Reads a list to its end.
async fn read(mut listing: Listing<ResourceIdentity>) -> Result<()> {
    while let Some(part) = listing.next().await? {
        part.into_iter().collect::<Result<Vec<_>>>()?;
    }
    Ok(())
}

async fn members(client: &Client) -> Result<()> {
    let mut members = access::members(client, emulator::seed::GROUP).await?;
    while members.next().await?.is_some() {}
    Ok(())
}

async fn app_roles(client: &Client, principal: &str) -> Result<()> {
    let asked = FindAppRoles {
        principal: stage::app_role(principal).principal,
        ..FindAppRoles::default()
    };
    let mut pages = access::app_role_assignments(client, &asked).await?;
    while pages.next().await?.is_some() {}
    Ok(())
}

async fn pages(client: &Client) -> Result<()> {
    let all = Invoke {
        path: id_of(identity::USER_ASSIGNED_IDENTITY, ""),
        ..call("GET", "")
    };
    let mut pages = arm::invoke_pages(client, &all)?;
    while pages.next().await?.is_some() {}
    Ok(())
}

fn new_identity() -> identity::Create {
    identity::Create {
        target: target("made"),
        ..identity::Create::default()
    }
}

fn tagged() -> identity::Update {
    identity::Update {
        target: target(FREE),
        tags: Some(tags(&[("env", "test")])),
        ..identity::Update::default()
    }
}

fn other_subject() -> federated::Update {
    federated::Update {
        target: stage::credential_target(CREDENTIAL),
        ..federated::Update::from(stage::credential("other"))
    }
}

fn references(source: Source) -> FindReferences {
    FindReferences {
        identity: Some(target(USED)),
        source,
        ..FindReferences::default()
    }
}

fn revoke(principal: &str) -> Revoke {
    let given = stage::role(principal);
    Revoke {
        id: None,
        principal: given.principal,
        scope: given.scope,
        role: given.role,
    }
}

fn revoke_app_role(principal: &str) -> RevokeAppRole {
    let given = stage::app_role(principal);
    RevokeAppRole {
        id: None,
        principal: given.principal,
        resource: given.resource,
        permission: Some(given.permission),
    }
}

fn machine() -> Named {
    of(VIRTUAL_MACHINE, target(VM))
}

fn change(resource: Named, wanted: Wanted) -> resource::Update {
    change_of(resource, wanted).change
}

fn add(name: &str) -> Wanted {
    wanted(&[name], &[])
}

fn remove(name: &str) -> Wanted {
    wanted(&[], &[name])
}

fn wanted(add: &[&str], remove: &[&str]) -> Wanted {
    let ids = |names: &[&str]| names.iter().map(|name| identity_id(name)).collect();
    Wanted::Merge {
        add: ids(add),
        remove: ids(remove),
        system_assigned: None,
        remove_missing: false,
    }
}

fn exactly(names: &[&str]) -> Wanted {
    Wanted::Exact {
        identity_type: IdentityType::UserAssigned,
        identities: names.iter().map(|name| identity_id(name)).collect(),
    }
}

fn exported() -> Export {
    Export {
        identities: vec![identity_id(USED), identity_id(FREE)],
        roles: true,
        ..Export::default()
    }
}

/// A template with one identity.
fn deploy() -> Deploy {
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [{
            "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
            "apiVersion": "2024-11-30",
            "name": "deployed",
            "location": "eastus",
        }],
    });
    Deploy {
        target: target("rehearsal"),
        template: template.to_string(),
        parameters: None,
    }
}

fn call(method: &str, name: &str) -> Invoke {
    Invoke {
        method: method.to_owned(),
        path: identity_id(name),
        api_version: Some("2024-11-30".to_owned()),
        ..Invoke::default()
    }
}

fn put() -> Invoke {
    Invoke {
        body: Some(json!({"location": "eastus"}).to_string()),
        ..call("PUT", "called")
    }
}

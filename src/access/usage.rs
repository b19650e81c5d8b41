//! All that an identity is used for: the resources that refer to it, its roles, and what may sign
//! in as it from outside.

use futures_util::future::{try_join, try_join4};

use super::assignment::{RoleAssignment, described, held_by, name_all};
use super::references::{Reference, ReferenceKind, find};
use crate::arm::resource_graph::{Rows, quoted};
use crate::arm::{Client, Scope};
use crate::base::{ResourceId, Result, ScopeId, same_name};
use crate::compute::{self, MachineKind};
use crate::identity::{self, UserAssignedIdentity, federated};

/// What an identity is used for.
pub(super) struct Usage {
    /// Its id.
    pub id: ResourceId,
    /// The identity; none when it does not exist, and what is left of it may still be there.
    pub identity: Option<UserAssignedIdentity>,
    /// The virtual machines and scale sets that have it.
    pub machines: Vec<Machine>,
    /// Resources of other kinds that refer to it.
    pub others: Vec<Reference>,
    /// The roles that it holds.
    pub roles: Vec<RoleAssignment>,
    /// The names of its federated credentials.
    pub federated: Vec<String>,
}

/// A virtual machine or scale set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Machine {
    pub kind: MachineKind,
    pub id: ResourceId,
}

impl Machine {
    /// The machine with this id, if it is that of one.
    fn read(id: &str) -> Option<Self> {
        [MachineKind::VirtualMachine, MachineKind::ScaleSet]
            .into_iter()
            .find_map(|kind| {
                let id = ResourceId::read(kind.resource_type(), id)?;
                Some(Self { kind, id })
            })
    }

    /// What messages call it.
    pub fn label(&self) -> String {
        format!("{} '{}'", self.kind.resource_type().label, self.id)
    }
}

impl Usage {
    /// Looks for all uses of an identity.
    ///
    /// Resource Graph knows all subscriptions and is late. So the machines and the roles of the
    /// identity's own subscription, where most uses are, are looked at themselves too.
    ///
    /// # Errors
    /// Those of the requests.
    pub async fn of(client: &Client, id: &ResourceId) -> Result<Self> {
        let identity = identity::find(client, id).await?;
        let principal = identity
            .as_ref()
            .map(|one| one.properties.principal_id.as_str());
        let whole = client.reading_whole_lists();
        let (referring, in_own_subscription, roles, federated) = try_join4(
            find(&whole, Some(id), &[]),
            machines_in_own_subscription(&whole, id),
            roles(client, id, principal),
            federated_names(&whole, id, identity.is_some()),
        )
        .await?;
        let mut machines = in_own_subscription;
        let mut others = Vec::new();
        for reference in referring {
            let assigned = reference.kind == ReferenceKind::Assigned;
            match Machine::read(&reference.id).filter(|_| assigned) {
                Some(machine) if machines.iter().any(|known| known.id == machine.id) => {}
                Some(machine) => machines.push(machine),
                None => others.push(reference),
            }
        }
        Ok(Self {
            id: id.clone(),
            identity,
            machines,
            others,
            roles,
            federated,
        })
    }

    /// Whether nothing uses it.
    pub fn is_empty(&self) -> bool {
        self.machines.is_empty()
            && self.others.is_empty()
            && self.roles.is_empty()
            && self.federated.is_empty()
    }

    /// Each use in words.
    pub fn descriptions(&self) -> Vec<String> {
        let machines = self.machines.iter().map(Machine::label);
        let others = self.others.iter().map(other);
        let roles = self.roles.iter().map(described);
        let federated = self.federated.iter();
        let federated = federated.map(|name| format!("federated credential '{name}'"));
        machines
            .chain(others)
            .chain(roles)
            .chain(federated)
            .collect()
    }
}

/// A resource of another kind in words.
pub(super) fn other(reference: &Reference) -> String {
    format!("'{}' ({})", reference.id, reference.resource_type)
}

/// The machines of the identity's own subscription that have it.
async fn machines_in_own_subscription(client: &Client, id: &ResourceId) -> Result<Vec<Machine>> {
    let (mut found, scale_sets) = try_join(
        machines_of(client, MachineKind::VirtualMachine, id),
        machines_of(client, MachineKind::ScaleSet, id),
    )
    .await?;
    found.extend(scale_sets);
    Ok(found)
}

async fn machines_of(client: &Client, kind: MachineKind, id: &ResourceId) -> Result<Vec<Machine>> {
    let scope = Scope {
        subscription_id: Some(id.subscription().to_owned()),
        resource_group: None,
    };
    let mut pages = compute::list(client, kind, &scope)?;
    let mut found = Vec::new();
    while let Some(page) = pages.next().await? {
        let having = page.into_iter().filter(|machine| {
            let mut assigned = machine.assigned.iter();
            assigned.any(|one| same_name(&one.id, id.as_str()))
        });
        found.extend(having.filter_map(|machine| Machine::read(&machine.id)));
    }
    Ok(found)
}

/// The roles of a principal: those in the identity's own subscription as they are, those in all
/// others as Resource Graph knows them.
async fn roles(
    client: &Client,
    id: &ResourceId,
    principal_id: Option<&str>,
) -> Result<Vec<RoleAssignment>> {
    let Some(principal_id) = principal_id.filter(|id| !id.is_empty()) else {
        return Ok(Vec::new());
    };
    let query = format!(
        "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' \
         and tostring(properties.principalId) =~ {} \
         | project id, name, properties | order by id asc",
        quoted(principal_id)
    );
    let own = ScopeId::subscription(id.subscription());
    let whole = client.reading_whole_lists();
    let everywhere = Rows::<RoleAssignment>::new(&whole, query, &[]);
    let (mut found, everywhere) =
        try_join(held_by(&whole, &own, principal_id), everywhere.all()).await?;
    for one in everywhere {
        // In its own subscription, what Resource Graph knows more is what is there no more.
        let scope = ScopeId::parse(&one.properties.scope);
        let is_own = scope.is_ok_and(|scope| scope == own || own.is_above(&scope));
        if !is_own && !found.iter().any(|known| same_name(&known.id, &one.id)) {
            found.push(one);
        }
    }
    name_all(client, &own, found).await
}

/// The names of the federated credentials of an identity that exists.
async fn federated_names(client: &Client, id: &ResourceId, exists: bool) -> Result<Vec<String>> {
    let credentials = match exists {
        true => federated::all(client, id).await?,
        false => Vec::new(),
    };
    Ok(credentials.into_iter().map(|one| one.name).collect())
}

//! Giving a role: safe to repeat, and right after the identity was created.

use std::time::Duration;

use futures_util::future::try_join;
use serde_json::{Value, json};

use super::assignment::{RoleAssignment, exactly, with_name};
use super::principal::{Principal, ResolvedPrincipal};
use super::replication::Replication;
use super::role::{self, API_VERSION, Role, guid_of};
use super::role_scope::RoleScope;
use crate::arm::{Client, Plan, Request, existence};
use crate::base::{Method, Result, ScopeId};

/// A role to give.
#[derive(Clone, Debug, Default)]
pub struct Assign {
    /// Who gets it.
    pub principal: Principal,
    /// On what.
    pub scope: RoleScope,
    /// Which role.
    pub role: Role,
    /// Why, for those who look at it later.
    pub description: Option<String>,
    /// A condition in Azure's language for them.
    pub condition: Option<String>,
    /// The version of that language; 2.0 when a condition is given without it.
    pub condition_version: Option<String>,
    /// How long to wait for a principal that is unknown; by default 120 s for one that is known to
    /// exist, and 30 s for another.
    pub principal_wait: Option<Duration>,
}

/// What is to be put, with nothing left to look up.
struct Wanted<'a> {
    scope: ScopeId,
    role: String,
    principal: ResolvedPrincipal,
    asked: &'a Assign,
}

/// Gives a role. Where the principal has it already, the assignment that there is comes back.
///
/// # Errors
/// What breaks a rule, before any request; `RoleDefinitionDoesNotExist`; `PrincipalNotFound` when
/// the principal is still unknown after the wait; `AuthorizationFailed` and the like.
pub async fn assign(client: &Client, asked: &Assign) -> Result<RoleAssignment> {
    let wanted = Wanted::find(client, asked).await?;
    let given = wanted.put_until_known(client).await?;
    // The role is given: that its name can't be read does not change that.
    let named = with_name(client, &wanted.scope, given.clone()).await;
    let given = named.unwrap_or_else(|error| {
        let warning = format!("The role is given. Its name can't be read: {error}");
        client.observer().warning(warning);
        given
    });
    Ok(RoleAssignment {
        principal_name: wanted.principal.name,
        ..given
    })
}

/// What [`assign`] would do.
///
/// # Errors
/// Those of [`assign`], as far as reading finds them.
pub async fn plan_assign(client: &Client, asked: &Assign) -> Result<Plan> {
    let wanted = Wanted::find(client, asked).await?;
    let there = wanted.existing(client).await?.is_some();
    if !there {
        existence::require(client, wanted.scope.as_str()).await?;
        role::require(client, &wanted.role).await?;
    }
    let (role, who) = (asked.role.label(), wanted.principal.label());
    let scope = &wanted.scope;
    let description = match there {
        true => format!("No change needed: {who} already has the role '{role}' on '{scope}'"),
        false => format!("Assign the role '{role}' to {who} on '{scope}'"),
    };
    Ok(Plan {
        details: Vec::new(),
        resource: wanted.id(),
        effects: (!there).then(|| description.clone()).into_iter().collect(),
        description,
    })
}

impl<'a> Wanted<'a> {
    /// Checks all that can be checked here, then looks up what has to be.
    async fn find(client: &Client, asked: &'a Assign) -> Result<Self> {
        let scope = asked.scope.named(client)?;
        asked.principal.check()?;
        asked.role.check()?;
        let role = asked.role.id_at(client, &scope);
        // Two reads that do not need each other.
        let (role, principal) = try_join(role, asked.principal.resolve(client)).await?;
        Ok(Self {
            scope,
            role,
            principal,
            asked,
        })
    }

    fn id(&self) -> String {
        self.scope.extension(&format!(
            "Microsoft.Authorization/roleAssignments/{}",
            self.name()
        ))
    }

    /// The name: the same for the same scope, role and principal, so that giving a role twice
    /// meets the first time and not a second assignment.
    fn name(&self) -> String {
        let (role, principal) = (guid_of(&self.role), &self.principal.id);
        let what = format!("{}\n{role}\n{principal}", self.scope).to_lowercase();
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, what.as_bytes()).to_string()
    }

    fn body(&self) -> Value {
        let mut properties = json!({
            "roleDefinitionId": self.role,
            "principalId": self.principal.id,
            // With it Azure does not look the principal up where it may not be yet.
            "principalType": self.principal.kind,
        });
        let condition = self.asked.condition.as_deref();
        let version = self.asked.condition_version.as_deref();
        let more = [
            ("description", self.asked.description.as_deref()),
            ("condition", condition),
            (
                "conditionVersion",
                condition.map(|_| version.unwrap_or("2.0")),
            ),
        ];
        for (name, value) in more {
            if let Some(value) = value {
                properties[name] = json!(value);
            }
        }
        json!({ "properties": properties })
    }

    async fn put_until_known(&self, client: &Client) -> Result<RoleAssignment> {
        let mut replication =
            Replication::begin(&self.principal, self.asked.principal_wait, client.retry());
        loop {
            match self.put(client).await {
                Err(error) if error.code() == "PrincipalNotFound" => {
                    replication.wait(client, error, "Azure").await?;
                }
                Err(error) if error.code() == "RoleAssignmentExists" => {
                    return self.existing(client).await?.ok_or(error);
                }
                Err(error) if error.code() == "UnmatchedPrincipalType" => {
                    return Err(error.advise("Specify the type with -PrincipalType."));
                }
                ended => return ended,
            }
        }
    }

    async fn put(&self, client: &Client) -> Result<RoleAssignment> {
        let id = self.id();
        let reply = client
            .send(Request::new(Method::PUT, client.url(&id, API_VERSION), &id).body(&self.body()))
            .await?;
        reply.json(&id)
    }

    /// The assignment of that role to that principal on that very scope.
    async fn existing(&self, client: &Client) -> Result<Option<RoleAssignment>> {
        let mut found = exactly(client, &self.scope, &self.principal.id, &self.role).await?;
        Ok(found.pop())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(scope: &str, role: &str, principal: &str) -> String {
        let asked = Assign::default();
        let wanted = Wanted {
            scope: ScopeId::parse(scope).unwrap(),
            role: role.to_owned(),
            principal: ResolvedPrincipal::parse(principal, None).unwrap(),
            asked: &asked,
        };
        wanted.name()
    }

    #[test]
    fn the_name_depends_on_scope_role_and_principal_alone() {
        let role = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/acdd72a7";
        let who = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
        let group = "/subscriptions/s/resourceGroups/g";
        let first = name(group, role, who);
        assert!(uuid::Uuid::try_parse(&first).is_ok());
        let same = name(
            "/subscriptions/S/resourcegroups/G/",
            "ACDD72A7",
            &who.to_uppercase(),
        );
        assert_eq!(first, same);
        assert_ne!(first, name("/subscriptions/s", role, who));
        assert_ne!(first, name(group, "other", who));
    }
}

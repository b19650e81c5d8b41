use crate::arm::Client;
use crate::base::{Error, Result, ScopeId, check_subscription_id};

/// Where a role counts, as a caller names it: an id, or a group, or a whole subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleScope {
    /// The id of a scope; the other members do not count when it is given.
    pub scope: Option<String>,
    /// The subscription; the connection's when not given.
    pub subscription_id: Option<String>,
    /// The resource group; the whole subscription when not given.
    pub resource_group: Option<String>,
}

impl RoleScope {
    /// The scope, where one is named.
    ///
    /// # Errors
    /// `MissingParameter` when none is: a role on a whole subscription is not given by an
    /// oversight. What breaks a rule, by the name of its parameter.
    pub fn named(&self, client: &Client) -> Result<ScopeId> {
        if *self == Self::default() {
            return Err(Error::missing(
                "Scope",
                "specify the scope with -Scope, -ResourceGroupName or -SubscriptionId.",
            ));
        }
        self.or_subscription(client)
    }

    /// The scope, or else the connection's subscription.
    ///
    /// # Errors
    /// What breaks a rule, by the name of its parameter.
    pub fn or_subscription(&self, client: &Client) -> Result<ScopeId> {
        if let Some(scope) = &self.scope {
            return ScopeId::parse(scope);
        }
        let subscription = client.subscription_or(self.subscription_id.as_deref())?;
        match &self.resource_group {
            Some(group) => ScopeId::resource_group(&subscription, group),
            None => {
                check_subscription_id(&subscription)?;
                Ok(ScopeId::subscription(&subscription))
            }
        }
    }
}

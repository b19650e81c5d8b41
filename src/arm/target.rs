//! How a caller names a resource, or a place to list.

use super::{Client, Error, ResourceId, ResourceType, Result, resource_id, subscription};

/// One resource: by its id, or by its names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The resource id; the names do not count when it is given.
    pub resource_id: Option<String>,
    /// The subscription; the connection's when not given.
    pub subscription_id: Option<String>,
    /// The resource group.
    pub resource_group: Option<String>,
    /// The resource's name.
    pub name: Option<String>,
}

impl Target {
    /// The resource with this id.
    pub fn of(id: &ResourceId) -> Self {
        Self {
            resource_id: Some(id.to_string()),
            ..Self::default()
        }
    }

    /// The id of the resource that is meant, checked.
    ///
    /// # Errors
    /// What is missing or breaks a rule, by the name of its parameter.
    pub fn resolve(&self, client: &Client, kind: ResourceType) -> Result<ResourceId> {
        if let Some(id) = &self.resource_id {
            return ResourceId::parse(kind, "ResourceId", id);
        }
        let rule = format!(
            "name the {} with -ResourceGroupName and -Name, or with -ResourceId.",
            kind.label
        );
        let given = |value: &Option<String>, parameter| {
            value
                .clone()
                .ok_or_else(|| Error::missing(parameter, &rule))
        };
        let group = given(&self.resource_group, "ResourceGroupName")?;
        let name = given(&self.name, "Name")?;
        let subscription = client.subscription_or(self.subscription_id.as_deref())?;
        ResourceId::new(kind, &subscription, &group, &name)
    }
}

impl super::Scope {
    /// The path of the list of resources of that type in this place.
    ///
    /// # Errors
    /// What breaks a rule, by the name of its parameter.
    pub(crate) fn path(&self, client: &Client, kind: ResourceType) -> Result<String> {
        let subscription = client.subscription_or(self.subscription_id.as_deref())?;
        subscription::check_id(&subscription)?;
        let mut path = format!("/subscriptions/{subscription}");
        if let Some(group) = &self.resource_group {
            resource_id::check_group(group)?;
            path.push_str(&format!("/resourceGroups/{group}"));
        }
        path.push_str(&format!("/providers/{kind}"));
        Ok(path)
    }
}

//! How a caller names a resource, or a place to list.

use super::client::Client;
use crate::base::{
    Category, Error, ResourceId, ResourceType, Result, capitalized, check_resource_group,
    check_subscription_id, is_command, label, of_another_type, same_name,
};

/// One resource: by its id, or by its names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The resource id. Names beside it must agree with it.
    pub resource_id: Option<String>,
    /// The subscription; the connection's when not given.
    pub subscription_id: Option<String>,
    /// The resource group.
    pub resource_group: Option<String>,
    /// The resource's name.
    pub name: Option<String>,
    /// The type that the caller's object says it is of; any when not given.
    pub resource_type: Option<String>,
    /// The parameter that gave the id or the object, for errors; `ResourceId` when not given.
    pub parameter: Option<String>,
}

/// The parameters that name a resource, as errors call them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameters {
    pub resource_id: &'static str,
    pub resource_group: &'static str,
    pub name: &'static str,
}

impl Parameters {
    /// Those of most commands.
    pub const USUAL: Self = Self {
        resource_id: "ResourceId",
        resource_group: "ResourceGroupName",
        name: "Name",
    };

    /// How to name a resource with them.
    fn rule(self, kind: ResourceType) -> String {
        let names = format!("-{} and -{}", self.resource_group, self.name);
        let or = match self.name == self.resource_id {
            true => String::new(),
            false => format!(", or with -{}", self.resource_id),
        };
        format!("specify the {} with {names}{or}.", kind.label)
    }
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
    /// What is missing or breaks a rule, by the name of its parameter; `InvalidResourceId` for a
    /// resource of another type; `ContradictoryName` for a name that differs from the id's.
    pub fn resolve(&self, client: &Client, kind: ResourceType) -> Result<ResourceId> {
        self.resolve_by(client, kind, Parameters::USUAL)
    }

    /// [`resolve`](Self::resolve) for a command whose parameters have other names.
    ///
    /// # Errors
    /// Those of [`resolve`](Self::resolve).
    pub(crate) fn resolve_by(
        &self,
        client: &Client,
        kind: ResourceType,
        parameters: Parameters,
    ) -> Result<ResourceId> {
        if let Some(id) = &self.resource_id {
            let id = ResourceId::parse(kind, self.parameter_or(parameters.resource_id), id)?;
            self.check_subscription(kind.label, id.name(), id.subscription())?;
            self.check_group(kind.label, id.name(), id.group(), parameters)?;
            agrees(parameters.name, self.name.as_deref(), id.name(), || {
                format!("The {} is '{}'", kind.label, id.name())
            })?;
            return Ok(id);
        }
        self.check_type(kind, parameters)?;
        let rule = parameters.rule(kind);
        let given = |value: &Option<String>, parameter| {
            value
                .clone()
                .ok_or_else(|| Error::missing(parameter, &rule))
        };
        let group = given(&self.resource_group, parameters.resource_group)?;
        let name = given(&self.name, parameters.name)?;
        if !(kind.name_is_valid)(&name) {
            let rule = kind.name_rule;
            return Err(Error::invalid("InvalidName", parameters.name, &name, rule));
        }
        let subscription = client.subscription_or(self.subscription_id.as_deref())?;
        ResourceId::new(kind, &subscription, &group, &name)
    }

    /// The id of the resource that is meant, of whatever type: by its id, or by group, name and
    /// type; what lies in another resource has the other's name before its own, as `app/staging`.
    ///
    /// # Errors
    /// Those of [`resolve`](Self::resolve).
    pub fn resolve_any(&self, client: &Client) -> Result<ResourceId> {
        const USUAL: Parameters = Parameters::USUAL;
        let Some(id) = &self.resource_id else {
            return self.assemble_any(client);
        };
        let id = ResourceId::parse_any(self.parameter_or(USUAL.resource_id), id)?;
        let (kind, name) = (id.type_name(), id.full_name());
        let label = label(&kind).unwrap_or(&kind);
        self.check_subscription(label, &name, id.subscription())?;
        self.check_group(label, &name, id.group(), USUAL)?;
        agrees("ResourceType", self.resource_type.as_deref(), &kind, || {
            format!("'{name}' is of the type {kind}")
        })?;
        let is_own = |given: &&str| !same_name(given, id.name());
        let given = self.name.as_deref().filter(is_own);
        agrees(USUAL.name, given, &name, || {
            format!("The {label} is '{name}'")
        })?;
        Ok(id)
    }

    fn assemble_any(&self, client: &Client) -> Result<ResourceId> {
        let given = |value: &Option<String>, parameter| {
            let rule = "specify the resource with -ResourceId, or with -ResourceGroupName, -Name and \
                        -ResourceType.";
            value.clone().ok_or_else(|| Error::missing(parameter, rule))
        };
        let group = given(&self.resource_group, "ResourceGroupName")?;
        let name = given(&self.name, "Name")?;
        let kind = given(&self.resource_type, "ResourceType")?;
        let types = types_in(&kind)?;
        let names: Vec<&str> = name.split('/').collect();
        check_names(&kind, &types, &name, &names)?;
        let subscription = client.subscription_or(self.subscription_id.as_deref())?;
        check_subscription_id(&subscription)?;
        check_resource_group(&group)?;
        let mut id = format!(
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/{}",
            types[0]
        );
        for (kind, name) in types[1..].iter().zip(&names) {
            id.push_str(&format!("/{kind}/{name}"));
        }
        ResourceId::parse_any("ResourceId", &id)
    }

    /// What errors call the parameter that gave the id or the object.
    pub(crate) fn parameter_or<'a>(&'a self, usual: &'a str) -> &'a str {
        self.parameter.as_deref().unwrap_or(usual)
    }

    /// Checks that the subscription that stands beside an id, if any, is the id's.
    ///
    /// # Errors
    /// `ContradictoryName`.
    pub(crate) fn check_subscription(&self, label: &str, name: &str, own: &str) -> Result<()> {
        agrees(
            "SubscriptionId",
            self.subscription_id.as_deref(),
            own,
            || format!("{} '{name}' is in subscription '{own}'", capitalized(label)),
        )
    }

    /// The same for the resource group.
    ///
    /// # Errors
    /// `ContradictoryName`.
    pub(crate) fn check_group(
        &self,
        label: &str,
        name: &str,
        own: &str,
        parameters: Parameters,
    ) -> Result<()> {
        let given = self.resource_group.as_deref();
        agrees(parameters.resource_group, given, own, || {
            format!(
                "{} '{name}' is in resource group '{own}'",
                capitalized(label)
            )
        })
    }

    /// An object without an id may say its type all the same.
    ///
    /// # Errors
    /// `InvalidResourceId` when it is another.
    pub(crate) fn check_type(&self, kind: ResourceType, parameters: Parameters) -> Result<()> {
        match self.resource_type.as_deref() {
            Some(found) if !found.eq_ignore_ascii_case(&kind.to_string()) => {
                let parameter = self.parameter_or(parameters.resource_id);
                let label = label(found).unwrap_or(found);
                let name = self.name.as_deref().unwrap_or_default();
                let found = format!("{label} '{name}'");
                Err(of_another_type(kind, parameter, &found))
            }
            _ => Ok(()),
        }
    }
}

/// The namespace and the types of `Microsoft.Web/sites/slots`.
fn types_in(kind: &str) -> Result<Vec<&str>> {
    let parts: Vec<&str> = kind.split('/').collect();
    let is_word = |part: &&str| {
        let mut chars = part.chars();
        !part.is_empty() && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
    };
    let fits = parts.len() > 1 && parts.iter().all(is_word) && parts[0].contains('.');
    match fits {
        true => Ok(parts),
        false => Err(Error::invalid(
            "InvalidResourceType",
            "ResourceType",
            kind,
            "it must be a namespace and a type, such as Microsoft.Web/sites or \
             Microsoft.Web/sites/slots.",
        )),
    }
}

/// Checks that there is a name for each type, and that each can be one.
fn check_names(kind: &str, types: &[&str], name: &str, names: &[&str]) -> Result<()> {
    let count = types.len() - 1;
    if names.len() != count {
        let rule = match count {
            1 => format!("{kind} has one name, without '/'."),
            _ => format!("{kind} has {count} names with '/' between them, such as app/staging."),
        };
        return Err(Error::invalid("InvalidName", "Name", name, &rule));
    }
    let unfit = |c: char| is_command(c) || "?#%\\\"<>*".contains(c);
    let is_fit = |name: &&str| {
        !matches!(*name, "" | "." | "..") && !name.contains(unfit) && name.trim() == *name
    };
    match names.iter().all(is_fit) {
        true => Ok(()),
        false => Err(Error::invalid(
            "InvalidName",
            "Name",
            name,
            "it must not be empty, and must not contain ? # % \\ \" < > or *.",
        )),
    }
}

/// Checks that a name that stands beside an id is the id's own; names differ in casing.
pub(crate) fn agrees(
    parameter: &str,
    given: Option<&str>,
    own: &str,
    fact: impl FnOnce() -> String,
) -> Result<()> {
    match given {
        Some(given) if given.to_lowercase() != own.to_lowercase() => {
            let message = format!("{}, but -{parameter} is '{given}'", fact());
            Err(Error::new(
                Category::InvalidArgument,
                "ContradictoryName",
                parameter,
                message,
            )
            .advise(format!(
                "Omit -{parameter}, or specify the name of the resource."
            )))
        }
        _ => Ok(()),
    }
}

//! Creation of an identity. Of one that exists, what the caller named is updated.

use std::collections::BTreeMap;

use serde_json::json;

use super::change::{Change, Wishes, put};
use super::model::{USER_ASSIGNED_IDENTITY, UserAssignedIdentity, normal_location};
use super::siblings::Siblings;
use super::tags;
use crate::arm::{Client, Plan, Target, existence, resource_group_location};
use crate::base::{Category, Error, ResourceId, ResourceType, Result};

/// The identity to create.
#[derive(Clone, Debug, Default)]
pub struct Create {
    /// Its resource group and name.
    pub target: Target,
    /// Its region; the group's when not given.
    pub location: Option<String>,
    /// `None` or `Regional`; Azure's default when not given.
    pub isolation_scope: Option<String>,
    /// The resource providers and resource types that it can be assigned to: none for all. Where not
    /// given, one that exists keeps those it has.
    pub assignment_restriction: Option<Vec<String>>,
    /// Its tags. One that exists keeps those it has besides.
    pub tags: BTreeMap<String, String>,
}

/// A creation whose input is checked.
struct Checked<'a> {
    wanted: &'a Create,
    id: ResourceId,
    wishes: Wishes,
}

/// The write that a creation needs.
enum Step {
    Put { location: String },
    Change(Box<Change>),
}

/// Creates an identity. One that exists is changed by what was named, its tags added to; when
/// nothing is left to change, nothing is written.
///
/// # Errors
/// What breaks a rule, before any request; `InvalidResourceLocation` when it exists in another
/// region; `ResourceGroupNotFound` and the like.
pub async fn create(client: &Client, wanted: &Create) -> Result<UserAssignedIdentity> {
    Siblings::default().create(client, wanted).await
}

/// What [`create`] would do.
///
/// # Errors
/// Those of [`create`], as far as reading finds them.
pub async fn plan_create(client: &Client, wanted: &Create) -> Result<Plan> {
    Siblings::default().plan_create(client, wanted).await
}

impl Siblings {
    /// [`create`], in the same pipeline as others.
    ///
    /// # Errors
    /// Those of [`create`].
    pub async fn create(&self, client: &Client, wanted: &Create) -> Result<UserAssignedIdentity> {
        let checked = Checked::of(client, wanted)?;
        match checked.step(client, self).await? {
            Step::Put { location } => checked.put(client, &location).await,
            Step::Change(change) => change.apply(client).await,
        }
    }

    /// [`plan_create`], in the same pipeline as others.
    ///
    /// # Errors
    /// Those of [`plan_create`].
    pub async fn plan_create(&self, client: &Client, wanted: &Create) -> Result<Plan> {
        let checked = Checked::of(client, wanted)?;
        let id = &checked.id;
        match checked.step(client, self).await? {
            Step::Put { location } => {
                if wanted.location.is_some() {
                    check_region(client, id, &location).await?;
                }
                Ok(Plan {
                    details: Vec::new(),
                    description: format!(
                        "Create user-assigned identity '{id}' in {location}{}",
                        checked.wishes.described()
                    ),
                    effects: vec![format!(
                        "create '{id}' in {location}{}",
                        checked.wishes.described()
                    )],
                    resource: id.to_string(),
                })
            }
            Step::Change(change) => Ok(change.plan()),
        }
    }
}

impl<'a> Checked<'a> {
    /// Checks all that can be checked without asking Azure.
    fn of(client: &Client, wanted: &'a Create) -> Result<Self> {
        let id = wanted.target.resolve(client, USER_ASSIGNED_IDENTITY)?;
        tags::check(&wanted.tags)?;
        let wishes = Wishes::checked(
            wanted.isolation_scope.as_deref(),
            wanted.assignment_restriction.as_deref(),
        )?;
        if let Some(location) = wanted.location.as_deref().filter(|l| l.trim().is_empty()) {
            let rule = "it must be a region, such as eastus; omit it to use the location of the \
                        resource group.";
            return Err(Error::invalid(
                "InvalidLocation",
                "Location",
                location,
                rule,
            ));
        }
        Ok(Self { wanted, id, wishes })
    }

    async fn step(&self, client: &Client, siblings: &Siblings) -> Result<Step> {
        let Self { wanted, id, .. } = self;
        // A PUT would replace the tags, so an identity that exists is read first.
        if let Some(current) = siblings.find(client, id).await? {
            check_location(wanted, &current)?;
            let tags = (!wanted.tags.is_empty()).then(|| tags::merged(&current.tags, &wanted.tags));
            let change = Change::new(id, current, tags, self.wishes.clone());
            return Ok(Step::Change(Box::new(change)));
        }
        let location = match &wanted.location {
            Some(location) => location.clone(),
            None => resource_group_location(client, id.subscription(), id.group()).await?,
        };
        Ok(Step::Put { location })
    }

    /// Beside what was there after all, this says so: Azure has replaced its tags.
    async fn put(&self, client: &Client, location: &str) -> Result<UserAssignedIdentity> {
        let mut body = json!({ "location": location, "tags": self.wanted.tags });
        if let Some(properties) = self.wishes.of_a_new_identity().body() {
            body["properties"] = properties;
        }
        let (identity, was_there) = put(client, &self.id, &body).await?;
        if was_there {
            client.observer().warning(format!(
                "'{}' was created by another client right before this command wrote it: its tags, \
                 isolation scope and assignment restrictions are now those that this command \
                 specified",
                self.id
            ));
        }
        Ok(identity)
    }
}

/// Checks what Azure checks where the caller named the region: that the group exists, and that the
/// region has user-assigned identities.
async fn check_region(client: &Client, id: &ResourceId, location: &str) -> Result<()> {
    let (subscription, group) = (id.subscription(), id.group());
    let group = format!("/subscriptions/{subscription}/resourceGroups/{group}");
    existence::require(client, &group).await?;
    let ResourceType {
        namespace, name, ..
    } = USER_ASSIGNED_IDENTITY;
    let regions = existence::regions(client, subscription, namespace, name).await?;
    let is_it = |region: &String| normal_location(region) == normal_location(location);
    if regions.is_empty() || regions.iter().any(is_it) {
        return Ok(());
    }
    let message = format!("User-assigned identities are not available in the region '{location}'");
    Err(Error::new(
        Category::InvalidArgument,
        "LocationNotAvailableForResourceType",
        id.as_str(),
        message,
    )
    .advise(format!("Use one of these: {}.", regions.join(", "))))
}

fn check_location(wanted: &Create, current: &UserAssignedIdentity) -> Result<()> {
    let Some(location) = &wanted.location else {
        return Ok(());
    };
    if normal_location(location) == normal_location(&current.location) {
        return Ok(());
    }
    let message = format!(
        "The identity '{}' exists in {}, not in {location}",
        current.id, current.location
    );
    Err(Error::new(
        Category::ResourceExists,
        "InvalidResourceLocation",
        &current.id,
        message,
    )
    .advise("An identity can't change its location: omit -Location, or choose another name."))
}

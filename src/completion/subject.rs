//! What the service is asked for.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::found::Found;
use super::resources::{self, Among, Group};
use crate::access::{self, AppRole};
use crate::arm::resource_graph::Reach;
use crate::arm::{Client, Pages, Target};
use crate::base::{Result, ScopeId, same_name};
use crate::identity::federated;
use crate::resource::{self, Named};

/// What the service is asked for. Equal ones have equal answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// The subscriptions that the sign-in sees.
    Subscriptions,
    /// The resource groups of these subscriptions.
    ResourceGroups(Reach),
    /// Resources.
    Resources(Among),
    /// Resources, by the beginning of their ids.
    Below(Among),
    /// The user-assigned identities; those of the group count by their names.
    Identities {
        /// The subscription and the group, where one is given.
        group: Option<Group>,
        /// The subscription whose identities come first.
        subscription: String,
    },
    /// The identities that resources have; those of the group count by their names.
    Assigned {
        resources: Among,
        group: Option<Group>,
    },
    /// The federated credentials of an identity.
    FederatedCredentials(Target),
    /// The types of the resources that are named; of those that have an identity, when none is.
    Types(Among),
    /// The regions of a subscription.
    Locations(String),
    /// The roles that can be assigned at a scope.
    Roles(ScopeId),
    /// The groups of the directory.
    DirectoryGroups,
    /// The management groups that the sign-in sees.
    ManagementGroups,
    /// The APIs of the directory.
    Apis,
    /// The application permissions of an API; of Microsoft Graph when none is named.
    AppRoles(Option<String>),
}

/// What a word does to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// Nothing: everything is asked for at once.
    Whole,
    /// It is in what is asked for, anywhere in it.
    Anywhere,
    /// What is asked for begins with it.
    Beginning,
}

/// The most that the directory is asked for.
const MOST_OBJECTS: usize = 200;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Location {
    name: String,
    display_name: String,
    metadata: LocationMetadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct LocationMetadata {
    region_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct DirectoryGroup {
    id: String,
    display_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Service {
    app_id: String,
    display_name: String,
    service_principal_type: String,
}

impl Subject {
    pub(super) fn limit(&self) -> Limit {
        match self {
            Self::Locations(_)
            | Self::Roles(_)
            | Self::Assigned { .. }
            | Self::FederatedCredentials(_)
            | Self::AppRoles(_)
            | Self::Types(_) => Limit::Whole,
            Self::Below(_) | Self::DirectoryGroups | Self::Apis => Limit::Beginning,
            Self::Subscriptions
            | Self::ManagementGroups
            | Self::ResourceGroups(_)
            | Self::Resources(_)
            | Self::Identities { .. } => Limit::Anywhere,
        }
    }

    /// Whether Azure changes it seldom.
    pub(super) fn lasts(&self) -> bool {
        matches!(
            self,
            Self::Locations(_) | Self::Roles(_) | Self::AppRoles(_)
        )
    }

    /// Asks the service; and whether nothing that fits the word was left out.
    ///
    /// # Errors
    /// Those of the request.
    pub(super) async fn ask(&self, client: &Client, word: &str) -> Result<(Vec<Found>, bool)> {
        match self {
            Self::Subscriptions => resources::subscriptions(client, word).await,
            Self::ResourceGroups(place) => resources::groups(client, place, word).await,
            Self::Resources(among) => resources::resources(client, among, word).await,
            Self::Below(among) => resources::below(client, among, word).await,
            Self::Identities {
                group,
                subscription,
            } => resources::identities(client, group.as_ref(), subscription, word).await,
            Self::Assigned { resources, group } => {
                let ids = assigned(client, resources).await?;
                let found = ids.into_iter();
                whole(found.map(|id| resources::identity(&id, "", group.as_ref())))
            }
            Self::FederatedCredentials(identity) => credentials(client, identity).await,
            Self::Types(among) => resources::types(client, among).await,
            Self::Locations(subscription) => locations(client, subscription).await,
            Self::Roles(scope) => roles(client, scope).await,
            Self::ManagementGroups => resources::management_groups(client, word).await,
            Self::DirectoryGroups => directory_groups(client, word).await,
            Self::Apis => apis(client, word).await,
            Self::AppRoles(api) => app_roles(client, api.as_deref()).await,
        }
    }
}

fn whole(found: impl Iterator<Item = Found>) -> Result<(Vec<Found>, bool)> {
    Ok((found.collect(), true))
}

/// The ids of the identities that resources have: one resource is read, since Resource Graph is late.
async fn assigned(client: &Client, resources: &Among) -> Result<Vec<String>> {
    let Some(target) = only(resources) else {
        return resources::assigned(client, resources).await;
    };
    let named = Named {
        target,
        ..Named::default()
    };
    let identity = resource::get(client, &named).await?;
    Ok(identity.assigned.into_iter().map(|one| one.id).collect())
}

/// The one resource that is named, where it is one.
fn only(resources: &Among) -> Option<Target> {
    match (
        &resources.ids[..],
        &resources.names[..],
        &resources.resource_types[..],
    ) {
        ([id], [], _) => Some(Target {
            resource_id: Some(id.clone()),
            ..Target::default()
        }),
        ([], [name], [resource_type]) => Some(Target {
            subscription_id: Some(resources.subscription()?.to_owned()),
            resource_group: Some(resources.resource_group.clone()?),
            resource_type: Some(resource_type.clone()),
            name: Some(name.clone()),
            ..Target::default()
        }),
        _ => None,
    }
}

async fn credentials(client: &Client, identity: &Target) -> Result<(Vec<Found>, bool)> {
    let found = federated::list(client, identity).await?.into_iter();
    whole(found.map(|one| {
        let subject = one.properties.subject.unwrap_or_default();
        Found::named(one.name, format!("{} {subject}", one.properties.issuer))
    }))
}

async fn locations(client: &Client, subscription: &str) -> Result<(Vec<Found>, bool)> {
    let path = format!("/subscriptions/{subscription}/locations");
    let all = Pages::<Location>::new(client, &path, resources::API_VERSION, &path)
        .all()
        .await?;
    // The others are groups of regions, in which nothing can be created.
    let physical = all.into_iter().filter(|one| {
        let kind = &one.metadata.region_type;
        kind.is_empty() || kind.eq_ignore_ascii_case("Physical")
    });
    whole(physical.map(|one| Found {
        alias: one.display_name.clone(),
        ..Found::named(one.name, one.display_name)
    }))
}

async fn roles(client: &Client, scope: &ScopeId) -> Result<(Vec<Found>, bool)> {
    let all = access::definitions(client, scope, None).all().await?;
    whole(all.into_iter().map(|role| {
        let properties = role.properties;
        Found::named(properties.role_name, properties.description)
    }))
}

/// A page of a list of the directory whose names begin with a word.
async fn named_by<T: DeserializeOwned>(
    client: &Client,
    list: &str,
    select: &str,
    word: &str,
) -> Result<Vec<T>> {
    let mut url = client.graph_url(&format!("/v1.0/{list}")).await?;
    url.set_query(Some(&format!("$select={select}&$top={MOST_OBJECTS}")));
    if !word.is_empty() {
        let text = word.replace('\'', "''");
        let filter = format!("startswith(displayName,'{text}')");
        url.query_pairs_mut().append_pair("$filter", &filter);
    }
    let page = Pages::at(client, url, list).next().await?;
    Ok(page.unwrap_or_default())
}

/// Objects of the directory by their names; by their ids where several have one name, which would be
/// refused.
fn by_name(objects: &[(String, String)]) -> Vec<Found> {
    let is_shared = |name: &str| {
        let same = objects.iter().filter(|(other, _)| same_name(other, name));
        same.count() > 1
    };
    let found = objects.iter().map(|(name, id)| match is_shared(name) {
        true => Found {
            label: name.clone(),
            ..Found::named(id, id.clone())
        },
        false => Found::named(name, id.clone()),
    });
    found.collect()
}

async fn directory_groups(client: &Client, word: &str) -> Result<(Vec<Found>, bool)> {
    let groups: Vec<DirectoryGroup> = named_by(client, "groups", "id,displayName", word).await?;
    let is_whole = groups.len() < MOST_OBJECTS;
    let named: Vec<_> = groups
        .into_iter()
        .map(|group| (group.display_name, group.id))
        .collect();
    Ok((by_name(&named), is_whole))
}

/// Service principals but for those of managed identities, which have no API.
async fn apis(client: &Client, word: &str) -> Result<(Vec<Found>, bool)> {
    const SELECT: &str = "appId,displayName,servicePrincipalType";
    let found: Vec<Service> = named_by(client, "servicePrincipals", SELECT, word).await?;
    let is_whole = found.len() < MOST_OBJECTS;
    let named: Vec<_> = found
        .into_iter()
        .filter(|one| one.service_principal_type != "ManagedIdentity")
        .map(|one| (one.display_name, one.app_id))
        .collect();
    Ok((by_name(&named), is_whole))
}

async fn app_roles(client: &Client, api: Option<&str>) -> Result<(Vec<Found>, bool)> {
    let api = access::api(client, api).await?;
    let roles = api.app_roles.into_iter();
    whole(roles.filter(AppRole::is_for_applications).map(|role| {
        let named = match role.value.is_empty() {
            true => role.id,
            false => role.value,
        };
        Found {
            alias: role.display_name,
            ..Found::named(named, role.description)
        }
    }))
}

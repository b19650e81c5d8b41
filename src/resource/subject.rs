//! The resource whose identity is read or changed.

use super::way::Way;
use super::ways;
use crate::arm::{Client, Request, Target, Versions, newest_version};
use crate::base::{
    Category, Error, Method, ResourceId, ResourceLabel, ResourceType, Result, Url, capitalized,
};
use crate::identity::cannot_have_identity;

/// A resource as the caller names it.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The type that it must be of; any when not given.
    pub kind: Option<ResourceType>,
    /// Which one.
    pub target: Target,
    /// The api-version to read and write it with; the right one for its type when not given.
    pub api_version: Option<String>,
}

/// A resource, and how its type is read and written.
#[derive(Clone, Debug)]
pub struct Subject {
    pub(super) id: ResourceId,
    pub(super) way: &'static Way,
    version: String,
    /// Whether the caller chose the api-version.
    is_chosen: bool,
}

impl Subject {
    /// The resource that is meant. Its type's api-version is asked for where it is not known.
    ///
    /// # Errors
    /// Those of the target, before any request; `InvalidApiVersion`; `InvalidResourceType` for a type
    /// that its provider does not have; those of the request.
    pub(crate) async fn find(client: &Client, named: &Named) -> Result<Self> {
        let id = named.id(client)?;
        Self::of(client, id, named.api_version.as_deref()).await
    }

    /// The resource with this id.
    ///
    /// # Errors
    /// Those of [`find`](Self::find), but for the target's.
    pub(crate) async fn of(
        client: &Client,
        id: ResourceId,
        api_version: Option<&str>,
    ) -> Result<Self> {
        let kind = id.type_name();
        let way = ways::of(&kind);
        let version = match (api_version, way.version) {
            (Some(given), _) => given.to_owned(),
            (None, "") => {
                let own = Some(id.subscription()).filter(|id| !id.is_empty());
                let subscription = client.subscription_or(own)?;
                newest_version(client, &subscription, &kind).await?
            }
            (None, known) => known.to_owned(),
        };
        Ok(Self {
            id,
            way,
            version,
            is_chosen: api_version.is_some(),
        })
    }

    /// The resource with this id, of a type of the table.
    #[cfg(test)]
    pub(super) fn known(id: &str) -> Self {
        let id = ResourceId::read_any(id).unwrap();
        let way = ways::of(&id.type_name());
        Self {
            way,
            version: way.version.to_owned(),
            is_chosen: false,
            id,
        }
    }

    /// Its id.
    pub(crate) fn id(&self) -> &ResourceId {
        &self.id
    }

    /// What its type is called.
    pub(super) fn label(&self) -> String {
        let label = ResourceLabel::read(self.id.as_str());
        label.map_or_else(|| self.id.type_name(), |one| one.label)
    }

    /// The resource as messages call it: by type and name.
    pub(super) fn named(&self) -> String {
        named(&self.id)
    }

    /// Whether the table's facts about its type hold: they are those of one api-version.
    pub(super) fn is_known(&self) -> bool {
        !self.is_chosen
    }

    /// The URL of the resource, or of something below it.
    fn url(&self, client: &Client, below: &str) -> Url {
        client.url(&format!("{}{below}", self.id), &self.version)
    }

    /// A request about it.
    pub(super) fn request(&self, client: &Client, method: Method, below: &str) -> Request<'_> {
        let versions = match self.is_chosen {
            true => Versions::Exact,
            false => Versions::Any,
        };
        Request::new(method, self.url(client, below), self.id.as_str()).versions(versions)
    }
}

impl Named {
    /// The resource with this id.
    pub fn by_id(id: &ResourceId) -> Self {
        Self {
            target: Target::of(id),
            ..Self::default()
        }
    }

    /// The resource's id, checked.
    ///
    /// # Errors
    /// Those of the target; `InvalidApiVersion`.
    pub(crate) fn id(&self, client: &Client) -> Result<ResourceId> {
        if let Some(version) = &self.api_version {
            crate::arm::check_version(version)?;
        }
        let id = match self.kind {
            Some(kind) => return self.target.resolve(client, kind),
            None => self.target.resolve_any(client)?,
        };
        match ResourceLabel::read(id.as_str()) {
            Some(found) if is_without_identity(&found.label) => {
                let parameter = self.target.parameter_or("ResourceId");
                let message = format!(
                    "{} can't have an identity: -{parameter} must be a resource that can have one",
                    capitalized(&found.short())
                );
                let category = Category::InvalidArgument;
                Err(Error::new(
                    category,
                    "InvalidResourceId",
                    parameter,
                    message,
                ))
            }
            _ => Ok(id),
        }
    }
}

/// Whether what is called so is no resource that can have an identity.
fn is_without_identity(label: &str) -> bool {
    label == "system-assigned identity" || cannot_have_identity(label)
}

/// A resource as messages call it: by type and name.
pub(super) fn named(id: &ResourceId) -> String {
    ResourceLabel::read(id.as_str()).map_or_else(|| id.to_string(), |one| one.short())
}

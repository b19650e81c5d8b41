//! What all resources have in common.

use std::fmt::Debug;

use serde_json::{Map, Value};

use super::assignment::Assignment;

/// A map of tags: names to strings.
pub(crate) type Tags = Map<String, Value>;

/// Which lists a resource is in, beside that of its own type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Listing {
    /// That of all resources.
    Tracked,
    /// That of what is on something else, as a policy assignment is.
    OnScope,
    /// None: it is in another resource, and has no location of its own.
    Inside,
}

/// A resource of any provider, for what lists them all.
pub(crate) trait Resource: Debug {
    /// Its id, as its provider writes it.
    fn id(&self) -> String;
    /// The id of its subscription.
    fn subscription(&self) -> &str;
    /// The name of its resource group.
    fn group(&self) -> &str;
    /// Its name; of a child resource, with the name of the parent before it.
    fn name(&self) -> &str;
    /// Namespace and type.
    fn kind(&self) -> &str;
    /// Its location; empty where it has none of its own.
    fn location(&self) -> &str;
    fn tags(&self) -> Option<&Tags>;
    /// The identities assigned to it; none where it can have none.
    fn identity(&self) -> Option<&Assignment> {
        None
    }
    /// Which lists it is in.
    fn listing(&self) -> Listing {
        Listing::Tracked
    }
    /// The body that its newest api-version shows.
    fn to_json(&self) -> Value;
}

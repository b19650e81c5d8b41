//! What all resources have in common.

use serde_json::{Map, Value};

/// A map of tags: names to strings.
pub(crate) type Tags = Map<String, Value>;

/// A resource of any provider, for what lists them all.
pub(crate) trait Resource {
    /// The id of its subscription.
    fn subscription(&self) -> &str;
    /// The name of its resource group.
    fn group(&self) -> &str;
    /// Its name; of a child resource, with the name of the parent before it.
    fn name(&self) -> &str;
    /// The body that its newest api-version shows.
    fn to_json(&self) -> Value;
}

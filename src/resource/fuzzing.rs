//! What the benches call of this folder.

use serde_json::Value;

use super::body;
use super::change::Patch;
use super::ways;

/// What is sent for a change of a resource of a type, which is as `whole` has it.
pub fn body(resource_type: &str, patch: &Patch, whole: &Value) -> Option<Value> {
    body::of(ways::of(resource_type), patch, whole).map(|body| body.value)
}

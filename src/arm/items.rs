//! The items of a list, each read by itself.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::Client;
use crate::base::json::from_value;
use crate::base::{ResourceLabel, Result};

/// The items of a list. What happens to one that can't be read, the client decides.
///
/// # Errors
/// `UnexpectedContent` when the client wants whole lists.
pub(crate) fn read<T: DeserializeOwned>(
    client: &Client,
    items: Vec<Value>,
    list: &str,
) -> Result<Vec<T>> {
    let mut readable = Vec::new();
    for item in items.into_iter().filter(|item| !item.is_null()) {
        let id = item["id"].as_str().unwrap_or_default().to_owned();
        match from_value(item) {
            Ok(item) => readable.push(item),
            Err(error) => client.leave_out(list, &described(&id, list), &error)?,
        }
    }
    Ok(readable)
}

fn described(id: &str, list: &str) -> String {
    match ResourceLabel::read(id) {
        Some(resource) => format!("{resource} ({id})"),
        None if id.is_empty() => format!("an item without an id of '{list}'"),
        None => format!("'{id}'"),
    }
}

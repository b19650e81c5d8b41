//! The secrets that actions show. They are in no state file: after a start from one there are none.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::content::Taken;
use super::target::Target;
use crate::arm::route::{Call, Handled};
use crate::base::http::Reply;
use crate::state::{Part, World};

/// By the key of the resource, and by name.
#[derive(Debug, Default)]
pub(super) struct Secrets(HashMap<String, BTreeMap<String, Value>>);

impl Part for Secrets {
    fn reset(&mut self) {
        self.0.clear();
    }
}

impl Secrets {
    /// Those that a write has left of a resource.
    pub(super) fn set(&mut self, key: &str, taken: Vec<Taken>) {
        let mut before = self.0.remove(key).unwrap_or_default();
        let mut now = BTreeMap::new();
        for (name, value) in taken {
            if let Some(value) = value.or_else(|| before.remove(&name)) {
                now.insert(name, value);
            }
        }
        if !now.is_empty() {
            self.0.insert(key.to_owned(), now);
        }
    }
}

/// `POST …/listSecrets`.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Handled {
    let target = Target::of_action(call)?;
    let key = target.key();
    if !world.state.generic.contains_key(&key) {
        return Err(target.not_found());
    }
    let known = world.session.part::<Secrets>().0.get(&key);
    let value: Vec<Value> = known
        .into_iter()
        .flatten()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    Ok(Reply::json(200, &json!({ "value": value })))
}

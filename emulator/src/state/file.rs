//! The content of a state file.

use serde::Deserialize;
use serde_json::{Value, json};

use super::store::State;

const FORMAT: u64 = 1;

pub(crate) fn write(state: &State) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(&json!({ "format": FORMAT, "state": state }))
        .expect("a state has only string keys and finite numbers");
    text.push(b'\n');
    text
}

/// The state in `text`, or what is wrong with it.
pub(crate) fn read(text: &[u8]) -> Result<State, String> {
    let format = match serde_json::from_slice(text) {
        Ok(Start { format }) => format,
        Err(error) if error.is_data() => Value::Null,
        Err(error) => return Err(format!("not JSON: {error}")),
    };
    match format.as_u64() {
        Some(FORMAT) => {}
        Some(other) => return Err(format!("format {other}, where {FORMAT} is known")),
        None => return Err("not a state file of the emulator: no format number".to_owned()),
    }
    serde_json::from_slice(text)
        .map(|File { state }| state)
        .map_err(|error| error.to_string())
}

/// What tells whether the rest can be read.
#[derive(Deserialize)]
struct Start {
    #[serde(default)]
    format: Value,
}

#[derive(Deserialize)]
struct File {
    state: State,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::seed;

    #[test]
    fn a_state_file_reads_back() {
        let text = write(&State::seeded(0));
        let state = read(&text).unwrap();
        assert_eq!(write(&state), text);
        assert_eq!(state.groups.len(), 2);
        assert_eq!(state.machines.len(), 1);
    }

    #[test]
    fn a_file_from_an_older_emulator_reads_too() {
        let mut old: Value = serde_json::from_slice(&write(&State::seeded(0))).unwrap();
        let state = old["state"].as_object_mut().unwrap();
        for later in [
            "assignments",
            "principals",
            "applications",
            "federated",
            "directoryGroups",
            "appRoleAssignments",
            "generic",
            "deployments",
            "managementGroups",
        ] {
            assert!(state.remove(later).is_some(), "{later}");
        }
        state.insert("kept".to_owned(), json!({}));
        let state = read(old.to_string().as_bytes()).unwrap();
        assert!(state.assignments.is_empty());
        assert!(
            state.applications.contains_key(seed::CLIENT_ID),
            "it may sign in"
        );
    }

    #[test]
    fn what_is_not_a_state_file_is_refused_with_a_reason() {
        let cases: [(&[u8], &str); 5] = [
            (b"", "not JSON"),
            (b"{\"format\":1,\"state\":{\"groups\"", "not JSON"),
            (b"{}", "no format number"),
            (b"{\"format\":2,\"state\":{}}", "format 2"),
            (b"{\"format\":1,\"state\":{}}", "missing field"),
        ];
        for (text, reason) in cases {
            let error = read(text).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}

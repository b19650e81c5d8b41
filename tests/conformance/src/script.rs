//! The script: what is sent, step by step, as `script.json` has it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::Result;

/// The script that the program was built with.
const SCRIPT: &str = include_str!("../script.json");

/// A part of the script that can be run alone: no step needs one of another area.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Its name, for `--area`.
    pub area: String,
    /// What it sends, in this order.
    pub steps: Vec<Step>,
}

/// A request, and what is done with its answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it does; once in its area.
    pub name: String,
    /// The method and the path with its query. `{name}` is a variable.
    pub send: String,
    /// The JSON body; texts in it have variables, too. A text alone is sent as it is.
    pub body: Option<Value>,
    /// Headers of its own.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Whether the request has no token of the sign-in.
    #[serde(default)]
    pub signed_out: bool,
    /// Variables for later steps: a JSON pointer into the body, or `header:NAME`.
    #[serde(default)]
    pub keep: BTreeMap<String, String>,
    /// Codes of errors that pass in time: the step is repeated until another answer comes.
    #[serde(default)]
    pub repeat: Vec<String>,
    /// Whether what follows from it is read, too: the operation until its end, the further pages.
    #[serde(default)]
    pub follow: bool,
}

/// All areas, or those that are named.
///
/// # Errors
/// A name that the script does not have; a script that can't be read.
pub fn areas(names: &[String]) -> Result<Vec<Area>> {
    let all: Vec<Area> = serde_json::from_str(SCRIPT).map_err(|error| error.to_string())?;
    if let Some(unknown) = names
        .iter()
        .find(|name| !all.iter().any(|one| one.area == **name))
    {
        let known: Vec<&str> = all.iter().map(|one| &*one.area).collect();
        return Err(format!(
            "--area is '{unknown}': it must be one of {}",
            known.join(", ")
        ));
    }
    Ok(all
        .into_iter()
        .filter(|one| names.is_empty() || names.contains(&one.area))
        .collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_step_has_a_name_of_its_own_and_a_request() {
        for area in areas(&[]).unwrap() {
            let mut names = HashSet::new();
            for step in area.steps {
                assert!(
                    names.insert(step.name.clone()),
                    "{}: {}",
                    area.area,
                    step.name
                );
                let (method, path) = step.send.split_once(' ').unwrap();
                assert!(["GET", "PUT", "PATCH", "POST", "DELETE"].contains(&method));
                assert!(path.starts_with(['/', '{']), "{path}");
            }
        }
    }

    #[test]
    fn an_unknown_area_is_an_error_that_names_all() {
        let error = areas(&["vm".to_owned()]).unwrap_err();
        assert!(
            error.contains("'vm'") && error.contains("identities"),
            "{error}"
        );
    }
}

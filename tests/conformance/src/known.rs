//! Differences that are known, with the reason of each.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::Result;
use crate::compare::Difference;

/// A difference that is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The step; `*` is any.
    pub step: String,
    /// The place; what stands before a `*` at its end is its beginning.
    pub place: String,
    /// Why it is so.
    pub reason: String,
}

impl Known {
    /// Whether a difference is this one.
    pub fn covers(&self, difference: &Difference) -> bool {
        let of_step = self.step == "*" || self.step == difference.step;
        let at_place = match self.place.strip_suffix('*') {
            Some(beginning) => difference.place.starts_with(beginning),
            None => self.place == difference.place,
        };
        of_step && at_place
    }
}

/// Reads a list of them.
///
/// # Errors
/// The file can't be read; one of them has no reason.
pub fn read(file: &Path) -> Result<Vec<Known>> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(|error| told(&error))?;
    let known: Vec<Known> = serde_json::from_str(&text).map_err(|error| told(&error))?;
    match known.iter().find(|one| one.reason.trim().is_empty()) {
        Some(one) => Err(told(&format!("{}: {} has no reason", one.step, one.place))),
        None => Ok(known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_difference_is_one_of_a_step_or_of_all_steps() {
        let difference = Difference {
            step: "machines: reads it".to_owned(),
            place: "header x-ms-new".to_owned(),
            values: ["absent".to_owned(), "1".to_owned()],
        };
        let covers = |step: &str, place: &str| {
            let reason = "tested".to_owned();
            Known {
                step: step.to_owned(),
                place: place.to_owned(),
                reason,
            }
            .covers(&difference)
        };
        assert!(covers("machines: reads it", "header x-ms-new"));
        assert!(covers("*", "header x-ms-*"));
        assert!(!covers("*", "header x-ms"));
        assert!(!covers("machines: reads", "header x-ms-new"));
    }
}

//! What the fuzzers call of this folder.

use super::cli_clouds;

/// The names and the number of values of the sections of the Azure CLI's configuration.
pub fn sections(text: &str) -> Vec<(String, usize)> {
    let sections = cli_clouds::sections(text).into_iter();
    sections.map(|one| (one.name, one.values.len())).collect()
}

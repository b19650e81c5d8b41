//! The series as a reader knows them.

/// The series, in the order in which they stand beside each other.
const NAMES: [(&str, &str); 7] = [
    ("module", "this module"),
    ("floor", "bare client in Rust"),
    ("trivial", "trivial binary module"),
    ("bare", "bare `pwsh -NoProfile`"),
    ("invoke-restmethod", "Invoke-RestMethod"),
    ("sdk-python", "Azure SDK for Python"),
    ("az", "Azure CLI"),
];

/// What a series is of.
pub fn name(series: &str) -> &str {
    let mut names = NAMES.iter();
    let found = names.find(|(id, _)| *id == series);
    found.map_or(series, |(_, name)| name)
}

/// The place of a series among others; one without a name is the last.
pub fn place(series: &str) -> usize {
    let place = NAMES.iter().position(|(id, _)| *id == series);
    place.unwrap_or(NAMES.len())
}

//! The series as a reader knows them.

/// What a series is of.
pub fn name(series: &str) -> &str {
    match series {
        "module" => "this module",
        "floor" => "bare client in Rust",
        "invoke-restmethod" => "Invoke-RestMethod",
        "az" => "Azure CLI",
        "sdk-python" => "Azure SDK for Python",
        "trivial" => "trivial binary module",
        "bare" => "bare `pwsh -NoProfile`",
        other => other,
    }
}

//! The workflows use only what they name by its content.

use std::fs;
use std::path::Path;

/// An action at a commit, `owner/name@<40 hex digits> # v1.2.3`, or a workflow of this repository.
fn is_pinned(used: &str) -> bool {
    if used.starts_with("./") {
        return true;
    }
    let Some((action, version)) = used.split_once(" # v") else {
        return false;
    };
    let commit = action
        .trim()
        .split_once('@')
        .map_or("", |(_, commit)| commit);
    commit.len() == 40
        && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
        && version.starts_with(|c: char| c.is_ascii_digit())
}

#[test]
fn actions_are_pinned_by_hash() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows");
    let mut count = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines() {
            let line = line.trim_start().trim_start_matches("- ");
            let Some(used) = line.strip_prefix("uses:") else {
                continue;
            };
            count += 1;
            assert!(is_pinned(used.trim()), "{}: {line}", path.display());
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn what_is_not_pinned_is_found() {
    let commit = "08c6903cd8c0fde910a37f88322edcfb5dd907a8";
    assert!(is_pinned(&format!("actions/checkout@{commit} # v5.0.0")));
    assert!(is_pinned("./.github/workflows/build.yml"));
    for used in [
        "actions/checkout@v5",
        "actions/checkout@main # v5.0.0",
        &format!("actions/checkout@{commit}"),
        &format!("actions/checkout@{} # v5.0.0", &commit[1..]),
        "docker://alpine:3",
    ] {
        assert!(!is_pinned(used), "{used}");
    }
}

//! What makes a package a release: the libraries of all platforms, a tag of its version, and a
//! section of the changelog.

use std::fs;
use std::path::Path;

use super::archive::Entry;
use crate::platform::{self, Platform};
use crate::process::Result;
use crate::workspace::{LIBRARIES, Workspace};

/// The version of the workspace, which is that of the module.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The heading of what is not released yet.
const UNRELEASED: &str = "Unreleased";

/// What a package lacks that a release has. `tag` is what it would be released under, and `has`
/// says whether the libraries of a platform are there.
pub fn missing(
    workspace: &Workspace,
    tag: Option<&str>,
    has: impl Fn(&Platform) -> bool,
) -> Result<Vec<String>> {
    let mut missing: Vec<String> = platform::ALL
        .iter()
        .filter(|platform| !has(platform))
        .map(|platform| format!("the libraries for {} ({})", platform.name, platform.rid))
        .collect();
    let wanted = format!("v{VERSION}");
    match tag {
        Some(tag) if tag == wanted => {}
        Some(tag) => missing.push(format!("the tag {wanted} (it is {tag})")),
        None => missing.push(format!("the tag {wanted}")),
    }
    if section(&changelog(workspace)?, VERSION).is_none() {
        missing.push(format!("the section [{VERSION}] of CHANGELOG.md"));
    }
    Ok(missing)
}

/// Whether a module has the libraries of a platform.
pub fn has_libraries(module: &Path, platform: &Platform) -> bool {
    let folder = module.join(platform.rid);
    let shipped = LIBRARIES.map(|one| folder.join(one.shipped(platform.system)));
    shipped.iter().all(|file| file.is_file())
}

/// What the paths of a machine that builds contain: the sources of crates and of the standard
/// library, where they were not given another name.
const SOURCES: [&str; 3] = [
    "/.cargo/registry/",
    r"\.cargo\registry\",
    "/rustlib/src/rust/library/",
];

/// The files that name folders of the machine that built them; `own` are those of this one.
pub fn with_paths<'a>(files: &'a [Entry], own: &[String]) -> Vec<&'a str> {
    let names = |file: &&Entry| {
        let texts = SOURCES
            .iter()
            .copied()
            .chain(own.iter().map(String::as_str));
        texts.into_iter().any(|text| contains(&file.content, text))
    };
    files
        .iter()
        .filter(names)
        .map(|file| file.path.as_str())
        .collect()
}

fn contains(content: &[u8], text: &str) -> bool {
    let text = text.as_bytes();
    content
        .windows(text.len())
        .any(|part| part[0] == text[0] && part == text)
}

/// What is new: the section of this version, or for a preview what is not released yet.
pub fn notes(workspace: &Workspace) -> Result<String> {
    let changelog = changelog(workspace)?;
    section(&changelog, VERSION)
        .or_else(|| section(&changelog, UNRELEASED))
        .ok_or_else(|| format!("CHANGELOG.md has neither [{VERSION}] nor [{UNRELEASED}]"))
}

fn changelog(workspace: &Workspace) -> Result<String> {
    let file = workspace.root.join("CHANGELOG.md");
    fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
}

/// The text below the heading `## [name]`, up to the next heading of its kind and without the
/// addresses of links at the end.
fn section(changelog: &str, name: &str) -> Option<String> {
    let heading = format!("## [{name}]");
    let lines = changelog
        .lines()
        .map(str::trim_end)
        .skip_while(|line| !line.starts_with(&heading))
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| !(line.starts_with('[') && line.contains("]: ")));
    let text = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-01-01\n\n### Added\n\n\
                             - Two.\n\n## [0.1.0]\n\n- One.\n\n[0.1.0]: https://example.com\n";

    #[test]
    fn a_section_ends_where_the_next_one_begins() {
        let section = |name| section(CHANGELOG, name);
        assert_eq!(section("0.2.0").as_deref(), Some("### Added\n\n- Two."));
        assert_eq!(section("0.1.0").as_deref(), Some("- One."));
        // It is empty.
        assert_eq!(section("Unreleased"), None);
        assert_eq!(section("0.3.0"), None);
    }

    #[test]
    fn a_path_of_the_machine_that_built_a_file_is_found() {
        let file = |path: &str, content: &str| Entry {
            path: path.to_owned(),
            content: content.as_bytes().to_owned(),
        };
        let files = [
            file(
                "good",
                "at /cargo/registry/src/tokio/lib.rs and /rustc/59807616/library/core",
            ),
            file("crates", "at /home/me/.cargo/registry/src/tokio/lib.rs"),
            file("own", "at /build/here/src/lib.rs"),
        ];
        let found = with_paths(&files, &["/build/here".to_owned()]);
        assert_eq!(found, ["crates", "own"]);
    }

    #[test]
    fn a_release_lacks_what_is_not_there() {
        let workspace = Workspace::find().expect("tests run in it");
        let missing = |tag, has: fn(&Platform) -> bool| missing(&workspace, tag, has).expect("can");
        let tag = format!("v{VERSION}");

        let of_none = missing(None, |_| false);
        assert!(of_none.len() > platform::ALL.len(), "{of_none:?}");
        let without_arm = missing(Some(&tag), |platform| !platform.rid.ends_with("arm64"));
        let named: Vec<_> = without_arm
            .iter()
            .filter(|lack| lack.contains("libraries"))
            .collect();
        assert_eq!(named.len(), 3, "{named:?}");
        assert!(named.iter().all(|lack| lack.contains("arm64")));

        let with_all = missing(Some(&tag), |_| true);
        assert!(with_all.iter().all(|lack| lack.contains("CHANGELOG.md")));
        let other = missing(Some("v9.9.9"), |_| true);
        assert!(
            other.iter().any(|lack| lack.contains("v9.9.9")),
            "{other:?}"
        );
    }
}

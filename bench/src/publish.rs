//! The files that are published: the page, its plots, the results that both are made from, and the
//! README's block.

use std::fs;
use std::path::{Path, PathBuf};

use crate::page;
use crate::plot;
use crate::results::Results;

/// The committed results.
pub const RESULTS: &str = "docs/performance/results.json";

const PAGE: &str = "docs/performance.md";
const PLOTS: &str = "docs/performance";
const README: &str = "README.md";
const BEGIN: &str = "<!-- performance: made by cargo xtask bench -->";
const END: &str = "<!-- performance: end -->";

/// Writes all files below the folder of the repository.
///
/// # Errors
/// A file can't be written, or the README has no place for its block.
pub fn publish(root: &Path, results: &Results) -> Result<(), String> {
    for file in stale_plots(root, results)? {
        fs::remove_file(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    results.write(&root.join(RESULTS))?;
    for (file, content) in files(root, results)? {
        fs::write(&file, content).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// The files that are made from results, with their content.
fn files(root: &Path, results: &Results) -> Result<Vec<(PathBuf, String)>, String> {
    let readme = root.join(README);
    let text = read(&readme)?;
    let readme_text = with_block(&text, &page::block(results)).ok_or_else(|| {
        format!("{README} has no place for the figures: a line `{BEGIN}` and a line `{END}`")
    })?;
    let mut files = vec![
        (root.join(PAGE), page::page(results)?),
        (readme, readme_text),
    ];
    let plots = plot::all(results).into_iter();
    files.extend(plots.map(|(name, svg)| (root.join(PLOTS).join(name), svg)));
    Ok(files)
}

/// The plots in the folder that these results do not have.
fn stale_plots(root: &Path, results: &Results) -> Result<Vec<PathBuf>, String> {
    let folder = root.join(PLOTS);
    let Ok(entries) = fs::read_dir(&folder) else {
        return Ok(Vec::new());
    };
    let wanted: Vec<_> = plot::all(results)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let mut stale = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|error| format!("{}: {error}", folder.display()))?
            .path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".svg") && !wanted.iter().any(|one| *one == name) {
            stale.push(path);
        }
    }
    Ok(stale)
}

/// The text with another block between the markers.
fn with_block(text: &str, block: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{block}\n{END}{after}"))
}

fn read(file: &Path) -> Result<String, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(text.replace("\r\n", "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::{of, sample};

    fn repository() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("is in the repository")
    }

    #[test]
    fn what_is_published_is_what_the_committed_results_say() {
        let root = repository();
        let results = Results::read(&root.join(RESULTS)).expect("is committed");
        assert_eq!(read(&root.join(RESULTS)).expect("is there"), results.json());
        for (file, content) in files(root, &results).expect("can be made") {
            let found = read(&file).unwrap_or_default();
            assert!(
                found == content,
                "{} is out of date: run `cargo xtask bench --from {RESULTS} --page`",
                file.display()
            );
        }
        let stale = stale_plots(root, &results).expect("can be read");
        assert!(stale.is_empty(), "{stale:?} are of no results");
    }

    #[test]
    fn the_block_is_replaced_and_nothing_else() {
        let text = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let expected = format!("before\n{BEGIN}\n\nnew\n\n{END}\nafter\n");
        let replaced = with_block(&text, "new\n").expect("has a place");
        assert_eq!(replaced, expected);
        assert_eq!(with_block(&replaced, "new\n"), Some(expected));
        assert_eq!(with_block("no place", "new\n"), None);
    }

    #[test]
    fn a_plot_that_is_no_longer_made_is_removed() {
        let folder = tempfile::tempdir().expect("can be made");
        let root = folder.path();
        let results = of(vec![sample("module", 1, 1.0)]);
        fs::create_dir_all(root.join(PLOTS)).expect("can be made");
        fs::write(root.join(PLOTS).join("old.svg"), "<svg/>").expect("can be written");
        let error = publish(root, &results).expect_err("there is no README");
        assert!(error.contains(README), "{error}");
        fs::write(root.join(README), format!("{BEGIN}\n{END}\n")).expect("can be written");
        publish(root, &results).expect("can be written");
        assert!(!root.join(PLOTS).join("old.svg").exists());
        assert_eq!(Results::read(&root.join(RESULTS)), Ok(results));
        assert!(root.join(PAGE).exists());
    }
}

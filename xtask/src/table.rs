//! `cargo xtask platforms`: the table in `docs/platforms.md`.

use std::fs;
use std::path::PathBuf;

use crate::platform::{ALL, Platform};
use crate::process::Result;
use crate::workspace::{EMULATOR, LIBRARY, Library};

const HEAD: &str = "\
| Platform | Folder | Rust target | Built on | Loaded by | Tests | Oldest system | Size | Emulator |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

/// Prints the table, with the sizes of the libraries in folders of `<rid>/` folders.
pub fn print(natives: &[PathBuf]) -> Result<()> {
    let mut table = HEAD.to_owned();
    for platform in &ALL {
        let sizes = [LIBRARY, EMULATOR].map(|library| size(platform, library, natives));
        let [library, emulator] = sizes;
        table.push_str(&row(platform, &library?, &emulator?));
    }
    print!("{table}");
    Ok(())
}

/// The row of a platform.
fn row(platform: &Platform, library: &str, emulator: &str) -> String {
    let Platform {
        rid,
        name,
        targets,
        built_on,
        loaded_by,
        tests,
        floor,
        ..
    } = platform;
    format!(
        "| {name} | `{rid}` | `{}` | {built_on} | {loaded_by} | {tests} | {floor} | {library} | {emulator} |\n",
        targets[0]
    )
}

/// The size of a library in the last of the folders that has it.
fn size(platform: &Platform, library: Library, natives: &[PathBuf]) -> Result<String> {
    let file = library.shipped(platform.system);
    for folder in natives.iter().rev() {
        let path = folder.join(platform.rid).join(&file);
        if path.exists() {
            let found =
                fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
            let size = found.len() as f64 / 1e6;
            return Ok(format!("{size:.1} MB"));
        }
    }
    Ok("not measured".to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A file of the checkout.
    fn text(file: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        text.replace("\r\n", "\n")
    }

    #[test]
    fn the_page_has_a_row_for_each_platform_as_it_is_in_the_table() {
        let page = text("docs/platforms.md");
        let rows: Vec<_> = page
            .lines()
            .skip_while(|line| !HEAD.starts_with(line) || line.is_empty())
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .collect();
        assert_eq!(rows.len(), ALL.len(), "run cargo xtask platforms");
        for (found, platform) in rows.into_iter().zip(&ALL) {
            // The sizes are measured, and change with every build.
            let cells: Vec<_> = found
                .trim_matches('|')
                .split(" | ")
                .map(str::trim)
                .collect();
            let [.., library, emulator] = cells[..] else {
                panic!("{found}");
            };
            let wanted = row(platform, library, emulator);
            assert_eq!(found, wanted.trim_end(), "run cargo xtask platforms");
        }
    }

    /// The matrix of the job that builds the libraries.
    #[test]
    fn the_workflow_builds_each_platform_for_its_target_on_its_machine() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/workflows");
        let workflows: String = crate::assemble::files(&folder)
            .expect("is there")
            .iter()
            .map(|file| fs::read_to_string(file).expect("can be read"))
            .collect();
        for platform in &ALL {
            let entry = format!(
                "- {{ rid: {}, os: {}, target: {}",
                platform.rid, platform.built_on, platform.targets[0]
            );
            assert_eq!(workflows.matches(&entry).count(), 1, "{entry}");
        }
        assert_eq!(workflows.matches("- { rid: ").count(), ALL.len());
    }
}

//! The sizes of what is shipped.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Sink, sample};
use crate::Result;
use crate::tools::{Tools, needed};

/// Takes `size-library`, `size-emulator` and `size-package`.
pub fn size(tools: &Tools, sink: Sink<'_>) -> Result<()> {
    let folder = needed(&tools.libraries, "libraries")?;
    let files = [
        ("size-library", library(folder, "managed_identity")?),
        (
            "size-emulator",
            library(folder, "managed_identity_emulator")?,
        ),
        (
            "size-package",
            needed(&tools.package, "package")?.to_owned(),
        ),
    ];
    for (name, file) in files {
        let size = fs::metadata(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        #[expect(clippy::cast_precision_loss, reason = "of megabytes")]
        let megabytes = size.len() as f64 / 1e6;
        sink(sample(name, "module", 1, megabytes, "MB"));
    }
    Ok(())
}

/// The library of a name, whatever its platform ends it with.
fn library(folder: &Path, name: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    files
        .find(|file| file.file_stem().is_some_and(|stem| stem == name))
        .ok_or_else(|| format!("{} has no {name}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_of_the_files_of_their_names() {
        let folder = tempfile::tempdir().expect("can be made");
        let write = |name: &str, size| {
            let file = folder.path().join(name);
            fs::write(&file, vec![0; size]).expect("can be written");
            file
        };
        write("managed_identity.so", 4_000_000);
        write("managed_identity_emulator.so", 3_000_000);
        let tools = Tools {
            package: Some(write("a.nupkg", 2_500_000)),
            libraries: Some(folder.path().to_owned()),
            ..Tools::default()
        };
        let mut samples = Vec::new();
        size(&tools, &mut |sample| samples.push(sample)).expect("all are there");
        let sizes: Vec<_> = samples
            .iter()
            .map(|one| (&*one.measure, one.value))
            .collect();
        assert_eq!(
            sizes,
            [
                ("size-library", 4.0),
                ("size-emulator", 3.0),
                ("size-package", 2.5)
            ]
        );

        fs::remove_file(folder.path().join("managed_identity.so")).expect("is there");
        let error = size(&tools, &mut |_| {}).expect_err("is missing");
        assert!(error.contains("managed_identity"), "{error}");
    }
}

//! The manifest of a package: that of the module, with what is known only when it is packed.

use std::path::Path;

use serde_json::Value;

use super::crates;
use crate::powershell::PowerShell;
use crate::process::Result;
use crate::workspace::MODULE;

/// What follows the version of a package that is not a release.
pub const PREVIEW: &str = "dev";

/// The line of the committed manifest after which the gallery's properties begin.
const START: &str = "PSData = @{";

/// The property with what is new.
const NOTES: &str = "ReleaseNotes";

/// What a manifest says, as far as a package says it too.
pub struct Manifest {
    /// The version, with the label of a preview.
    pub version: String,
    /// Who wrote it.
    pub author: String,
    /// For whom.
    pub company: String,
    /// The line with the copyright.
    pub copyright: String,
    /// What it is.
    pub description: String,
    /// Its page.
    pub project: String,
    /// The page of its licence.
    pub license: String,
    /// Its picture.
    pub icon: String,
    /// What is new.
    pub notes: String,
    /// The words to find it by.
    pub tags: Vec<String>,
    /// What it exports.
    pub cmdlets: Vec<String>,
}

/// The file's name.
pub fn file_name() -> String {
    format!("{MODULE}.psd1")
}

/// Whether a manifest has what a package adds.
pub fn is_finished(text: &str) -> bool {
    let mut lines = text.lines();
    lines.any(|line| line.trim_start().starts_with(NOTES))
}

/// The text of a manifest with the notes of this version, and with the label of a preview.
pub fn finished(text: &str, notes: &str, preview: bool) -> Result<String> {
    if notes.lines().any(|line| line.starts_with("'@")) {
        return Err("a line of the changelog begins with '@, which ends the notes".to_owned());
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = lines
        .iter()
        .position(|line| line.trim() == START)
        .ok_or_else(|| format!("the manifest has no line with {START}"))?;
    let indent = lines[at].len() - lines[at].trim_start().len() + 4;
    let mut property = |name: &str, value: &str| {
        lines.insert(at + 1, format!("{:indent$}{name} = {value}", ""));
    };
    property(NOTES, &format!("@'\n{notes}\n'@"));
    if preview {
        property("Prerelease", &format!("'{PREVIEW}'"));
    }
    let text = lines.join("\n") + "\n";
    // Windows PowerShell reads other characters in the code page of the machine, unless told so.
    let mark = if text.is_ascii() { "" } else { "\u{FEFF}" };
    Ok(format!("{mark}{text}"))
}

/// Reads a manifest as PowerShell does.
pub fn read(powershell: &PowerShell, file: &Path) -> Result<Manifest> {
    let path = file.display().to_string().replace('\'', "''");
    let outcome = powershell
        .command(&format!(
            "$ErrorActionPreference = 'Stop'; \
             Import-PowerShellDataFile -LiteralPath '{path}' | ConvertTo-Json -Depth 5 -Compress \
             -EscapeHandling EscapeNonAscii"
        ))
        .run()?;
    let data = crates::json(&outcome.output)
        .ok_or_else(|| format!("{} can't be read:\n{}", file.display(), outcome.output))?;
    of(&data).map_err(|name| format!("{}: {name} is missing", file.display()))
}

/// The manifest in the data; the error is the name of a property that is missing.
fn of(data: &Value) -> std::result::Result<Manifest, &'static str> {
    let gallery = &data["PrivateData"]["PSData"];
    let text = |from: &Value, name: &'static str| {
        let text = from[name].as_str().filter(|text| !text.is_empty());
        text.map(|text| text.trim().to_owned()).ok_or(name)
    };
    let list = |from: &Value, name: &'static str| -> std::result::Result<Vec<String>, _> {
        let items = from[name].as_array().filter(|items| !items.is_empty());
        let items = items.ok_or(name)?.iter().filter_map(Value::as_str);
        Ok(items.map(str::to_owned).collect())
    };
    let version = text(data, "ModuleVersion")?;
    Ok(Manifest {
        version: match text(gallery, "Prerelease") {
            Ok(label) => format!("{version}-{label}"),
            Err(_) => version,
        },
        author: text(data, "Author")?,
        company: text(data, "CompanyName")?,
        copyright: text(data, "Copyright")?,
        description: text(data, "Description")?,
        project: text(gallery, "ProjectUri")?,
        license: text(gallery, "LicenseUri")?,
        icon: text(gallery, "IconUri")?,
        notes: text(gallery, NOTES)?,
        tags: list(gallery, "Tags")?,
        cmdlets: list(data, "CmdletsToExport")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "@{\r\n    PrivateData = @{\r\n        PSData = @{\r\n            Tags = 'a'\r\n        }\r\n    }\r\n}\r\n";

    #[test]
    fn a_preview_has_its_label_and_its_notes() {
        let text = finished(TEXT, "### Added\n\n- It's new.", true).expect("has its place");
        let expected = "@{\n    PrivateData = @{\n        PSData = @{\n            Prerelease = 'dev'\n            ReleaseNotes = @'\n### Added\n\n- It's new.\n'@\n            Tags = 'a'\n        }\n    }\n}\n";
        assert_eq!(text, expected);
        assert!(is_finished(&text) && !is_finished(TEXT));
    }

    #[test]
    fn a_release_has_no_label() {
        let text = finished(TEXT, "- New.", false).expect("has its place");
        assert!(!text.contains("Prerelease"), "{text}");
    }

    #[test]
    fn notes_that_would_end_the_text_and_a_manifest_without_a_place_are_refused() {
        assert!(finished(TEXT, "'@\n; evil", true).is_err());
        assert!(finished("@{ }", "- New.", true).is_err());
    }

    #[test]
    fn other_characters_are_marked_for_windows_powershell() {
        let text = finished(TEXT, "- Caf\u{E9}.", true).expect("has its place");
        assert!(text.starts_with("\u{FEFF}@{"), "{text}");
    }

    #[test]
    fn a_manifest_is_read_and_what_is_missing_is_named() {
        let mut data = json!({
            "ModuleVersion": "0.1.0", "Author": "a", "CompanyName": "c", "Copyright": "r",
            "Description": "d", "CmdletsToExport": ["Get-One"],
            "PrivateData": {"PSData": {
                "Prerelease": "dev", "ProjectUri": "p", "LicenseUri": "l", "IconUri": "i",
                "ReleaseNotes": "n\n", "Tags": ["Azure"]}},
        });
        let manifest = of(&data).expect("is whole");
        assert_eq!((&*manifest.version, &*manifest.notes), ("0.1.0-dev", "n"));
        data["PrivateData"]["PSData"]["IconUri"] = json!(null);
        assert_eq!(of(&data).err(), Some("IconUri"));
    }

    #[test]
    fn the_committed_manifest_names_this_repository_and_files_that_are_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let text = std::fs::read_to_string(root.join("ps-module").join(file_name()));
        let text = text.expect("is there");
        let value = |name: &str| {
            let line = text
                .lines()
                .find(|line| line.trim_start().starts_with(name));
            let value = line.and_then(|line| line.split('\'').nth(1));
            value
                .unwrap_or_else(|| panic!("{name} is missing"))
                .to_owned()
        };
        let repository = env!("CARGO_PKG_REPOSITORY");
        assert_eq!(value("ProjectUri"), repository);
        for name in ["LicenseUri", "IconUri"] {
            let address = value(name);
            let path = address
                .strip_prefix(repository)
                .expect("is of this repository");
            // /blob/main/<path> or /raw/main/<path>
            let path = path.splitn(4, '/').nth(3).expect("has a path");
            assert!(root.join(path).is_file(), "{address}");
        }
    }
}

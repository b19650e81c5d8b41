//! The file that the PowerShell Gallery takes: a NuGet package with the module's files at its root,
//! as Publish-PSResource makes it.

use std::collections::BTreeSet;

use super::archive::Entry;
use super::checksums::sha256;
use super::manifest::Manifest;
use crate::process::Result;
use crate::workspace::MODULE;

/// The most characters that the gallery takes for tags.
const LONGEST_TAGS: usize = 4000;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/// The package's file name.
pub fn file_name(version: &str) -> String {
    format!("{MODULE}.{version}.nupkg")
}

/// The entries of the package: what describes it, and the files of the module.
pub fn entries(manifest: &Manifest, files: Vec<Entry>) -> Result<Vec<Entry>> {
    let properties = core_properties(manifest)?;
    let digest = sha256(properties.as_bytes());
    let described = format!(
        "package/services/metadata/core-properties/{}.psmdcp",
        &digest[..32]
    );
    let mut entries = vec![
        text("_rels/.rels", relationships(&described)),
        text(&format!("{MODULE}.nuspec"), nuspec(manifest)?),
        text(&described, properties),
    ];
    entries.extend(files);
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    entries.insert(0, text("[Content_Types].xml", content_types(&entries)?));
    Ok(entries)
}

fn text(path: &str, content: String) -> Entry {
    Entry {
        path: path.to_owned(),
        content: content.into_bytes(),
    }
}

/// What is in the package beside the module's files: they are not installed.
pub fn is_description(path: &str) -> bool {
    path == "[Content_Types].xml"
        || path.ends_with(".nuspec")
        || ["_rels/", "package/"]
            .iter()
            .any(|folder| path.starts_with(folder))
}

fn nuspec(manifest: &Manifest) -> Result<String> {
    let tags = tags(manifest)?;
    let elements = [
        ("id", MODULE),
        ("version", &manifest.version),
        ("authors", &manifest.author),
        ("owners", &manifest.company),
        ("requireLicenseAcceptance", "false"),
        ("licenseUrl", &manifest.license),
        ("projectUrl", &manifest.project),
        ("iconUrl", &manifest.icon),
        ("description", &manifest.description),
        ("releaseNotes", &manifest.notes),
        ("copyright", &manifest.copyright),
        ("tags", &tags),
    ];
    let elements: String = elements
        .iter()
        .map(|(name, value)| format!("    <{name}>{}</{name}>\n", escaped(value)))
        .collect();
    Ok(format!(
        "{DECLARATION}<package xmlns=\"http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd\">\n  \
         <metadata>\n{elements}  </metadata>\n</package>\n"
    ))
}

/// The tags of the manifest, and those that the gallery finds a module and its cmdlets by.
fn tags(manifest: &Manifest) -> Result<String> {
    let mut tags = vec!["PSModule".to_owned()];
    tags.extend(manifest.tags.iter().cloned());
    tags.push("PSIncludes_Cmdlet".to_owned());
    for kind in ["PSCmdlet", "PSCommand"] {
        tags.extend(manifest.cmdlets.iter().map(|name| format!("{kind}_{name}")));
    }
    let tags = tags.join(" ");
    if tags.len() > LONGEST_TAGS {
        return Err(format!(
            "the tags of the package have {} characters, and the gallery takes {LONGEST_TAGS}",
            tags.len()
        ));
    }
    Ok(tags)
}

fn core_properties(manifest: &Manifest) -> Result<String> {
    let value = |text: &str| escaped(text);
    Ok(format!(
        "{DECLARATION}<coreProperties xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\">\n  \
         <dc:creator>{}</dc:creator>\n  <dc:description>{}</dc:description>\n  \
         <dc:identifier>{MODULE}</dc:identifier>\n  <version>{}</version>\n  \
         <keywords>{}</keywords>\n</coreProperties>\n",
        value(&manifest.author),
        value(&manifest.description),
        value(&manifest.version),
        value(&tags(manifest)?)
    ))
}

fn relationships(described: &str) -> String {
    let one = |kind: &str, target: &str| {
        let id = &sha256(target.as_bytes())[..16];
        format!("  <Relationship Type=\"{kind}\" Target=\"/{target}\" Id=\"R{id}\" />\n")
    };
    let manifest = one(
        "http://schemas.microsoft.com/packaging/2010/07/manifest",
        &format!("{MODULE}.nuspec"),
    );
    let properties = one(
        "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
        described,
    );
    format!(
        "{DECLARATION}<Relationships \
         xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\n\
         {manifest}{properties}</Relationships>\n"
    )
}

/// The type of each file, by its extension. A name that would have to be escaped is refused.
fn content_types(entries: &[Entry]) -> Result<String> {
    let mut types = BTreeSet::new();
    for entry in entries {
        let plain = |one: char| one.is_ascii_alphanumeric() || "./_-".contains(one);
        if !entry.path.chars().all(plain) {
            return Err(format!(
                "a package has no file with the name {}",
                entry.path
            ));
        }
        let name = entry.path.rsplit('/').next().unwrap_or_default();
        types.insert(match name.rsplit_once('.') {
            Some((_, extension)) => format!(
                "  <Default Extension=\"{extension}\" ContentType=\"{}\" />\n",
                content_type(extension)
            ),
            None => format!(
                "  <Override PartName=\"/{}\" ContentType=\"application/octet\" />\n",
                entry.path
            ),
        });
    }
    let types: String = types.into_iter().collect();
    Ok(format!(
        "{DECLARATION}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\n\
         {types}</Types>\n"
    ))
}

fn content_type(extension: &str) -> &'static str {
    match extension {
        "rels" => "application/vnd.openxmlformats-package.relationships+xml",
        "psmdcp" => "application/vnd.openxmlformats-package.core-properties+xml",
        _ => "application/octet",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let text = |text: &str| text.to_owned();
        Manifest {
            version: text("0.1.0-dev"),
            author: text("A & B"),
            company: text("C"),
            copyright: text("(c)"),
            description: text("<d>"),
            project: text("https://example.com"),
            license: text("https://example.com/LICENSE"),
            icon: text("https://example.com/icon.png"),
            notes: text("- New."),
            tags: vec![text("Azure")],
            cmdlets: vec![text("Get-One"), text("New-One")],
        }
    }

    fn content<'a>(entries: &'a [Entry], path: &str) -> &'a str {
        let entry = entries.iter().find(|entry| entry.path == path);
        std::str::from_utf8(&entry.expect(path).content).expect("is text")
    }

    #[test]
    fn the_package_is_described_for_the_gallery() {
        let files = ["ManagedIdentity.psd1", "LICENSE", "linux-x64/library.so"];
        let files = files.map(|path| text(path, String::new())).into();
        let entries = entries(&manifest(), files).expect("can be described");
        let nuspec = content(&entries, "ManagedIdentity.nuspec");
        for part in [
            "<id>ManagedIdentity</id>",
            "<version>0.1.0-dev</version>",
            "<authors>A &amp; B</authors>",
            "<description>&lt;d&gt;</description>",
            "<tags>PSModule Azure PSIncludes_Cmdlet PSCmdlet_Get-One PSCmdlet_New-One \
             PSCommand_Get-One PSCommand_New-One</tags>",
        ] {
            assert!(nuspec.contains(part), "{part} in {nuspec}");
        }
        let types = content(&entries, "[Content_Types].xml");
        for part in [
            "PartName=\"/LICENSE\"",
            "Extension=\"so\"",
            "Extension=\"nuspec\"",
        ] {
            assert!(types.contains(part), "{part} in {types}");
        }
        let described: Vec<_> = entries
            .iter()
            .filter(|entry| is_description(&entry.path))
            .collect();
        assert_eq!(described.len(), 4);
        let relationships = content(&entries, "_rels/.rels");
        for entry in described
            .iter()
            .filter(|entry| entry.path.contains("psmdcp"))
        {
            assert!(relationships.contains(&format!("Target=\"/{}\"", entry.path)));
        }
    }

    #[test]
    fn what_the_gallery_does_not_take_is_refused() {
        let mut manifest = manifest();
        let files = vec![text("a b", String::new())];
        assert!(entries(&manifest, files).is_err());
        manifest.cmdlets = vec!["Get-One".repeat(300)];
        assert!(entries(&manifest, Vec::new()).is_err());
    }
}

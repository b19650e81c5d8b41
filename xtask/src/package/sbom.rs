//! The bill of materials: CycloneDX 1.6, in JSON.

use serde_json::{Value, json};

use super::archive::Entry;
use super::checksums::sha256;
use super::crates::{Crate, Id};
use super::notices::Notice;
use crate::workspace::{LIBRARIES, MODULE};

/// The file in the module.
pub const FILE: &str = "ManagedIdentity.cdx.json";

/// What the bill calls Rust's standard library.
const STANDARD_LIBRARY: &str = "rust-std";

/// The registry of PowerShell modules.
const GALLERY: &str = "www.powershellgallery.com/api/v2";

/// The bill of a module: its files, and the crates that its libraries are made of. It says nothing
/// of when and where it was made: the same files have the same bill.
pub fn of(version: &str, files: &[Entry], crates: &[Crate], standard_library: &Notice) -> String {
    let mut components: Vec<Value> = files
        .iter()
        .filter(|file| is_code(&file.path))
        .map(file)
        .collect();
    components.extend(crates.iter().map(component));
    components.push(standard(standard_library));
    let libraries = crates
        .iter()
        .filter(|one| LIBRARIES.iter().any(|library| library.package == one.name))
        .map(|one| reference(&one.id()));
    let parts: Vec<String> = libraries.chain([STANDARD_LIBRARY.to_owned()]).collect();
    let mut dependencies = vec![json!({"ref": MODULE, "dependsOn": parts})];
    dependencies.extend(crates.iter().map(|one| {
        let uses: Vec<_> = one.dependencies.iter().map(reference).collect();
        json!({"ref": reference(&one.id()), "dependsOn": uses})
    }));
    let mut bill = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": module(version)},
        "components": components,
        "dependencies": dependencies,
    });
    bill["serialNumber"] = json!(serial(&bill.to_string()));
    // Reading a value that was just made does not fail.
    serde_json::to_string_pretty(&bill).unwrap_or_default() + "\n"
}

/// Whether a file is the managed assembly or a native library.
fn is_code(path: &str) -> bool {
    [".dll", ".so", ".dylib"]
        .iter()
        .any(|end| path.ends_with(end))
}

fn module(version: &str) -> Value {
    json!({
        "type": "library",
        "bom-ref": MODULE,
        "name": MODULE,
        "version": version,
        "purl": format!("pkg:nuget/{MODULE}@{version}?repository_url={GALLERY}"),
        "licenses": licenses(env!("CARGO_PKG_LICENSE")),
        "externalReferences": [{"type": "vcs", "url": env!("CARGO_PKG_REPOSITORY")}],
    })
}

fn file(entry: &Entry) -> Value {
    json!({
        "type": "file",
        "bom-ref": format!("file:{}", entry.path),
        "name": entry.path,
        "hashes": hashes(&sha256(&entry.content)),
    })
}

fn component(one: &Crate) -> Value {
    let Crate { name, version, .. } = one;
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(&one.id()),
        "name": name,
        "version": version,
        "licenses": licenses(&one.license),
    });
    // A crate of this workspace is on no registry.
    if let Some(checksum) = &one.checksum {
        component["purl"] = json!(format!("pkg:cargo/{name}@{version}"));
        component["hashes"] = hashes(checksum);
    }
    if let Some(repository) = &one.repository {
        component["externalReferences"] = json!([{"type": "vcs", "url": repository}]);
    }
    component
}

fn standard(notice: &Notice) -> Value {
    json!({
        "type": "framework",
        "bom-ref": STANDARD_LIBRARY,
        "name": notice.name,
        "version": notice.version,
        "licenses": licenses(&notice.license),
        "externalReferences": [{"type": "vcs", "url": "https://github.com/rust-lang/rust"}],
    })
}

fn reference((name, version): &Id) -> String {
    format!("cargo:{name}@{version}")
}

fn licenses(expression: &str) -> Value {
    json!([{"expression": expression}])
}

fn hashes(sha256: &str) -> Value {
    json!([{"alg": "SHA-256", "content": sha256}])
}

/// A name for the bill that follows from it (a UUID of version 8, RFC 9562).
fn serial(bill: &str) -> String {
    let hash = sha256(bill.as_bytes());
    format!(
        "urn:uuid:{}-{}-8{}-8{}-{}",
        &hash[..8],
        &hash[8..12],
        &hash[12..15],
        &hash[15..18],
        &hash[18..30]
    )
}

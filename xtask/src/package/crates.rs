//! The crates that are linked into the native libraries, on whichever platform.
//!
//! A tool for this (cargo-about, cargo-cyclonedx) would have to be built on each machine, which
//! takes minutes, and each would find the crates in its own way. Cargo says all there is to know.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use spdx::Expression;

use crate::platform;
use crate::process::{Result, Run};
use crate::workspace::{LIBRARIES, Workspace};

/// What a line of cargo's tree begins with, which distinguishes it from a message.
const MARK: &str = "linked ";

/// A crate that is linked into the libraries.
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub license: String,
    /// Where it is developed.
    pub repository: Option<String>,
    /// The folder of its sources.
    pub folder: PathBuf,
    /// The SHA-256 of what was downloaded; none for a crate of this workspace.
    pub checksum: Option<String>,
    /// The names and versions of the linked crates that it depends on.
    pub dependencies: Vec<Id>,
}

/// A crate's name and version.
pub type Id = (String, String);

impl Crate {
    /// Its name and version.
    pub fn id(&self) -> Id {
        (self.name.clone(), self.version.clone())
    }

    /// Whether it is one of this workspace.
    pub fn is_own(&self) -> bool {
        self.checksum.is_none()
    }
}

/// The crates that are linked into the libraries of any platform, in order.
pub fn linked(workspace: &Workspace) -> Result<Vec<Crate>> {
    let targets: Vec<&str> = platform::ALL.iter().map(|one| one.targets[0]).collect();
    let tree = tree(workspace, &targets)?;
    let metadata = metadata(workspace, &targets)?;
    let checksums = checksums(workspace)?;
    let crates = read(&metadata, &tree, &checksums)?;
    if crates.len() == tree.len() {
        Ok(crates)
    } else {
        let known: BTreeSet<Id> = crates.iter().map(Crate::id).collect();
        let unknown: Vec<&Id> = tree.difference(&known).collect();
        Err(format!("cargo metadata does not know {unknown:?}"))
    }
}

/// What cargo would link: with the features that a build of the libraries has, and without what
/// only builds and tests need.
fn tree(workspace: &Workspace, targets: &[&str]) -> Result<BTreeSet<Id>> {
    let outcome = Run::cargo()
        .dir(&workspace.root)
        .args(["tree", "--locked", "--edges", "normal,no-proc-macro"])
        .args(["--prefix", "none", "--format"])
        .arg(format!("{MARK}{{p}}"))
        .args(LIBRARIES.iter().flat_map(|one| ["--package", one.package]))
        .args(targets.iter().flat_map(|target| ["--target", target]))
        .run()?;
    let found: BTreeSet<Id> = outcome.output.lines().filter_map(id_in_tree).collect();
    if found.is_empty() {
        return Err(format!("no crates found:\n{}", outcome.report()));
    }
    Ok(found)
}

/// The crate of a line such as `linked ring v0.17.14 (*)`.
fn id_in_tree(line: &str) -> Option<Id> {
    let mut words = line.strip_prefix(MARK)?.split(' ');
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    Some((name.to_owned(), version.to_owned()))
}

fn metadata(workspace: &Workspace, targets: &[&str]) -> Result<Value> {
    let outcome = Run::cargo()
        .dir(&workspace.root)
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(
            targets
                .iter()
                .flat_map(|target| ["--filter-platform", target]),
        )
        .run()?;
    json(&outcome.output)
        .ok_or_else(|| format!("cargo metadata has no metadata:\n{}", outcome.report()))
}

/// The JSON that a program printed as one line among its messages.
pub fn json(output: &str) -> Option<Value> {
    let line = output.lines().find(|line| line.starts_with('{'))?;
    serde_json::from_str(line).ok()
}

/// The checksums of `Cargo.lock`.
fn checksums(workspace: &Workspace) -> Result<BTreeMap<Id, String>> {
    let file = workspace.root.join("Cargo.lock");
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(text.split("[[package]]").filter_map(checksum).collect())
}

/// The checksum of a package of `Cargo.lock`.
fn checksum(package: &str) -> Option<(Id, String)> {
    let value = |name: &str| {
        package.lines().find_map(|line| {
            let value = line.strip_prefix(name)?.strip_prefix(" = ")?;
            Some(value.trim_matches('"').to_owned())
        })
    };
    Some(((value("name")?, value("version")?), value("checksum")?))
}

fn read(
    metadata: &Value,
    wanted: &BTreeSet<Id>,
    checksums: &BTreeMap<Id, String>,
) -> Result<Vec<Crate>> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let packages = list(&metadata["packages"]);
    let ids: BTreeMap<&str, Id> = packages
        .iter()
        .filter_map(|package| Some((package["id"].as_str()?, id(package)?)))
        .collect();
    let mut dependencies: BTreeMap<&Id, Vec<Id>> = BTreeMap::new();
    let nodes = list(&metadata["resolve"]["nodes"]);
    for node in &nodes {
        let Some(from) = node["id"].as_str().and_then(|id| ids.get(id)) else {
            continue;
        };
        let linked = list(&node["deps"]).into_iter().filter_map(|dependency| {
            let normal = |kind: &Value| kind["kind"].is_null();
            let to = ids.get(dependency["pkg"].as_str()?)?;
            let linked = list(&dependency["dep_kinds"]).iter().any(normal) && wanted.contains(to);
            linked.then(|| to.clone())
        });
        dependencies.insert(from, linked.collect());
    }
    let mut crates = packages
        .iter()
        .filter_map(|package| Some((package, id(package).filter(|id| wanted.contains(id))?)))
        .map(|(package, id)| {
            let text = |name: &str| package[name].as_str().map(str::to_owned);
            let license = text("license").unwrap_or_default();
            let manifest = PathBuf::from(text("manifest_path").unwrap_or_default());
            Ok(Crate {
                license: canonical(&license)
                    .map_err(|why| format!("the licence of {} {}: {why}", id.0, id.1))?,
                repository: text("repository"),
                folder: manifest.parent().unwrap_or(&manifest).to_owned(),
                checksum: checksums.get(&id).cloned(),
                dependencies: dependencies.remove(&id).unwrap_or_default(),
                name: id.0,
                version: id.1,
            })
        })
        .collect::<Result<Vec<Crate>>>()?;
    crates.sort_by_key(Crate::id);
    Ok(crates)
}

fn id(package: &Value) -> Option<Id> {
    let text = |name: &str| package[name].as_str().map(str::to_owned);
    Some((text("name")?, text("version")?))
}

/// An expression as SPDX writes it: older manifests have `MIT/Apache-2.0`.
pub fn canonical(license: &str) -> Result<String> {
    let canonical = Expression::canonicalize(license).map_err(|error| error.to_string())?;
    let license = canonical.unwrap_or_else(|| license.to_owned());
    Expression::parse(&license).map_err(|error| error.to_string())?;
    Ok(license)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(name: &str, version: &str) -> Id {
        (name.to_owned(), version.to_owned())
    }

    #[test]
    fn a_line_of_the_tree_is_read_and_a_message_is_not() {
        let ring = Some(of("ring", "0.17.14"));
        assert_eq!(id_in_tree("linked ring v0.17.14"), ring);
        assert_eq!(id_in_tree("linked ring v0.17.14 (*)"), ring);
        let own = Some(of("emulator", "0.1.0"));
        assert_eq!(id_in_tree("linked emulator v0.1.0 (/src/emulator)"), own);
        assert_eq!(id_in_tree("    Updating crates.io index"), None);
        assert_eq!(id_in_tree(""), None);
    }

    #[test]
    fn a_package_of_the_lock_file_is_read() {
        let package = "\nname = \"ring\"\nversion = \"0.17.14\"\nsource = \"registry\"\n\
                       checksum = \"a4\"\ndependencies = [\n \"cc\",\n]\n";
        let expected = Some((of("ring", "0.17.14"), "a4".to_owned()));
        assert_eq!(checksum(package), expected);
        assert_eq!(checksum("\nname = \"own\"\nversion = \"0.1.0\"\n"), None);
    }

    #[test]
    fn a_crate_is_known_with_what_is_linked_to_it() {
        let package = |name: &str, license: &str| {
            json!({"id": name, "name": name, "version": "1.0.0", "license": license,
                   "repository": null, "manifest_path": format!("/src/{name}/Cargo.toml")})
        };
        let dependency =
            |name: &str, kind: Value| json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "packages": [package("b", "MIT/Apache-2.0"), package("a", "MIT"), package("build", "?")],
            "resolve": {"nodes": [{"id": "b", "deps": [
                dependency("a", Value::Null), dependency("build", json!("build"))]}]},
        });
        let wanted = BTreeSet::from([of("a", "1.0.0"), of("b", "1.0.0")]);
        let checksums = BTreeMap::from([(of("b", "1.0.0"), "c0".to_owned())]);
        let crates = read(&metadata, &wanted, &checksums).expect("can be read");
        let [a, b] = &crates[..] else {
            panic!("two are linked")
        };
        assert_eq!(a.id(), of("a", "1.0.0"));
        assert!(a.is_own() && !b.is_own());
        assert_eq!(b.license, "MIT OR Apache-2.0");
        assert_eq!(b.dependencies, [of("a", "1.0.0")]);
        assert_eq!(b.folder, PathBuf::from("/src/b"));

        let wanted = BTreeSet::from([of("build", "1.0.0")]);
        let sentence = read(&metadata, &wanted, &checksums)
            .err()
            .expect("no licence");
        assert!(sentence.contains("build 1.0.0"), "{sentence}");
    }
}

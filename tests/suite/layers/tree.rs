//! The files of a tree of Rust modules, and the arrows between them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::imports::{Import, read};

/// The path of a module from the root of its crate; empty for the root itself.
pub type Module = Vec<String>;

/// The modules of a crate that have a file of their own.
pub struct Tree {
    files: BTreeMap<Module, File>,
}

struct File {
    /// Where it is, for messages.
    path: String,
    imports: Vec<Import>,
}

/// One file uses what another one has.
#[derive(Clone, Debug)]
pub struct Arrow {
    /// The file that imports.
    pub from: Module,
    /// The file that is imported from.
    pub to: Module,
    /// The face of a folder, with `from` in it, that `to` is reached through.
    pub face: Option<Module>,
    /// The whole path of what is imported, without `crate`.
    pub path: Vec<String>,
}

impl Tree {
    /// Reads the `.rs` files below a folder.
    ///
    /// # Panics
    /// When one can't be read.
    pub fn below(folder: &Path) -> Self {
        let mut sources = Vec::new();
        collect(folder, folder, &mut sources);
        Self::of(sources)
    }

    /// The tree of these files: the path of each in the tree, and its source.
    pub fn of(sources: impl IntoIterator<Item = (String, String)>) -> Self {
        let file = |(path, source): (String, String)| {
            let imports = read(&source);
            (module(&path), File { path, imports })
        };
        Self {
            files: sources.into_iter().map(file).collect(),
        }
    }

    /// The modules that have a file, but for the root.
    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.files.keys().filter(|module| !module.is_empty())
    }

    /// The file of a module, from the root of the tree.
    pub fn path(&self, module: &Module) -> &str {
        &self.files[module].path
    }

    /// Whether there are files below a module: it is a folder, and its own file the folder's face.
    pub fn is_folder(&self, module: &Module) -> bool {
        self.modules()
            .any(|other| other.len() > module.len() && other.starts_with(module))
    }

    /// The arrows between different files. The root knows everything, so none begins there.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut arrows = Vec::new();
        for (from, file) in self.files.iter().filter(|(module, _)| !module.is_empty()) {
            for import in &file.imports {
                let Some(path) = self.absolute(from, import) else {
                    continue;
                };
                let named = self.file_of(&path);
                if named == *from {
                    continue;
                }
                let from = from.clone();
                let arrow = match self.behind(&from, &named, &path) {
                    Some(to) => Arrow {
                        from,
                        to,
                        path,
                        face: Some(named),
                    },
                    None => Arrow {
                        from,
                        to: named,
                        path,
                        face: None,
                    },
                };
                arrows.push(arrow);
            }
        }
        arrows
    }

    /// The file that a face imports from what a file of its folder imports through it.
    fn behind(&self, from: &Module, face: &Module, path: &[String]) -> Option<Module> {
        if face.is_empty() || !from.starts_with(face) {
            return None;
        }
        let name = path.get(face.len());
        let mut imports = self.files[face].imports.iter();
        let import =
            imports.find(|import| import.within.is_empty() && import.name.as_ref() == name)?;
        let to = self.file_of(&self.absolute(face, import)?);
        (to != *face).then_some(to)
    }

    /// The path from the root, for what is in this tree.
    fn absolute(&self, module: &Module, import: &Import) -> Option<Vec<String>> {
        let here = [module.as_slice(), &import.within].concat();
        let mut rest = import.path.as_slice();
        let mut base = match rest[0].as_str() {
            "crate" => Vec::new(),
            "self" | "super" => here,
            // A child may be named without `self`.
            child => {
                let path = [here.as_slice(), &[child.to_owned()]].concat();
                return (self.files.contains_key(&path) || self.is_folder(&path))
                    .then(|| [here.as_slice(), rest].concat());
            }
        };
        while let Some((first, others)) = rest.split_first() {
            match first.as_str() {
                "crate" | "self" => {}
                "super" => drop(base.pop()),
                _ => break,
            }
            rest = others;
        }
        Some([base.as_slice(), rest].concat())
    }

    /// The file that has what is at a path: that of the longest module in it.
    fn file_of(&self, path: &[String]) -> Module {
        let mut lengths = (0..=path.len()).rev();
        let length = lengths.find(|length| self.files.contains_key(&path[..*length]));
        path[..length.unwrap_or(0)].to_vec()
    }
}

/// `a/b.rs` and `a/b/mod.rs` are `a::b`; `lib.rs` and `main.rs` are the root.
fn module(path: &str) -> Module {
    let path = path.trim_end_matches(".rs");
    let mut module: Module = path.split('/').map(str::to_owned).collect();
    let is_root = matches!(path, "lib" | "main");
    if is_root || module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder of source") {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            collect(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let parts = path.strip_prefix(root).expect("below the root").iter();
            let parts: Vec<_> = parts.map(|part| part.to_string_lossy()).collect();
            let source = fs::read_to_string(&path).expect("a source file");
            sources.push((parts.join("/"), source));
        }
    }
}

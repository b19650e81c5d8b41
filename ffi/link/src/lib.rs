//! What the build scripts of both native libraries tell the linker: the version resource of a DLL,
//! and what it exports where the linker would otherwise export everything.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Tells the linker about the library of the package whose build script runs. `name` is its name
/// without prefix and extension, `imports` the file in `bindings/` that has the C# imports from it.
/// On other systems than Windows there is nothing to tell: `rustc` has the exports, and a library
/// there has no resources.
///
/// # Panics
/// If there is no compiler of resources, or it refuses.
pub fn library(name: &str, imports: &Path) {
    println!("cargo::rerun-if-changed={}", imports.display());
    let variable = |name: &str| env::var(name).unwrap_or_default();
    if variable("CARGO_CFG_TARGET_OS") != "windows" {
        return;
    }
    let version = variable("CARGO_PKG_VERSION");
    let resource = version_resource(name, &variable("CARGO_PKG_DESCRIPTION"), &version);
    let file = write(&format!("{name}.rc"), &resource);
    embed_resource::compile_for_cdylib(file, embed_resource::NONE)
        .manifest_required()
        .unwrap_or_else(|error| {
            panic!("{error}: it makes the version resource of {name}.dll");
        });
    // cargo-zigbuild drops the list of exports that rustc makes, and without one this linker exports
    // every symbol.
    if variable("CARGO_CFG_TARGET_ABI") == "llvm" {
        let imports = fs::read_to_string(imports).expect("the imports are committed");
        let file = write(&format!("{name}.def"), &export_list(name, &imports));
        println!("cargo::rustc-link-arg-cdylib={}", file.display());
    }
}

/// The source of the version resource of a library.
fn version_resource(name: &str, description: &str, version: &str) -> String {
    let numbers = version.split(['.', '-', '+']).take(3).collect::<Vec<_>>();
    let numbers = numbers.join(",");
    // FILEOS is Windows on 32 bits and more, FILETYPE a DLL. The block is of English in Unicode.
    format!(
        r#"1 VERSIONINFO
FILEVERSION {numbers},0
PRODUCTVERSION {numbers},0
FILEOS 0x40004
FILETYPE 0x2
BEGIN
    BLOCK "StringFileInfo"
    BEGIN
        BLOCK "040904B0"
        BEGIN
            VALUE "CompanyName", "The ManagedIdentity contributors"
            VALUE "FileDescription", "{description}"
            VALUE "FileVersion", "{version}"
            VALUE "InternalName", "{name}"
            VALUE "LegalCopyright", "Copyright (c) The ManagedIdentity contributors. MIT license."
            VALUE "OriginalFilename", "{name}.dll"
            VALUE "ProductName", "ManagedIdentity"
            VALUE "ProductVersion", "{version}"
        END
    END
    BLOCK "VarFileInfo"
    BEGIN
        VALUE "Translation", 0x409, 1200
    END
END
"#
    )
}

/// The definition file of a library that exports what its C# imports bind to.
fn export_list(name: &str, imports: &str) -> String {
    let mut list = format!("LIBRARY \"{name}.dll\"\nEXPORTS\n");
    for rest in imports.split("EntryPoint = \"").skip(1) {
        if let Some((export, _)) = rest.split_once('"') {
            list.push_str(&format!("    {export}\n"));
        }
    }
    list
}

fn write(file: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join(file);
    fs::write(&path, text).expect("OUT_DIR can be written");
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_of_a_pre_release_has_its_numbers_and_its_text() {
        let resource = version_resource("one", "Does one thing", "1.2.3-preview1");
        assert!(resource.contains("FILEVERSION 1,2,3,0\n"), "{resource}");
        assert!(resource.contains("\"ProductVersion\", \"1.2.3-preview1\""));
    }

    #[test]
    fn the_exports_are_those_that_are_imported() {
        let imports =
            "[DllImport(X, EntryPoint = \"azmi_one\")]\n[DllImport(X, EntryPoint = \"azmi_two\")]";
        let list = export_list("one", imports);
        assert_eq!(
            list,
            "LIBRARY \"one.dll\"\nEXPORTS\n    azmi_one\n    azmi_two\n"
        );
    }
}

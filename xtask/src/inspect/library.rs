//! What the file of a native library says of itself, in each format.

use std::collections::BTreeSet;

use object::endian::LittleEndian as LE;
use object::read::elf::ElfFile64;
use object::read::macho::{LoadCommandVariant, MachOFile64};
use object::read::pe::PeFile64;
use object::{Architecture, File, Object as _, pe};

use crate::platform::System;

/// What the file of a library says of itself.
pub struct Facts {
    /// The operating system that it is made for.
    pub system: System,
    /// The architecture that it is made for.
    pub architecture: Architecture,
    /// The names that it exports.
    pub exports: BTreeSet<String>,
    /// The names of the libraries that it needs.
    pub needs: BTreeSet<String>,
    /// The latest version of the C library (Linux) or of the system (macOS) that it needs.
    pub system_version: Option<(u16, u16)>,
    /// The version in its version resource.
    pub product_version: Option<String>,
}

type Read<T> = std::result::Result<T, object::Error>;

impl Facts {
    /// Reads a library.
    pub fn read(bytes: &[u8]) -> std::result::Result<Self, String> {
        Self::of(bytes).map_err(|error| error.to_string())
    }

    /// The operating system, and the architecture as a runtime identifier names it.
    pub fn made_for(&self) -> (System, &'static str) {
        let architecture = match self.architecture {
            Architecture::X86_64 => "x64",
            Architecture::Aarch64 => "arm64",
            Architecture::I386 => "x86",
            _ => "another architecture",
        };
        (self.system, architecture)
    }

    /// Its size, what it exports, and what it needs, in a line.
    pub fn summary(&self, size: usize) -> String {
        #[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
        let size = size as f64 / 1e6;
        let needs: Vec<_> = self.needs.iter().map(String::as_str).collect();
        let version = self
            .system_version
            .map_or_else(String::new, |(major, minor)| {
                let of = if self.system == System::MacOs {
                    "macOS"
                } else {
                    "glibc"
                };
                format!("; {of} {major}.{minor}")
            });
        format!(
            "{size:.2} MB; {} exports; needs {}{version}",
            self.exports.len(),
            needs.join(" ")
        )
    }

    fn of(bytes: &[u8]) -> Read<Self> {
        let file = File::parse(bytes)?;
        let mut facts = Self {
            system: System::Linux,
            architecture: file.architecture(),
            exports: names(&file, "")?,
            needs: BTreeSet::new(),
            system_version: None,
            product_version: None,
        };
        match &file {
            File::Pe64(file) => facts.windows(file)?,
            File::Elf64(file) => facts.linux(file, bytes)?,
            File::MachO64(file) => {
                facts.exports = names(file, "_")?;
                facts.macos(file)?;
            }
            // Of 32 bits, or of a system that the module has no library for.
            _ => facts.architecture = Architecture::Unknown,
        }
        Ok(facts)
    }

    fn windows(&mut self, file: &PeFile64<'_>) -> Read<()> {
        self.system = System::Windows;
        let own = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        if let Some(table) = file.import_table()? {
            let mut descriptors = table.descriptors()?;
            while let Some(descriptor) = descriptors.next()? {
                self.needs.insert(own(table.name(descriptor.name.get(LE))?));
            }
        }
        let (directories, sections) = (file.data_directories(), file.section_table());
        if let Some(table) = directories.delay_load_import_table(file.data(), &sections)? {
            let mut descriptors = table.descriptors()?;
            while let Some(descriptor) = descriptors.next()? {
                self.needs
                    .insert(own(table.name(descriptor.dll_name_rva.get(LE))?));
            }
        }
        self.product_version = version_resource(file)?.and_then(product_version);
        Ok(())
    }

    fn linux(&mut self, file: &ElfFile64<'_>, bytes: &[u8]) -> Read<()> {
        let endian = file.endian();
        let sections = file.elf_section_table();
        if let Some((entries, strings)) = sections.dynamic(endian, bytes)? {
            let strings = sections.strings(endian, bytes, strings)?;
            for entry in entries {
                if entry.d_tag.get(endian) == u64::from(object::elf::DT_NEEDED) {
                    let offset = u32::try_from(entry.d_val.get(endian)).unwrap_or(u32::MAX);
                    let name = strings.get(offset).unwrap_or_default();
                    self.needs
                        .insert(String::from_utf8_lossy(name).into_owned());
                }
            }
        }
        if let Some((mut libraries, strings)) = sections.gnu_verneed(endian, bytes)? {
            let strings = sections.strings(endian, bytes, strings)?;
            while let Some((_, mut versions)) = libraries.next()? {
                while let Some(version) = versions.next()? {
                    let name = version.name(endian, strings)?;
                    let found = glibc_version(&String::from_utf8_lossy(name));
                    self.system_version = self.system_version.max(found);
                }
            }
        }
        Ok(())
    }

    fn macos(&mut self, file: &MachOFile64<'_>) -> Read<()> {
        self.system = System::MacOs;
        let endian = file.endian();
        let mut commands = file.macho_load_commands()?;
        while let Some(command) = commands.next()? {
            let version = match command.variant()? {
                LoadCommandVariant::Dylib(library) => {
                    let name = command.string(endian, library.dylib.name)?;
                    self.needs
                        .insert(String::from_utf8_lossy(name).into_owned());
                    continue;
                }
                LoadCommandVariant::BuildVersion(version) => version.minos.get(endian),
                LoadCommandVariant::VersionMin(version) => version.version.get(endian),
                _ => continue,
            };
            // Sixteen bits, eight, and eight that count the patches.
            let version = ((version >> 16) as u16, (version >> 8 & 0xff) as u16);
            self.system_version = Some(version);
        }
        Ok(())
    }
}

/// The exports of a file, without what its format puts before the names of C.
fn names<'data>(file: &impl object::Object<'data>, before: &str) -> Read<BTreeSet<String>> {
    let exports = file.exports()?;
    let name = |export: object::Export<'_>| {
        let name = String::from_utf8_lossy(export.name()).into_owned();
        name.strip_prefix(before).unwrap_or(&name).to_owned()
    };
    Ok(exports.into_iter().map(name).collect())
}

/// The version in the name of a version of the GNU C library's symbols, such as `GLIBC_2.28`.
fn glibc_version(name: &str) -> Option<(u16, u16)> {
    let mut numbers = name.strip_prefix("GLIBC_")?.split('.');
    let mut next = || numbers.next()?.parse().ok();
    Some((next()?, next()?))
}

/// The version resource of a library: the first of that type, in whatever language.
fn version_resource<'data>(file: &PeFile64<'data>) -> Read<Option<&'data [u8]>> {
    let (data, sections) = (file.data(), file.section_table());
    let Some(resources) = file
        .data_directories()
        .resource_directory(data, &sections)?
    else {
        return Ok(None);
    };
    let of_version = resources.root()?.entries.iter().find(|entry| {
        matches!(
            entry.name_or_id(),
            object::read::pe::ResourceNameOrId::Id(pe::RT_VERSION)
        )
    });
    let mut entry = of_version;
    while let Some(found) = entry {
        match found.data(resources)? {
            object::read::pe::ResourceDirectoryEntryData::Table(table) => {
                entry = table.entries.first();
            }
            object::read::pe::ResourceDirectoryEntryData::Data(found) => {
                let bytes = sections.pe_data_at(data, found.offset_to_data.get(LE));
                let size = found.size.get(LE) as usize;
                return Ok(bytes.and_then(|bytes| bytes.get(..size)));
            }
        }
    }
    Ok(None)
}

/// The product's version in a version resource. A string there is its key and its value, each
/// in UTF-16 with a zero at its end, at most another zero to align the value.
pub(super) fn product_version(resource: &[u8]) -> Option<String> {
    let units: Vec<u16> = resource
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    let key: Vec<u16> = "ProductVersion\0".encode_utf16().collect();
    let at = units.windows(key.len()).position(|part| part == key)?;
    let value = units[at + key.len()..]
        .iter()
        .skip_while(|unit| **unit == 0);
    let value: Vec<u16> = value.copied().take_while(|unit| *unit != 0).collect();
    String::from_utf16(&value).ok()
}

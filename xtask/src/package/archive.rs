//! Zip files that depend on nothing but what is in them.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::num::NonZeroU64;
use std::path::Path;

use flate2::{Compression, bufread::DeflateDecoder, write::DeflateEncoder};
use rawzip::time::UtcDateTime;
use rawzip::{
    CompressionMethod, DataDescriptorOutput, ZipArchive, ZipArchiveWriter, ZipDataWriter,
};

use crate::assemble;
use crate::process::Result;

/// When every file of an archive was changed last: the earliest time that the format knows.
const CHANGED: UtcDateTime =
    UtcDateTime::from_components(1980, 1, 1, 0, 0, 0, 0).expect("it is a date");

/// A file to be packed.
pub struct Entry {
    /// Its path in the archive, with `/` between the folders.
    pub path: String,
    /// What it holds.
    pub content: Vec<u8>,
}

/// The files of a folder and of those in it, by their paths, in order.
pub fn entries(folder: &Path) -> Result<Vec<Entry>> {
    let mut found = Vec::new();
    collect(folder, "", &mut found)?;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<Entry>) -> Result<()> {
    for file in assemble::files(folder)? {
        let name = file
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| format!("{}: a package has no such name", file.display()))?;
        let path = format!("{prefix}{name}");
        if file.is_dir() {
            collect(&file, &format!("{path}/"), found)?;
        } else {
            let content =
                fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            found.push(Entry { path, content });
        }
    }
    Ok(())
}

/// How much time it takes to pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As little as possible: for tests.
    Least,
    /// Several seconds for each megabyte. The archive is 4 % smaller than what zlib makes at best.
    Most,
}

/// The archive of the entries, in their order.
pub fn pack<'a>(entries: impl IntoIterator<Item = &'a Entry>, effort: Effort) -> Result<Vec<u8>> {
    let failed = |error: &dyn std::fmt::Display| format!("packing: {error}");
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for entry in entries {
        let (mut file, config) = archive
            .new_file(&entry.path)
            .compression_method(CompressionMethod::DEFLATE)
            .last_modified(CHANGED)
            .unix_permissions(0o644)
            .start()
            .map_err(|error| failed(&error))?;
        let descriptor = match effort {
            Effort::Least => {
                let encoder = DeflateEncoder::new(&mut file, Compression::fast());
                write(config.wrap(encoder), &entry.content)
                    .and_then(|(encoder, descriptor)| encoder.finish().map(|_| descriptor))
            }
            Effort::Most => {
                let options = zopfli::Options {
                    // A third of the time of the default, and as small within a thousandth.
                    iteration_count: const { NonZeroU64::new(5).unwrap() },
                    ..zopfli::Options::default()
                };
                let kind = zopfli::BlockType::Dynamic;
                let encoder = zopfli::DeflateEncoder::new(options, kind, &mut file);
                write(config.wrap(encoder), &entry.content)
                    .and_then(|(encoder, descriptor)| encoder.finish().map(|_| descriptor))
            }
        }
        .map_err(|error| failed(&error))?;
        file.finish(descriptor).map_err(|error| failed(&error))?;
    }
    archive.finish().map_err(|error| failed(&error))
}

fn write<W: io::Write>(
    mut writer: ZipDataWriter<W>,
    content: &[u8],
) -> io::Result<(W, DataDescriptorOutput)> {
    // What zopfli is given at once it looks at as a whole: more is slower and no smaller.
    for part in content.chunks(1_000_000) {
        writer.write_all(part)?;
    }
    writer.finish().map_err(io::Error::other)
}

/// The entries of an archive, checked against their checksums.
pub fn unpack(archive: &[u8]) -> Result<Vec<Entry>> {
    let failed = |error: &dyn std::fmt::Display| format!("not a package: {error}");
    let archive = ZipArchive::from_slice(archive).map_err(|error| failed(&error))?;
    let mut found = Vec::new();
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().map_err(|error| failed(&error))? {
        // A path that leads out of the folder that it is unpacked in becomes one that does not.
        let path = entry
            .file_path()
            .try_normalize()
            .map_err(|error| failed(&error))?;
        let path = path.as_ref().to_owned();
        if entry.is_dir() {
            continue;
        }
        let local = archive
            .get_entry(entry.wayfinder())
            .map_err(|error| failed(&error))?;
        let mut content = Vec::new();
        match entry.compression_method() {
            CompressionMethod::STORE => local
                .verifying_reader(local.data())
                .read_to_end(&mut content),
            CompressionMethod::DEFLATE => local
                .verifying_reader(DeflateDecoder::new(local.data()))
                .read_to_end(&mut content),
            other => return Err(format!("{path}: unknown compression {other:?}")),
        }
        .map_err(|error| format!("{path}: {error}"))?;
        found.push(Entry { path, content });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, content: &[u8]) -> Entry {
        Entry {
            path: path.to_owned(),
            content: content.to_owned(),
        }
    }

    #[test]
    fn what_is_packed_is_unpacked_again_and_packed_the_same() {
        let entries = [entry("a/one", b"1"), entry("b", &[0; 100_000])];
        let pairs = |entries: &[Entry]| -> Vec<_> {
            let pair = |entry: &Entry| (entry.path.clone(), entry.content.clone());
            entries.iter().map(pair).collect()
        };
        for effort in [Effort::Least, Effort::Most] {
            let packed = pack(&entries, effort).expect("can be packed");
            let again = pack(&entries, effort).expect("can be packed");
            assert_eq!(packed, again);
            assert!(packed.len() < 1000);
            let unpacked = unpack(&packed).expect("can be unpacked");
            assert_eq!(pairs(&unpacked), pairs(&entries));
        }
    }

    #[test]
    fn nothing_is_unpacked_outside() {
        let packed = pack(&[entry("../../outside", b"1")], Effort::Least);
        let unpacked = unpack(&packed.expect("can be packed")).expect("can be unpacked");
        assert_eq!(unpacked[0].path, "outside");
    }

    #[test]
    fn a_changed_byte_is_found() {
        let content: Vec<u8> = (0..=255).collect();
        let mut packed = pack(&[entry("file", &content)], Effort::Least).expect("packs");
        // What does not repeat is stored as it is.
        let at = packed
            .windows(4)
            .position(|bytes| bytes == [100, 101, 102, 103])
            .expect("is stored as it is");
        packed[at] = 0;
        assert!(unpack(&packed).is_err());
    }
}

//! Folders and files for this user alone.
//!
//! On Unix, folders have the mode 0700 and files 0600 from their creation. On Windows, they have the
//! permissions of the folder that they are created in; the temporary folder is in the user's
//! profile, which other users can't read.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::{Builder, TempDir};

/// A new folder in the temporary folder, which is removed with all that is in it when the value is
/// dropped.
pub(crate) fn folder() -> io::Result<TempDir> {
    let mut builder = Builder::new();
    builder.prefix("arm-emulator-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// Creates a file; it is an error if there is one, or a link, at the path.
pub(crate) fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(content)
}

/// Opens a file to read. A link is refused, and so is what is no file, such as a pipe.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    refuse_link(path)?;
    let mut options = OpenOptions::new();
    options.read(true);
    // A link that is put there now is refused too, and a pipe does not wait for its other end.
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(refused("it is not a file")),
    }
}

/// Writes a file whole and at once: a reader sees the old content or the new, never a part, and no
/// other user sees any. The new file has a random name beside the path until it takes the place of
/// the old one. A link at the path is refused; one that is put there in between is replaced, and
/// what it leads to is not written.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    refuse_link(path)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    let mut beside = Builder::new()
        .prefix(&name)
        .suffix(".new")
        .tempfile_in(folder_of(path))?;
    beside.write_all(content)?;
    // On the disk before it has the name: the file is never damaged.
    beside.as_file().sync_all()?;
    beside.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The folder that a path is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn refuse_link(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(found) if found.file_type().is_symlink() => Err(refused(
            "it is a symbolic link; specify the path of the file itself",
        )),
        // Whoever opens it says what is wrong.
        _ => Ok(()),
    }
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

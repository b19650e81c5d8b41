//! Folders and files for this user alone.
//!
//! On Unix, folders have the mode 0700 and files 0600 from their creation. On Windows, they have the
//! permissions of the folder that they are created in; the temporary folder is in the user's
//! profile, which other users can't read.

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
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(content)
}

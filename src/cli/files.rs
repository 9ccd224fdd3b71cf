//! Files that appear whole or not at all.
//!
//! They are not forced to disk: what a power cut takes can be made again, and thousands of boletos should not wait for
//! the platter. The outbox is where things must last.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::CliError;

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// As any new file: the user's mask decides.
    ByMask,
    /// Its maker alone: it holds what debtors owe, or a key to the shop's WhatsApp.
    Owner,
}

/// A file that is being written beside its name; a reader sees the old one until it is put in place, and a full disk
/// leaves the old one.
#[derive(Debug)]
pub struct Draft {
    file: NamedTempFile,
    path: PathBuf,
}

impl Draft {
    /// Begins a file that will be `path`.
    ///
    /// # Errors
    /// The folder, or the disk.
    pub fn of(path: &Path, readers: Readers) -> io::Result<Self> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".wa-notify-");
        if readers == Readers::ByMask {
            // A temporary file would be its maker's alone; elsewhere than on Unix the folder's rights are inherited.
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        }
        Ok(Draft {
            file: builder.tempfile_in(folder)?,
            path: path.to_owned(),
        })
    }

    /// Gives it its name, in place of what had it before.
    ///
    /// # Errors
    /// The folder.
    pub fn put_in_place(self) -> io::Result<()> {
        self.file.persist(&self.path).map(drop).map_err(|e| e.error)
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a whole file.
///
/// # Errors
/// The folder, or the disk.
pub fn put(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let mut draft = Draft::of(path, readers)?;
    draft.write_all(bytes)?;
    draft.put_in_place()
}

/// Writes a whole file for a command.
///
/// # Errors
/// [`CliError::File`].
pub fn replace(path: &Path, bytes: &[u8], readers: Readers) -> Result<(), CliError> {
    put(path, bytes, readers).map_err(|error| CliError::file(path, error))
}

//! Files that appear whole or not at all.

use std::io::{self, Write};
use std::path::Path;

use super::error::CliError;

/// Writes a file beside its name first and then puts it in place: a reader sees the old one or the new one, and a full
/// disk leaves the old one.
///
/// # Errors
/// [`CliError::File`].
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let written = || -> io::Result<()> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".wa-notify-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new file: the user's mask decides, where a temporary file would be its maker's alone.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    written().map_err(|error| CliError::file(path, error))
}

//! One command at a time for one configuration file: a locked file beside it.
//!
//! The lock itself is the operating system's and goes with the process, however it ends. Who holds it stands in
//! a second file, since Windows lets nobody read a locked one.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::error::CliError;

/// Who holds the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// As it wrote itself.
    Known(Running),
    /// The note is missing or unreadable (it started this very moment, or the folder is not ours).
    Unknown,
}

/// A running command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Process id.
    pub pid: u32,
    /// Command, such as `send`.
    pub command: String,
    /// When it began, as people read it, in the shop's zone.
    pub since: String,
}

/// The lock; it is released when this goes.
#[derive(Debug)]
pub struct Lock {
    file: File,
    note: PathBuf,
}

impl Lock {
    /// Takes the lock of a configuration file, at once or not at all.
    ///
    /// # Errors
    /// [`CliError::Locked`] with who holds it; [`CliError::File`] where the lock file cannot be made.
    pub fn take(config: &Path, command: &str, now: DateTime<Utc>, zone: Tz) -> Result<Self, CliError> {
        let path = beside(config, "lock");
        let note = beside(config, "running");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| CliError::file(&path, error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(CliError::Locked(holder(&note))),
            Err(TryLockError::Error(error)) => return Err(CliError::file(&path, error)),
        }
        let running = Running {
            pid: std::process::id(),
            command: command.to_owned(),
            since: now.with_timezone(&zone).format("%d/%m/%Y %H:%M:%S").to_string(),
        };
        let text = serde_json::to_string(&running).map_err(|error| CliError::Unexpected(error.into()))?;
        std::fs::write(&note, text).map_err(|error| CliError::file(&note, error))?;
        Ok(Lock { file, note })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The lock file stays: removing it would let a third process lock a new one beside a second's old one.
        let _ = std::fs::remove_file(&self.note);
        let _ = self.file.unlock();
    }
}

fn holder(note: &Path) -> Holder {
    let text = std::fs::read_to_string(note).ok();
    text.and_then(|text| serde_json::from_str(&text).ok())
        .map_or(Holder::Unknown, Holder::Known)
}

/// `wa-notify.toml` -> `wa-notify.toml.lock`.
pub(super) fn beside(config: &Path, extension: &str) -> PathBuf {
    let mut name = config.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_command_is_told_who_runs_and_the_lock_goes_with_its_holder() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = folder.path().join("wa-notify.toml");
        let now = DateTime::parse_from_rfc3339("2026-11-22T12:00:05Z")
            .expect("an instant")
            .to_utc();
        let take = |command: &str| Lock::take(&config, command, now, chrono_tz::America::Sao_Paulo);

        let first = take("send").expect("the first gets it");
        match take("scan") {
            Err(CliError::Locked(Holder::Known(running))) => {
                assert_eq!(running.command, "send");
                assert_eq!(running.pid, std::process::id());
                assert_eq!(running.since, "22/11/2026 09:00:05");
            }
            other => panic!("expected to be locked out, got {other:?}"),
        }
        drop(first);
        assert!(!beside(&config, "running").exists());
        take("scan").expect("free again");
    }
}

//! The high-water mark: how far the outbox had come when this site last sent, kept in a file beside the configuration.
//!
//! A database that shows fewer departures than the mark was put back to an older state (a restored backup): what left
//! after that backup is forgotten there, and would leave again. `send` then ends with exit 10 until a person has looked
//! and says `send --confirm-restore`. Another machine that sends from the same outbox has a mark of its own, which may
//! lag behind the database; only a mark ahead of it means something.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use super::files::{self, Readers};
use super::lock::beside;
use crate::adapters::firebird::outbox::FirebirdOutbox;
use crate::ports::outbox::Outbox;

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// Identity of the outbox that the number is about.
    outbox: String,
    /// Departures begun so far, as the outbox counts them.
    departures: i64,
}

/// What the mark says about the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// No mark yet.
    First,
    /// The mark is at or below the database.
    Fine,
    /// The mark is about another outbox: it says nothing about this one.
    AnotherOutbox,
    /// The file cannot be understood (a power cut while it was written): it says nothing.
    Unreadable,
    /// The database has forgotten departures.
    Restored {
        /// Departures that this site has seen.
        seen: i64,
        /// Departures that the database knows.
        found: i64,
    },
}

/// The mark of one site during one command.
#[derive(Debug)]
pub struct HighWater {
    path: PathBuf,
    mark: Mark,
}

impl HighWater {
    /// Holds the mark against the database. Nothing is written yet.
    ///
    /// # Errors
    /// The database, or a file that is there and cannot be read.
    pub fn read(config: &Path, outbox: &mut FirebirdOutbox) -> Result<(Self, Verdict), CliError> {
        let path = beside(config, "high-water");
        let mark = Mark {
            outbox: outbox.identity().map_err(CliError::Outbox)?,
            departures: outbox.high_water().map_err(CliError::Outbox)?,
        };
        let verdict = match std::fs::read_to_string(&path) {
            Ok(text) => verdict(&text, &mark),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Verdict::First,
            Err(error) => return Err(CliError::file(path, error)),
        };
        Ok((HighWater { path, mark }, verdict))
    }

    /// One more departure was begun by this command: the mark must never lag behind what this site has sent, since the
    /// next thing to happen may be a power cut and a restored backup.
    pub fn departed(&mut self) {
        self.mark.departures += 1;
        if let Err(error) = self.save() {
            tracing::warn!(%error, "high-water mark not written");
        }
    }

    /// Takes the mark from the database once more.
    ///
    /// # Errors
    /// The database, or the file.
    pub fn settle(&mut self, outbox: &mut FirebirdOutbox) -> Result<(), CliError> {
        self.mark.departures = outbox.high_water().map_err(CliError::Outbox)?;
        self.write()
    }

    /// Writes the mark.
    ///
    /// # Errors
    /// The file.
    pub fn write(&self) -> Result<(), CliError> {
        self.save().map_err(|error| CliError::file(&self.path, error))
    }

    /// Departures that the mark stands at.
    pub fn departures(&self) -> i64 {
        self.mark.departures
    }

    /// Whole or not at all.
    fn save(&self) -> std::io::Result<()> {
        let text = serde_json::to_string(&self.mark).map_err(std::io::Error::other)?;
        files::put(&self.path, text.as_bytes(), Readers::Owner)
    }
}

/// What a stored mark says about the present one.
fn verdict(text: &str, now: &Mark) -> Verdict {
    match serde_json::from_str::<Mark>(text) {
        Err(_) => Verdict::Unreadable,
        Ok(seen) if seen.outbox != now.outbox => Verdict::AnotherOutbox,
        Ok(seen) if seen.departures > now.departures => Verdict::Restored {
            seen: seen.departures,
            found: now.departures,
        },
        Ok(_) => Verdict::Fine,
    }
}

/// The words of a database that was put back (exit 10).
pub fn restored(context: &Context, seen: i64, found: i64) -> CliError {
    let args = [("seen", seen.into()), ("found", found.into())];
    CliError::said(
        ExitCode::Held,
        Words::new(context.text("restore-held", &args)).hint(context.say("restore-held-hint")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_mark_ahead_of_its_own_outbox_holds() {
        let now = Mark {
            outbox: "A".into(),
            departures: 7,
        };
        let stored = |outbox: &str, departures| {
            serde_json::to_string(&Mark {
                outbox: outbox.into(),
                departures,
            })
            .expect("JSON")
        };
        for (text, expected) in [
            (stored("A", 7), Verdict::Fine),
            (stored("A", 3), Verdict::Fine),
            (stored("A", 8), Verdict::Restored { seen: 8, found: 7 }),
            (stored("B", 8), Verdict::AnotherOutbox),
            (String::new(), Verdict::Unreadable),
        ] {
            assert_eq!(verdict(&text, &now), expected, "{text}");
        }
    }
}

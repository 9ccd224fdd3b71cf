//! Errors as the operator meets them: what happened, what is safe, what to do; the server's own text after them.
//!
//! | module | words for |
//! |---|---|
//! | [`configuration`] | `config::ConfigErrors` |
//! | [`database`] | `ports::erp`, `ports::outbox` |
//! | [`gateway`] | `ports::gateway`, `ports::scheduler` |
//! | [`usage`] | clap's complaints about the command line |

pub mod configuration;
pub mod database;
pub mod gateway;
pub mod usage;

use std::path::PathBuf;

use super::exit_code::ExitCode;
use super::lock::Holder;
use super::{text, words};
use crate::app::ground::Precondition;
use crate::config::ConfigErrors;
use crate::i18n::Catalog;
use crate::ports::erp::{DatabaseError, ErpError};
use crate::ports::gateway::GatewayError;
use crate::ports::outbox::OutboxError;
use crate::ports::scheduler::SchedulerError;

/// A precondition of the day (exit 7).
fn precondition(precondition: &Precondition, catalog: &Catalog) -> Words {
    let date = |day| crate::i18n::format::date(catalog.lang(), day);
    let (key, args) = match precondition {
        Precondition::NotContracted => ("precondition-not-contracted", vec![]),
        Precondition::ContractEnded(until) => (
            "precondition-contract-ended",
            vec![("until", date(*until).into())],
        ),
        Precondition::EmailNotConfigured => ("precondition-email", vec![]),
        Precondition::Unreadable(bad) => (
            "precondition-unreadable",
            words::bad_row_args(catalog, bad).to_vec(),
        ),
        Precondition::NotClosed { asked, last } => (
            "precondition-not-closed",
            vec![("asked", date(*asked).into()), ("last", date(*last).into())],
        ),
    };
    Words::new(catalog.text(key, &args)).hint(catalog.say(&format!("{key}-hint")))
}

/// Why a command did not do as asked.
#[derive(Debug)]
pub enum CliError {
    /// The command line.
    Usage {
        /// clap's complaint.
        error: Box<clap::Error>,
        /// The command that it is about, such as `wa-notify scan`.
        command: String,
    },
    /// The configuration.
    Config(ConfigErrors),
    /// The ERP's database or queries.
    Erp(Box<ErpError>),
    /// Our tables.
    Outbox(OutboxError),
    /// The gateway, asked for this instance.
    Gateway {
        /// The instance.
        instance: String,
        /// What it answered.
        error: GatewayError,
    },
    /// Not contracted, e-mail notices not configured, day not closed.
    Precondition(Precondition),
    /// The machine's scheduler.
    Scheduler(SchedulerError),
    /// Another command with the same configuration file is running.
    Locked(Holder),
    /// A file could not be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: std::io::Error,
    },
    /// stdout could not be written.
    Stdout(std::io::Error),
    /// The clock was moved by hand, and the gateway is not on this machine.
    MovedClock,
    /// Anything that a command says in its own words (from the catalogue).
    Said(Box<Said>),
    /// What should not happen.
    Unexpected(anyhow::Error),
}

/// An error in the words of a command.
#[derive(Debug)]
pub struct Said {
    /// How the command ends.
    pub code: ExitCode,
    /// The words.
    pub words: Words,
}

/// An error in words: the parts are printed in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// What happened, and what is safe.
    pub message: String,
    /// What a server or the system said, as it said it.
    pub detail: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl Words {
    /// A message alone.
    pub fn new(message: impl Into<String>) -> Self {
        Words {
            message: message.into(),
            detail: None,
            hint: None,
        }
    }

    /// With what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With the text of a server or the system; an empty one is left out.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into()).filter(|detail| !detail.trim().is_empty());
        self
    }
}

impl CliError {
    /// An error in the words of a command.
    pub fn said(code: ExitCode, words: Words) -> Self {
        CliError::Said(Box::new(Said { code, words }))
    }

    /// A file that could not be read or written.
    pub fn file(path: impl Into<PathBuf>, error: std::io::Error) -> Self {
        CliError::File {
            path: path.into(),
            error,
        }
    }

    /// How the program ends on it.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            CliError::Usage { .. } => ExitCode::Usage,
            CliError::Config(_) | CliError::MovedClock => ExitCode::Configuration,
            // Ctrl-C is no fault of the database.
            CliError::Erp(error) if matches!(**error, ErpError::Database(DatabaseError::Interrupted)) => {
                ExitCode::Unexpected
            }
            CliError::Outbox(OutboxError::Database(DatabaseError::Interrupted)) => ExitCode::Unexpected,
            CliError::Erp(_) | CliError::Outbox(_) => ExitCode::Database,
            CliError::Gateway {
                error: GatewayError::NotConnected,
                ..
            } => ExitCode::NotPaired,
            CliError::Gateway { .. } => ExitCode::Gateway,
            CliError::Precondition(_) => ExitCode::Precondition,
            CliError::Locked(_) => ExitCode::Locked,
            CliError::Said(said) => said.code,
            CliError::Scheduler(_)
            | CliError::File { .. }
            | CliError::Stdout(_)
            | CliError::Unexpected(_) => ExitCode::Unexpected,
        }
    }

    /// The error in words, one [`Words`] for each problem; never empty.
    pub fn words(&self, catalog: &Catalog) -> Vec<Words> {
        match self {
            CliError::Usage { error, command } => vec![usage::words(error, command, catalog)],
            CliError::Config(errors) => configuration::words(errors, catalog),
            CliError::Erp(error) => vec![database::erp(error, catalog)],
            CliError::Outbox(error) => vec![database::outbox(error, catalog)],
            CliError::Gateway { instance, error } => vec![gateway::gateway(instance, error, catalog)],
            CliError::Precondition(precondition) => vec![self::precondition(precondition, catalog)],
            CliError::Scheduler(error) => vec![gateway::scheduler(error, catalog)],
            CliError::Locked(holder) => vec![locked(holder, catalog)],
            CliError::File { path, error } => vec![
                Words::new(catalog.text("error-file", &[("path", path.display().to_string().into())]))
                    .detail(error.to_string())
                    .hint(catalog.say(match error.kind() {
                        std::io::ErrorKind::StorageFull => "error-file-hint-full",
                        std::io::ErrorKind::NotFound => "error-file-hint-missing",
                        _ => "error-file-hint",
                    })),
            ],
            CliError::Stdout(error) => {
                vec![Words::new(catalog.say("error-stdout")).detail(error.to_string())]
            }
            CliError::MovedClock => {
                vec![Words::new(catalog.say("error-moved-clock")).hint(catalog.say("error-moved-clock-hint"))]
            }
            CliError::Said(said) => vec![said.words.clone()],
            CliError::Unexpected(error) => vec![
                Words::new(catalog.say("error-unexpected"))
                    .detail(format!("{error:#}"))
                    .hint(catalog.say("error-unexpected-hint")),
            ],
        }
    }
}

fn locked(holder: &Holder, catalog: &Catalog) -> Words {
    let message = match holder {
        Holder::Known(running) => catalog.text(
            "error-locked",
            &[
                ("command", running.command.as_str().into()),
                ("pid", running.pid.to_string().into()),
                ("since", running.since.as_str().into()),
            ],
        ),
        Holder::Unknown => catalog.say("error-locked-unknown"),
    };
    Words::new(message).hint(catalog.say("error-locked-hint"))
}

impl From<ConfigErrors> for CliError {
    fn from(errors: ConfigErrors) -> Self {
        CliError::Config(errors)
    }
}

impl From<ErpError> for CliError {
    fn from(error: ErpError) -> Self {
        CliError::Erp(Box::new(error))
    }
}

impl From<DatabaseError> for CliError {
    fn from(error: DatabaseError) -> Self {
        CliError::Erp(Box::new(ErpError::Database(error)))
    }
}

impl From<OutboxError> for CliError {
    fn from(error: OutboxError) -> Self {
        CliError::Outbox(error)
    }
}

impl From<SchedulerError> for CliError {
    fn from(error: SchedulerError) -> Self {
        CliError::Scheduler(error)
    }
}

impl From<anyhow::Error> for CliError {
    fn from(error: anyhow::Error) -> Self {
        CliError::Unexpected(error)
    }
}

/// The error as it stands on stderr.
pub fn render(error: &CliError, catalog: &Catalog, width: usize, colour: bool) -> String {
    let style = |code: &str, text: &str| {
        if colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    };
    let mut out = String::new();
    for words in error.words(catalog) {
        let label = catalog.say("label-error");
        let message = text::wrap(&format!("{label} {}", words.message), width, "  ");
        out.push_str(&message.replacen(&label, &style("1;31", &label), 1));
        out.push('\n');
        if let Some(detail) = &words.detail {
            out.push_str(&style(
                "2",
                &text::wrap(&format!("  ({})", detail.trim()), width, "   "),
            ));
            out.push('\n');
        }
        if let Some(hint) = &words.hint {
            out.push_str(&text::wrap(&format!("  → {hint}"), width, "    "));
            out.push('\n');
        }
    }
    out
}

/// The error as JSON, for `--json`.
pub fn document(error: &CliError, catalog: &Catalog) -> serde_json::Value {
    let code = error.exit_code();
    let problems: Vec<serde_json::Value> = error
        .words(catalog)
        .into_iter()
        .map(
            |words| serde_json::json!({"message": words.message, "detail": words.detail, "hint": words.hint}),
        )
        .collect();
    serde_json::json!({"error": {"exit_code": code.number(), "kind": code.word(), "problems": problems}})
}

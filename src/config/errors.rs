//! What can be wrong with a configuration, as data: where, what, and what would have been right.

use std::fmt;
use std::path::PathBuf;

/// Everything that is wrong with one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    /// The file.
    pub file: PathBuf,
    /// The problems, in the order of the file. Never empty.
    pub problems: Vec<ConfigProblem>,
}

impl fmt::Display for ConfigErrors {
    /// English, for logs; `cli::error` has the words for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        for problem in &self.problems {
            write!(f, "; {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Line in the file, from 1; `None` when it is about the whole file or about something that is not there.
    pub line: Option<usize>,
    /// Full key, such as `database.port`.
    pub key: Option<String>,
    /// What.
    pub kind: ProblemKind,
}

impl ConfigProblem {
    /// A problem of the whole file.
    pub fn whole(kind: ProblemKind) -> Self {
        ConfigProblem {
            line: None,
            key: None,
            kind,
        }
    }

    /// A problem at a line.
    pub fn at(line: usize, key: Option<String>, kind: ProblemKind) -> Self {
        ConfigProblem {
            line: Some(line),
            key,
            kind,
        }
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        self.kind.fmt(f)
    }
}

/// The kinds of problem. Values of secrets are never in here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// No file at any of these places.
    #[error("no configuration file")]
    NoFile {
        /// Where it was looked for.
        searched: Vec<PathBuf>,
    },
    /// The system could not read it.
    #[error("unreadable: {detail}")]
    Unreadable {
        /// The system's text.
        detail: String,
    },
    /// A folder, or far too large.
    #[error("not a configuration file")]
    NotAConfiguration,
    /// Saved as "ANSI" (Windows-1252).
    #[error("saved as CP1252, not UTF-8")]
    Cp1252 {
        /// The first character that is not ASCII.
        character: char,
    },
    /// Bytes that are no text in any known encoding.
    #[error("not a text file")]
    NotText,
    /// TOML's grammar; its own words.
    #[error("syntax: {detail}")]
    Syntax {
        /// The parser's text.
        detail: String,
    },
    /// A backslash inside double quotes: refused by TOML, or swallowed as a control character.
    #[error("backslash in double quotes; use {suggestion}")]
    Backslash {
        /// The line as it should stand.
        suggestion: String,
    },
    /// A text without quotes.
    #[error("text without quotes; use {suggestion}")]
    Unquoted {
        /// The line as it should stand.
        suggestion: String,
    },
    /// The curly quotes of a word processor.
    #[error("curly quotes; use {suggestion}")]
    CurlyQuotes {
        /// The line as it should stand.
        suggestion: String,
    },
    /// A quote that is never closed.
    #[error("quote not closed")]
    OpenQuote,
    /// The same key or section twice.
    #[error("given twice")]
    Duplicate,
    /// A key that does not exist.
    #[error("unknown key{}", nearest.as_ref().map(|k| format!("; did you mean {k}?")).unwrap_or_default())]
    UnknownKey {
        /// The known key that looks most like it, with its section when that is another one.
        nearest: Option<String>,
        /// The keys of the section.
        known: Vec<String>,
    },
    /// A section that does not exist.
    #[error("unknown section{}", nearest.as_ref().map(|k| format!("; did you mean {k}?")).unwrap_or_default())]
    UnknownSection {
        /// The known section that looks most like it.
        nearest: Option<String>,
        /// All sections.
        known: Vec<String>,
    },
    /// A key that must be given.
    #[error("missing")]
    Missing {
        /// What it should hold.
        expected: Expected,
    },
    /// Of another type.
    #[error("{found:?} instead of {expected:?}")]
    WrongType {
        /// What it should hold.
        expected: Expected,
        /// What it holds.
        found: Found,
    },
    /// Of the right type, but not of the right form.
    #[error("{value:?} is no {expected:?}")]
    BadValue {
        /// What the file says.
        value: String,
        /// What it should hold.
        expected: Expected,
        /// A known value that looks like it.
        nearest: Option<String>,
    },
    /// A number outside its bounds.
    #[error("{value} is outside {min}..={max}")]
    OutOfRange {
        /// What the file says.
        value: i64,
        /// Smallest allowed.
        min: i64,
        /// Largest allowed.
        max: i64,
    },
    /// The environment variable named by a `*_env` key is not set.
    #[error("environment variable {variable} is not set")]
    NoVariable {
        /// Its name.
        variable: String,
    },
    /// The file named by a `*_file` key cannot be read.
    #[error("secret file {}: {detail}", file.display())]
    NoSecretFile {
        /// Its path, resolved.
        file: PathBuf,
        /// The system's text.
        detail: String,
    },
    /// The secret is empty.
    #[error("the secret is empty")]
    EmptySecret,
    /// A template that cannot be filled in. Whoever renders texts finds this, not the reader of the file.
    #[error("template: {detail}")]
    Template {
        /// The engine's words, or the name that does not exist.
        detail: String,
    },
    /// Two settings that cannot stand together.
    #[error("{0}")]
    Contradiction(#[from] Contradiction),
}

/// What a key should hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// A text.
    Text,
    /// A text that is not empty.
    SomeText,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A section.
    Section,
    /// A list of texts.
    Texts,
    /// One of these words.
    OneOf(Vec<String>),
    /// `"10s"`, `"2m"`.
    Duration,
    /// `"09:00"`.
    TimeOfDay,
    /// `"08:00-20:00"`, or `""` for never.
    HourRange,
    /// `"always"` or a table of hour ranges.
    Window,
    /// A time zone of the tz database.
    TimeZone,
    /// `"09-20"` or `"2026-12-24"`.
    Holiday,
    /// `[2, 5]`: seconds.
    SecondsRange,
    /// `http://` or `https://`.
    Url,
    /// A Brazilian area code.
    AreaCode,
    /// A phone with country and area code.
    Phone,
    /// `host/port:path`.
    ConnectionString,
    /// Name of a character set.
    Charset,
    /// A database path or alias.
    DatabasePath,
}

/// What a key holds instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// A number with decimals.
    Float,
    /// `true` or `false`.
    Boolean,
    /// A date or time.
    Datetime,
    /// A list.
    List,
    /// A section.
    Section,
}

/// Settings that cannot stand together, or that could never work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// More than one of `x`, `x_env`, `x_file`.
    #[error("given together: {}", keys.join(", "))]
    Together {
        /// The keys; one of them is enough.
        keys: Vec<String>,
    },
    /// No host means an embedded database, which the pure Rust driver cannot open.
    #[error("driver = \"rust\" needs a host")]
    RustDriverWithoutHost,
    /// A port without a host.
    #[error("port without host")]
    PortWithoutHost,
    /// `client_library` is of no use to the pure Rust driver.
    #[error("client_library with driver = \"rust\"")]
    LibraryWithRustDriver,
    /// `path` holds a connection string.
    #[error("path holds a connection string")]
    PathIsConnection {
        /// The line as it should stand.
        suggestion: String,
    },
    /// `[5, 2]`.
    #[error("minimum {min} above maximum {max}")]
    MinAboveMax {
        /// First number.
        min: i64,
        /// Second number.
        max: i64,
    },
    /// `"20:00-08:00"`.
    #[error("window {value} ends before it begins")]
    WindowBackwards {
        /// What the file says.
        value: String,
    },
    /// No day has an hour to send.
    #[error("the window never opens")]
    WindowNeverOpens,
    /// `send_at` is past the end of every day's window.
    #[error("send_at {send_at} is after the window closes ({closes})")]
    SendAtAfterWindow {
        /// As `HH:MM`.
        send_at: String,
        /// The latest end, as `HH:MM`.
        closes: String,
    },
    /// `treatment = "forward"` without a phone to forward to.
    #[error("treatment = \"forward\" without forward_to")]
    ForwardToNobody,
    /// A gateway of the plan that this version cannot speak to yet.
    #[error("gateway {kind} is not in this version")]
    GatewayNotYet {
        /// The kind.
        kind: String,
    },
    /// `[outbox]` names the very database of `[database]`.
    #[error("[outbox] is the same database as [database]")]
    SameOutbox,
}

//! The configuration file: TOML to checked settings (DESIGN.md section 11).
//!
//! Everything wrong with a file is told at once, each with line, key and what was expected, as values of
//! [`ConfigProblem`]; `cli::error` turns them into sentences.
//!
//! | module | holds |
//! |---|---|
//! | [`settings`] | [`Settings`]: what the program works with, all defaults filled in |
//! | [`errors`] | what can be wrong |
//! | [`encoding`] | bytes as Notepad saves them -> text |
//! | [`syntax`] | TOML's own complaints -> problems a person can act on |
//! | [`section`] | reads one table: types, defaults, unknown keys, and what was read (for `config show`) |
//! | [`check`] | the tables one by one, and what contradicts what |
//! | [`database`] | `[database]` and `[outbox]` |
//! | [`values`] | durations, hours, windows, holidays, phones |
//! | [`connection_string`] | server and database in one text, as people know it |
//! | [`secrets`] | a value, an environment variable or a file |
//! | [`discovery`] | where the file is looked for |
//! | [`template`] | a new file |

pub mod check;
pub mod connection_string;
pub mod database;
pub mod discovery;
pub mod encoding;
pub mod errors;
pub mod secrets;
pub mod section;
pub mod settings;
pub mod syntax;
pub mod template;
pub mod values;

use std::path::Path;

pub use errors::{ConfigErrors, ConfigProblem, Contradiction, Expected, Found, ProblemKind};
pub use section::{Effective, Origin};
pub use settings::Settings;
pub use template::{Literal, new_file, new_sections};

use crate::domain::lang::Lang;

/// Larger than any configuration; whoever names a database by mistake is told so instead of waiting.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads and checks a configuration file.
///
/// # Errors
/// [`ConfigErrors`]: everything that is wrong with it, in the order of the file.
pub fn load(path: &Path) -> Result<Settings, ConfigErrors> {
    let fail = |problem: ConfigProblem| ConfigErrors {
        file: path.to_owned(),
        problems: vec![problem],
    };
    let unreadable = |error: std::io::Error| {
        let kind = match error.kind() {
            std::io::ErrorKind::NotFound => ProblemKind::NoFile {
                searched: vec![path.to_owned()],
            },
            _ => ProblemKind::Unreadable {
                detail: error.to_string(),
            },
        };
        fail(ConfigProblem::whole(kind))
    };
    let meta = std::fs::metadata(path).map_err(unreadable)?;
    if meta.is_dir() || meta.len() > MAX_BYTES {
        return Err(fail(ConfigProblem::whole(ProblemKind::NotAConfiguration)));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let text = encoding::decode(&bytes).map_err(fail)?;
    // Paths within count from the file's folder, wherever the program is started from; lock and schedule too want
    // one name for one file.
    let absolute = std::path::absolute(path).map_err(unreadable)?;
    parse(&text, &absolute, &secrets::process_env)
}

/// Checks the text of a configuration. `path` is where it came from: relative files count from its folder.
///
/// # Errors
/// [`ConfigErrors`].
pub fn parse(text: &str, path: &Path, env: &secrets::Env<'_>) -> Result<Settings, ConfigErrors> {
    let (table, errors) = toml::de::DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let mut problems = syntax::explain(text, &errors);
        if let Err(others) = check::settings(text, table.get_ref(), path, env) {
            syntax::add_certain(&mut problems, others);
        }
        return Err(ConfigErrors {
            file: path.to_owned(),
            problems,
        });
    }
    check::settings(text, table.get_ref(), path, env).map_err(|problems| ConfigErrors {
        file: path.to_owned(),
        problems,
    })
}

/// The key `lang` of a file, as far as it can be read: the language in which even the file's errors are told.
pub fn peek_language(path: &Path) -> Option<Lang> {
    std::fs::metadata(path)
        .ok()
        .filter(|meta| meta.is_file() && meta.len() <= MAX_BYTES)?;
    let bytes = std::fs::read(path).ok()?;
    let text = encoding::decode(&bytes).ok()?;
    let (table, _) = toml::de::DeTable::parse_recoverable(&text);
    let value = table.get_ref().get("lang")?.get_ref().as_str()?.to_owned();
    Lang::from_tag(&value)
}

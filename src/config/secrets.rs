//! Secrets: written in the file, in an environment variable, or in a file of their own.

use std::path::Path;

use super::errors::ProblemKind;
use crate::domain::secret::Secret;

/// How environment variables are looked up; an argument so that tests need not touch the process's own.
pub type Env<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The process's environment. A value that is not Unicode counts as missing.
pub fn process_env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A secret from an environment variable; newlines at its end go.
///
/// # Errors
/// [`ProblemKind::NoVariable`], [`ProblemKind::EmptySecret`].
pub fn from_env(variable: &str, env: &Env<'_>) -> Result<Secret, ProblemKind> {
    let text = env(variable).ok_or_else(|| ProblemKind::NoVariable {
        variable: variable.to_owned(),
    })?;
    trimmed(&text)
}

/// A secret from a file, counted from the folder of the configuration; newlines at its end go, and so does the
/// mark that Notepad puts at the start.
///
/// # Errors
/// [`ProblemKind::NoSecretFile`], [`ProblemKind::EmptySecret`].
pub fn from_file(name: &str, folder: &Path) -> Result<Secret, ProblemKind> {
    let file = folder.join(name);
    let bytes = std::fs::read(&file).map_err(|error| ProblemKind::NoSecretFile {
        file: file.clone(),
        detail: error.to_string(),
    })?;
    let text = super::encoding::decode(&bytes).map_err(|_| ProblemKind::NoSecretFile {
        file,
        detail: "UTF-8?".to_owned(),
    })?;
    trimmed(&text)
}

fn trimmed(text: &str) -> Result<Secret, ProblemKind> {
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(ProblemKind::EmptySecret),
        text => Ok(Secret::new(text)),
    }
}

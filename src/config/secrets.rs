//! Secrets: written in the file, in an environment variable, or in a file of their own.

use std::path::Path;

use super::errors::{Contradiction, Expected, ProblemKind};
use super::section::{Origin, Section};
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

/// Reads a password or key: one of `name`, `name_env` and `name_file`. It is noted as `***`.
pub fn read(
    section: &Section<'_>,
    names: [&'static str; 3],
    default: Option<(&str, Origin)>,
) -> Option<Secret> {
    let given: Vec<&'static str> = names
        .into_iter()
        .filter(|name| section.item(name).is_some())
        .collect();
    if given.len() > 1 {
        let keys = given.iter().map(|key| section.full(key)).collect();
        section.problem(
            section.line_of(given[1]),
            given[1],
            Contradiction::Together { keys }.into(),
        );
        return None;
    }
    let Some(key) = given.first().copied() else {
        let origin = default.map_or(Origin::Default, |(_, origin)| origin);
        section.note(names[0], default.map(|_| "\"***\"".to_owned()), origin);
        return default.map(|(secret, _)| Secret::new(secret));
    };
    let item = section.item(key)?;
    let read = if key == names[1] {
        item.text(Expected::SomeText)
            .and_then(|name| from_env(name.trim(), section.document.env))
    } else if key == names[2] {
        item.path(Expected::SomeText)
            .and_then(|name| from_file(name.trim(), section.document.folder))
    } else {
        item.text(Expected::Text).map(Secret::new)
    };
    match read {
        Ok(secret) => {
            let shown = if key == names[0] {
                "\"***\"".to_owned()
            } else {
                item.source.to_owned()
            };
            section.note(key, Some(shown), Origin::Line(item.line));
            Some(secret)
        }
        Err(kind) => {
            section.problem(Some(item.line), key, kind);
            None
        }
    }
}

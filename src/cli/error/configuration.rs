//! Configuration errors in words.

use std::path::{Path, PathBuf};

use super::Words;
use crate::config::{ConfigErrors, ConfigProblem, Contradiction, Expected, Found, ProblemKind};
use crate::i18n::{Catalog, Value};

/// One [`Words`] for each problem.
pub fn words(errors: &ConfigErrors, catalog: &Catalog) -> Vec<Words> {
    errors
        .problems
        .iter()
        .map(|problem| problem_words(&errors.file, problem, catalog))
        .collect()
}

fn problem_words(file: &Path, problem: &ConfigProblem, catalog: &Catalog) -> Words {
    let (what, hint) = kind_words(problem, catalog);
    let name = file.file_name().map_or_else(
        || file.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    let mut place = match problem.line {
        Some(line) => catalog.text(
            "config-place-line",
            &[("file", name.into()), ("line", line.into())],
        ),
        None => name,
    };
    if let Some(key) = &problem.key {
        place.push_str(", ");
        place.push_str(key);
    }
    let message = match &problem.kind {
        // These are about no place in the file.
        ProblemKind::NoFile { .. } => what,
        _ => format!("{place}: {what}"),
    };
    Words {
        message,
        detail: detail(&problem.kind),
        hint,
    }
}

/// What the system or TOML itself said.
fn detail(kind: &ProblemKind) -> Option<String> {
    match kind {
        ProblemKind::Unreadable { detail }
        | ProblemKind::Syntax { detail }
        | ProblemKind::Template { detail }
        | ProblemKind::NoSecretFile { detail, .. } => Some(detail.clone()),
        _ => None,
    }
}

fn kind_words(problem: &ConfigProblem, catalog: &Catalog) -> (String, Option<String>) {
    let say = |key: &str| catalog.say(key);
    let text = |key: &str, args: &[(&str, Value<'_>)]| catalog.text(key, args);
    let expected = |expected: &Expected| expected_words(expected, catalog);
    match &problem.kind {
        ProblemKind::NoFile { searched } => no_file(searched, catalog),
        ProblemKind::Unreadable { .. } => (say("config-unreadable"), Some(say("config-unreadable-hint"))),
        ProblemKind::NotAConfiguration => (say("config-not-a-configuration"), None),
        ProblemKind::Cp1252 { character } => {
            let character = character.to_string();
            (
                text("config-cp1252", &[("character", character.into())]),
                Some(say("config-cp1252-hint")),
            )
        }
        ProblemKind::Template { .. } => {
            // The answer to a reply knows the creditor only.
            let answer = problem
                .key
                .as_deref()
                .is_some_and(|key| key.starts_with("settings.replies"));
            let hint = if answer {
                "config-template-answer-hint"
            } else {
                "config-template-hint"
            };
            (say("config-template"), Some(say(hint)))
        }
        ProblemKind::NotText => (say("config-not-text"), Some(say("config-cp1252-hint"))),
        ProblemKind::Syntax { .. } => (say("config-syntax"), Some(say("config-syntax-hint"))),
        ProblemKind::Backslash { suggestion } => (
            say("config-backslash"),
            Some(text(
                "config-single-quotes-hint",
                &[("suggestion", suggestion.as_str().into())],
            )),
        ),
        ProblemKind::Unquoted { suggestion } => (
            say("config-unquoted"),
            Some(text(
                "config-single-quotes-hint",
                &[("suggestion", suggestion.as_str().into())],
            )),
        ),
        ProblemKind::CurlyQuotes { suggestion } => (
            say("config-curly-quotes"),
            Some(text(
                "config-single-quotes-hint",
                &[("suggestion", suggestion.as_str().into())],
            )),
        ),
        ProblemKind::OpenQuote => (say("config-open-quote"), Some(say("config-open-quote-hint"))),
        ProblemKind::Duplicate => (say("config-duplicate"), Some(say("config-duplicate-hint"))),
        ProblemKind::UnknownKey { nearest, known } => (
            say("config-unknown-key"),
            Some(nearest_or_known(nearest.as_deref(), known, catalog)),
        ),
        ProblemKind::UnknownSection { nearest, known } => (
            say("config-unknown-section"),
            Some(nearest_or_known(nearest.as_deref(), known, catalog)),
        ),
        ProblemKind::Missing { expected: what } => (
            say("config-missing"),
            Some(text(
                "config-expected-hint",
                &[("expected", expected(what).into())],
            )),
        ),
        ProblemKind::WrongType {
            expected: what,
            found,
        } => (
            text("config-wrong-type", &[("found", say(found_key(*found)).into())]),
            Some(text(
                "config-expected-hint",
                &[("expected", expected(what).into())],
            )),
        ),
        ProblemKind::BadValue {
            value,
            expected: what,
            nearest,
        } => {
            let message = if value.trim().is_empty() {
                say("config-empty-value")
            } else {
                text("config-bad-value", &[("value", value.as_str().into())])
            };
            let mut hint = text("config-expected-hint", &[("expected", expected(what).into())]);
            if let Some(nearest) = nearest {
                hint.push(' ');
                hint.push_str(&text("config-nearest", &[("nearest", nearest.as_str().into())]));
            }
            (message, Some(hint))
        }
        ProblemKind::OutOfRange { value, min, max } => (
            text("config-bad-value", &[("value", value.to_string().into())]),
            Some(text(
                "config-range-hint",
                &[("min", min.to_string().into()), ("max", max.to_string().into())],
            )),
        ),
        ProblemKind::NoVariable { variable } => (
            text("config-no-variable", &[("variable", variable.as_str().into())]),
            Some(say("config-no-variable-hint")),
        ),
        ProblemKind::NoSecretFile { file, .. } => (
            text(
                "config-no-secret-file",
                &[("file", file.display().to_string().into())],
            ),
            Some(say("config-no-secret-file-hint")),
        ),
        ProblemKind::EmptySecret => (say("config-empty-secret"), Some(say("config-empty-secret-hint"))),
        ProblemKind::Contradiction(contradiction) => contradiction_words(contradiction, catalog),
    }
}

fn no_file(searched: &[PathBuf], catalog: &Catalog) -> (String, Option<String>) {
    let places = searched
        .iter()
        .map(|path| path.display().to_string())
        .collect::<Vec<_>>()
        .join("\n");
    let message = catalog.text(
        "config-no-file",
        &[("count", searched.len().into()), ("places", places.into())],
    );
    (message, Some(catalog.say("config-no-file-hint")))
}

fn nearest_or_known(nearest: Option<&str>, known: &[String], catalog: &Catalog) -> String {
    match nearest {
        Some(nearest) => catalog.text("config-nearest", &[("nearest", nearest.into())]),
        None => catalog.text("config-known-hint", &[("known", known.join(", ").into())]),
    }
}

fn contradiction_words(contradiction: &Contradiction, catalog: &Catalog) -> (String, Option<String>) {
    let (key, args): (&str, Vec<(&str, Value<'_>)>) = match contradiction {
        Contradiction::Together { keys } => ("config-together", vec![("keys", keys.join(", ").into())]),
        Contradiction::RustDriverWithoutHost => ("config-rust-without-host", vec![]),
        Contradiction::PortWithoutHost => ("config-port-without-host", vec![]),
        Contradiction::LibraryWithRustDriver => ("config-library-with-rust", vec![]),
        Contradiction::PathIsConnection { suggestion } => (
            "config-path-is-connection",
            vec![("suggestion", suggestion.as_str().into())],
        ),
        Contradiction::MinAboveMax { min, max } => (
            "config-min-above-max",
            vec![("min", min.to_string().into()), ("max", max.to_string().into())],
        ),
        Contradiction::WindowBackwards { value } => {
            ("config-window-backwards", vec![("value", value.as_str().into())])
        }
        Contradiction::WindowNeverOpens => ("config-window-never-opens", vec![]),
        Contradiction::SendAtAfterWindow { send_at, closes } => (
            "config-send-at-after-window",
            vec![
                ("send_at", send_at.as_str().into()),
                ("closes", closes.as_str().into()),
            ],
        ),
        Contradiction::ForwardToNobody => ("config-forward-to-nobody", vec![]),
        Contradiction::GatewayNotYet { kind } => {
            ("config-gateway-not-yet", vec![("kind", kind.as_str().into())])
        }
        Contradiction::SameOutbox => ("config-same-outbox", vec![]),
    };
    (
        catalog.text(key, &args),
        Some(catalog.text(&format!("{key}-hint"), &args)),
    )
}

fn expected_words(expected: &Expected, catalog: &Catalog) -> String {
    let key = match expected {
        Expected::Text => "expected-text",
        Expected::SomeText => "expected-some-text",
        Expected::Integer => "expected-integer",
        Expected::Boolean => "expected-boolean",
        Expected::Section => "expected-section",
        Expected::Texts => "expected-texts",
        Expected::OneOf(words) => {
            let words = words
                .iter()
                .map(|word| format!("\"{word}\""))
                .collect::<Vec<_>>()
                .join(", ");
            return catalog.text("expected-one-of", &[("words", words.into())]);
        }
        Expected::Duration => "expected-duration",
        Expected::TimeOfDay => "expected-time-of-day",
        Expected::HourRange => "expected-hour-range",
        Expected::Window => "expected-window",
        Expected::TimeZone => "expected-time-zone",
        Expected::Holiday => "expected-holiday",
        Expected::SecondsRange => "expected-seconds-range",
        Expected::Url => "expected-url",
        Expected::AreaCode => "expected-area-code",
        Expected::Phone => "expected-phone",
        Expected::ConnectionString => "expected-connection",
        Expected::Charset => "expected-charset",
        Expected::DatabasePath => "expected-database-path",
    };
    catalog.say(key)
}

fn found_key(found: Found) -> &'static str {
    match found {
        Found::Text => "found-text",
        Found::Integer => "found-integer",
        Found::Float => "found-float",
        Found::Boolean => "found-boolean",
        Found::Datetime => "found-datetime",
        Found::List => "found-list",
        Found::Section => "found-section",
    }
}

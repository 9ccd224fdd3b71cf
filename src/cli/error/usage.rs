//! clap's complaints about the command line, in the operator's language.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Words;
use crate::cli::args::parse::ArgProblem;
use crate::domain::phone::PhoneError;
use crate::i18n::Catalog;

/// A complaint in words; the hint is the nearest right word, or where to read on.
pub fn words(error: &clap::Error, catalog: &Catalog) -> Words {
    let get = |kind| error.get(kind).map(joined).unwrap_or_default();
    let (arg, value) = (get(ContextKind::InvalidArg), get(ContextKind::InvalidValue));
    let suggestion = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .into_iter()
        .find_map(|kind| error.get(kind).map(joined).filter(|text| !text.is_empty()));
    let args = [("arg", arg.as_str().into()), ("value", value.as_str().into())];
    let message = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            catalog.text("usage-unknown-command", &[("command", get(ContextKind::InvalidSubcommand).into())])
        }
        ErrorKind::UnknownArgument => catalog.text("usage-unknown-argument", &[args[0].clone()]),
        ErrorKind::MissingRequiredArgument => catalog.text("usage-missing", &[args[0].clone()]),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            catalog.say("usage-missing-command")
        }
        ErrorKind::InvalidValue if value.is_empty() => catalog.text("usage-no-value", &[args[0].clone()]),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let mut message = catalog.text("usage-bad-value", &args);
            if let Some(problem) = problem_of(error) {
                message.push(' ');
                message.push_str(&problem_words(problem, catalog));
            }
            let valid = get(ContextKind::ValidValue);
            if !valid.is_empty() {
                message.push(' ');
                message.push_str(&catalog.text("usage-valid-values", &[("values", valid.into())]));
            }
            message
        }
        ErrorKind::ArgumentConflict => {
            let prior = get(ContextKind::PriorArg);
            if prior == arg || prior.is_empty() {
                catalog.text("usage-twice", &[args[0].clone()])
            } else {
                catalog.text("usage-conflict", &[args[0].clone(), ("other", prior.into())])
            }
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            catalog.text("usage-value-count", &[args[0].clone()])
        }
        ErrorKind::NoEquals => catalog.text("usage-no-value", &[args[0].clone()]),
        ErrorKind::InvalidUtf8 => catalog.say("usage-not-unicode"),
        _ => catalog.say("usage-other"),
    };
    let hint = match suggestion {
        Some(suggestion) => catalog.text("usage-nearest", &[("nearest", suggestion.into())]),
        None => catalog.text("usage-hint", &[("command", command_of(error).into())]),
    };
    Words::new(message).hint(hint)
}

fn joined(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(texts) => texts.join(", "),
        other => other.to_string(),
    }
}

/// `wa-notify scan` out of clap's usage line.
fn command_of(error: &clap::Error) -> String {
    let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    let plain = console::strip_ansi_codes(&usage).into_owned();
    let words = plain.split_whitespace().skip_while(|word| !word.starts_with("wa-notify"));
    let command: Vec<&str> =
        words.take_while(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-')).collect();
    match command.split_first() {
        None => "wa-notify".to_owned(),
        // The executable may be called by another name (wa-notify.exe).
        Some((_, rest)) => {
            let rest = rest.iter().take_while(|word| !word.starts_with('-'));
            std::iter::once(&"wa-notify").chain(rest).copied().collect::<Vec<_>>().join(" ")
        }
    }
}

fn problem_of(error: &clap::Error) -> Option<&ArgProblem> {
    std::error::Error::source(error)?.downcast_ref()
}

fn problem_words(problem: &ArgProblem, catalog: &Catalog) -> String {
    let key = match problem {
        ArgProblem::NotADate => "usage-not-a-date",
        ArgProblem::NotAnInstant => "usage-not-an-instant",
        ArgProblem::NotANumber { min, max } => {
            let args = [("min", min.to_string().into()), ("max", max.to_string().into())];
            return catalog.text("usage-not-a-number", &args);
        }
        ArgProblem::NotAPhone(PhoneError::MissingAreaCode) => "usage-phone-without-area-code",
        ArgProblem::NotAPhone(_) => "usage-not-a-phone",
        ArgProblem::NotAPart => "usage-not-a-part",
        ArgProblem::NotAnAddress => "usage-not-an-address",
        ArgProblem::NotALanguage => "usage-not-a-language",
        ArgProblem::Empty => "usage-empty",
    };
    catalog.say(key)
}

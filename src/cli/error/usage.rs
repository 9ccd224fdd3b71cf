//! clap's complaints about the command line, in the operator's language.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Words;
use crate::cli::args::parse::ArgProblem;
use crate::domain::phone::PhoneError;
use crate::i18n::Catalog;

/// A complaint in words; the hint is the nearest right word, or the help of `command` (`wa-notify scan`).
pub fn words(error: &clap::Error, command: &str, catalog: &Catalog) -> Words {
    let get = |kind| error.get(kind).map(joined).unwrap_or_default();
    let arguments = |kind| {
        error
            .get(kind)
            .map(|value| argument_names(value, catalog))
            .unwrap_or_default()
    };
    let (arg, value) = (arguments(ContextKind::InvalidArg), get(ContextKind::InvalidValue));
    let suggestion = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ]
    .into_iter()
    .find_map(|kind| error.get(kind).map(joined).filter(|text| !text.is_empty()));
    let args = [("arg", arg.as_str().into()), ("value", value.as_str().into())];
    let message = match error.kind() {
        ErrorKind::InvalidSubcommand => catalog.text(
            "usage-unknown-command",
            &[("command", get(ContextKind::InvalidSubcommand).into())],
        ),
        ErrorKind::UnknownArgument if !arg.starts_with('-') => {
            catalog.text("usage-extra-argument", &[args[0].clone()])
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
            let prior = arguments(ContextKind::PriorArg);
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
        None => catalog.text("usage-hint", &[("command", command.into())]),
    };
    Words::new(message).hint(hint)
}

fn joined(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(texts) => texts.join(", "),
        other => other.to_string(),
    }
}

/// clap writes `--close <DATE>`, `--verbose...` and `<CUSTOMER>`; people read `--close`, `--verbose` and the name
/// that the help gives the argument.
fn argument_names(value: &ContextValue, catalog: &Catalog) -> String {
    let name = |text: &str| {
        let first = text
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .trim_end_matches("...");
        let bare = first.trim_matches(['<', '>', '[', ']']);
        let key = format!("value-{}", bare.to_lowercase());
        if first != bare && catalog.has(&key) {
            catalog.say(&key)
        } else {
            bare.to_owned()
        }
    };
    match value {
        ContextValue::Strings(texts) => texts.iter().map(|text| name(text)).collect::<Vec<_>>().join(", "),
        other => name(&other.to_string()),
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
        ArgProblem::NotANotice => "usage-not-a-notice",
        ArgProblem::NotALanguage => "usage-not-a-language",
        ArgProblem::Empty => "usage-empty",
    };
    catalog.say(key)
}

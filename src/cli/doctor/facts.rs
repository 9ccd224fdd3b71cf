//! The facts of [`crate::app::doctor`] in words.

use super::super::context::Context;
use super::super::error::CliError;
use super::super::exit_code::ExitCode;
use super::super::words;
use super::report::Report;
use crate::app::doctor::{Fact, Status};
use crate::i18n::{Value, format};
use crate::ports::gateway::LinkState;

/// A key of the locale files, and its arguments.
type Sentence<'a> = (&'static str, Vec<(&'static str, Value<'a>)>);

impl Report<'_> {
    /// A fact of the use case, in words.
    pub(super) fn fact(&mut self, fact: &Fact) {
        let (context, status) = (self.context, fact.status());
        let (key, args) = match sentence(context, fact) {
            Ok(sentence) => sentence,
            Err(error) => return self.error(fact.check(), &error),
        };
        let hint = (status != Status::Ok).then(|| context.say(&format!("{key}-hint")));
        self.push(
            fact.check(),
            status,
            context.text(key, &args),
            hint,
            exit_code(fact),
        );
    }
}

/// How the program ends when this fact is the first problem.
fn exit_code(fact: &Fact) -> ExitCode {
    match fact {
        Fact::NoInstance => ExitCode::Configuration,
        Fact::Link {
            link: Ok(LinkState::Open { .. }),
            ..
        } => ExitCode::Done,
        Fact::Link { .. } => ExitCode::NotPaired,
        _ => ExitCode::NeedsPerson,
    }
}

/// What is found; an error where it was not found out, or refuses the day.
fn sentence<'a>(context: &'a Context, fact: &'a Fact) -> Result<Sentence<'a>, CliError> {
    let date = |day| format::date(context.lang(), day);
    Ok(match fact {
        Fact::Contract(Err(refusal)) | Fact::Email(Err(refusal)) => {
            return Err(CliError::Precondition(refusal.clone()));
        }
        Fact::Contract(Ok(())) => ("doctor-contract", vec![]),
        Fact::Email(Ok(())) => ("doctor-email", vec![]),
        Fact::Dates { business_date, today } => (
            "doctor-dates",
            vec![
                ("business", date(*business_date).into()),
                ("today", date(*today).into()),
            ],
        ),
        Fact::LastClose { last, age } => (
            "doctor-close",
            vec![("last", date(*last).into()), ("age", (*age).into())],
        ),
        Fact::BankReturn { last: None, .. } => ("doctor-no-bank-return", vec![]),
        Fact::BankReturn { last: Some(last), .. } => {
            ("doctor-bank-return", vec![("last", date(*last).into())])
        }
        Fact::NoInstance => ("doctor-no-instance", vec![]),
        Fact::Link {
            instance,
            link: Err(error),
        }
        | Fact::Version {
            instance,
            version: Err(error),
        } => {
            return Err(CliError::Gateway {
                instance: instance.to_string(),
                error: error.clone(),
            });
        }
        Fact::Link {
            instance,
            link: Ok(link),
        } => (
            "doctor-link",
            vec![
                ("instance", instance.to_string().into()),
                ("state", words::link(context, link).into()),
            ],
        ),
        Fact::Version {
            instance,
            version: Ok(version),
        } => (
            "doctor-gateway",
            vec![
                ("instance", instance.to_string().into()),
                (
                    "version",
                    version.clone().unwrap_or_else(|| "?".to_owned()).into(),
                ),
            ],
        ),
        Fact::Restricted { instance, until } => (
            "doctor-restricted",
            vec![
                ("instance", instance.to_string().into()),
                ("until", date(*until).into()),
            ],
        ),
        Fact::Waiting {
            unknown,
            held,
            replies,
            without_receipt,
        } => (
            "doctor-waiting",
            vec![
                ("unknown", (*unknown).into()),
                ("held", (*held).into()),
                ("replies", (*replies).into()),
                ("silent", (*without_receipt).into()),
            ],
        ),
    })
}

//! `boleto decode`, `boleto encode`, `boleto render`: payment codes to fields and back, and drawn. They need no
//! configuration and no database.
//!
//! | file | holds |
//! |---|---|
//! | `fields` | the fields of a code, as JSON and as text |
//! | `lines` | one input a line, one answer a line |
//! | `description` | a boleto described in JSON |
//! | `render` | descriptions to PDFs |

mod description;
mod fields;
pub mod lines;
mod render;

use chrono::NaiveDate;

pub use fields::columns;

use super::args::BoletoArgs;
use super::args::tools::{BoletoAction, BoletoDecodeArgs, BoletoEncodeArgs};
use super::context::Context;
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use super::refusal::{self, Refusal};
use crate::adapters::system_clock::{StopSignal, SystemClock};
use crate::domain::boleto::{self, EncodeError, encode};
use crate::domain::money::Cents;
use crate::i18n::format;
use crate::ports::clock::Clock;

/// Runs the command.
///
/// # Errors
/// Input that cannot be read (exit 2), naming the failing field.
pub fn run(context: &Context, args: &BoletoArgs) -> Result<ExitCode, CliError> {
    match &args.action {
        BoletoAction::Decode(args) => decode(context, args),
        BoletoAction::Encode(args) => encode_fields(context, args),
        BoletoAction::Render(args) => render::run(context, args, today(context, args.today)),
    }
}

/// The day given, else the shop's day by the clock: without a configuration the shop is in São Paulo's zone.
fn today(context: &Context, given: Option<NaiveDate>) -> NaiveDate {
    given.unwrap_or_else(|| {
        let now = SystemClock::new(context.now, StopSignal::default()).now();
        now.with_timezone(&chrono_tz::America::Sao_Paulo).date_naive()
    })
}

fn decode(context: &Context, args: &BoletoDecodeArgs) -> Result<ExitCode, CliError> {
    let today = today(context, args.today);
    let text = args.digits.join(" ");
    if text == "-" {
        return lines::answer(context, |text| match boleto::parse(text) {
            Ok(code) => Ok(fields::Fields::of(&code, today)),
            Err(error) => Err(refusal::code(&error, &context.catalog)),
        });
    }
    match boleto::parse(&text) {
        Ok(code) => fields::print(context, &code, today)?,
        Err(error) => return refuse(context, refusal::code(&error, &context.catalog)),
    }
    Ok(ExitCode::Done)
}

fn encode_fields(context: &Context, args: &BoletoEncodeArgs) -> Result<ExitCode, CliError> {
    let today = today(context, args.today);
    let refuse_field =
        |field: &str, key: &str| refuse(context, Refusal::new(field, Words::new(context.say(key))));
    let Ok(cents) = args.amount_cents.trim().parse().map(Cents::new) else {
        return refuse_field("amount_cents", "encode-amount");
    };
    let free_field: String = args
        .free_field
        .chars()
        .filter(|c| !matches!(c, ' ' | '.' | '-'))
        .collect();
    let barcode = match encode(args.bank.trim(), args.due, cents, &free_field) {
        Ok(barcode) => barcode,
        Err(EncodeError::Bank) => return refuse_field("bank", "encode-bank"),
        Err(EncodeError::Amount) => return refuse_field("amount_cents", "encode-amount"),
        Err(EncodeError::DueDate) => return refuse_field("due", "encode-due"),
        Err(EncodeError::FreeField { found }) => {
            let words = Words::new(context.text("encode-free-field", &[("found", found.into())]));
            return refuse(context, Refusal::new("free_field", words).with("found", found));
        }
    };
    if args.due.is_some() && cents > boleto::MAX_AMOUNT_WITH_FACTOR {
        context.output.say(&context.say("encode-no-room-for-due"));
    } else if args.due.is_some() && barcode.code().due_on(today) != args.due {
        let date = |day| format::date(context.lang(), day);
        let read = barcode
            .code()
            .due_on(today)
            .map_or_else(|| "none".to_owned(), date);
        let words = [("today", date(today).into()), ("read", read.into())];
        context
            .output
            .say(&context.text("encode-due-out-of-window", &words));
    }
    fields::print(context, &barcode.code(), today)?;
    Ok(ExitCode::Done)
}

/// Ends the command on a refused input; with `--json` the document goes to stdout first.
///
/// # Errors
/// Always: the refusal as an error.
pub fn refuse(context: &Context, refusal: Refusal) -> Result<ExitCode, CliError> {
    if context.output.is_json() {
        context.output.json(&refusal.document())?;
    }
    Err(refusal.into_error())
}

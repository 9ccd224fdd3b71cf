//! `pix decode`: a Pix code (copia e cola) to its fields. Needs no configuration.

use serde::Serialize;

use super::args::PixArgs;
use super::args::tools::{PixAction, PixDecodeArgs};
use super::boleto::{columns, lines, refuse};
use super::context::Context;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::refusal;
use crate::domain::pix::{self, BrCode, KeyKind, Kind, Warning, key_kind};
use crate::i18n::format;

/// Runs the command.
///
/// # Errors
/// A code that cannot be read (exit 2), naming the failing field.
pub fn run(context: &Context, args: &PixArgs) -> Result<ExitCode, CliError> {
    match &args.action {
        PixAction::Decode(args) => decode(context, args),
    }
}

/// The keys of `pix decode --json`, in their order.
#[derive(Debug, Serialize)]
struct Fields {
    kind: Kind,
    key: Option<String>,
    key_kind: Option<KeyKind>,
    url: Option<String>,
    amount_cents: Option<i64>,
    name: Option<String>,
    city: Option<String>,
    postal_code: Option<String>,
    txid: Option<String>,
    info: Option<String>,
    crc: String,
    /// Only a bank's own dynamic code may stand on a boleto.
    printable_on_boleto: bool,
    warnings: Vec<Warning>,
}

impl Fields {
    fn of(code: &BrCode) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Fields {
            kind: code.kind(),
            key: owned(code.key()),
            key_kind: code.key().and_then(key_kind),
            url: owned(code.url()),
            amount_cents: code.amount().map(|amount| amount.get()),
            name: owned(code.name()),
            city: owned(code.city()),
            postal_code: owned(code.postal_code()),
            txid: owned(code.txid()),
            info: owned(code.info()),
            crc: code.crc().to_owned(),
            printable_on_boleto: code.is_printable_on_boleto(),
            warnings: code.warnings().to_vec(),
        }
    }
}

fn decode(context: &Context, args: &PixDecodeArgs) -> Result<ExitCode, CliError> {
    let text = args.code.join(" ");
    if text == "-" {
        return lines::answer(context, |text| match pix::parse(text) {
            Ok(code) => Ok(Fields::of(&code)),
            Err(error) => Err(refusal::pix(&error, &context.catalog)),
        });
    }
    let code = match pix::parse(&text) {
        Ok(code) => code,
        Err(error) => return refuse(context, refusal::pix(&error, &context.catalog)),
    };
    if context.output.is_json() {
        context.output.json(&Fields::of(&code))?;
    } else {
        context.output.data(&words(context, &code))?;
    }
    Ok(ExitCode::Done)
}

fn words(context: &Context, code: &BrCode) -> String {
    let mut rows = vec![(
        context.say("decode-kind"),
        context.say(&format!("pix-kind-{}", code.kind().name())),
    )];
    let mut row = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            // What stands in a code is anybody's text: nothing of it may steer the terminal.
            let plain: String = value
                .chars()
                .map(|c| if c.is_control() { '\u{fffd}' } else { c })
                .collect();
            rows.push((context.say(key), plain));
        }
    };
    row("pix-key", code.key());
    row("pix-url", code.url());
    let amount = match code.amount() {
        Some(amount) if amount.is_positive() => format::money(context.lang(), amount),
        _ => context.say("pix-amount-open"),
    };
    row("decode-amount", Some(&amount));
    row("pix-name", code.name());
    row("pix-city", code.city());
    row("pix-postal-code", code.postal_code());
    row("pix-txid", code.txid());
    row("pix-info", code.info());
    row("pix-crc-label", Some(code.crc()));
    let on_boleto = if code.is_printable_on_boleto() {
        "pix-on-boleto-yes"
    } else {
        "pix-on-boleto-no"
    };
    row("pix-on-boleto", Some(&context.say(on_boleto)));
    let mut out = columns(&rows);
    for warning in code.warnings() {
        let words = context.say(&format!("pix-warning-{}", warning.name().replace('_', "-")));
        let text = context.text("decode-warning", &[("warning", words.into())]);
        out.push_str(&super::text::wrap(&text, context.output.width(), "  "));
        out.push('\n');
    }
    out
}

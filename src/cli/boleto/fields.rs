//! The fields of a payment code, as JSON and as text.

use chrono::NaiveDate;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::domain::boleto::free_field::Reading;
use crate::domain::boleto::{Code, CodeWarning, Segment, ValueKind, banks};
use crate::i18n::format;

/// The keys of `boleto decode --json`, in their order.
#[derive(Debug, serde::Serialize)]
pub struct Fields {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segment_name: Option<Segment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<String>,
    barcode: String,
    digitable_line: String,
    digitable_line_digits: String,
    /// Null where an arrecadação holds a reference quantity.
    amount_cents: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<i64>,
    due_factor: Option<u16>,
    due_on: Option<NaiveDate>,
    free_field: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    layout: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Parts>,
    warnings: Vec<CodeWarning>,
}

/// The parts of a known bank's free field: name -> digits, in the order of the field.
#[derive(Debug)]
struct Parts(Vec<(&'static str, String)>);

impl Parts {
    fn of(reading: &Reading) -> Self {
        let mut parts: Vec<(&'static str, String)> = reading
            .parts()
            .into_iter()
            .map(|(part, digits)| (part.name(), digits))
            .collect();
        // Most banks leave our number's digit out of the field; it can be computed.
        if let Some(digit) = reading.our_number_digit()
            && !parts.iter().any(|(name, _)| *name == "our_number_digit")
        {
            parts.push(("our_number_digit", digit));
        }
        Parts(parts)
    }
}

impl Serialize for Parts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, digits) in &self.0 {
            map.serialize_entry(name, digits)?;
        }
        map.end()
    }
}

impl Fields {
    /// Reads a code as of `today`.
    pub fn of(code: &Code, today: NaiveDate) -> Self {
        let barcode = code.barcode();
        let fields = Fields {
            kind: "cobranca",
            bank: None,
            bank_name: None,
            segment: None,
            segment_name: None,
            company: None,
            barcode: barcode.as_str().to_owned(),
            digitable_line: barcode.formatted_line(),
            digitable_line_digits: barcode.digitable_line(),
            amount_cents: code.amount().map(|amount| amount.get()),
            reference: None,
            due_factor: None,
            due_on: code.due_on(today),
            free_field: code.free_field().to_owned(),
            layout: None,
            parts: None,
            warnings: code.warnings(today),
        };
        match code {
            Code::Cobranca(code) => {
                let reading = code.reading();
                Fields {
                    bank: Some(code.bank().to_owned()),
                    bank_name: banks::name(code.bank()),
                    due_factor: code.due_factor(),
                    layout: reading.as_ref().map(|reading| reading.layout().name),
                    parts: reading.as_ref().map(Parts::of),
                    ..fields
                }
            }
            Code::Arrecadacao(code) => Fields {
                kind: "arrecadacao",
                segment: Some(code.segment_digit().to_string()),
                segment_name: Some(code.segment()),
                company: Some(code.company().to_owned()),
                reference: (code.value_kind() == ValueKind::Reference).then(|| code.value()),
                ..fields
            },
        }
    }
}

/// Prints a code: the fields as JSON, or as text for people.
///
/// # Errors
/// stdout.
pub fn print(context: &Context, code: &Code, today: NaiveDate) -> Result<(), CliError> {
    let fields = Fields::of(code, today);
    if context.output.is_json() {
        return context.output.json(&fields);
    }
    context.output.data(&text(context, code, &fields))
}

fn text(context: &Context, code: &Code, fields: &Fields) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |key: &str, value: String| rows.push((context.say(key), value));
    row(
        "decode-kind",
        context.say(&format!("decode-kind-{}", fields.kind)),
    );
    if let Some(bank) = &fields.bank {
        let printed = banks::printed_code(bank).unwrap_or_else(|| bank.clone());
        row(
            "decode-bank",
            fields
                .bank_name
                .map_or(printed.clone(), |name| format!("{printed} {name}")),
        );
    }
    if let (Some(digit), Code::Arrecadacao(arrecadacao)) = (&fields.segment, code) {
        row(
            "decode-segment",
            format!("{digit} {}", context.say(segment_key(arrecadacao.segment()))),
        );
    }
    if let Some(company) = &fields.company {
        row("decode-company", company.clone());
    }
    row("decode-line", fields.digitable_line.clone());
    row("decode-barcode", fields.barcode.clone());
    let amount = match (code.amount(), fields.reference) {
        (Some(amount), _) if amount.is_positive() => format::money(context.lang(), amount),
        (Some(_), _) => context.say("decode-amount-open"),
        (None, Some(reference)) => {
            context.text("decode-reference", &[("quantity", reference.to_string().into())])
        }
        (None, None) => String::new(),
    };
    row("decode-amount", amount);
    let due = match (fields.due_on, fields.due_factor) {
        (Some(due), _) => format::date(context.lang(), due),
        (None, Some(1..)) => context.say("decode-due-unknown"),
        (None, _) => context.say("decode-due-none"),
    };
    row("decode-due", due);
    if let Some(factor) = fields.due_factor {
        row("decode-factor", format!("{factor:04}"));
    }
    row("decode-free-field", fields.free_field.clone());
    for (name, digits) in fields
        .parts
        .iter()
        .flat_map(|parts| &parts.0)
        .filter(|(name, _)| *name != "fixed")
    {
        rows.push((
            format!(
                "  {}",
                context.say(&format!("part-name-{}", name.replace('_', "-")))
            ),
            digits.clone(),
        ));
    }
    let mut out = columns(&rows);
    for warning in &fields.warnings {
        let text = context.text(
            "decode-warning",
            &[("warning", warning_words(context, warning).into())],
        );
        out.push_str(&crate::cli::text::wrap(&text, context.output.width(), "  "));
        out.push('\n');
    }
    out
}

/// `label   value`, the values in a column of their own.
pub fn columns(rows: &[(String, String)]) -> String {
    let widest = rows
        .iter()
        .map(|(label, _)| console::measure_text_width(label))
        .max()
        .unwrap_or_default();
    let mut out = String::new();
    for (label, value) in rows {
        let blanks = widest + 2 - console::measure_text_width(label);
        out.push_str(&format!("{label}{}{value}\n", " ".repeat(blanks)));
    }
    out
}

fn segment_key(segment: Segment) -> &'static str {
    match segment {
        Segment::CityHall => "segment-city-hall",
        Segment::Sanitation => "segment-sanitation",
        Segment::PowerAndGas => "segment-power-and-gas",
        Segment::Telecom => "segment-telecom",
        Segment::Government => "segment-government",
        Segment::CompanyByCnpj => "segment-company",
        Segment::TrafficFines => "segment-traffic-fines",
        Segment::Bank => "segment-bank",
        Segment::Unknown => "segment-unknown",
    }
}

fn warning_words(context: &Context, warning: &CodeWarning) -> String {
    match warning {
        CodeWarning::Currency { found } => {
            context.text("code-warning-currency", &[("found", found.to_string().into())])
        }
        CodeWarning::FactorOutOfRange { factor } => context.text(
            "code-warning-factor",
            &[("factor", format!("{factor:04}").into())],
        ),
        CodeWarning::UnknownBank => context.say("code-warning-unknown-bank"),
        CodeWarning::FreeFieldLayout => context.say("code-warning-layout"),
        CodeWarning::FreeFieldDigit(mismatch) => {
            let part = context.say(&format!("part-name-{}", mismatch.part.name().replace('_', "-")));
            let args = [
                ("part", part.into()),
                ("expected", mismatch.expected.as_str().into()),
                ("found", mismatch.found.as_str().into()),
            ];
            context.text("code-warning-digit", &args)
        }
        CodeWarning::UnknownSegment { found } => {
            context.text("code-warning-segment", &[("found", (*found).into())])
        }
    }
}

//! Input that cannot be read: which field is at fault, in words for people and in JSON for programs.

use serde_json::{Map, Value, json};

use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use crate::domain::boleto::CodeError;
use crate::domain::pix::PixError;
use crate::i18n::Catalog;

/// One refused input (exit 2).
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The failing field for programs: `field_2`, `general`, `length`, `crc`, `amount_cents`, ...
    pub field: String,
    /// What more programs want to know: `expected`, `found`, `position`, `line`.
    pub more: Map<String, Value>,
    /// For people.
    pub words: Words,
}

impl Refusal {
    /// A field and the words about it.
    pub fn new(field: impl Into<String>, words: Words) -> Self {
        Refusal {
            field: field.into(),
            more: Map::new(),
            words,
        }
    }

    /// With one more fact for programs.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.more.insert(key.to_owned(), value.into());
        self
    }

    /// The document of `--json`: that of every error, and the field.
    pub fn document(&self) -> Value {
        let words = &self.words;
        let code = ExitCode::Usage;
        let problem = json!({"message": words.message, "detail": words.detail, "hint": words.hint});
        let mut error = json!({"exit_code": code.number(), "kind": code.word(), "field": self.field});
        if let Some(error) = error.as_object_mut() {
            error.extend(self.more.clone());
            error.insert("problems".to_owned(), json!([problem]));
        }
        json!({"error": error, "field": self.field})
    }

    /// The error of the command; the field stands beside the words.
    pub fn into_error(self) -> CliError {
        let detail = match &self.words.detail {
            Some(detail) => format!("{}: {detail}", self.field),
            None => self.field.clone(),
        };
        CliError::said(ExitCode::Usage, self.words.detail(detail))
    }
}

/// A payment code that cannot be read.
pub fn code(error: &CodeError, catalog: &Catalog) -> Refusal {
    let refusal = |words: String| Refusal::new(error.field(), Words::new(words));
    match error {
        CodeError::Length { found } => {
            refusal(catalog.text("code-length", &[("found", (*found).into())])).with("found", *found)
        }
        CodeError::Character { position, found } => {
            let args = [("position", (*position).into()), ("found", shown(*found).into())];
            refusal(catalog.text("code-character", &args))
                .with("position", *position)
                .with("found", found.to_string())
        }
        CodeError::Product { found, length } => {
            let key = if *length == 47 {
                "code-product-47"
            } else {
                "code-product-48"
            };
            refusal(catalog.text(key, &[("found", (*found).into())])).with("found", *found)
        }
        CodeError::ValueKind { found } => {
            refusal(catalog.text("code-value-kind", &[("found", (*found).into())])).with("found", *found)
        }
        CodeError::CheckDigit {
            field,
            expected,
            found,
        } => {
            let place = catalog.say(&format!("code-place-{}", field.name()));
            let args = [
                ("place", place.into()),
                ("expected", (*expected).into()),
                ("found", (*found).into()),
            ];
            let mut refusal = refusal(catalog.text("code-check-digit", &args))
                .with("expected", *expected)
                .with("found", *found);
            refusal.words = refusal.words.hint(catalog.say("code-check-digit-hint"));
            refusal
        }
    }
}

/// A Pix code that cannot be read.
pub fn pix(error: &PixError, catalog: &Catalog) -> Refusal {
    let refusal = |words: String| Refusal::new(error.field(), Words::new(words));
    match error {
        PixError::Empty => refusal(catalog.say("pix-empty")),
        PixError::Tlv { position, .. } => {
            let mut refusal = refusal(catalog.text("pix-tlv", &[("position", (*position).into())]))
                .with("position", *position);
            refusal.words = refusal.words.hint(catalog.say("pix-broken-hint"));
            refusal
        }
        PixError::NoCrc => {
            let mut refusal = refusal(catalog.say("pix-no-crc"));
            refusal.words = refusal.words.hint(catalog.say("pix-broken-hint"));
            refusal
        }
        PixError::Crc { expected, found } => {
            let args = [
                ("expected", expected.as_str().into()),
                ("found", found.as_str().into()),
            ];
            let mut refusal = refusal(catalog.text("pix-crc", &args))
                .with("expected", expected.as_str())
                .with("found", found.as_str());
            refusal.words = refusal.words.hint(catalog.say("pix-broken-hint"));
            refusal
        }
    }
}

/// A character as it can stand in a sentence: control characters would spoil the terminal.
fn shown(c: char) -> String {
    if c.is_control() {
        c.escape_default().to_string()
    } else {
        c.to_string()
    }
}
